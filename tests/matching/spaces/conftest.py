"""A service whose store is small, and two models that need no files."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from typer.testing import CliRunner, Result

from app.accounts.models import Role
from app.bootstrap.workers import answer_by
from app.cli import cli
from app.database import Database, now
from app.events.outbox import Event
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching.matcher import Matcher
from app.matching.models import EmbeddingSpace, RecordVector
from app.matching.spaces.filler import STANDS_BACK, SpaceFiller
from app.matching.spaces.follower import ModelFollower
from app.matching.spaces.opened_models import OpenedModels
from app.observability import configure_logging
from app.settings import Settings
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.embedders import BigramEmbedder, TrigramEmbedder
from tests.support.services import demo_settings

OLD, NEW, OTHER = BigramEmbedder.model_id, TrigramEmbedder.model_id, "other"

TITLES = ("水性环氧防腐涂层制备技术", "石墨烯改性富锌底漆", "储罐内壁耐盐雾涂料", "电机轴承状态监测装置")

LEAST = 0.0065
"""Score from which a pair is good: by the old model all are, by the new one all but the last."""

Matches = list[tuple[str, float]]


def opened(settings: Settings) -> Any:
    """The model that the settings name."""
    found = TrigramEmbedder() if settings.model == NEW else BigramEmbedder()
    if settings.model == OTHER:
        found.model_id = OTHER
    return found


class Store:
    """The service with a demand, four achievements and a manager, all published and handled."""

    def __init__(self, app: Any, log_in: Any, drain: Callable[[], int], settings: Settings) -> None:
        self.services = app.state.services
        self.database: Database = self.services[Database]
        self.settings, self.drain = settings, drain
        self.company, self.university = log_in(Role.ENTERPRISE), log_in(Role.INSTITUTION)
        self.demand = self.post(self.company, "/v1/demands", demand_payload())
        self.achievements = [self.achievement(title) for title in TITLES]
        self.post(log_in(Role.MANAGER), "/v1/managers", manager_payload())
        drain()

    def post(self, caller: Any, path: str, payload: dict[str, Any]) -> str:
        answer = caller.post(path, json=payload)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def achievement(self, title: str) -> str:
        return self.post(self.university, "/v1/achievements", achievement_payload(title=title))

    def change(self, title: str, of: str) -> None:
        path = f"/v1/achievements/{of}"
        etag = self.university.get(path).headers["ETag"]
        answer = self.university.patch(path, json={"title": title}, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text

    def withdraw(self, id_: str) -> None:
        path = f"/v1/achievements/{id_}"
        etag = self.university.get(path).headers["ETag"]
        answer = self.university.post(f"{path}/withdraw", headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text

    def matches(self) -> Matches:
        answer = self.company.get(f"/v1/demands/{self.demand}/matches").json()
        return [(item["record"]["title"], item["score"]) for item in answer["items"]]

    def titles(self) -> set[str]:
        """Of all that the demand finds, copies as well."""
        with self.database.reading() as session:
            demand = session.get_one(Demand, UUID(self.demand))
            found = self.services[Matcher].for_demand(session, demand, grouped=False)
            ids = [item.achievement_id for item in found.items]
            return set(session.scalars(select(Achievement.title).where(Achievement.id.in_(ids))))

    @property
    def answers_by(self) -> str:
        return str(self.services[Matcher].index.model_id)

    @contextmanager
    def filler(self, stands_back: float = STANDS_BACK) -> Iterator[SpaceFiller]:
        models = OpenedModels(self.settings, BigramEmbedder())
        filler = SpaceFiller(self.database, models, stands_back=stands_back)
        yield filler
        filler.close()

    def fill(self) -> None:
        """Until a look finds nothing to do, twice: the first one may have found what waits for a second. Events
        that are due, such as one that waits for this process to follow, are passed by."""
        idle = 0
        with self.filler(stands_back=0.0) as filler:
            while idle < 2:
                idle = 0 if filler.step() else idle + 1

    def follow(self) -> bool:
        stop = threading.Event()
        stop.set()  # requests that run need not be waited for
        follower = ModelFollower(
            self.database,
            self.services[OpenedModels],
            present=lambda: self.answers_by,
            follow=lambda embedder, _: answer_by(self.services, embedder, stop),
        )
        return follower.step(stop)

    def states(self) -> dict[str, str]:
        with self.database.reading() as session:
            return dict(session.execute(select(EmbeddingSpace.model_id, EmbeddingSpace.state)).all())

    def rows(self, model_id: str) -> dict[UUID, bool]:
        """Whether the record is active, by record."""
        query = select(RecordVector.record_id, RecordVector.active).where(RecordVector.model_id == model_id)
        with self.database.reading() as session:
            return dict(session.execute(query).all())

    def pushes(self) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            return [
                (str(id_), str(state))
                for id_, state in session.execute(text("SELECT id, state FROM pushes ORDER BY id"))
            ]

    def let_time_pass(self) -> None:
        """Whatever was put off is due."""
        with self.database.unit_of_work() as session:
            session.execute(update(Event).where(Event.done_at.is_(None)).values(available_at=now()))

    def command(self, *arguments: str, model: str = OLD) -> Result:
        return self.sanku("model", *arguments, model=model)

    def sanku(self, *arguments: str, model: str = OLD) -> Result:
        environment = {
            "SANKU_HOME": str(self.settings.home),
            "SANKU_DATABASE_URL": self.settings.url,
            "SANKU_MODEL": model,
            "SANKU_DEMO": "true",
        }
        result = CliRunner().invoke(cli, list(arguments), env=environment)
        configure_logging(level="WARNING", as_json=True)  # no longer to the command's closed standard error
        return result

    def run(self, *arguments: str, model: str = OLD) -> str:
        result = self.command(*arguments, model=model)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output


@pytest.fixture
def embedder() -> BigramEmbedder:
    return BigramEmbedder()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return demo_settings(
        home=tmp_path / "home",
        database_url=database_url,
        model=OLD,
        worker_in_service=False,
        log_json=False,
        push_threshold=LEAST,
    )


@pytest.fixture(autouse=True)
def models_without_files(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (
        "app.matching.spaces.opened_models",
        "app.matching.embedding.remote.opening",
        "app.bootstrap.services",
    ):
        monkeypatch.setattr(f"{module}.open_embedder", opened)


@pytest.fixture
def store(app: Any, log_in: Any, drain: Callable[[], int], settings: Settings) -> Store:
    return Store(app, log_in, drain, settings)
