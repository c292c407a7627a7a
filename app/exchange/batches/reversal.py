"""Undoing a batch: new records go, changed ones get their former values, unless somebody has changed them since."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.database import Database
from app.errors import Conflict, SankuError
from app.exchange.batches.commit import batch_for
from app.exchange.batches.models import BatchState, ImportBatch, ImportRow, RowAction, RowState
from app.libraries.lifecycle.commands import ChangeRecord, Command, MoveRecord, dry_run
from app.libraries.lifecycle.store import discard, execute
from app.libraries.lifecycle.transitions import TRANSITIONS
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.indexing import Indexer
from app.libraries.registry import LIBRARIES
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Reversal:
    """What undoing needs, and on whose behalf it runs."""

    database: Database
    indexer: Indexer
    settings: Settings
    principal: Principal

    def undo(self, batch_id: UUID) -> int:
        """Undo every committed row; returns how many records were left, because somebody has changed them since.

        Raises:
            NotFound, Forbidden: there is no such batch for the principal.
            Conflict: nothing of the batch was committed.
        """
        with self.database.reading() as session:
            batch = batch_for(session, batch_id, self.principal, Action.IMPORT_CHANGE)
            if batch.state == BatchState.PREVIEWED:
                raise Conflict(
                    "Nothing of the batch was committed.", "该批次尚未导入。", code="not_committed"
                )
            ids = list(
                session.scalars(
                    select(ImportRow.id)
                    .where(ImportRow.batch_id == batch_id, ImportRow.version.is_not(None))
                    .where(ImportRow.state == RowState.DONE.value)
                    .order_by(ImportRow.position.desc())
                )
            )
        left = sum(1 for row_id in ids if not self._undo_row(row_id))
        with self.database.unit_of_work() as session:
            session.get_one(ImportBatch, batch_id).state = BatchState.UNDONE.value
        return left

    def _undo_row(self, row_id: UUID) -> bool:
        with self.database.reading() as session:
            row = session.get_one(ImportRow, row_id)
            command = self._command(row)
            record = session.get(LIBRARIES[RecordKind.of(row.kind)].model, row.record_id)
            if record is not None and record.version != row.version:
                return False
            is_draft = (
                record is not None and record.state == RecordState.DRAFT and record.published_at is None
            )
            is_created = row.action != RowAction.UPDATE
            record_id, version = row.record_id, row.version
        if record_id is None:
            return False
        try:
            removed = record is None or (is_created and is_draft)
            prepared = None if removed else dry_run(self.database, self.indexer, command)
            with self.database.unit_of_work() as session:
                row = session.get_one(ImportRow, row_id)
                library = LIBRARIES[RecordKind.of(row.kind)]
                if record is not None and removed:
                    discard(session, library, record_id, principal=self.principal, if_match=f'"{version}"')
                elif record is not None:
                    execute(session, command, prepared, indexer=self.indexer)
                row.state = RowState.UNDONE.value
        except SankuError:
            return False
        return True

    def _command(self, row: ImportRow) -> Command:
        assert row.record_id is not None
        library = LIBRARIES[RecordKind.of(row.kind)]
        match = f'"{row.version}"'
        if row.action == RowAction.UPDATE:
            return ChangeRecord(
                library=library,
                record_id=row.record_id,
                values=library.patch_schema.model_validate(row.before).values(),
                if_match=match,
                principal=self.principal,
                settings=self.settings,
            )
        return MoveRecord(
            library=library,
            record_id=row.record_id,
            transition=TRANSITIONS["withdraw"],
            if_match=match,
            principal=self.principal,
            settings=self.settings,
        )
