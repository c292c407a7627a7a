"""Tables of yearly recognition rounds (年度认定): frozen inputs by manager, decisions and objections."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedText
from app.libraries.record.enums import LabelledEnum
from app.talent.transitions import RecognitionTransition, transitions_of


class RoundState(LabelledEnum):
    OPEN = "open", "进行中", "Open"
    FROZEN = "frozen", "已冻结", "Frozen"
    REVIEWED = "reviewed", "已审核", "Reviewed"
    PUBLISHED = "published", "已公布", "Published"
    CANCELLED = "cancelled", "已取消", "Cancelled"


_S = RoundState

TRANSITIONS: Mapping[str, RecognitionTransition] = transitions_of(
    RecognitionTransition("freeze", (_S.OPEN,), _S.FROZEN, "冻结数据"),
    RecognitionTransition("reopen", (_S.FROZEN,), _S.OPEN, "重新开放", note=True),
    RecognitionTransition("review", (_S.FROZEN,), _S.REVIEWED, "审核完成"),
    RecognitionTransition("publish", (_S.REVIEWED,), _S.PUBLISHED, "公布"),
    RecognitionTransition("cancel", (_S.OPEN, _S.FROZEN, _S.REVIEWED), _S.CANCELLED, "取消", note=True),
)

CHANGEABLE = (RoundState.FROZEN, RoundState.REVIEWED)
"""States in which the frozen entries may be decided, corrected and objected to."""


class Decision(LabelledEnum):
    """How an entry's tier was decided."""

    COMPUTED = "computed", "按规则认定", "By the rule"
    PENDING = "pending", "待审定", "Pending decision by an operator"
    CONFIRMED = "confirmed", "经审定", "Confirmed by an operator"
    CORRECTED = "corrected", "已更正", "Corrected by an operator"


_NOT_CANCELLED = text("state <> 'cancelled'")


class RecognitionRound(Identified, Base):
    """The recognition of one year. Freezing copies rules, configuration and all inputs into the round.

    `digest` covers rules, configuration and the inputs of all entries; `as_of` is the reference day.
    """

    __tablename__ = "recognition_rounds"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'frozen', 'reviewed', 'published', 'cancelled')", name="state"),
        CheckConstraint("state IN ('open', 'cancelled') OR digest IS NOT NULL", name="frozen"),
        Index(
            "uq_recognition_rounds_year",
            "year",
            unique=True,
            postgresql_where=_NOT_CANCELLED,
            sqlite_where=_NOT_CANCELLED,
        ),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(12), default=RoundState.OPEN)
    rule_set_id: Mapped[str] = mapped_column(String(40))
    rules: Mapped[dict[str, Any] | None]
    configuration: Mapped[dict[str, Any] | None]
    as_of: Mapped[date | None]
    digest: Mapped[str | None] = mapped_column(String(64))
    frozen_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class RecognitionEntry(Identified, Base):
    """One manager in a round. `inputs` are all data that decided `computed_tier`, including every contract.

    `tier` is published; None with the decision `pending` means that an operator must decide (可认定 grants nothing by
    itself). Number and name are those at the time of freezing. `doubt` is the event by which something was taken back
    on which the tier rests, until the bureau has decided what holds (`rounds.reviews`).
    """

    __tablename__ = "recognition_entries"
    __table_args__ = (
        UniqueConstraint("round_id", "manager_id"),
        CheckConstraint("tier IN ('C', 'D', 'E')", name="tier"),
        CheckConstraint("decision IN ('computed', 'pending', 'confirmed', 'corrected')", name="decision"),
        Index("ix_recognition_entries_list", "round_id", "manager_number", "id"),
        Index("ix_recognition_entries_manager", "manager_id"),
    )

    round_id: Mapped[UUID] = mapped_column(ForeignKey("recognition_rounds.id", ondelete="CASCADE"))
    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"))
    manager_number: Mapped[str] = mapped_column(String(20))
    manager_name: Mapped[str] = mapped_column(String(200))
    inputs: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    computed_tier: Mapped[str | None] = mapped_column(String(1))
    rule_id: Mapped[str | None] = mapped_column(String(8))
    figures: Mapped[dict[str, Any]]
    tier: Mapped[str | None] = mapped_column(String(1))
    decision: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(EncryptedText("recognition_entry.reason", 500))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    doubt: Mapped[str | None] = mapped_column(String(40))
    doubted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    review_reason: Mapped[str | None] = mapped_column(EncryptedText("recognition_entry.review_reason"))
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class Objection(Identified, Base):
    """A manager's objection to their entry, with the operator's answer."""

    __tablename__ = "recognition_objections"
    __table_args__ = (CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name="state"),)

    round_id: Mapped[UUID] = mapped_column(
        ForeignKey("recognition_rounds.id", ondelete="CASCADE"), index=True
    )
    entry_id: Mapped[UUID] = mapped_column(
        ForeignKey("recognition_entries.id", ondelete="CASCADE"), index=True
    )
    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"), index=True)
    text: Mapped[str] = mapped_column(EncryptedText("recognition_objection.text", 2000))
    state: Mapped[str] = mapped_column(String(12), default="open")
    answer: Mapped[str | None] = mapped_column(EncryptedText("recognition_objection.answer", 2000))
    raised_by: Mapped[UUID | None]
    raised_at: Mapped[datetime] = mapped_column(default=now)
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class
