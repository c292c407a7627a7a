"""The API of the libraries and of imports, on an indexer that only remembers."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.accounts.access.opened_records import NOTHING_OPENED, Disclosure
from app.accounts.api import router as accounts
from app.accounts.models import Role
from app.database import Database
from app.engagements.contracts.api import router as contracts
from app.errors.handlers import install_handlers
from app.exchange.batches.api import router as imports
from app.exchange.out.api import router as exports
from app.exchange.out.official.api import router as official
from app.exchange.suggestions.api import router as drafts
from app.libraries.api import router as libraries
from app.libraries.managers.user_link import manager_of_user
from app.libraries.record.indexing import Indexer
from app.libraries.search.synonyms import SynonymFile
from app.matching.embedding.embedder import Embedder
from app.services import Services
from app.settings import Settings
from tests.libraries.conftest import RecordingIndexer
from tests.support.embedders import BigramEmbedder
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient
from tests.support.services import admit_everybody, demo_settings


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return demo_settings(home=tmp_path / "home", database_url=database_url)


@pytest.fixture(scope="session")
def assembled() -> FastAPI:
    app = FastAPI()
    install_handlers(app)
    for router in (accounts, libraries, imports, drafts, official, exports, contracts):
        app.include_router(router)
    return app


@pytest.fixture
def client(database: Database, settings: Settings, assembled: FastAPI) -> TestClient:
    assembled.state.services = services = Services()
    services[Database] = database
    services[Settings] = settings
    services[Indexer] = RecordingIndexer()
    services[Embedder] = BigramEmbedder()
    services[SynonymFile] = SynonymFile(settings)
    admit_everybody(services)
    services[Disclosure] = Disclosure(manager_of_user, lambda _session, _principal: NOTHING_OPENED)
    return TestClient(assembled)


@pytest.fixture
def scenario(client: TestClient, database: Database, settings: Settings) -> Scenario:
    return Scenario(database, settings, http=client)


@pytest.fixture
def operator(scenario: Scenario) -> UserClient:
    return scenario.user_client(Role.OPERATOR)


@pytest.fixture
def enterprise(scenario: Scenario) -> UserClient:
    return scenario.user_client(Role.ENTERPRISE)
