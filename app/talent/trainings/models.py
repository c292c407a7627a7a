"""Tables of training on the ladder 短期速训 — 中长期进阶 — 教学实践, and of training bases."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedText
from app.libraries.record.enums import LabelledEnum
from app.talent.transitions import RecognitionTransition, transitions_of


class Rung(LabelledEnum):
    """The rungs of the ladder, lowest first."""

    SHORT_COURSE = "short_course", "短期速训", "Short course"
    ADVANCED_COURSE = "advanced_course", "中长期进阶", "Advanced course"
    TEACHING_PRACTICE = "teaching_practice", "教学实践", "Teaching and practice"


class BaseLevel(LabelledEnum):
    NATIONAL = "national", "国家级", "National"
    PROVINCIAL = "provincial", "省级", "Provincial"
    MUNICIPAL = "municipal", "市级", "Municipal"


class TrainingState(LabelledEnum):
    SUBMITTED = "submitted", "待核验", "Submitted"
    VERIFIED = "verified", "已核验", "Verified"
    REJECTED = "rejected", "未通过", "Rejected"


_S = TrainingState

TRANSITIONS: Mapping[str, RecognitionTransition] = transitions_of(
    RecognitionTransition("verify", (_S.SUBMITTED,), _S.VERIFIED, "核验通过"),
    RecognitionTransition("reject", (_S.SUBMITTED, _S.VERIFIED), _S.REJECTED, "不予通过", note=True),
)


class TrainingBase(Identified, Base):
    """A training base (技术转移人才培养基地). `organisation_id` is the institution that runs it and may verify.

    A closed base (`active` false) remains in old records and accepts no new ones.
    """

    __tablename__ = "training_bases"
    __table_args__ = (
        CheckConstraint("level IN ('national', 'provincial', 'municipal')", name="level"),
        Index("ix_training_bases_order", "name", "id"),
    )

    name: Mapped[str] = mapped_column(String(120), unique=True)
    level: Mapped[str] = mapped_column(String(12))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    region: Mapped[str | None] = mapped_column(String(6))
    designated_on: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class Training(Identified, Base):
    """A course that a manager took, or taught (third rung). Hours count once they are verified."""

    __tablename__ = "trainings"
    __table_args__ = (
        CheckConstraint("rung IN ('short_course', 'advanced_course', 'teaching_practice')", name="rung"),
        CheckConstraint("state IN ('submitted', 'verified', 'rejected')", name="state"),
        CheckConstraint("hours > 0", name="hours"),
        CheckConstraint("ended_on >= started_on", name="period"),
        Index("ix_trainings_newest", "created_at", "id"),
    )

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"), index=True)
    base_id: Mapped[UUID] = mapped_column(ForeignKey("training_bases.id"), index=True)
    rung: Mapped[str] = mapped_column(String(20))
    course: Mapped[str] = mapped_column(String(120))
    hours: Mapped[int]
    started_on: Mapped[date]
    ended_on: Mapped[date]
    evidence: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12), default=TrainingState.SUBMITTED)
    review_note: Mapped[str | None] = mapped_column(EncryptedText("training.review_note", 500))
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class
