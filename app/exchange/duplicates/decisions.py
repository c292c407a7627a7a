"""The bureau's decisions about records that may be one: the same (one is withdrawn), or two. Each can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.accounts.organisations.recusal import refuse_tied
from app.database import Database, new_id, now, one_or_not_found
from app.errors import Conflict, Invalid
from app.events.catalogue import RecordMergeUndone
from app.events.outbox import emit
from app.exchange.duplicates.models import RecordDecision
from app.libraries.library import Library
from app.libraries.lifecycle.commands import Command, MoveRecord
from app.libraries.lifecycle.dry_run import dry_run
from app.libraries.lifecycle.lookup import find
from app.libraries.lifecycle.storage import execute
from app.libraries.lifecycle.transitions import TRANSITIONS, PendingChange, apply_transition, wrong_state
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.indexing import Indexer
from app.libraries.record.models import Record
from app.libraries.record.versions import snapshot
from app.libraries.registry import LIBRARIES
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.text import TextRule
from app.settings import Settings

_MOST_MERGES = 20

Grounds = Annotated[str, TextRule(2, 300, multiline=True), NotSecret]
"""Why two records are one, or are not."""


class RecordVerdict(StrEnum):
    """What the bureau found about two records."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reinstate(Command):
    """Publish a record again that a merge has withdrawn, unless somebody has changed it since."""

    record_id: UUID
    version: int | None

    def apply(self, session: Session, *, lock: bool) -> PendingChange:
        """
        Raises:
            Conflict: the record has been changed since.
            Invalid: the record does not meet the publishing rules any more.
        """
        record = find(session, self.library, self.record_id, self.principal, lock=lock)
        self.require("review", record)
        if record.state != RecordState.WITHDRAWN or record.version != self.version:
            raise wrong_state(record, "restore")
        before = snapshot(record, self.library.relations)
        move = partial(apply_transition, principal=self.principal, settings=self.settings, before=before)
        move(session, self.library, record, TRANSITIONS["restore"])
        return move(session, self.library, record, TRANSITIONS["submit"])


