"""Storage of a changed record, with everything that depends on it, in one transaction.

That is its version, facet codes, search words, audit entry, event and index entry.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.clock import day_start
from app.conditional_requests import check_if_sent
from app.database import insert_into, now
from app.errors import Conflict, StaleVersion
from app.events.catalogue import (
    AchievementChanged,
    AchievementClosed,
    AchievementPublished,
    AchievementReturned,
    AchievementWithdrawn,
    DemandChanged,
    DemandClosed,
    DemandPublished,
    DemandReturned,
    DemandWithdrawn,
    ManagerChanged,
    ManagerClosed,
    ManagerPublished,
    ManagerReturned,
    ManagerWithdrawn,
)
from app.events.catalogue.records import RecordEvent
from app.events.outbox import emit_many
from app.libraries.library import Library
from app.libraries.lifecycle.commands import Command
from app.libraries.lifecycle.lookup import find
from app.libraries.lifecycle.tie_changes import watch_ties
from app.libraries.lifecycle.transitions import PendingChange
from app.libraries.record.enums import PublishMode, RecordKind, RecordState, ViewLevel
from app.libraries.record.indexing import Indexer, PreparedForIndex
from app.libraries.record.models import Record, RecordCode, RecordVersion
from app.libraries.record.reference_numbers import next_numbers, unlinked_number
from app.libraries.record.versions import version_values
from app.libraries.search import facet_index, full_text
from app.libraries.search.full_text import SearchDocument
from app.libraries.validation.completeness import shown_completeness
from app.libraries.visibility.fields import fields_at
from app.libraries.visibility.rows import owns

_EVENTS: Mapping[
    RecordKind,
    tuple[type[RecordEvent], type[RecordEvent], type[RecordEvent], type[RecordEvent], type[RecordEvent]],
] = {
    RecordKind.DEMAND: (DemandPublished, DemandChanged, DemandWithdrawn, DemandClosed, DemandReturned),
    RecordKind.ACHIEVEMENT: (
        AchievementPublished,
        AchievementChanged,
        AchievementWithdrawn,
        AchievementClosed,
        AchievementReturned,
    ),
    RecordKind.MANAGER: (ManagerPublished, ManagerChanged, ManagerWithdrawn, ManagerClosed, ManagerReturned),
}
"""Kind → the events published, changed, withdrawn, closed, and returned unpublished."""


def execute(
    session: Session, command: Command, prepared: PreparedForIndex | None, *, indexer: Indexer
) -> Record:
    """Apply the command and store the changed record, in the caller's transaction.

    Raises:
        StaleVersion: the record has changed since `prepared` was computed.
    """
    with session.no_autoflush:
        change = command.apply(session, lock=True)
    store(session, [change], [prepared], principal=command.principal, indexer=indexer)
    return change.record


def store(
    session: Session,
    changes: Sequence[PendingChange],
    prepared: Sequence[PreparedForIndex | None],
    *,
    principal: Principal,
    indexer: Indexer,
) -> None:
    """Store changed records of one library; records without changes are skipped."""
    pairs = [
        (change, for_index) for change, for_index in zip(changes, prepared, strict=True) if change.changed
    ]
    _number(session, [change for change, _ in pairs if change.before is None])
    _write(session, [change for change, _ in pairs], principal)
    _update_index(session, pairs, indexer)


def grant(session: Session, changes: Sequence[PendingChange], *, principal: Principal) -> None:
    """Store the bureau's awards on records (`Library.awarded`).

    These fields are in no text and no vector, so neither the index nor matching needs an update.

    Raises:
        ValueError: other fields have changed, which must be stored with `store`.
    """
    effective = [change for change in changes if change.changed]
    for change in effective:
        if not change.library.awarded.issuperset(change.changed):
            raise ValueError(f"not only awarded fields changed: {change.changed}")
    _write(session, effective, principal)


def discard(
    session: Session, library: Library, record_id: UUID, *, principal: Principal, if_match: str | None
) -> None:
    """Delete a draft that was never published, with its versions. The audit trail keeps a record of the deletion.

    Raises:
        NotFound, Forbidden, StaleVersion: as for every change.
        Conflict: the record is not a draft or was published before; such a record must be withdrawn instead.
    """
    record = find(session, library, record_id, principal, lock=True)
    require(principal, library.action("withdraw"), own=owns(principal, record))
    check_if_sent(if_match, record)
    if record.state != RecordState.DRAFT or record.published_at is not None:
        raise Conflict(
            "Only a draft that was never published can be deleted; withdraw the record instead.",
            "仅可删除从未发布的草稿；其他记录请下架。",
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
    library = new[0].library
    hidden = [one for one in new if one.record.publish_mode == PublishMode.CONFIDENTIAL]
    for change in hidden:
        change.record.number = unlinked_number(session, library.kind, library.model.number)
    others = [one for one in new if one not in hidden]
    if others:
        numbers = next_numbers(session, library.kind, count=len(others))
        for change, number in zip(others, numbers, strict=True):
            change.record.number = number


def _write(session: Session, changes: Sequence[PendingChange], principal: Principal) -> None:
    """Store the records with their versions, facet codes, search documents and audit entries."""
    for change in changes:
        _stamp(change)
        session.add(change.record)
    session.flush()
    _write_dependents(session, changes, principal)
    audit.record_many(
        session,
        principal,
        [
            (
                f"{change.library.kind.value}.{change.action}",
                change.record.id,
                f"{change.record.number} {change.note}".strip(),
            )
            for change in changes
        ],
    )
    for change in changes:
        watch_ties(session, principal, change.record, change.changed)


def _stamp(change: PendingChange) -> None:
    record = change.record
    # Lists are sorted by it for every reader, so it counts only what everybody may see.
    shown = fields_at(record.kind, record.publish_mode, ViewLevel.ANONYMOUS)
    record.completeness = shown_completeness(record.kind, change.after, shown)
    record.updated_at = now()
    if change.before is None:
        # What is loaded in bulk was checked before its texts were embedded, which may take minutes.
        record.created_at = record.updated_at
        record.published_at = record.updated_at if record.published_at is not None else None
    if record.publish_mode == PublishMode.CONFIDENTIAL and record.published_at is not None:
        # Lists are in this order, and their cursors hold it: to the second it would tell what was published with it.
        record.published_at = day_start(record.published_at)
    if change.before is not None:
        record.version += 1


def _write_dependents(session: Session, changes: Sequence[PendingChange], principal: Principal) -> None:
    """One statement for each table, however many records there are."""
    versions: list[dict[str, Any]] = []
    codes: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    for change in changes:
        library, record = change.library, change.record
        data = change.stored_snapshot()
        versions.append(
            version_values(
                record, action=change.action, principal=principal, changed=change.changed, data=data
            )
        )
        if change.before is None:
            documents.append(full_text.document_values(record, library.search_texts(record)))
        else:
            facet_index.drop_codes(session, record)
            document = full_text.document_of(session, record)
            full_text.write_document(document, record, library.search_texts(record))
            session.add(document)
        codes += facet_index.code_values(record, library.facets)
    for model, rows in ((RecordVersion, versions), (RecordCode, codes), (SearchDocument, documents)):
        if rows:
            session.execute(insert_into(session, model), rows)
    for change in changes:
        change.library.remember(session, change.record)


def _update_index(
    session: Session, pairs: Sequence[tuple[PendingChange, PreparedForIndex | None]], indexer: Indexer
) -> None:
    """Update the index and emit the events of the changes."""
    published: list[tuple[Record, PreparedForIndex]] = []
    for change, prepared in pairs:
        if change.is_published:
            if prepared is None:
                raise StaleVersion
            published.append((change.record, prepared))
        elif change.was_published:
            indexer.remove(session, change.record)
    indexer.store_many(session, published)
    kinds = ((_event_of(change), change.record) for change, _ in pairs)
    emit_many(session, [kind(subject_id=record.id, version=record.version) for kind, record in kinds if kind])


def _event_of(change: PendingChange) -> type[RecordEvent] | None:
    published, changed, withdrawn, closed, returned = _EVENTS[change.library.kind]
    if change.is_published:
        if not change.was_published:
            return published
        return changed if change.library.affects_matching(change.changed) else None
    if change.was_published:
        return closed if change.record.state == RecordState.CLOSED else withdrawn
    return returned if change.action == "return" else None
