"""The routes of partners and libraries on a real database, with real logins and keys."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.accounts.access.opened_records import NOTHING_OPENED, Disclosure
from app.accounts.api import router as accounts
from app.accounts.models import Role
from app.database import Database
from app.errors.handlers import install_handlers
from app.libraries.api import router as libraries
from app.libraries.managers.user_link import manager_of_user
from app.libraries.record.indexing import Indexer
from app.libraries.search.synonyms import SynonymFile
from app.partners.agreements.api import router as agreements
from app.partners.feed.api import router as feed
from app.partners.open_data.api import router as open_data
from app.services import Services
from app.settings import Settings
from tests.libraries.conftest import RecordingIndexer
from tests.support.http import created, ok
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient
from tests.support.services import admit_everybody, demo_settings

LIBRARIES = {
    "achievement": ["title", "summary", "region", "owner_name", "public_alias", "indicators"],
    "demand": ["title", "main_problem", "region", "deadline", "owner_name", "public_alias"],
    "manager": ["title", "expertise", "affiliations"],
}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return demo_settings(home=tmp_path / "home", database_url=database_url)


def assemble() -> FastAPI:
    """The routes, worked out once."""
    app = FastAPI()
    install_handlers(app)
    for router in (accounts, libraries, agreements, feed, open_data):
        app.include_router(router)
    return app


def equip(app: FastAPI, database: Database, settings: Settings) -> None:
    """Give the routes a database."""
    app.state.services = services = Services()
    services[Database] = database
    services[Settings] = settings
    services[Indexer] = RecordingIndexer()
    services[SynonymFile] = SynonymFile(settings)
    admit_everybody(services)
    services[Disclosure] = Disclosure(manager_of_user, lambda _session, _principal: NOTHING_OPENED)


@pytest.fixture(scope="session")
def assembled() -> FastAPI:
    return assemble()


@pytest.fixture
def client(database: Database, settings: Settings, assembled: FastAPI) -> TestClient:
    equip(assembled, database, settings)
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


@pytest.fixture
def institution(scenario: Scenario) -> UserClient:
    return scenario.user_client(Role.INSTITUTION)


@dataclass
class Partner:
    """A partner platform: the client of its key, and the copy that it keeps of what it was given."""

    key: UserClient
    organisation_id: Any
    agreement: dict[str, Any]
    cursor: str | None = None
    copy: dict[str, dict[str, Any]] = field(default_factory=dict)

    def page(self, **params: Any) -> Any:
        asked = {} if self.cursor is None else {"cursor": self.cursor}
        return self.key.get("/v1/feed", **asked | params)

    def follow(self, limit: int = 200) -> list[dict[str, Any]]:
        """Read to the end; the entries, which are applied to the copy."""
        entries = []
        more = True
        while more:
            page = ok(self.page(limit=limit))
            assert page["cursor"] == self.cursor
            entries += page["entries"]
            self.cursor, more = page["next"], page["more"]
        for entry in entries:
            if entry["op"] == "upsert":
                self.copy[entry["id"]] = entry["record"]
            else:
                self.copy.pop(entry["id"], None)
        return entries


def agreement_payload(organisation_id: Any, **changes: Any) -> dict[str, Any]:
    return {
        "organisation_id": str(organisation_id),
        "libraries": LIBRARIES,
        "publish_modes": ["public", "confidential"],
        "level": "verified",
        "all_regions": True,
        "starts_on": "2026-01-01",
        "basis": "省市成果库数据共享协议",
        "agreed_by": "省平台成果处",
    } | changes


@pytest.fixture
def new_partner(scenario: Scenario, operator: UserClient) -> Any:
    """`new_partner(**changes of the agreement)` → a partner with an agreement and a key."""

    def make(**changes: Any) -> Partner:
        user = scenario.user_client(Role.INSTITUTION)
        payload = agreement_payload(user.user.organisation_id, **changes)
        agreement = created(operator.post("/v1/partner-agreements", payload))
        return Partner(scenario.key_client(user.user, "feed:read"), user.user.organisation_id, agreement)

    return make
