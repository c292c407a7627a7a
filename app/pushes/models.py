"""Pushes: one recommendation sent to one manager."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    case,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class PushState(StrEnum):
    """new → read → accepted | declined, by way of later; a live push may expire or be cancelled."""

    NEW = "new"
    READ = "read"
    LATER = "later"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


PENDING = (PushState.NEW, PushState.READ, PushState.LATER)
"""States in which a push waits for its manager's answer."""

OCCUPYING = (*PENDING, PushState.ACCEPTED)
"""States in which a push takes one of its pair's places."""

_LIVE_SQL = text("state IN ('new', 'read', 'later')")


class Push(Identified, Base):
    """A pair pushed (定向推送) to a manager: one row for ever, the unique constraint is the last guard of that.

    When a record has changed in what matters the same row begins a new `round` (see ``returning``), so an inbox never
    shows a pair twice. `created_at` is the first round's beginning, `pushed_at` the present one's. `told_at` says that
    a message about this round was made. An answer is due at `answer_due_at`; past it (`overdue_at`) the push may be
    handed over. `follows_id` is the push whose end led to this round; an answer may be undone until `undo_until`.

    `pair_score`, `manager_score` and `rank_score` are 0–1; `rank_key` orders an inbox (see ``ranking``). `reasons`
    holds the pair's and the recommendation's. `ended_reason` is the code of the rule that cancelled it; with
    `ended_at` on an accepted push, why its engagement ended and the pair was free for the next manager.
    """

    __tablename__ = "pushes"
    __table_args__ = (
        UniqueConstraint("manager_id", "demand_id", "achievement_id"),
        CheckConstraint("state IN ({})".format(", ".join(f"'{state}'" for state in PushState)), name="state"),
        Index("ix_pushes_inbox", "manager_id", "rank_key", "id"),
        Index("ix_pushes_pair", "demand_id", "achievement_id"),
        Index("ix_pushes_achievement", "achievement_id"),
        Index("ix_pushes_due", "expires_at", postgresql_where=_LIVE_SQL, sqlite_where=_LIVE_SQL),
    )

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"))
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demands.id"))
    achievement_id: Mapped[UUID] = mapped_column(ForeignKey("achievements.id"))

    pair_score: Mapped[float]
    manager_score: Mapped[float]
    rank_score: Mapped[float]
    rank_key: Mapped[float]
    reasons: Mapped[dict[str, Any]] = mapped_column(default=dict)
    model_version: Mapped[str] = mapped_column(String(80))
    demand_version: Mapped[int]
    achievement_version: Mapped[int]

    state: Mapped[str] = mapped_column(String(12), default=PushState.NEW)
    decline_reason: Mapped[str | None] = mapped_column(String(30))
    note: Mapped[str | None] = mapped_column(String(500))
    ended_reason: Mapped[str | None] = mapped_column(String(30))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    round: Mapped[int] = mapped_column(default=1)
    pushed_at: Mapped[datetime] = mapped_column(default=now)
    notified_at: Mapped[datetime | None] = mapped_column("told_at")
    answer_due_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    follows_id: Mapped[UUID | None] = mapped_column(index=True)
    undo_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


def state_for_slots() -> ColumnElement[str]:
    """A push's state as its pair's places count it: an acceptance whose engagement came to nothing holds none, and is
    as one that ran out: the pair does not come back to its manager by itself."""
    over = and_(Push.state == PushState.ACCEPTED, Push.ended_at.is_not(None))
    return case((over, PushState.EXPIRED.value), else_=Push.state)


class PushAttempt(Identified, Base):
    """One round of a push, with its answer: what caps count and what suppliers learn from. The next overwrites none.

    `outcome` is ``accepted`` or ``declined`` once the manager answered (and did not undo it), else None.
    """

    __tablename__ = "push_rounds"
    __table_args__ = (
        UniqueConstraint("push_id", "round"),
        Index("ix_push_rounds_given", "manager_id", "pushed_at"),
        Index("ix_push_rounds_pushed_at", "pushed_at"),
    )

    push_id: Mapped[UUID] = mapped_column(ForeignKey("pushes.id"))
    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"))
    round: Mapped[int]
    pushed_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(30))
    answered_at: Mapped[datetime | None]
