"""What recognition does when something has happened: tiers follow contracts, certificates, filings and choices.

Each handler is harmless when run twice: a tier is computed from what is, not from the event.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from app.events.catalogue import OrganisationChanged, TiersOutdated
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.events.outbox import emit
from app.services import Services
from app.talent.tiers.loader import managers_of_contract, managers_of_party, managers_with_something
from app.talent.tiers.service import REFRESHED_AT_ONCE, refresh

ManagerIds = list[UUID]


def find_managers_of_contract(_: Services, session: Session, event: ClaimedEvent) -> ManagerIds:
    return managers_of_contract(session, subject_id_of(event))


def find_managers_of_party(_: Services, session: Session, event: ClaimedEvent) -> ManagerIds:
    """A tier may depend on the region of the parties to a contract."""
    changed = OrganisationChanged.of(event)
    return managers_of_party(session, changed.subject_id) if "region" in changed.changed else []


def find_all_managers(_: Services, session: Session, __: ClaimedEvent) -> ManagerIds:
    return managers_with_something(session)


def find_outdated_managers(_: Services, __: Session, event: ClaimedEvent) -> ManagerIds:
    return TiersOutdated.of(event).manager_ids


def find_manager(_: Services, __: Session, event: ClaimedEvent) -> ManagerIds:
    """The one manager that the event is about: its payload names them."""
    return [UUID(event.payload["manager_id"])]


def refresh_tiers(_: Services, session: Session, event: ClaimedEvent, manager_ids: ManagerIds) -> None:
    """Compute the tiers of the managers concerned; emit `TierChanged` where one differs."""
    refresh(session, manager_ids, cause=event.name, cause_id=event.subject_id)


def refresh_tiers_in_batches(
    _: Services, session: Session, event: ClaimedEvent, manager_ids: ManagerIds
) -> None:
    """Emit `TiersOutdated` for each batch of these managers, so that no transaction holds every manager's row."""
    for start in range(0, len(manager_ids), REFRESHED_AT_ONCE):
        batch = manager_ids[start : start + REFRESHED_AT_ONCE]
        emit(session, TiersOutdated(subject_id=subject_id_of(event), manager_ids=batch))
