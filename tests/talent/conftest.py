"""The routes of recognition on a real database, with real logins and the real worker; only embedding stands outside."""

from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.accounts.access.opened_records import NOTHING_OPENED, Disclosure
from app.accounts.api import router as accounts
from app.clock import JINAN_TIME
from app.database import Database
from app.engagements.contracts.api import router as contracts
from app.engagements.files.encrypted_storage import EncryptedStore, open_store
from app.errors.handlers import install_handlers
from app.events import catalogue
from app.libraries.api import router as libraries
from app.libraries.managers.user_link import manager_of_user
from app.libraries.record.indexing import Indexer
from app.libraries.search.synonyms import SynonymFile
from app.services import Services
from app.settings import Settings
from app.talent import handlers
from app.talent.api import router as talent
from tests.libraries.conftest import RecordingIndexer
from tests.support.events import handlers_of
from tests.support.scenario import Scenario
from tests.support.services import admit_everybody, demo_settings

_numbers = count(1)


@pytest.fixture(autouse=True)
def a_day_in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules of the policy hold in 2026–2028, and examples have fixed days: recognition always sees one day."""
    noon = datetime(2026, 11, 26, 12, tzinfo=JINAN_TIME)
    monkeypatch.setattr("app.clock.local_now", lambda: noon)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return demo_settings(home=tmp_path / "home", database_url=database_url)


@pytest.fixture(scope="session")
def assembled() -> FastAPI:
    """Routes are worked out when they first answer, which takes longer than most answers."""
    app = FastAPI()
    install_handlers(app)
    for router in (accounts, libraries, contracts, talent):
        app.include_router(router)
    return app


@pytest.fixture
def app(database: Database, settings: Settings, assembled: FastAPI) -> FastAPI:
    assembled.state.services = services = Services()
    services[Database] = database
    services[Settings] = settings
    services[Indexer] = RecordingIndexer()
    services[SynonymFile] = SynonymFile(settings)
    admit_everybody(services)
    services[Disclosure] = Disclosure(manager_of_user, lambda _session, _principal: NOTHING_OPENED)
    services[EncryptedStore] = open_store(settings)
    return assembled


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


@pytest.fixture
def scenario(client: TestClient, database: Database, settings: Settings) -> Scenario:
    return Scenario(
        database,
        settings,
        http=client,
        handlers=handlers_of([handlers.__name__], events=catalogue.talent.__name__),
    )
