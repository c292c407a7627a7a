"""Records that waited for the verification of their owner, published once the bureau has verified the organisation."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import SYSTEM, Principal
from app.accounts.models import Organisation
from app.database import Database
from app.errors import SankuError
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.libraries.library import Library
from app.libraries.lifecycle.commands import MoveRecord
from app.libraries.lifecycle.dry_run import dry_run
from app.libraries.lifecycle.storage import execute
from app.libraries.lifecycle.transitions import TRANSITIONS
from app.libraries.record.enums import RecordState
from app.libraries.record.indexing import Indexer, PreparedForIndex
from app.libraries.registry import LIBRARIES
from app.services import Services
from app.settings import Settings

Waiting = list[tuple[MoveRecord, PreparedForIndex | None]]


def plan_publication(services: Services, session: Session, event: ClaimedEvent) -> Waiting:
    """Embed the submitted records of the verified organisation, but for libraries whose records are all reviewed.

    A record that no longer meets the rules, such as one with a passed deadline, stays submitted for the bureau.
    """
    settings, organisation_id = services[Settings], subject_id_of(event)
    session.close()  # embedding takes time; each step below reads in a session of its own
    planned: Waiting = []
    for library in LIBRARIES.values():
        if library.needs_review(settings):
            continue
        for record_id in _waiting(services[Database], library, organisation_id):
            command = MoveRecord(
                library=library,
                principal=SYSTEM,
                settings=settings,
                record_id=record_id,
                transition=TRANSITIONS["approve"],
            )
            try:
                planned.append((command, dry_run(services[Database], services[Indexer], command)))
            except SankuError:
                continue
    return planned


def waiting_for_verification(
    session: Session, settings: Settings, organisation_id: UUID, *, principal: Principal
) -> int:
    """How many records the verification of the organisation publishes, so far as they meet the rules.

    Raises:
        Forbidden: the principal does not verify organisations.
    """
    require(principal, Action.ORGANISATION_VERIFY)
    found = 0
    for library in LIBRARIES.values():
        if not library.needs_review(settings):
            query = _submitted(library.model, organisation_id).with_only_columns(func.count())
            found += session.scalar(query) or 0
    return found


def publish_planned(services: Services, session: Session, event: ClaimedEvent, planned: Waiting) -> None:
    """Publish what was planned, unless the organisation or the record changed meanwhile."""
    organisation = session.get(Organisation, subject_id_of(event))
    if organisation is None or not organisation.trusted:
        return
    for command, prepared in planned:
        if _is_submitted(session, command):
            execute(session, command, prepared, indexer=services[Indexer])


def _waiting(database: Database, library: Library, organisation_id: UUID) -> Iterator[UUID]:
    model: Any = library.model
    with database.reading() as session:
        ids = session.scalars(_submitted(model, organisation_id).order_by(model.id)).all()
    yield from ids


def _submitted(model: Any, organisation_id: UUID) -> Select[Any]:
    return select(model.id).where(
        model.owner_org_id == organisation_id, model.state == RecordState.SUBMITTED.value
    )


def _is_submitted(session: Session, command: MoveRecord) -> bool:
    model: Any = command.library.model
    query = select(model.state).where(model.id == command.record_id).with_for_update()
    return session.scalar(query) == RecordState.SUBMITTED.value
