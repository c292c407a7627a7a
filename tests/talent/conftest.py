"""The routes of recognition on a real database, with real logins and the real worker; only embedding stands outside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import update

from app import errors
from app.accounts.api import router as accounts
from app.accounts.models import Organisation, Role
from app.clock import JINAN_TIME
from app.database import Database, now
from app.engagements.contract_models import Contract
from app.engagements.contracts.api import router as contracts
from app.engagements.files.storage import DiskStore
from app.events import catalogue
from app.events.handler import by_name
from app.libraries.api import router as libraries
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.managers.service import manager_of_user
from app.settings import Settings
from app.talent import handlers
from app.talent.api import router as talent
from app.talent.certificates.models import TrainingCertificate
from app.workers.worker import Worker
from tests.libraries.conftest import RecordingIndexer, Somebody
from tests.libraries.conftest import World as LibraryWorld
from tests.support.builders.contracts import make_contract
from tests.support.events import emit_named
from tests.support.handlers import handlers_of
from tests.support.services import make_services

_numbers = count(1)


@pytest.fixture(autouse=True)
def a_day_in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules of the policy hold in 2026–2028, and examples have fixed days: recognition sees one day for ever."""
    noon = datetime(2026, 11, 26, 12, tzinfo=JINAN_TIME)
    monkeypatch.setattr("app.clock.local_now", lambda: noon)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path / "home", database_url=database_url, demo=True)


@pytest.fixture
def app(database: Database, settings: Settings) -> FastAPI:
    app = FastAPI()
    errors.install(app)
    app.state.database = database
    app.state.settings = settings
    app.state.indexer = RecordingIndexer()
    app.state.manager_of_user = manager_of_user
    app.state.files = DiskStore(settings.files_path)
    for router in (accounts, libraries, contracts, talent):
        app.include_router(router)
    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@dataclass(frozen=True)
class Person:
    """A manager: his record's id and number, and (unless he only has a record) the client that he uses."""

    id: UUID
    number: str
    name: str
    organisation_id: UUID
    http: Somebody


@dataclass
class World(LibraryWorld):
    """A town of managers with contracts and certificates."""

    operators: list[Somebody] = field(default_factory=list)

    @property
    def operator(self) -> Somebody:
        if not self.operators:
            self.operators.append(self.somebody(Role.OPERATOR))
        return self.operators[0]

    def manager(self, name: str = "林若溪", *, organisation: Organisation | None = None) -> Person:
        """Published, with a login; of the organisation, or one of his own."""
        http = self.somebody(Role.MANAGER, organisation or self.organisation())
        assert http.user is not None
        manager = self.record(name, user_id=http.user.id, owner=http.user.organisation_id)
        return Person(manager.id, manager.number, name, manager.owner_org_id, http)

    def record(self, name: str, *, owner: UUID | None, user_id: UUID | None = None) -> Manager:
        with self.database.unit_of_work() as session:
            manager = Manager(
                number=f"JN-M-TEST-{next(_numbers):06d}",
                title=name,
                owner_org_id=owner or self.organisation().id,
                user_id=user_id,
                state="published",
                published_at=now(),
                region="370100",
            )
            manager.affiliations = [Affiliation(organisation_id=manager.owner_org_id, is_primary=True)]
            session.add(manager)
            session.flush()
            return manager

    def contract(self, shares: Mapping[UUID, str | Decimal] | UUID, **facts: Any) -> UUID:
        """For one manager alone, or by shares."""
        with self.database.unit_of_work() as session:
            parts = shares if isinstance(shares, Mapping) else {shares: "100"}
            return make_contract(session, parts, **facts).id

    def contracts(self, manager: UUID, number: int, **facts: Any) -> list[UUID]:
        with self.database.unit_of_work() as session:
            return [make_contract(session, {manager: "100"}, **facts).id for _ in range(number)]

    def change_contract(self, contract_id: UUID, **columns: Any) -> None:
        with self.database.unit_of_work() as session:
            session.execute(
                update(Contract)
                .where(Contract.id == contract_id)
                .values(version=Contract.version + 1, **columns)
            )

    def certificate(self, manager: UUID, level: str, valid_to: date | None = None) -> UUID:
        """Verified already."""
        with self.database.unit_of_work() as session:
            row = TrainingCertificate(
                manager_id=manager,
                level=level,
                number=f"ZS-{next(_numbers)}",
                issued_by="国家技术转移人才培养基地(山东)",
                issued_on=date(2026, 1, 5),
                valid_to=valid_to,
                evidence="档案",
                state="verified",
            )
            session.add(row)
            session.flush()
            return row.id

    def tell(self, event: str, subject: UUID, **payload: Any) -> None:
        with self.database.unit_of_work() as session:
            emit_named(session, event, subject_id=subject, payload=payload)

    def work(self) -> int:
        """Let the worker settle what is due."""
        table = handlers_of([handlers.__name__], events=catalogue.talent.__name__)
        return Worker(make_services(self.database, self.settings), by_name(table)).run_until_idle()

    def tier(self, manager: Person, year: int = 2026) -> dict[str, Any]:
        answer = self.operator.get(f"/v1/managers/{manager.id}/tier", year=year)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


@pytest.fixture
def world(client: TestClient, database: Database, settings: Settings) -> World:
    return World(client, database, settings)
