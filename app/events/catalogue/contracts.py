"""Events of contracts."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ContractEvent(DomainEvent):
    """About one contract: its engagement and pair (if any), parties, managers, state and version."""

    subject_id: UUID
    contract_id: UUID
    number: str
    engagement_id: UUID | None = None
    demand_id: UUID | None = None
    achievement_id: UUID | None = None
    buyer_org_id: UUID
    seller_org_id: UUID
    manager_ids: list[UUID]
    state: str
    version: int


class ContractSigned(ContractEvent):
    name: ClassVar = "contract.signed"


@dataclass(frozen=True, kw_only=True)
class ContractRegistered(ContractEvent):
    name: ClassVar = "contract.registered"

    registered_on: date


@dataclass(frozen=True, kw_only=True)
class ContractLanded(ContractEvent):
    """The landing (落地) of the contract was recorded."""

    name: ClassVar = "contract.landed"

    landed_on: date
    landed_in_jinan: bool


@dataclass(frozen=True, kw_only=True)
class ContractAmended(ContractEvent):
    """A signed contract has changed in the fields `changed`."""

    name: ClassVar = "contract.amended"

    changed: list[str]
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ContractCancelled(ContractEvent):
    name: ClassVar = "contract.cancelled"

    from_state: str
    reason: str
