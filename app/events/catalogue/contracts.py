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


class ContractDrafted(ContractEvent):
    """A draft was entered; its parties and managers may look at it before it is signed."""

    name: ClassVar = "contract.drafted"


@dataclass(frozen=True, kw_only=True)
class ContractRedrafted(ContractEvent):
    """A draft has changed, before anybody signed it. It names `new_parties` since, and `consents_of` have to confirm a
    share since; `actor_id` is who changed it. While it `waits` for confirmations of shares, the parties hear of it with
    the last one."""

    name: ClassVar = "contract.redrafted"

    new_parties: list[UUID]
    consents_of: list[UUID]
    actor_id: UUID | None = None
    waits: bool = True


@dataclass(frozen=True, kw_only=True)
class ContractDropped(ContractEvent):
    """A draft names these parties and managers no longer; `actor_id` is who changed it."""

    name: ClassVar = "contract.dropped"

    former_parties: list[UUID]
    former_managers: list[UUID]
    actor_id: UUID | None = None


class ContractReady(ContractEvent):
    """The last manager has confirmed their share of the draft: the parties may sign it."""

    name: ClassVar = "contract.ready"


class ContractSigned(ContractEvent):
    """Both parties have signed the contract."""

    name: ClassVar = "contract.signed"


@dataclass(frozen=True, kw_only=True)
class ContractSignatureGiven(ContractEvent):
    """One party has signed: the terms, or an amendment. `missing` are the sides that have not."""

    name: ClassVar = "contract.signature_given"

    side: str
    missing: list[str]
    amendment_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ContractSignaturesVoided(ContractEvent):
    """The terms changed in the fields `changed` before both had signed; these sides must sign again."""

    name: ClassVar = "contract.signatures_voided"

    sides: list[str]
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class ContractAmendmentProposed(ContractEvent):
    """A change or the end of a signed contract waits for signatures, and for the consents of these managers."""

    name: ClassVar = "contract.amendment_proposed"

    amendment_id: UUID
    kind: str
    changed: list[str]
    reason: str
    proposed_as: str
    consents_of: list[UUID]


@dataclass(frozen=True, kw_only=True)
class ContractAmendmentClosed(ContractEvent):
    """A proposed amendment was declined or replaced; the contract stays as it is."""

    name: ClassVar = "contract.amendment_closed"

    amendment_id: UUID
    outcome: str
    reason: str


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
