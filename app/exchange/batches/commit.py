"""Commit of a batch in parts, each row in one transaction with its record; a second call goes on where one ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.lookup import find_organisation, organisation_by_name
from app.database import Database, one_or_not_found
from app.errors import Conflict, FieldError, Forbidden, Invalid, SankuError
from app.errors.pydantic_errors import field_errors
from app.exchange.batches.models import BatchState, ImportBatch, ImportRow, RowAction, RowState
from app.exchange.batches.payloads import (
    achievement_payload,
    confirmed_values,
    demand_payload,
    manager_payload,
)
from app.libraries.library import Library
from app.libraries.lifecycle.commands import ChangeRecord, Command, CreateRecord, dry_run
from app.libraries.lifecycle.store import execute
from app.libraries.record.enums import RecordKind
from app.libraries.record.indexing import Indexer
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.settings import Settings

MAX_ROWS = 100
"""Rows a call."""
OVERSEAS = "000000"
_PAYLOADS = {
    RecordKind.DEMAND: demand_payload,
    RecordKind.ACHIEVEMENT: achievement_payload,
    RecordKind.MANAGER: manager_payload,
}
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
            Conflict: the batch was undone.
        """
        with self.database.unit_of_work() as session:
            batch = batch_for(session, batch_id, self.principal, Action.IMPORT_CHANGE, lock=True)
            if batch.state == BatchState.UNDONE:
                raise Conflict("The batch was undone.", "该批次已撤销。", code="batch_undone")
            batch.state = BatchState.COMMITTING.value
            ids = list(session.scalars(_waiting(batch_id).order_by(ImportRow.position).limit(limit)))
        for row_id in ids:
            self._commit_row(row_id)
        with self.database.unit_of_work() as session:
            left = session.scalar(select(func.count()).select_from(_waiting(batch_id).subquery())) or 0
            if not left:
                session.get_one(ImportBatch, batch_id).state = BatchState.COMMITTED.value
        return left

    def waiting(self, batch_id: UUID) -> int:
        """How many rows of the batch wait for a commit."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(_waiting(batch_id).subquery())) or 0

    def _commit_row(self, row_id: UUID) -> None:
        """One row and its record in one transaction; a row that is refused does not affect the others."""
        try:
            with self.database.unit_of_work() as session:
                row = session.get_one(ImportRow, row_id)
                if row.state != RowState.WAITING:
                    return
                command = self._command(session, row)
            prepared = dry_run(self.database, self.indexer, command)
            with self.database.unit_of_work() as session:
                row = session.get_one(ImportRow, row_id, with_for_update=True)
                if row.state != RowState.WAITING:
                    return
                before = _before(session, command)
                record = execute(session, command, prepared, indexer=self.indexer)
                row.state = RowState.DONE.value
                row.record_id, row.version, row.before = record.id, record.version, before
        except (SankuError, ValidationError) as error:
            with self.database.unit_of_work() as session:
                row = session.get_one(ImportRow, row_id)
                row.state = RowState.FAILED.value
                row.remarks = [*row.remarks, *(one.as_dict() for one in _field_errors(error))]

    def _command(self, session: Session, row: ImportRow) -> Command:
        kind = RecordKind.of(row.kind)
        library = LIBRARIES[kind]
        accepted = ["*"] if self.accept_derived else list(row.accepted)
        row.accepted = accepted
        values = confirmed_values(row.entry, accepted)
        payload = _PAYLOADS[kind](values, row.entry, accepted, self._organisation_of(session))
        if row.action == RowAction.UPDATE and row.record_id is not None:
            return self._change(session, library, row, payload)
        payload["draft"] = not (self.publish and row.action == RowAction.NEW and _is_complete(row, values))
        checked = library.create_schema.model_validate(payload).values()
        draft = checked.pop("draft", False)
        source = {"source": f"import:{row.sender}"[:40], "source_ref": row.key[:120]}
        return CreateRecord(
            library=library,
            values=source | checked,
            draft=draft,
            principal=self.principal,
            settings=self.settings,
        )

    def _change(self, session: Session, library: Library, row: ImportRow, payload: dict[str, Any]) -> Command:
        """Change what the file says differently than last time; what was edited here beside it stays."""
        payload.pop("owner_org_id", None)
        last = session.scalar(
            select(ImportRow)
            .where(ImportRow.record_id == row.record_id, ImportRow.state == RowState.DONE.value)
            .where(ImportRow.id != row.id)
            .order_by(ImportRow.id.desc())
            .limit(1)
        )
        known: Mapping[str, Any] = last.entry.get("fields", {}) if last is not None else {}
        said: Mapping[str, Any] = row.entry["fields"]
        changed = {
            name: value
            for name, value in payload.items()
            if name not in said or known.get(name) != said[name]
        }
        record: Record = session.get_one(library.model, row.record_id)
        return ChangeRecord(
            library=library,
            record_id=record.id,
            values=library.patch_schema.model_validate(changed).values(),
            if_match=f'"{record.version}"',
            principal=self.principal,
            settings=self.settings,
        )

    def _organisation_of(self, session: Session) -> Any:
        def find(name: str, kind: str, region: str | None, uscc: str | None) -> UUID:
            if self.principal.sees_everything:
                found: Organisation | None = organisation_by_name(
                    session,
                    principal=self.principal,
                    name=name,
                    kind=kind,
                    region=region or OVERSEAS,
                    uscc=uscc,
                )
            else:
                found = find_organisation(session, name=name)
            if found is None:
                raise Invalid.field(
                    "owner_org",
                    "unknown_organisation",
                    f"没有单位“{name[:60]}”，请由管理部门先登记。",
                    f"there is no organisation '{name[:60]}'",
                )
            return found.id

        return find


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


def _waiting(batch_id: UUID) -> Any:
    return select(ImportRow.id).where(
        ImportRow.batch_id == batch_id,
        ImportRow.state == RowState.WAITING.value,
        ImportRow.action.in_(_WRITTEN),
    )


def _is_complete(row: ImportRow, values: Mapping[str, Any]) -> bool:
    """Whether nothing is lacking after the deductions that nobody has confirmed were left out."""
    return all(name in values for name in row.entry["fields"])


def _before(session: Session, command: Command) -> dict[str, Any]:
    """The values that a change is about to replace, as JSON."""
    if not isinstance(command, ChangeRecord):
        return {}
    record = session.get_one(command.library.model, command.record_id)
    shown = command.library.patch_schema.model_validate(
        {name: getattr(record, name) for name in command.values if hasattr(record, name)},
        from_attributes=True,
    )
    return shown.model_dump(mode="json", exclude_unset=True)


def _field_errors(error: SankuError | ValidationError) -> list[FieldError]:
    if isinstance(error, ValidationError):
        return field_errors(error.errors())
    if isinstance(error, Forbidden) or not error.fields:
        return [FieldError("", error.problem_code, error.message_zh, error.message_en)]
    return list(error.fields)
