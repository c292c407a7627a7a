"""Tables of owners' answers to matches of their records, and of reported errors in matches."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedText
from app.pushes.feedback.pair_side import Side


class OwnerAnswer(Identified, Base):
    """An owner's answer to a match of their own record: one for each side of a pair, changed by answering again.

    `pair_score` (0–1) is the pair's score at that time; answers older than this column have none.
    """

    __tablename__ = "owner_answers"
    __table_args__ = (
        UniqueConstraint("demand_id", "achievement_id", "side"),
        Index("ix_owner_answers_achievement", "achievement_id", "side"),
        CheckConstraint("side IN ({})".format(", ".join(f"'{side}'" for side in Side)), name="side"),
    )

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demands.id"))
    achievement_id: Mapped[UUID] = mapped_column(ForeignKey("achievements.id"))
    side: Mapped[str] = mapped_column(String(12))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    interested: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(30))
    note: Mapped[str | None] = mapped_column(EncryptedText("owner_answer.note", 500))
    pair_score: Mapped[float | None]
    answered_at: Mapped[datetime] = mapped_column(default=now)
    answered_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class ReportState(StrEnum):
    """open → resolved | dismissed."""

    OPEN = "open"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class MatchReport(Identified, Base):
    """An error in a match, reported by a manager or an owner and handled by the bureau."""

    __tablename__ = "match_reports"
    __table_args__ = (
        Index(
            "uq_match_reports_open",
            "demand_id",
            "achievement_id",
            "category",
            "reported_by",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_match_reports_state", "state", "created_at"),
        CheckConstraint(
            "state IN ({})".format(", ".join(f"'{state}'" for state in ReportState)), name="state"
        ),
    )

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demands.id"))
    achievement_id: Mapped[UUID] = mapped_column(ForeignKey("achievements.id"))
    category: Mapped[str] = mapped_column(String(30))
    note: Mapped[str | None] = mapped_column(EncryptedText("match_report.note", 500))
    state: Mapped[str] = mapped_column(String(12), default=ReportState.OPEN)
    reported_by: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    resolution: Mapped[str | None] = mapped_column(String(500))
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class
