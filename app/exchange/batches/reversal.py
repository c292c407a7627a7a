"""Undoing a batch: new records go, changed ones get their former values, unless somebody has changed them since."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.database import Database
from app.errors import Conflict, SankuError
from app.exchange.batches.commit import batch_for
from app.exchange.batches.models import BatchState, ImportBatch, ImportRow, RowState
from app.exchange.batches.targets.registry import TARGETS
from app.exchange.batches.targets.step import TargetContext
from app.exchange.headers.dictionary import Kind
from app.libraries.record.indexing import Indexer
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
            if batch.state in (BatchState.READING, BatchState.UNDECIDED, BatchState.PREVIEWED):
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
        left = sum(1 for row_id in ids if not self._undone(row_id))
        with self.database.unit_of_work() as session:
            session.get_one(ImportBatch, batch_id).state = BatchState.UNDONE.value
        return left

    def _undone(self, row_id: UUID) -> bool:
        """Undo a row. One of a batch that was undone earlier, and was kept for what this row changed, follows."""
        following: UUID | None = row_id
        is_done = self._undo_row(row_id)
        while is_done and following is not None:
            following = self._kept_for(following)
            if following is None or not self._undo_row(following):
                break
        return is_done

    def _kept_for(self, row_id: UUID) -> UUID | None:
        """The row before an undone one, if its own batch was undone and it was kept."""
        with self.database.reading() as session:
            row = session.get_one(ImportRow, row_id)
            before = _row_before(session, row)
            if before is None or session.get_one(ImportBatch, before.batch_id).state != BatchState.UNDONE:
                return None
            target = TARGETS[Kind(before.kind)]
            untouched = row.record_id and target.version_of(session, row.record_id) == before.version
            return before.id if untouched else None

    def _undo_row(self, row_id: UUID) -> bool:
        context = TargetContext(self.database, self.indexer, self.settings, self.principal)
        with self.database.reading() as session:
            row = session.get_one(ImportRow, row_id)
            target = TARGETS[Kind(row.kind)]
            version = target.version_of(session, row.record_id) if row.record_id is not None else None
            if version is None:
                step = None
            elif version != row.version:
                return False
            else:
                step = target.reversal(context, session, row)
        try:
            if step is not None:
                step.prepare()
            with self.database.unit_of_work() as session:
                row = session.get_one(ImportRow, row_id)
                if step is not None:
                    written = step.write(session)
                    before = _row_before(session, row)
                    # Nothing but this row has changed what the one before it stored, and that is as it was again.
                    if before is not None and row.version is not None and before.version == row.version - 1:
                        before.version = written.version
                row.state = RowState.UNDONE.value
        except SankuError:
            return False
        return True


def _row_before(session: Session, row: ImportRow) -> ImportRow | None:
    """The last row before this one that stored the same record, and was not undone."""
    one = ImportRow
    query = select(one).where(one.record_id == row.record_id, one.id < row.id)
    query = query.where(one.state == RowState.DONE.value, one.version.is_not(None))
    found: ImportRow | None = session.scalar(query.order_by(one.id.desc()).limit(1))
    return found
