"""Fixtures: the routes of the libraries on a real database with real logins; only the embedding is replaced."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import errors
from app.accounts.api import router as accounts
from app.accounts.models import Organisation, Role, User
from app.database import Database
from app.errors import StaleVersion
from app.events.outbox import Event
from app.libraries.api import router
from app.libraries.managers.service import manager_of_user
from app.libraries.record.models import Record
from app.settings import Settings
from tests.support.builders.accounts import bearer, make_api_key, make_organisation, make_user


@dataclass(frozen=True)
class Text:
    """What `RecordingIndexer` prepares: the text itself in place of its vector."""

    text_hash: str


@dataclass
class RecordingIndexer:
    """Records which records are indexed; fulfils ``record.indexing.Indexer``."""

    findable: dict[UUID, str] = field(default_factory=dict)

    def prepare(self, records: Sequence[Record], *, on_progress: Any = None) -> list[Any]:
        return [Text(_text(record)) for record in records]

    def store(self, session: Session, record: Record, prepared: Any) -> None:
        if prepared.text_hash != _text(record):
            raise StaleVersion
        self.findable[record.id] = prepared.text_hash

    def remove(self, session: Session, record: Record) -> None:
        self.findable.pop(record.id, None)


def _text(record: Record) -> str:
    main = {"achievement": "summary", "demand": "main_problem", "manager": "expertise"}[record.kind]
    return f"{record.title}\n{getattr(record, main)}"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path / "home", database_url=database_url, demo=True)


@pytest.fixture
def indexer() -> RecordingIndexer:
    return RecordingIndexer()


@pytest.fixture
def app(database: Database, settings: Settings, indexer: RecordingIndexer) -> FastAPI:
    app = FastAPI()
    errors.install(app)
    app.state.database = database
    app.state.settings = settings
    app.state.indexer = indexer
    app.state.manager_of_user = manager_of_user
    app.include_router(accounts)
    app.include_router(router)
    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


class Somebody:
    """A client that sends one user's credentials."""

    def __init__(self, client: TestClient, headers: dict[str, str], user: User | None = None) -> None:
        self._client = client
        self.headers = headers
        self.user = user

    def get(self, path: str, **params: Any) -> Any:
        return self._client.get(path, params=params, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._client.post(path, json=body, headers=self.headers | _names(headers))

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._client.patch(path, json=body, headers=self.headers | _names(headers))

    def delete(self, path: str, **headers: str) -> Any:
        return self._client.delete(path, headers=self.headers | _names(headers))

    def make(self, library: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create a record and expect success."""
        answer = self.post(f"/v1/{library}", body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class World:
    """Users, their organisations and their HTTP clients."""

    client: TestClient
    database: Database
    settings: Settings

    def organisation(self, **facts: Any) -> Organisation:
        with self.database.unit_of_work() as session:
            return make_organisation(session, **facts)

    def somebody(self, role: Role, organisation: Organisation | None = None) -> Somebody:
        with self.database.unit_of_work() as session:
            if organisation is not None:
                organisation = session.get(Organisation, organisation.id)
            user = make_user(session, role=role, organisation=organisation)
            return Somebody(self.client, bearer(session, self.settings, user), user)

    def key(self, user: User, *scopes: str) -> Somebody:
        with self.database.unit_of_work() as session:
            return Somebody(self.client, {"X-API-Key": make_api_key(session, user, *scopes)})

    @property
    def stranger(self) -> Somebody:
        return Somebody(self.client, {})

    def events(self, subject: str | None = None) -> list[str]:
        query = select(Event.name).order_by(Event.id)
        if subject is not None:
            query = query.where(Event.subject_id == UUID(subject))
        with self.database.reading() as session:
            return list(session.scalars(query))


@pytest.fixture
def world(client: TestClient, database: Database, settings: Settings) -> World:
    return World(client, database, settings)


@pytest.fixture
def operator(world: World) -> Somebody:
    return world.somebody(Role.OPERATOR)


@pytest.fixture
def enterprise(world: World) -> Somebody:
    """A user of 济南泽垚泵阀铸造有限公司."""
    return world.somebody(Role.ENTERPRISE, world.organisation(name="济南泽垚泵阀铸造有限公司"))


@pytest.fixture
def rival(world: World) -> Somebody:
    """A user of another enterprise."""
    return world.somebody(Role.ENTERPRISE)


@pytest.fixture
def institution(world: World) -> Somebody:
    return world.somebody(Role.INSTITUTION)


@pytest.fixture
def manager(world: World) -> Somebody:
    return world.somebody(Role.MANAGER)
