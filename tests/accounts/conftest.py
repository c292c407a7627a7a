"""Fixtures: only the routes of accounts, on a real database, without model and worker."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.accounts.access.opened_records import NOTHING_OPENED, Disclosure
from app.accounts.api import router
from app.accounts.models import Organisation, Role, User
from app.database import Database
from app.errors.handlers import install_handlers
from app.services import Services
from app.settings import Settings
from tests.support.builders.accounts import (
    PASSWORD,
    bearer,
    make_api_key,
    make_organisation,
    make_user,
)
from tests.support.services import admit_everybody, demo_settings

# For tests of checks that end before the database: both would only take twice the time.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return demo_settings(
        home=tmp_path / "home",
        database_url=database_url,
        login_attempts_per_10_minutes=3,
    )


@pytest.fixture(scope="session")
def assembled() -> FastAPI:
    """Routes are worked out when they first answer, which takes longer than most answers."""
    app = FastAPI()
    install_handlers(app)
    app.include_router(router)
    return app


@pytest.fixture
def app(database: Database, settings: Settings, assembled: FastAPI) -> FastAPI:
    assembled.state.services = services = Services()
    services[Database] = database
    services[Settings] = settings
    admit_everybody(services)
    services[Disclosure] = Disclosure(
        lambda _session, _user: None, lambda _session, _principal: NOTHING_OPENED
    )
    return assembled


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


@dataclass
class People:
    """Creates users and returns the headers of their requests."""

    database: Database
    settings: Settings

    def make(self, role: Role = Role.ENTERPRISE, *, beside: User | None = None, **facts: Any) -> User:
        """`beside`: a colleague of this user."""
        with self.database.unit_of_work() as session:
            if beside is not None:
                facts["organisation"] = session.get_one(Organisation, beside.organisation_id)
            return make_user(session, role=role, **facts)

    def organisation(self, **facts: Any) -> Organisation:
        with self.database.unit_of_work() as session:
            return make_organisation(session, **facts)

    def headers(self, user: User) -> dict[str, str]:
        with self.database.unit_of_work() as session:
            return bearer(session, self.settings, user)

    def role(self, role: Role) -> dict[str, str]:
        return self.headers(self.make(role))

    def key(self, user: User, *scopes: str) -> str:
        with self.database.unit_of_work() as session:
            return make_api_key(session, user, *scopes)


@pytest.fixture
def people(database: Database, settings: Settings) -> People:
    return People(database, settings)


@pytest.fixture
def log_in(client: TestClient) -> Any:
    def log_in(user: User, password: str = PASSWORD) -> Any:
        return client.post("/v1/auth/token", data={"username": user.email, "password": password})

    return log_in
