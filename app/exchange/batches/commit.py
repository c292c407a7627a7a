"""Commit of a batch in parts, each row in one transaction with its record; a second call goes on where one ended."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import Database, one_or_not_found
from app.errors import Conflict, SankuError
from app.exchange.batches.models import BatchState, ImportBatch, ImportRow, RowAction, RowState
from app.exchange.batches.targets.faults import faults_of
from app.exchange.batches.targets.payloads import confirmed_values
from app.exchange.batches.targets.registry import TARGETS
from app.exchange.batches.targets.step import TargetContext
from app.exchange.headers.dictionary import Kind
from app.libraries.record.indexing import Indexer
from app.settings import Settings

MAX_ROWS = 100
"""Rows a call."""
_WRITTEN = (RowAction.NEW.value, RowAction.DRAFT.value, RowAction.UPDATE.value)


@dataclass(frozen=True, slots=True)
class Committer:
    """What a commit needs, and on whose behalf it runs.

    Attributes:
        publish: submit complete records for publication; otherwise all are drafts.
        accept_derived: a person's yes to every deduction of the batch.
    """

    database: Database
    indexer: Indexer
    settings: Settings
    principal: Principal
    publish: bool = False
    accept_derived: bool = False

    def store_rows(self, batch_id: UUID, *, limit: int = MAX_ROWS) -> int:
        """Store up to `limit` waiting rows; returns how many still wait.

        Raises:
            NotFound, Forbidden: there is no such batch for the principal.
            Conflict: the batch was undone, or its file is still being read.
        """
        with self.database.unit_of_work() as session:
            batch = batch_for(session, batch_id, self.principal, Action.IMPORT_CHANGE, lock=True)
            if batch.state == BatchState.UNDONE:
                raise Conflict("The batch was undone.", "该批次已撤销。", code="batch_undone")
            if batch.state == BatchState.READING:
                raise Conflict(
                    "The file is still being read, or reading it was interrupted; upload it again.",
                    "文件仍在读取，或读取已中断；请重新上传。",
                    code="still_reading",
                )
            if batch.state == BatchState.UNDECIDED:
                raise Conflict(
                    "Say first what the list holds and what its columns mean, then upload the file again.",
                    "请先说明清单的类别和各列的含义，再次上传后导入。",
                    code="kind_undecided",
                )
            batch.state = BatchState.COMMITTING.value
            ids = list(session.scalars(waiting_rows(batch_id).order_by(ImportRow.position).limit(limit)))
        for row_id in ids:
            self._commit_row(row_id)
        with self.database.unit_of_work() as session:
            left = session.scalar(select(func.count()).select_from(waiting_rows(batch_id).subquery())) or 0
            if not left:
                session.get_one(ImportBatch, batch_id).state = BatchState.COMMITTED.value
        return left

    def waiting(self, batch_id: UUID) -> int:
        """How many rows of the batch wait for a commit."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(waiting_rows(batch_id).subquery())) or 0

    def _commit_row(self, row_id: UUID) -> None:
        """One row and its record in one transaction; a row that is refused does not affect the others."""
        context = TargetContext(self.database, self.indexer, self.settings, self.principal, self.publish)
        try:
            with self.database.unit_of_work() as session:
                row = session.get_one(ImportRow, row_id)
                if row.state != RowState.WAITING:
                    return
                row.accepted = ["*"] if self.accept_derived else list(row.accepted)
                values = confirmed_values(row.entry, list(row.accepted))
                step = TARGETS[Kind(row.kind)].step(context, session, row, values)
            step.prepare()
            with self.database.unit_of_work() as session:
                row = session.get_one(ImportRow, row_id, with_for_update=True)
                if row.state != RowState.WAITING:
                    return
                written = step.write(session)
                row.state = RowState.DONE.value
                row.record_id, row.version, row.before = written.record_id, written.version, written.before
        except (SankuError, ValidationError) as error:
            with self.database.unit_of_work() as session:
                row = session.get_one(ImportRow, row_id)
                row.state = RowState.FAILED.value
                row.remarks = [*row.remarks, *(one.as_dict() for one in faults_of(error))]


def batch_for(
    session: Session, batch_id: UUID, principal: Principal, action: Action, *, lock: bool = False
) -> ImportBatch:
    """The batch with this id.

    Raises:
        NotFound: it does not exist, or belongs to another organisation.
        Forbidden: the principal may not import.
    """
    query = select(ImportBatch).where(ImportBatch.id == batch_id)
    if not principal.sees_everything:
        query = query.where(ImportBatch.organisation_id == principal.organisation_id)
    require(principal, action, own=True)
    batch: ImportBatch = one_or_not_found(session, query.with_for_update() if lock else query)
    return batch


def waiting_rows(batch_id: UUID) -> Any:
    """Query for the ids of the rows that a commit would store."""
    return select(ImportRow.id).where(
        ImportRow.batch_id == batch_id,
        ImportRow.state == RowState.WAITING.value,
        ImportRow.action.in_(_WRITTEN),
    )
