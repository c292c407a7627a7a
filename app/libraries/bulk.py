"""Bulk creation of records, with the same validation, versions and events as single creation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import Database
from app.errors import FieldError, SankuError
from app.errors.pydantic_errors import field_errors
from app.libraries.library import Library
from app.libraries.lifecycle.apply_values import IMPORTED
from app.libraries.lifecycle.commands import Command, CreateRecord
from app.libraries.lifecycle.storage import store
from app.libraries.lifecycle.transitions import PendingChange
from app.libraries.record.enums import PublishMode, RecordKind
from app.libraries.record.indexing import Indexer, PreparedForIndex
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.settings import Settings

SOURCE = IMPORTED


@dataclass(slots=True)
class BulkResult:
    """Stored records and validation errors, each by the row's source reference."""

    stored: dict[str, Record] = field(default_factory=dict)
    refused: dict[str, list[FieldError]] = field(default_factory=dict)


def present_sources(
    session: Session, kind: RecordKind, refs: Collection[str], *, source: str = SOURCE
) -> set[str]:
    """The references for which a record of this source exists already."""
    model = LIBRARIES[kind].model
    query = select(model.source_ref).where(model.source == source, model.source_ref.in_(refs))
    return set(session.scalars(query))


def create_many(
    database: Database,
    indexer: Indexer,
    settings: Settings,
    kind: RecordKind,
    rows: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    principal: Principal,
    source: str = SOURCE,
) -> BulkResult:
    """Create and publish the valid rows in one transaction; an invalid row does not affect the others.

    Args:
        rows: (source reference, payload in the API's format). All texts are embedded in one batch before the
            transaction begins.
    """
    library = LIBRARIES[kind]
    result = BulkResult()
    ready: dict[str, _Ready] = {}
    with database.reading() as session, session.no_autoflush:
        for ref, payload in rows:
            try:
                command = _command(library, payload, principal, settings, source, ref)
                pending = command.apply(session, lock=False)
            except (ValidationError, SankuError) as error:
                result.refused[ref] = _field_errors(error)
            else:
                ready[ref] = _Ready(command, pending)
        session.expunge_all()
    published = {ref: one.change.record for ref, one in ready.items() if one.change.is_published}
    texts = indexer.prepare(list(published.values())) if published else ()
    prepared = dict(zip(published, texts, strict=True))
    with database.unit_of_work() as session:
        result.stored = _store(session, ready, prepared, principal, indexer)
    return result


@dataclass(frozen=True, slots=True)
class _Ready:
    """A valid row: its command, and the record that it makes."""

    command: Command
    change: PendingChange

    @property
    def depends_on_others(self) -> bool:
        """Whether its checks read what others may write at the same time: the names that would tell the hidden owner of
        a confidential record, and the users who have a manager record. An owner cannot disappear."""
        record = self.change.record
        return record.publish_mode == PublishMode.CONFIDENTIAL or getattr(record, "user_id", None) is not None


def _field_errors(error: ValidationError | SankuError) -> list[FieldError]:
    if isinstance(error, ValidationError):
        return field_errors(error.errors())
    whole_row = FieldError("", error.problem_code, error.message_zh, error.message_en)
    return list(error.fields) or [whole_row]


def _command(
    library: Library,
    payload: Mapping[str, Any],
    principal: Principal,
    settings: Settings,
    source: str,
    ref: str,
) -> Command:
    values = library.create_schema.model_validate(dict(payload)).values()
    draft = values.pop("draft", False)
    with_source = {"source": source, "source_ref": ref} | values
    return CreateRecord(
        library=library, values=with_source, draft=draft, principal=principal, settings=settings
    )


def _store(
    session: Session,
    ready: Mapping[str, _Ready],
    prepared: Mapping[str, PreparedForIndex],
    principal: Principal,
    indexer: Indexer,
) -> dict[str, Record]:
    changes: dict[str, PendingChange] = {}
    with session.no_autoflush:
        for ref, one in ready.items():
            changes[ref] = one.command.apply(session, lock=True) if one.depends_on_others else one.change
    store(
        session,
        list(changes.values()),
        [prepared.get(ref) for ref in changes],
        principal=principal,
        indexer=indexer,
    )
    return {ref: change.record for ref, change in changes.items()}
