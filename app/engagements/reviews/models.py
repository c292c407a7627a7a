"""Tables of reviews: which part of an engagement waits for the bureau, and what the bureau found."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedText
from app.libraries.record.enums import LabelledEnum


class ReviewPart(LabelledEnum):
    """Whose consent waits: that of a side, or that of a manager or investor who was invited."""

    DEMAND = "demand", "需求方", "The demand's side"
    ACHIEVEMENT = "achievement", "成果方", "The achievement's side"
    MANAGER = "manager", "参与的技术经理人", "A manager who takes part"
    INVESTOR = "investor", "受邀的投资机构", "An investor who is invited"


class ReviewState(LabelledEnum):
    """open → cleared | confirmed | lapsed; confirmed → cleared. A lapsed one opens again if its reason returns soon."""

    OPEN = "open", "待核查", "Waiting"
    CLEARED = "cleared", "可以对接", "Cleared"
    CONFIRMED = "confirmed", "不宜对接", "Confirmed"
    LAPSED = "lapsed", "无需核查", "Lapsed"


_STATES = ", ".join(f"'{state}'" for state in ReviewState)
_IN_FORCE = text("state IN ('open', 'confirmed')")


class EngagementReview(Identified, Base):
    """One part of an engagement that waits for the bureau, or about which it has decided.

    Attributes:
        subject_id: the record of a side, or the participation of a manager or investor.
        ties: keys of the ties as last seen (`ties.Tie.key`).
        taken_back: the last of them went by something other than a change of the owner's own record.
        waived: keys of those in spite of which the bureau has cleared the part.
        reason: what the bureau wrote; for the bureau alone.
        reminded_at: when the bureau was last reminded of it.
    """

    __tablename__ = "engagement_reviews"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        Index(
            "ix_engagement_reviews_in_force",
            "engagement_id",
            "subject_id",
            unique=True,
            postgresql_where=_IN_FORCE,
            sqlite_where=_IN_FORCE,
        ),
        Index("ix_engagement_reviews_oldest", "state", "opened_at", "id"),
    )

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    part: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(12), default=ReviewState.OPEN)
    opened_at: Mapped[datetime] = mapped_column(default=now)
    ties: Mapped[list[str]] = mapped_column(default=list)
    waived: Mapped[list[str]] = mapped_column(default=list)
    taken_back: Mapped[bool] = mapped_column(default=False, server_default=false())
    closed_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(EncryptedText("engagement_review.reason"), default="")
    reminded_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class
