"""One scenario builder for all tests: rows, people, pushes, engagements and deliveries on one database."""

from fastapi.testclient import TestClient

from app.database import Database
from app.events.handler import HandlerTable, by_name
from app.pushes.policy import current_policy
from app.pushes.recommender import Recommender
from app.settings import Settings
from app.workers.worker import Worker
from tests.support.callers import LogIn
from tests.support.scenario.deliveries import Deliveries
from tests.support.scenario.engagements import Engagements
from tests.support.scenario.matcher import PUSHING, PermissiveMatcher
from tests.support.scenario.recognition import Recognition
from tests.support.scenario.statistics import StatisticsRows
from tests.support.services import demo_settings, make_services


class Scenario(Engagements, Deliveries, StatisticsRows, Recognition):
    """What a test needs before it starts.

    Its matcher knows no rule on purpose: what must not be pushed, the rules of pushing alone have to stop.

    Args:
        log_in: for people who act over HTTP (`operator`, `lead`, …); the fixture of that name.
        http: for `user_client` and `recognised_manager`, which send their own credentials through it.
        handlers: what `work` handles; the handlers of pushing unless others are given.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings | None = None,
        *,
        log_in: LogIn | None = None,
        http: TestClient | None = None,
        handlers: HandlerTable | None = None,
    ) -> None:
        self.database = database
        self.settings = settings or demo_settings(pushes_per_pair=2)
        self.matcher = PermissiveMatcher()
        self.handlers = handlers or PUSHING
        self.services = make_services(database, self.settings)
        self.services[Recommender] = self.matcher
        with database.reading() as session:
            self.policy = current_policy(session, self.services)
        if log_in is not None:
            self.log_in = log_in
        if http is not None:
            self.http = http

    def worker(self) -> Worker:
        return Worker(self.services, by_name(self.handlers))

    def work(self, limit: int | None = None) -> int:
        """Let the worker handle what is due; how many events it settled."""
        return self.worker().run_until_idle(limit=limit)
