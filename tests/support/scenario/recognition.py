"""Managers with contracts and certificates, for recognition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import update

from app.accounts.models import Organisation, Role
from app.database import now
from app.engagements.contract_models import Contract
from app.engagements.events import contract_payload
from app.events.catalogue import ContractAmended
from app.events.outbox import emit
from app.libraries.managers.models import Affiliation, Manager
from app.talent.certificates.models import TrainingCertificate
from tests.support.builders.contracts import make_contract
from tests.support.scenario.library_users import LibraryUsers, UserClient

_numbers = count(1)


@dataclass(frozen=True)
class Person:
    """A manager: the id and number of their record, and their client, if they have a login."""

    id: UUID
    number: str
    name: str
    organisation_id: UUID
    http: UserClient


class Recognition(LibraryUsers):
    """Managers as recognition sees them. Needs the scenario's `http`."""

    @cached_property
    def operator_client(self) -> UserClient:
        return self.user_client(Role.OPERATOR)

    def recognised_manager(self, name: str = "林若溪", *, organisation: Organisation | None = None) -> Person:
        """Published, with a login; of the organisation, or one of their own."""
        http = self.user_client(Role.MANAGER, organisation or self.registered_organisation())
        manager = self.manager_record(name, user_id=http.user.id, owner=http.user.organisation_id)
        return Person(manager.id, manager.number, name, manager.owner_org_id, http)

    def manager_record(self, name: str, *, owner: UUID | None, user_id: UUID | None = None) -> Manager:
        with self.database.unit_of_work() as session:
            manager = Manager(
                number=f"JN-M-TEST-{next(_numbers):06d}",
                title=name,
                owner_org_id=owner or self.registered_organisation().id,
                user_id=user_id,
                state="published",
                published_at=now(),
                region="370100",
            )
            manager.affiliations = [Affiliation(organisation_id=manager.owner_org_id, is_primary=True)]
            session.add(manager)
            session.flush()
            return manager

    def signed_contract(self, shares: Mapping[UUID, str | Decimal] | UUID, **facts: Any) -> UUID:
        """For one manager alone, or by shares."""
        with self.database.unit_of_work() as session:
            parts = shares if isinstance(shares, Mapping) else {shares: "100"}
            return make_contract(session, parts, **facts).id

    def signed_contracts(self, manager: UUID, number: int, **facts: Any) -> list[UUID]:
        with self.database.unit_of_work() as session:
            return [make_contract(session, {manager: "100"}, **facts).id for _ in range(number)]

    def change_contract(self, contract_id: UUID, **columns: Any) -> None:
        with self.database.unit_of_work() as session:
            session.execute(
                update(Contract)
                .where(Contract.id == contract_id)
                .values(version=Contract.version + 1, **columns)
            )

    def announce_amendment(self, contract_id: UUID) -> None:
        """Say that the contract, as it is now, was amended."""
        with self.database.unit_of_work() as session:
            contract = session.get_one(Contract, contract_id)
            emit(session, ContractAmended(**contract_payload(contract), changed=["deal_amount_wan"]))

    def verified_certificate(self, manager: UUID, level: str, valid_to: date | None = None) -> UUID:
        """Verified already."""
        with self.database.unit_of_work() as session:
            row = TrainingCertificate(
                manager_id=manager,
                level=level,
                number=f"ZS-{next(_numbers)}",
                issued_by="国家技术转移人才培养基地（山东）",
                issued_on=date(2026, 1, 5),
                valid_to=valid_to,
                evidence="档案",
                state="verified",
            )
            session.add(row)
            session.flush()
            return row.id

    def tier_of(self, manager: Person, year: int = 2026) -> dict[str, Any]:
        answer = self.operator_client.get(f"/v1/managers/{manager.id}/tier", year=year)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body
