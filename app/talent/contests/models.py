"""Tables of project contests (项目大赛) and brand events (品牌活动), and of their registrations."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, Percent, now
from app.libraries.record.enums import LabelledEnum
from app.talent.transitions import RecognitionTransition, transitions_of


class ContestKind(LabelledEnum):
    PROJECT_CONTEST = "project_contest", "项目大赛", "Project contest"
    BRAND_EVENT = "brand_event", "品牌活动", "Brand event"


class ContestState(LabelledEnum):
    DRAFT = "draft", "草稿", "Draft"
    OPEN = "open", "报名中", "Open for registration"
    CLOSED = "closed", "报名截止", "Registration closed"
    FINISHED = "finished", "已公布结果", "Finished"
    CANCELLED = "cancelled", "已取消", "Cancelled"


_S = ContestState

TRANSITIONS: Mapping[str, RecognitionTransition] = transitions_of(
    RecognitionTransition("open", (_S.DRAFT, _S.CLOSED), _S.OPEN, "开放报名"),
    RecognitionTransition("close", (_S.OPEN,), _S.CLOSED, "截止报名"),
    RecognitionTransition("finish", (_S.CLOSED,), _S.FINISHED, "公布结果"),
    RecognitionTransition("cancel", (_S.DRAFT, _S.OPEN, _S.CLOSED), _S.CANCELLED, "取消", note=True),
)


class RegistrationState(LabelledEnum):
    REGISTERED = "registered", "已报名", "Registered"
    WAITING = "waiting", "候补", "Waiting"
    WITHDRAWN = "withdrawn", "已退出", "Withdrawn"


class Contest(Identified, Base):
    """A contest or event of the bureau. `capacity` None means unlimited; registration ends at `deadline`."""

    __tablename__ = "contests"
    __table_args__ = (
        CheckConstraint("kind IN ('project_contest', 'brand_event')", name="kind"),
        CheckConstraint("state IN ('draft', 'open', 'closed', 'finished', 'cancelled')", name="state"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
        CheckConstraint("deadline <= starts_at AND starts_at <= ends_at", name="times"),
        Index("ix_contests_newest", "starts_at", "id"),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(2000), default="")
    venue: Mapped[str] = mapped_column(String(120), default="")
    deadline: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(12), default=ContestState.DRAFT)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


def facts_of(contest: Contest) -> dict[str, Any]:
    """What events say of a contest."""
    return {
        "subject_id": contest.id,
        "number": contest.number,
        "title": contest.title,
        "starts_at": contest.starts_at,
        "venue": contest.venue,
    }


class ContestRegistration(Identified, Base):
    """A manager's registration. `queued_at` orders the waiting list; `place`, `points` and `award` are the result."""

    __tablename__ = "contest_registrations"
    __table_args__ = (
        UniqueConstraint("contest_id", "manager_id"),
        CheckConstraint("state IN ('registered', 'waiting', 'withdrawn')", name="state"),
        CheckConstraint("place IS NULL OR state = 'registered'", name="place"),
        Index("ix_contest_registrations_list", "contest_id", "state", "queued_at"),
    )

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id", ondelete="CASCADE"))
    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"), index=True)
    project: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12), default=RegistrationState.REGISTERED)
    queued_at: Mapped[datetime] = mapped_column(default=now)
    place: Mapped[int | None]
    points: Mapped[Decimal | None] = mapped_column(Percent)
    award: Mapped[str | None] = mapped_column(String(60))
    registered_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class
