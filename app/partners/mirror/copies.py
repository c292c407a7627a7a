"""Copies of an origin's records in the libraries: created, changed and taken down as the origin says.

Each step is a command of the libraries with its own transaction, so that a copy is validated, indexed and matched like
any other record. Steps can be repeated: whatever was interrupted is done by the next run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import SYSTEM
from app.database import Database, new_id, now
from app.errors import FieldError, Invalid, SankuError
from app.errors.pydantic_errors import field_errors
from app.libraries.library import Library
from app.libraries.lifecycle.commands import ChangeRecord, Command, CreateRecord, MoveRecord
from app.libraries.lifecycle.dry_run import dry_run
from app.libraries.lifecycle.storage import execute
from app.libraries.lifecycle.transitions import TRANSITIONS
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.indexing import Indexer
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.partners.feed.api import FeedEntry
from app.partners.mirror.models import MirroredRecord, MirrorOrigin
from app.partners.mirror.payloads import is_copied, payload_of
from app.settings import Settings

SOURCE = "mirror"


@dataclass(frozen=True, slots=True)
class Copier:
    """What keeps the copies of one origin."""

    database: Database
    indexer: Indexer
    settings: Settings
    origin_id: UUID

    def apply(self, entry: FeedEntry) -> None:
        """Store what the origin says of a record."""
        with self.database.unit_of_work() as session:
            row = session.scalar(
                select(MirroredRecord).where(
                    MirroredRecord.origin_id == self.origin_id, MirroredRecord.remote_id == entry.id
                )
            )
            if row is None:
                if entry.op == "delete":
                    return
                row = MirroredRecord(
                    id=new_id(),
                    origin_id=self.origin_id,
                    remote_id=entry.id,
                    kind=entry.kind.value,
                    body=None,
                )
                session.add(row)
            body = entry.record if entry.op == "upsert" else None
            if row.body != body:
                row.body, row.applied, row.changed_at = body, None, now()
                row.sent = sorted({*(row.sent or ()), *(body or ())})
            row_id = row.id
        self.settle(row_id)

    def unsettled(self) -> list[UUID]:
        """Copies that differ from what the origin said: changed or removed here, or interrupted."""
        with self.database.reading() as session:
            rows = session.scalars(select(MirroredRecord).where(MirroredRecord.origin_id == self.origin_id))
            return [row.id for row in rows if not self._is_settled(session, row)]

    def settle(self, row_id: UUID) -> None:
        """Make the copy what the origin said."""
        with self.database.reading() as session:
            row = session.get_one(MirroredRecord, row_id)
            if self._is_settled(session, row):
                return
        faults = self._take_steps(row_id)
        if faults and self._take_down(row_id):
            faults = self._take_steps(row_id)
        with self.database.unit_of_work() as session:
            row = session.get_one(MirroredRecord, row_id)
            record_or_none = self._record(session, row)
            row.applied = record_or_none.version if record_or_none is not None else 0
            row.faults = [one.as_dict() for one in faults]

    def _take_steps(self, row_id: UUID) -> list[FieldError]:
        """Run the commands; what stands in the way of one ends them."""
        try:
            for command in self._commands(row_id):
                record = self._run(command)
                if isinstance(command, CreateRecord):
                    self._note(row_id, record.id)
        except (ValidationError, SankuError) as error:
            return _field_errors(error)
        return []

    def _take_down(self, row_id: UUID) -> bool:
        """Make a published copy a draft, which may lack fields: it must not go on showing what the origin has changed.

        Returns whether it was published.
        """
        with self.database.reading() as session:
            row = session.get_one(MirroredRecord, row_id)
            record = self._record(session, row)
            if record is None or record.state != RecordState.PUBLISHED:
                return False
            command = self._move(LIBRARIES[record.kind], record.id, "return")
        self._run(command)
        return True

    def _commands(self, row_id: UUID) -> Iterator[Command]:
        """The steps that are left, each asked for when the one before it is done."""
        with self.database.unit_of_work() as session:
            row = session.get_one(MirroredRecord, row_id)
            library = LIBRARIES[RecordKind.of(row.kind)]
            record = self._record(session, row)
            state = None if record is None else RecordState.of(record.state)
            record_id = None if record is None else record.id
            remote, body, sent = row.remote_id, row.body, row.sent
            payload = None
            if body is not None:
                payload = payload_of(session, session.get_one(MirrorOrigin, self.origin_id), library, body)
        if payload is None:
            if record_id is not None and state in (RecordState.SUBMITTED, RecordState.PUBLISHED):
                yield self._move(library, record_id, "withdraw")
            return
        if record_id is None:
            yield self._creation(library, payload, remote)
            return
        if state in (RecordState.WITHDRAWN, RecordState.CLOSED):
            yield self._move(library, record_id, "restore")
            state = RecordState.DRAFT
        cleared = {name: None for name in sent if name not in payload and is_copied(library, name)}
        values = library.patch_schema.model_validate(cleared | payload).values()
        yield ChangeRecord(
            library=library,
            record_id=record_id,
            values=values,
            if_match="*",
            principal=SYSTEM,
            settings=self.settings,
        )
        if state is not RecordState.PUBLISHED:
            yield self._move(library, record_id, "submit" if state is RecordState.DRAFT else "approve")

    def _creation(self, library: Library, payload: dict[str, Any], remote_id: UUID) -> Command:
        """A published copy, or a draft if it lacks what publishing asks for."""
        values = library.create_schema.model_validate(payload).values()
        values.pop("draft", None)
        values |= {"source": f"{SOURCE}:{self.origin_id.hex}"[:40], "source_ref": str(remote_id)}
        published = CreateRecord(
            library=library, values=values, draft=False, principal=SYSTEM, settings=self.settings
        )
        try:
            dry_run(self.database, self.indexer, published)
        except Invalid:
            return CreateRecord(
                library=library, values=values, draft=True, principal=SYSTEM, settings=self.settings
            )
        return published

    def _move(self, library: Library, record_id: UUID, name: str) -> Command:
        return MoveRecord(
            library=library,
            record_id=record_id,
            transition=TRANSITIONS[name],
            if_match=None,
            principal=SYSTEM,
            settings=self.settings,
        )

    def _run(self, command: Command) -> Record:
        prepared = dry_run(self.database, self.indexer, command)
        with self.database.unit_of_work() as session:
            return execute(session, command, prepared, indexer=self.indexer)

    def _note(self, row_id: UUID, record_id: UUID) -> None:
        with self.database.unit_of_work() as session:
            session.get_one(MirroredRecord, row_id).record_id = record_id

    def _record(self, session: Session, row: MirroredRecord) -> Record | None:
        """The copy. One whose creation was interrupted before it was noted is found by its source."""
        model = LIBRARIES[RecordKind.of(row.kind)].model
        if row.record_id is not None:
            found: Record | None = session.get(model, row.record_id)
            return found
        source = f"{SOURCE}:{self.origin_id.hex}"[:40]
        query = select(model).where(model.source == source, model.source_ref == str(row.remote_id))
        found = session.scalar(query)
        if found is not None and not session.info.get("reading"):
            row.record_id = found.id
        return found

    def _is_settled(self, session: Session, row: MirroredRecord) -> bool:
        if row.applied is None:
            return False
        record = self._record(session, row)
        return row.applied == (record.version if record is not None else 0)


def _field_errors(error: ValidationError | SankuError) -> list[FieldError]:
    if isinstance(error, ValidationError):
        return field_errors(error.errors())
    whole = FieldError("", error.problem_code, error.message_zh, error.message_en)
    return list(error.fields) or [whole]