@dataclass(frozen=True, slots=True)
class DuplicateDecisions:
    """Decides on behalf of a principal."""

    database: Database
    indexer: Indexer
    settings: Settings
    principal: Principal

    def decide(
        self, kind: RecordKind, *, kept_id: UUID, other_id: UUID, verdict: RecordVerdict, note: str
    ) -> UUID:
        """Remember what the bureau found; returns the decision's id. `same` withdraws the other record: its row, its
        history and its source stay, and what its sender sends later updates the record that is kept.

        Raises:
            Forbidden, NotFound: the principal is no operator, or there is no such record.
            Invalid: both are one row.
            Conflict: one of both is not published, or the pair has been decided about.
        """
        library = LIBRARIES[kind]
        require(self.principal, library.action("review"))
        if kept_id == other_id:
            raise Invalid.field("other_id", "same_row", "两条记录应不同", "these must be two records")
        with self.database.unit_of_work() as session:
            first, second = sorted((kept_id, other_id))
            found = [find(session, library, id_, self.principal, lock=True) for id_ in (first, second)]
            self._refuse_tied(session, kind, found)
            kept, other = found if kept_id == first else reversed(found)
            if session.scalar(_standing(first, second)) is not None:
                raise Conflict(
                    "This pair has been decided about; undo that decision first.",
                    "该组记录已作出认定，如需更改请先撤销。",
                    code="already_decided",
                )
            for record in (kept, other):
                if record.state != RecordState.PUBLISHED:
                    raise wrong_state(record, "merge")
            decision = RecordDecision(
                id=new_id(),
                kind=kind.value,
                first_id=first,
                second_id=second,
                kept_id=kept_id,
                verdict=verdict.value,
                note=note,
                decided_by=self.principal.user_id,
                decided_at=now(),
            )
            if verdict is RecordVerdict.SAME:
                move = self._move(library, other, "withdraw", note=f"= {kept.number} {note}")
                decision.withdrawn_version = execute(session, move, None, indexer=self.indexer).version
            session.add(decision)
            self._note(session, library, decision, f"{verdict.value}: {note}")
            return decision.id

    def undo(self, decision_id: UUID) -> RecordDecision:
        """Take a decision back. After a merge the other record is published again; it becomes a draft where publishing
        would refuse it now, and stays as it is where somebody has changed it since.

        Raises:
            Forbidden, NotFound: the principal is no operator, or there is no such decision.
            Conflict: it has been undone already.
        """
        with self.database.reading() as session:
            decision = self._found(session, decision_id, lock=False)
            library = LIBRARIES[RecordKind.of(decision.kind)]
            is_merge, other_id = decision.verdict == RecordVerdict.SAME, decision.other_id
            version = decision.withdrawn_version
        command, prepared = self._reinstatement(library, other_id, version) if is_merge else (None, None)
        with self.database.unit_of_work() as session:
            decision = self._found(session, decision_id, lock=True)
            sides = [session.get(library.model, id_) for id_ in (decision.first_id, decision.second_id)]
            self._refuse_tied(session, library.kind, [one for one in sides if one is not None])
            decision.undone_at = now()
            if command is not None:
                record = execute(session, command, prepared, indexer=self.indexer)
                emit(
                    session,
                    RecordMergeUndone(
                        subject_id=record.id,
                        kind=decision.kind,
                        number=record.number,
                        published=record.state == RecordState.PUBLISHED,
                    ),
                )
            self._note(session, library, decision, "undone")
            return decision

    def _reinstatement(
        self, library: Library, record_id: UUID, version: int | None
    ) -> tuple[Command | None, Any]:
        command: Command = _Reinstate(
            library=library,
            principal=self.principal,
            settings=self.settings,
            record_id=record_id,
            version=version,
        )
        try:
            return command, dry_run(self.database, self.indexer, command)
        except Conflict:
            return None, None
        except Invalid:
            with self.database.reading() as session:
                record = find(session, library, record_id, self.principal, lock=False)
                return self._move(library, record, "restore"), None

    def _refuse_tied(self, session: Session, kind: RecordKind, records: Sequence[Record]) -> None:
        refuse_tied(
            session,
            self.principal,
            organisations=[record.owner_org_id for record in records],
            managers=[record.id for record in records] if kind is RecordKind.MANAGER else (),
        )

    def _move(self, library: Library, record: Record, name: str, *, note: str | None = None) -> MoveRecord:
        return MoveRecord(
            library=library,
            principal=self.principal,
            settings=self.settings,
            record_id=record.id,
            transition=TRANSITIONS[name],
            if_match=f'"{record.version}"',
            note=note,
        )

    def _found(self, session: Session, decision_id: UUID, *, lock: bool) -> RecordDecision:
        query = select(RecordDecision).where(RecordDecision.id == decision_id)
        decision: RecordDecision = one_or_not_found(session, query.with_for_update() if lock else query)
        require(self.principal, LIBRARIES[RecordKind.of(decision.kind)].action("review"))
        if decision.undone_at is not None:
            raise Conflict("This decision has been undone.", "该认定已撤销。", code="already_undone")
        return decision

    def _note(self, session: Session, library: Library, decision: RecordDecision, details: str) -> None:
        for id_ in (decision.first_id, decision.second_id):
            audit.record(session, self.principal, library.action("review"), id_, details[:500])


def kept_instead(session: Session, record_id: UUID) -> UUID:
    """The record that stands for this one after merges; itself if it was not merged."""
    row = RecordDecision
    for _ in range(_MOST_MERGES):
        query = select(row.kept_id).where(
            or_(row.first_id == record_id, row.second_id == record_id),
            row.kept_id != record_id,
            row.verdict == RecordVerdict.SAME,
            row.undone_at.is_(None),
        )
        kept: UUID | None = session.scalar(query.limit(1))
        if kept is None:
            break
        record_id = kept
    return record_id


def _standing(first: UUID, second: UUID) -> Any:
    row = RecordDecision
    return select(row.id).where(row.first_id == first, row.second_id == second, row.undone_at.is_(None))
