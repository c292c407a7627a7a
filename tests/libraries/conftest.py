"""The routes of the libraries on a real database, with real logins; only the embedding stands outside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.accounts.access.opened_records import NOTHING_OPENED, Disclosure
from app.accounts.api import router as accounts
from app.accounts.models import Role
from app.database import Database
from app.errors import StaleVersion
from app.errors.handlers import install_handlers
from app.libraries.api import router
from app.libraries.managers.user_link import manager_of_user
from app.libraries.record.indexing import Indexer
from app.libraries.record.models import Record
from app.libraries.search.synonyms import SynonymFile
from app.services import Services
from app.settings import Settings
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient
from tests.support.services import admit_everybody, demo_settings


@dataclass(frozen=True)
class Text:
    """What `RecordingIndexer` prepares: the text itself stands for its vector."""

    text_hash: str


@dataclass
class RecordingIndexer:
    """Keeps which records are findable, under the contract of ``libraries.indexing.Indexer``."""

    findable: dict[UUID, str] = field(default_factory=dict)

    def prepare(self, records: Sequence[Record], *, on_progress: Any = None) -> list[Any]:
        return [Text(_text(record)) for record in records]

    def store(self, session: Session, record: Record, prepared: Any) -> None:
        if prepared.text_hash != _text(record):
            raise StaleVersion
        self.findable[record.id] = prepared.text_hash

    def store_many(self, session: Session, entries: Sequence[tuple[Record, Any]]) -> None:
        for record, prepared in entries:
            self.store(session, record, prepared)

    def remove(self, session: Session, record: Record) -> None:
        self.findable.pop(record.id, None)


def _text(record: Record) -> str:
    main = {"achievement": "summary", "demand": "main_problem", "manager": "expertise"}[record.kind]
    return f"{record.title}\n{getattr(record, main)}"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return demo_settings(home=tmp_path / "home", database_url=database_url)


@pytest.fixture
def indexer() -> RecordingIndexer:
    return RecordingIndexer()


@pytest.fixture(scope="session")
def assembled() -> FastAPI:
    """Routes are worked out when they first answer, which takes longer than most answers."""
    app = FastAPI()
    install_handlers(app)
    app.include_router(accounts)
    app.include_router(router)
    return app


@pytest.fixture
def app(database: Database, settings: Settings, indexer: RecordingIndexer, assembled: FastAPI) -> FastAPI:
    assembled.state.services = services = Services()
    services[Database] = database
    services[Settings] = settings
    services[Indexer] = indexer
    services[SynonymFile] = SynonymFile(settings)
    admit_everybody(services)
    services[Disclosure] = Disclosure(manager_of_user, lambda _session, _principal: NOTHING_OPENED)
    return assembled


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


@pytest.fixture
def scenario(client: TestClient, database: Database, settings: Settings) -> Scenario:
    return Scenario(database, settings, http=client)


@pytest.fixture
def operator(scenario: Scenario) -> UserClient:
    return scenario.user_client(Role.OPERATOR)


@pytest.fixture
def enterprise(scenario: Scenario) -> UserClient:
    """Of 济南泽垚泵阀铸造有限公司."""
    return scenario.user_client(
        Role.ENTERPRISE, scenario.registered_organisation(name="济南泽垚泵阀铸造有限公司")
    )


@pytest.fixture
def rival(scenario: Scenario) -> UserClient:
    """Of another enterprise."""
    return scenario.user_client(Role.ENTERPRISE)


@pytest.fixture
def institution(scenario: Scenario) -> UserClient:
    return scenario.user_client(Role.INSTITUTION)


@pytest.fixture
def manager(scenario: Scenario) -> UserClient:
    return scenario.user_client(Role.MANAGER)
