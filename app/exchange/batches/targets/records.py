"""The target of demands, achievements and managers: rows become commands of the libraries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.errors import FieldError, SankuError
from app.exchange.batches.models import ImportRow, RowAction
from app.exchange.batches.targets.faults import faults_of, tried
from app.exchange.batches.targets.memory import FileMemory
from app.exchange.batches.targets.parties import newly_said, organisations_of
from app.exchange.batches.targets.payloads import (
    achievement_payload,
    confirmed_values,
    demand_payload,
    manager_payload,
)
from app.exchange.batches.targets.step import Step, TargetContext, Trial, Written
from app.exchange.headers.dictionary import Kind
from app.exchange.out.lists import with_employers
from app.exchange.records.draft import Draft
from app.exchange.records.repetition import fold_name
from app.exchange.records.restatement import restated
from app.libraries.http.responses import read_many
from app.libraries.library import Library
from app.libraries.lifecycle.commands import ChangeRecord, Command, CreateRecord, MoveRecord
from app.libraries.lifecycle.dry_run import dry_run
from app.libraries.lifecycle.publishing import check_publishable
from app.libraries.lifecycle.storage import discard, execute
from app.libraries.lifecycle.transitions import TRANSITIONS
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.settings import Settings

_PAYLOADS = {
    RecordKind.DEMAND: demand_payload,
    RecordKind.ACHIEVEMENT: achievement_payload,
    RecordKind.MANAGER: manager_payload,
}


@dataclass(slots=True)
class CommandStep:
    """A command of a library, first tried outside a transaction, because it may embed texts."""

    context: TargetContext
    command: Command
    _prepared: Any = field(default=None, init=False)

    def prepare(self) -> None:
        """Try the command."""
        self._prepared = dry_run(self.context.database, self.context.indexer, self.command)

    def write(self, session: Session) -> Written:
        """Execute it."""
        before = _before(session, self.command)
        record = execute(session, self.command, self._prepared, indexer=self.context.indexer)
        return Written(record.id, record.version, before)


@dataclass(frozen=True, slots=True)
class DiscardStep:
    """Takes a draft out that an import has created."""

    context: TargetContext
    library: Library
    record_id: UUID
    version: int

    def prepare(self) -> None:
        """Nothing to prepare."""

    def write(self, session: Session) -> Written:
        """Discard the draft."""
        match = f'"{self.version}"'
        discard(session, self.library, self.record_id, principal=self.context.principal, if_match=match)
        return Written(self.record_id, self.version)


@dataclass(frozen=True, slots=True)
class RecordTarget:
    """The store of one library."""

    kind: RecordKind

    @property
    def library(self) -> Library:
        """The library."""
        return LIBRARIES[self.kind]

    def version_of(self, session: Session, record_id: UUID) -> int | None:
        """See `RowTarget`."""
        record: Record | None = session.get(self.library.model, record_id)
        return None if record is None else record.version

    def lacking(self, draft: Draft) -> list[str]:
        """See `RowTarget`: a draft may lack anything but its name, which every row has."""
        return [name for name in ("title",) if not draft.values.get(name)]

    def present(
        self, session: Session, draft: Draft, principal: Principal, memory: FileMemory
    ) -> UUID | None:
        """A record of the same owner with the same name. A person's name alone tells nothing."""
        if self.kind is RecordKind.MANAGER:
            return None
        name = draft.values.get("owner_org")
        owner_id = memory.owner(session, name) if name else principal.organisation_id
        if owner_id is None:
            return None
        title = fold_name(str(draft.values.get("title", "")))
        return memory.titles(session, self.kind, owner_id).get(title)

    def numbered(self, session: Session, number: str, principal: Principal) -> UUID | None:
        """See `RowTarget`."""
        model = self.library.model
        query = select(model.id).where(model.number == number.strip().upper())
        if not principal.sees_everything:
            query = query.where(model.owner_org_id == principal.organisation_id)
        found: UUID | None = session.scalar(query)
        return found

    def said(self, session: Session, record_id: UUID, principal: Principal) -> dict[str, Any]:
        """See `RowTarget`."""
        record: Record = session.get_one(self.library.model, record_id)
        (body,) = with_employers(session, read_many(session, self.library, [record], principal=principal))
        return restated(Kind(self.kind.value), body)

    def trial(self, session: Session, row: ImportRow, principal: Principal, settings: Settings) -> Trial:
        """See `RowTarget`: the command is applied in a transaction of its own, which is taken back."""
        values = confirmed_values(row.entry, ["*"])
        unpublishable: list[FieldError] = []

        def apply() -> None:
            with session.no_autoflush:
                record = (
                    self._command(session, row, values, ["*"], principal, settings)
                    .apply(session, lock=False)
                    .record
                )
                if row.action != RowAction.NEW:
                    return
                try:
                    check_publishable(session, self.library, record)
                except SankuError as error:
                    unpublishable.extend(faults_of(error))

        faults = tried(session, apply).faults
        return Trial(faults, unpublishable)

    def step(
        self, context: TargetContext, session: Session, row: ImportRow, values: Mapping[str, Any]
    ) -> Step:
        """Create a record, or change what the file says differently than last time."""
        accepted = list(row.accepted)
        command = self._command(
            session, row, values, accepted, context.principal, context.settings, publish=context.publish
        )
        return CommandStep(context, command)

    def _command(
        self,
        session: Session,
        row: ImportRow,
        values: Mapping[str, Any],
        accepted: list[str],
        principal: Principal,
        settings: Settings,
        *,
        publish: bool = False,
    ) -> Command:
        find = organisations_of(session, principal)
        payload = _PAYLOADS[self.kind](values, row.entry, accepted, find)
        if row.action == RowAction.UPDATE and row.record_id is not None:
            payload.pop("owner_org_id", None)
            return self._change(session, row, newly_said(session, row, payload), principal, settings)
        complete = all(name in values for name in row.entry["fields"])
        payload["draft"] = not (publish and row.action == RowAction.NEW and complete)
        checked = self.library.create_schema.model_validate(payload).values()
        draft = checked.pop("draft", False)
        source = {"source": f"import:{row.sender}"[:40], "source_ref": row.key[:120]}
        return CreateRecord(
            library=self.library, values=source | checked, draft=draft, principal=principal, settings=settings
        )

    def reversal(self, context: TargetContext, session: Session, row: ImportRow) -> Step:
        """Give former values back, discard a draft, or withdraw what was published."""
        assert row.record_id is not None
        assert row.version is not None
        if row.action == RowAction.UPDATE:
            back = self._change(session, row, dict(row.before), context.principal, context.settings)
            return CommandStep(context, back)
        record: Record = session.get_one(self.library.model, row.record_id)
        if record.state == RecordState.DRAFT and record.published_at is None:
            return DiscardStep(context, self.library, record.id, row.version)
        return CommandStep(
            context,
            MoveRecord(
                library=self.library,
                record_id=row.record_id,
                transition=TRANSITIONS["withdraw"],
                if_match=f'"{row.version}"',
                principal=context.principal,
                settings=context.settings,
            ),
        )

    def _change(
        self,
        session: Session,
        row: ImportRow,
        changed: dict[str, Any],
        principal: Principal,
        settings: Settings,
    ) -> Command:
        record: Record = session.get_one(self.library.model, row.record_id)
        return ChangeRecord(
            library=self.library,
            record_id=record.id,
            values=self.library.patch_schema.model_validate(changed).values(),
            if_match=f'"{record.version}"',
            principal=principal,
            settings=settings,
        )


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
