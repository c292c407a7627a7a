"""The demonstration waits for its pushes as long as the worker gets on, and says what it does."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.bootstrap.workers import build_worker
from app.database import Database
from app.demo.push_wait import SECONDS_WITHOUT_PROGRESS, NothingPushed, PushWait
from app.events.catalogue import DemandClosed
from app.events.outbox import emit
from app.settings import Settings
from tests.support.builders.accounts import bearer, make_user
from tests.support.scenario import Scenario

EVENTS = 4


class Waiting:
    """A wait whose pauses take as long as a wait without progress may, and let `meanwhile` happen."""

    def __init__(
        self, client: Any, database: Database, settings: Settings, meanwhile: Callable[[], object]
    ) -> None:
        with database.unit_of_work() as session:
            headers = bearer(session, settings, make_user(session, role=Role.OPERATOR))
        self.said: list[str] = []
        self.seconds = 0.0
        self._meanwhile = meanwhile
        self._wait = PushWait(
            client, headers, say=self.said.append, clock=lambda: self.seconds, pause=self._pause
        )

    def pushed_to(self, demand_id: UUID) -> set[str]:
        return self._wait.pushed_to(str(demand_id))

    def _pause(self, _seconds: float) -> None:
        self.seconds += SECONDS_WITHOUT_PROGRESS
        self._meanwhile()


@pytest.fixture
def busy(database: Database) -> UUID:
    """A demand, and events of it that the worker has to handle."""
    scenario = Scenario(database)
    demand_id = scenario.demand()
    with database.unit_of_work() as session:
        for _ in range(EVENTS):
            emit(session, DemandClosed(subject_id=demand_id, version=1))
    return demand_id


def test_it_waits_as_long_as_the_worker_gets_on(
    app: Any, client: Any, database: Database, settings: Settings, busy: UUID
) -> None:
    scenario, worker = Scenario(database), build_worker(app.state.services)
    manager_id = scenario.manager()

    def one_event() -> None:
        worker.run_until_idle(limit=1)
        if waiting.seconds == EVENTS * SECONDS_WITHOUT_PROGRESS:
            scenario.push(manager_id, busy)

    waiting = Waiting(client, database, settings, one_event)
    assert waiting.pushed_to(busy) == {str(manager_id)}
    assert waiting.seconds == EVENTS * SECONDS_WITHOUT_PROGRESS
    assert len(waiting.said) == EVENTS - 1 and all("demand.closed" in line for line in waiting.said)


def test_a_worker_that_does_not_get_on_is_named_with_what_waits(
    client: Any, database: Database, settings: Settings, busy: UUID
) -> None:
    with pytest.raises(NothingPushed, match=rf"{EVENTS} events wait: demand\.closed"):
        Waiting(client, database, settings, lambda: None).pushed_to(busy)


def test_when_all_is_done_without_a_push_nobody_waits_on(
    app: Any, client: Any, database: Database, settings: Settings, busy: UUID
) -> None:
    build_worker(app.state.services).run_until_idle()
    waiting = Waiting(client, database, settings, lambda: None)
    with pytest.raises(NothingPushed, match="no manager fits"):
        waiting.pushed_to(busy)
    assert waiting.seconds == 0
