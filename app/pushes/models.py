"""Tables of pushes and their attempts."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedText


class PushState(StrEnum):
    """new → read → (later →) accepted | declined; a pending push may also expire or be cancelled."""

    NEW = "new"
    READ = "read"
    LATER = "later"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


PENDING = (PushState.NEW, PushState.READ, PushState.LATER)
"""States in which a push is pending: it waits for its manager's answer."""

OCCUPYING = (*PENDING, PushState.ACCEPTED)
"""States in which a push occupies one of its pair's slots."""

_PENDING_SQL = text("state IN ('new', 'read', 'later')")


class Push(Identified, Base):
    """A pair pushed (定向推送) to a manager. The unique constraint guarantees one row per pair and manager.

    When a record has changed so that the pair may be pushed again, the same row starts the attempt with the next
    `round` (see ``eligibility.repush_policy``), so an inbox never shows a pair twice. `created_at` is the start of the
    first attempt, `pushed_at` that of the present one; `notified_at` is when a message about it was requested. The
    answer is due at `answer_due_at`; from `overdue_at` on the pair may be reassigned. `follows_id` is the push whose
    end led to this attempt. An answer may be undone until `undo_until`.

    `pair_score`, `manager_score` and `rank_score` are 0–1; `rank_key` orders an inbox (see ``planning.rank_order``).
    `reasons` holds those of the pair and of the recommendation. `ended_reason` is the code of the rule that cancelled
    the push; on an accepted push with `ended_at`, why its engagement ended, which freed the pair for the next manager.
    """

    __tablename__ = "pushes"
    __table_args__ = (
        UniqueConstraint("manager_id", "demand_id", "achievement_id"),
        CheckConstraint("state IN ({})".format(", ".join(f"'{state}'" for state in PushState)), name="state"),
        Index("ix_pushes_inbox", "manager_id", "rank_key", "id"),
        Index("ix_pushes_pair", "demand_id", "achievement_id"),
        Index("ix_pushes_achievement", "achievement_id"),
        Index("ix_pushes_due", "expires_at", postgresql_where=_PENDING_SQL, sqlite_where=_PENDING_SQL),
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
    note: Mapped[str | None] = mapped_column(EncryptedText("push.note", 500))
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

    @property
    def pair_key(self) -> tuple[UUID, UUID]:
        return self.demand_id, self.achievement_id


class PushAttempt(Identified, Base):
    """One attempt of a push with its answer. Caps count attempts, and the feedback summary of owners uses them.

    `outcome` is ``accepted`` or ``declined`` once the manager has answered and not undone the answer, otherwise None.
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


class InboxPosition(Base):
    """The number of the last change of a manager's inbox. Transactions that add changes lock this row."""

    __tablename__ = "inbox_positions"

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id", ondelete="CASCADE"), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger, default=0)


class InboxChange(Base):
    """A new or changed push, numbered per manager by `seq`, so that a stream can resume from a number."""

    __tablename__ = "inbox_changes"

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    push_id: Mapped[UUID] = mapped_column(ForeignKey("pushes.id", ondelete="CASCADE"))
    change: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(default=now, index=True)
