"""State machines as tables, and the one way to take a move: check, change, history, audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Index, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.accounts import audit
from app.accounts.access.principal import Principal
from app.database import Base, Identified, now
from app.errors import Conflict, Invalid
from app.libraries.record.enums import LabelledEnum


@dataclass(frozen=True, slots=True)
class RecognitionTransition:
    """A move from any of `sources` to `target`. With `note` it needs a reason in words."""

    name: str
    sources: tuple[str, ...]
    target: str
    zh: str
    note: bool = False


def transitions_of(*rows: RecognitionTransition) -> Mapping[str, RecognitionTransition]:
    return {row.name: row for row in rows}


def allowed(table: Mapping[str, RecognitionTransition], state: str) -> list[str]:
    """The names of the moves that lead on from here."""
    return [move.name for move in table.values() if state in move.sources]


class TalentMove(Identified, Base):
    """One move of a filing, certificate, round, ranking or contest: from, to, who, when, why. Only appended."""

    __tablename__ = "talent_moves"
    __table_args__ = (Index("ix_talent_moves_subject", "subject_id", "moved_at"),)

    concept: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(500), default="")
    moved_by: Mapped[UUID | None]
    moved_at: Mapped[datetime] = mapped_column(default=now)


class Stateful(Protocol):
    id: Any
    state: Any


def begin(session: Session, record: Stateful, *, concept: str, principal: Principal) -> None:
    """The first line of a history; the record is new and has its first state."""
    _log(session, record, "create", None, concept=concept, principal=principal, note="")


def check(
    record: Stateful, move: RecognitionTransition, *, states: type[LabelledEnum], note: str | None = None
) -> None:
    """
    Raises:
        Conflict: not from the present state.
        Invalid: the move needs a reason.
    """
    if record.state not in move.sources:
        present = next(each for each in states if each == record.state)
        raise Conflict(
            f"'{move.name}' is not possible while the state is {present.value}.",
            f"当前为“{present.zh}”,不能{move.zh}。",
            code="wrong_state",
            state=present.value,
        )
    if move.note and not note:
        raise Invalid.field("note", "required", f"{move.zh}须说明理由", f"'{move.name}' needs a reason")


def take_transition(
    session: Session,
    record: Stateful,
    move: RecognitionTransition,
    *,
    states: type[LabelledEnum],
    concept: str,
    principal: Principal,
    note: str | None = None,
    target: str | None = None,
) -> None:
    """Change the record's state in the caller's transaction. `target` overrides the table's where a day decides it.

    Raises as `check` does.
    """
    check(record, move, states=states, note=note)
    before, record.state = record.state, target or move.target
    _log(session, record, move.name, before, concept=concept, principal=principal, note=note or "")


def _log(
    session: Session,
    record: Stateful,
    name: str,
    before: str | None,
    *,
    concept: str,
    principal: Principal,
    note: str,
) -> None:
    session.flush()
    session.add(
        TalentMove(
            concept=concept,
            subject_id=record.id,
            name=name,
            from_state=before,
            to_state=record.state,
            note=note,
            moved_by=principal.user_id,
        )
    )
    audit.record(session, principal, f"{concept}.{name}", record.id, note)


def history(subject_id: UUID) -> Select[TalentMove]:
    """Oldest first."""
    return (
        select(TalentMove)
        .where(TalentMove.subject_id == subject_id)
        .order_by(TalentMove.moved_at, TalentMove.id)
    )
