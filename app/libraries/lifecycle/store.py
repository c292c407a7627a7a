"""Storing what a command has done: version, history, codes, words, audit, events and index, in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_sent
from app.database import now
from app.errors import Conflict, StaleVersion
from app.events.catalogue import (
    AchievementChanged,
    AchievementClosed,
    AchievementPublished,
    AchievementWithdrawn,
    DemandChanged,
    DemandClosed,
    DemandPublished,
    DemandWithdrawn,
    ManagerChanged,
    ManagerClosed,
    ManagerPublished,
    ManagerWithdrawn,
)
from app.events.catalogue.records import RecordEvent
from app.events.outbox import emit
from app.libraries.disclosure.visibility import owns
from app.libraries.library import Library
from app.libraries.lifecycle.commands import Command, find
from app.libraries.lifecycle.transitions import PendingChange
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.indexing import Indexer, PreparedForIndex
from app.libraries.record.models import Record, RecordVersion
from app.libraries.record.reference_numbers import next_numbers
from app.libraries.record.versions import snapshot, version_row
from app.libraries.search import facet_index, full_text
from app.libraries.validation.completeness import completeness

_EVENTS: Mapping[
    RecordKind, tuple[type[RecordEvent], type[RecordEvent], type[RecordEvent], type[RecordEvent]]
] = {
    RecordKind.DEMAND: (DemandPublished, DemandChanged, DemandWithdrawn, DemandClosed),
    RecordKind.ACHIEVEMENT: (
        AchievementPublished,
        AchievementChanged,
        AchievementWithdrawn,
        AchievementClosed,
    ),
    RecordKind.MANAGER: (ManagerPublished, ManagerChanged, ManagerWithdrawn, ManagerClosed),
}
"""Published, changed, withdrawn, closed."""


def execute(
    session: Session, command: Command, prepared: PreparedForIndex | None, *, indexer: Indexer
) -> Record:
    """Apply the command in the caller's transaction and store all that goes with it.

    Raises:
        StaleVersion: the record changed after `prepared` was computed.
    """
    with session.no_autoflush:
        applied = command.apply(session, lock=True)
    store(session, [applied], [prepared], principal=command.principal, indexer=indexer)
    return applied.record


def store(
    session: Session,
    done: Sequence[PendingChange],
    prepared: Sequence[PreparedForIndex | None],
    *,
    principal: Principal,
    indexer: Indexer,
) -> None:
    """Store changed records of one library; one that the command left as it was is not touched."""
    work = [(applied, ready) for applied, ready in zip(done, prepared, strict=True) if applied.changed]
    _number(session, [applied for applied, _ in work if applied.before is None])
    _write(session, [applied for applied, _ in work], principal)
    for applied, ready in work:
        _follow(session, applied, ready, indexer)


def grant(session: Session, done: Sequence[PendingChange], *, principal: Principal) -> None:
    """Store what the bureau granted to records and nobody typed into them (`Library.awarded`).

    No text and no vector knows of such fields, so neither index nor matching is told.

    Raises:
        ValueError: more than granted fields was changed; that has to pass `store`.
    """
    work = [applied for applied in done if applied.changed]
    for applied in work:
        if not applied.library.awarded.issuperset(applied.changed):
            raise ValueError(f"no grant: {applied.changed}")
    _write(session, work, principal)


def discard(
    session: Session, library: Library, record_id: UUID, *, principal: Principal, if_match: str | None
) -> None:
    """Delete a draft that was never published, with its history; that it existed stays in the audit trail.

    Raises:
        NotFound, Forbidden, StaleVersion: as for every change.
        Conflict: it is no draft, or others have seen it: such a record is withdrawn, and kept.
    """
    record = find(session, library, record_id, principal, lock=True)
    require(principal, library.action("withdraw"), own=owns(principal, record))
    check_if_sent(if_match, record)
    if record.state != RecordState.DRAFT or record.published_at is not None:
        raise Conflict(
            "Only a draft that was never published can be deleted; withdraw the record instead.",
            "只能删除从未发布过的草稿;其他记录请下架。",
            code="not_a_draft",
        )
    facet_index.drop_codes(session, record)
    full_text.drop_document(session, record)
    session.execute(delete(RecordVersion).where(RecordVersion.record_id == record.id))
    session.delete(record)
    audit.record(session, principal, f"{library.kind.value}.delete", record.id, record.number)


def _number(session: Session, new: Sequence[PendingChange]) -> None:
    if not new:
        return
    numbers = next_numbers(session, new[0].library.kind, count=len(new))
    for applied, number in zip(new, numbers, strict=True):
        applied.record.number = number


def _write(session: Session, work: Sequence[PendingChange], principal: Principal) -> None:
    """The records and what is kept beside each of them."""
    for applied in work:
        _stamp(applied)
        session.add(applied.record)
    session.flush()
    for applied in work:
        _write_beside(session, applied, principal)
    session.flush()
    for applied in work:
        audit.record(
            session,
            principal,
            f"{applied.library.kind.value}.{applied.action}",
            applied.record.id,
            f"{applied.record.number} {applied.note}".strip(),
        )


def _stamp(applied: PendingChange) -> None:
    record = applied.record
    record.completeness = completeness(record.kind, applied.after).score
    record.updated_at = now()
    if applied.before is not None:
        record.version += 1


def _write_beside(session: Session, applied: PendingChange, principal: Principal) -> None:
    library, record = applied.library, applied.record
    data: dict[str, Any] = snapshot(record, library.relations)
    session.add(
        version_row(record, action=applied.action, principal=principal, changed=applied.changed, data=data)
    )
    if applied.before is not None:
        facet_index.drop_codes(session, record)
        document = full_text.document_of(session, record)
    else:
        document = full_text.SearchDocument()
    session.add_all(facet_index.code_rows(record, library.facets))
    full_text.write_document(
        document,
        record,
        public=library.texts(record, library.public_texts),
        member=library.texts(record, library.member_texts),
    )
    session.add(document)


def _follow(
    session: Session, applied: PendingChange, prepared: PreparedForIndex | None, indexer: Indexer
) -> None:
    """Index and event: what the change means for matching."""
    published, changed, withdrawn, closed = _EVENTS[applied.library.kind]
    event: type[RecordEvent] | None = None
    if applied.is_published:
        if prepared is None:
            raise StaleVersion
        indexer.store(session, applied.record, prepared)
        if not applied.was_published:
            event = published
        elif applied.library.affects_matching(applied.changed):
            event = changed
    elif applied.was_published:
        indexer.remove(session, applied.record)
        event = closed if applied.record.state == RecordState.CLOSED else withdrawn
    if event:
        emit(session, event(subject_id=applied.record.id, version=applied.record.version))
