"""State machines as tables; a transition is checked, made, and logged in the history and the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Index, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.accounts import audit
from app.accounts.access.principal import Principal
from app.accounts.organisations.recusal import refuse_tied
from app.database import Base, Identified, now
from app.encryption.columns import EncryptedText
from app.errors import Conflict, Invalid
from app.libraries.record.enums import LabelledEnum


@dataclass(frozen=True, slots=True)
class RecognitionTransition:
    """A transition from any of `sources` to `target`. With `note` it needs a written reason; `zh` is its name."""

    name: str
    sources: tuple[str, ...]
    target: str
    zh: str
    note: bool = False


def transitions_of(*rows: RecognitionTransition) -> Mapping[str, RecognitionTransition]:
    return {row.name: row for row in rows}


def allowed(table: Mapping[str, RecognitionTransition], state: str) -> list[str]:
    """The names of the transitions that are possible from this state."""
    return [transition.name for transition in table.values() if state in transition.sources]


class TalentMove(Identified, Base):
    """One transition of a filing, certificate, training, round, ranking or contest. Rows are only ever added."""

    __tablename__ = "talent_moves"
    __table_args__ = (Index("ix_talent_moves_subject", "subject_id", "moved_at"),)

    concept: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(EncryptedText("talent_move.note", 500), default="")
    moved_by: Mapped[UUID | None]
    moved_at: Mapped[datetime] = mapped_column(default=now)


class Stateful(Protocol):
    id: Any
    state: Any


def begin(session: Session, record: Stateful, *, concept: str, principal: Principal) -> None:
    """Log the creation of a record in its initial state."""
    _log(session, record, "create", None, concept=concept, principal=principal, note="")


def check(
    record: Stateful,
    transition: RecognitionTransition,
    *,
    states: type[LabelledEnum],
    note: str | None = None,
) -> None:
    """
    Raises:
        Conflict: the transition is not possible from the current state.
        Invalid: the transition needs a reason.
    """
    if record.state not in transition.sources:
        current = next(state for state in states if state == record.state)
        raise Conflict(
            f"The action '{transition.name}' is not possible in the state '{current.value}'.",
            f"当前为“{current.zh}”，不能{transition.zh}。",
            code="wrong_state",
            state=current.value,
        )
    if transition.note and not note:
        raise Invalid.field(
            "note",
            "required",
            f"{transition.zh}须说明理由",
            f"is required for the action '{transition.name}'",
        )


def take_transition(
    session: Session,
    record: Stateful,
    transition: RecognitionTransition,
    *,
    states: type[LabelledEnum],
    concept: str,
    principal: Principal,
    note: str | None = None,
    target: str | None = None,
) -> None:
    """Change the record's state in the caller's transaction; `target` overrides the target of the table.

    Raises:
        Conflict, Invalid: as in `check`; or the record is a manager's to whom the operator has a tie.
    """
    refuse_tied(session, principal, managers=[getattr(record, "manager_id", None)])
    check(record, transition, states=states, note=note)
    before, record.state = record.state, target or transition.target
    _log(session, record, transition.name, before, concept=concept, principal=principal, note=note or "")


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
    # The note is about a person. It stays encrypted in the history: the trail is kept longer, and is clear text.
    audit.record(session, principal, f"{concept}.{name}", record.id)


def history(subject_id: UUID) -> Select[TalentMove]:
    """The transitions of a record, oldest first."""
    return (
        select(TalentMove)
        .where(TalentMove.subject_id == subject_id)
        .order_by(TalentMove.moved_at, TalentMove.id)
    )
