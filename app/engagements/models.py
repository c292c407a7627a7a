"""Tables of engagements (对接): participants, stage changes, tasks, files, disclosures, shares and timeline."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, Percent, now
from app.encryption.columns import EncryptedText
from app.libraries.record.enums import LabelledEnum


class Stage(LabelledEnum):
    """proposed → contacted → meeting → negotiating → signed → landed; any open stage → ended."""

    PROPOSED = "proposed", "已提出", "Proposed"
    CONTACTED = "contacted", "已联系", "Contacted"
    MEETING = "meeting", "会面", "Meeting"
    NEGOTIATING = "negotiating", "洽谈", "Negotiating"
    SIGNED = "signed", "已签约", "Signed"
    LANDED = "landed", "已落地", "Landed"
    ENDED = "ended", "已终止", "Ended"

    @property
    def is_open(self) -> bool:
        """Whether work continues; an open engagement occupies a slot of each of its managers."""
        return self not in (Stage.LANDED, Stage.ENDED)


OPEN_STAGES = tuple(stage for stage in Stage if stage.is_open)


class ParticipantRole(LabelledEnum):
    """The four roles (科学家、企业家、技术经理人、投资人)."""

    SCIENTIST = "scientist", "科学家", "Scientist"
    ENTREPRENEUR = "entrepreneur", "企业家", "Entrepreneur"
    MANAGER = "manager", "技术经理人", "Manager"
    INVESTOR = "investor", "投资人", "Investor"


class ParticipantState(LabelledEnum):
    """invited → consented | declined; consented → left. Who declined or left may be invited again."""

    INVITED = "invited", "已邀请", "Invited"
    CONSENTED = "consented", "已同意", "Consented"
    DECLINED = "declined", "已谢绝", "Declined"
    LEFT = "left", "已退出", "Left"


class ParticipantSide(LabelledEnum):
    """The side of a pair that a participant represents; managers and investors represent none."""

    DEMAND = "demand", "需求方", "The demand's side"
    ACHIEVEMENT = "achievement", "成果方", "The achievement's side"


def _one_of(column: str, values: type[LabelledEnum]) -> CheckConstraint:
    return CheckConstraint(
        "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values)), name=column
    )


class Engagement(Identified, Base):
    """A pair that a manager brokers (`manager_id`, the lead), opened by accepting a push.

    `agreed_at` is set while both sides consent: contacts are available, and the engagement no longer depends on the
    records being published. `ended_reason` is a code of the vocabulary `engagement_end_reasons`.
    """

    __tablename__ = "engagements"
    __table_args__ = (
        _one_of("stage", Stage),
        CheckConstraint("(stage = 'ended') = (ended_reason IS NOT NULL)", name="ended_reason"),
        Index("ix_engagements_manager", "manager_id", "stage"),
        Index("ix_engagements_newest", "opened_at", "id"),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    push_id: Mapped[UUID | None] = mapped_column(ForeignKey("pushes.id"), unique=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demands.id"), index=True)
    achievement_id: Mapped[UUID] = mapped_column(ForeignKey("achievements.id"), index=True)
    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"))
    stage: Mapped[str] = mapped_column(String(12), default=Stage.PROPOSED)
    ended_reason: Mapped[str | None] = mapped_column(String(30))
    opened_at: Mapped[datetime] = mapped_column(default=now)
    stage_since: Mapped[datetime] = mapped_column(default=now)
    agreed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class Participant(Identified, Base):
    """An organisation (any of its users answers for it), a user or a manager who takes part.

    `side` is the owner's side that they represent. `demand_opened_at` and `achievement_opened_at` are when the sides
    opened the files to a third party: an investor, or a manager who is not the lead. `invited_by` and `answered_by` are
    ids of users or API keys. `asked_by` and `asked_at` are of a consent that waits for the bureau (`reviews`).
    """

    __tablename__ = "engagement_participants"
    __table_args__ = (
        _one_of("role", ParticipantRole),
        _one_of("state", ParticipantState),
        CheckConstraint(
            "user_id IS NOT NULL OR organisation_id IS NOT NULL OR manager_id IS NOT NULL", name="somebody"
        ),
        UniqueConstraint("engagement_id", "manager_id"),
        UniqueConstraint("engagement_id", "user_id"),
        Index("ix_engagement_participants_manager", "manager_id", "state"),
    )

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    side: Mapped[str | None] = mapped_column(String(12))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    manager_id: Mapped[UUID | None] = mapped_column(ForeignKey("managers.id"))
    state: Mapped[str] = mapped_column(String(12), default=ParticipantState.INVITED)
    invited_by: Mapped[UUID | None]
    invited_at: Mapped[datetime] = mapped_column(default=now)
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    asked_by: Mapped[UUID | None]
    asked_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    demand_opened_at: Mapped[datetime | None]
    achievement_opened_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class

    @property
    def files_open(self) -> bool:
        """Whether both sides have opened the files of the engagement to this third party."""
        return self.demand_opened_at is not None and self.achievement_opened_at is not None


class StageMove(Identified, Base):
    """One stage change: from (None at the opening), to, actor, time and note."""

    __tablename__ = "engagement_moves"
    __table_args__ = (Index("ix_engagement_moves_order", "engagement_id", "moved_at"),)

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"))
    from_stage: Mapped[str | None] = mapped_column(String(12))
    to_stage: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(30))
    note: Mapped[str] = mapped_column(EncryptedText("engagement_move.note", 1000), default="")
    moved_by: Mapped[UUID | None]
    moved_as: Mapped[str] = mapped_column(String(12))
    moved_at: Mapped[datetime] = mapped_column(default=now)


_TASK_OPEN = text("state = 'open'")


class Task(Identified, Base):
    """A task with a due day in Jinan time (`due_on`); reminders follow on `remind_on` and once it is overdue.

    `reminded_at` and `overdue_at` are when the event of either was emitted; changing the days clears both.
    """

    __tablename__ = "engagement_tasks"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'dropped')", name="state"),
        Index("ix_engagement_tasks_due", "due_on", postgresql_where=_TASK_OPEN, sqlite_where=_TASK_OPEN),
    )

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(EncryptedText("engagement_task.note", 1000), default="")
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("engagement_participants.id"))
    due_on: Mapped[date]
    remind_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), default="open")
    reminded_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    done_by: Mapped[UUID | None]
    done_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class File(Identified, Base):
    """A file of an engagement. Its bytes are stored under `storage_key` before this row is committed.

    `media_type` is derived from the content; `size` is in bytes. A removed file keeps its row, but not its bytes.
    """

    __tablename__ = "engagement_files"

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(100), unique=True)
    uploaded_by: Mapped[UUID | None]
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    removed_by: Mapped[UUID | None]
    removed_at: Mapped[datetime | None]


class Reveal(Identified, Base):
    """One disclosure of a record's contacts to one caller. Rows are only ever added.

    `side` is demand, achievement or manager (the contacts of the lead's record).
    """

    __tablename__ = "engagement_reveals"

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    record_id: Mapped[UUID] = mapped_column(index=True)
    side: Mapped[str] = mapped_column(String(12))
    user_id: Mapped[UUID | None]
    api_key_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    manager_id: Mapped[UUID | None]
    revealed_at: Mapped[datetime] = mapped_column(default=now)


class ManagerShare(Identified, Base):
    """A manager's share of an engagement: 0 < percent ≤ 100. The shares of one engagement add up to 100.

    The lead proposes all shares together; they are agreed once every manager has confirmed their own.
    """

    __tablename__ = "manager_shares"
    __table_args__ = (UniqueConstraint("engagement_id", "manager_id"),)

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"))
    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"), index=True)
    percent: Mapped[Decimal] = mapped_column(Percent)
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]


class TimelineEntry(Identified, Base):
    """One entry of an engagement's timeline; only ever added. The keys of `data` depend on `kind`."""

    __tablename__ = "engagement_entries"
    __table_args__ = (Index("ix_engagement_entries_order", "engagement_id", "at", "id"),)

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"))
    kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[UUID | None]
    text: Mapped[str] = mapped_column(EncryptedText("engagement_entry.text"), default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor_id: Mapped[UUID | None]
    actor_role: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(default=now)


class CalendarLink(Base):
    """The address at which a person's calendar reads their tasks. Only the digest of its token is stored."""

    __tablename__ = "calendar_links"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
