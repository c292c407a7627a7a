"""Event handlers of recognition: tiers follow contracts, certificates, filings and policy choices.

All handlers are idempotent: a tier is computed from the current rows, not from the event.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from app.events.catalogue import ContractAmended, OrganisationChanged, TiersOutdated
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.events.outbox import emit
from app.services import Services
from app.talent.rounds.reviews.service import doubt
from app.talent.tiers.loader import (
    managers_of_contract,
    managers_of_party,
    managers_who_lost,
    managers_with_tier_inputs,
)
from app.talent.tiers.service import REFRESH_BATCH, refresh

ManagerIds = list[UUID]


def doubt_recognitions(_: Services, session: Session, event: ClaimedEvent) -> None:
    """What a manager was recognised for and would not be without this certificate or contract waits for the bureau."""
    payload = event.payload
    # A contract may name nobody: a draft of the parties alone, or a row of a ledger.
    managers = payload["manager_ids"] if "manager_ids" in payload else [payload["manager_id"]]
    for manager_id in managers:
        doubt(session, UUID(str(manager_id)), subject_id_of(event), cause=event.name)


def doubt_recognitions_of_less(_: Services, session: Session, event: ClaimedEvent) -> None:
    """The same where an amendment or a correction has made less of a contract."""
    amended = ContractAmended.of(event)
    for manager_id in managers_who_lost(session, amended.contract_id, amended.version):
        doubt(session, manager_id, amended.contract_id, cause=event.name)


def find_managers_of_contract(_: Services, session: Session, event: ClaimedEvent) -> ManagerIds:
    return managers_of_contract(session, subject_id_of(event))


def find_managers_of_party(_: Services, session: Session, event: ClaimedEvent) -> ManagerIds:
    """A tier may depend on the region of the parties to a contract."""
    changed = OrganisationChanged.of(event)
    return managers_of_party(session, changed.subject_id) if "region" in changed.changed else []


def find_all_managers(_: Services, session: Session, __: ClaimedEvent) -> ManagerIds:
    return managers_with_tier_inputs(session)


def find_outdated_managers(_: Services, __: Session, event: ClaimedEvent) -> ManagerIds:
    return TiersOutdated.of(event).manager_ids


def find_manager(_: Services, __: Session, event: ClaimedEvent) -> ManagerIds:
    """The manager in the event's payload."""
    return [UUID(event.payload["manager_id"])]


def refresh_tiers(_: Services, session: Session, event: ClaimedEvent, manager_ids: ManagerIds) -> None:
    """Recompute the tiers of these managers; emits `TierChanged` for each change."""
    refresh(session, manager_ids, cause=event.name, cause_id=event.subject_id)


def refresh_tiers_in_batches(
    _: Services, session: Session, event: ClaimedEvent, manager_ids: ManagerIds
) -> None:
    """Emit `TiersOutdated` for batches of managers, so that no transaction locks all managers' rows."""
    for start in range(0, len(manager_ids), REFRESH_BATCH):
        batch = manager_ids[start : start + REFRESH_BATCH]
        emit(session, TiersOutdated(subject_id=subject_id_of(event), manager_ids=batch))
