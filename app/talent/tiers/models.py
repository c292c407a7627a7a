"""Tables of computed tiers, their changes, and the bureau's policy choices."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class TierConfiguration(Identified, Base):
    """The bureau's policy choices for a rule set. Rows are only ever added; the newest is in force.

    `version` counts from 1; its uniqueness makes the second of two simultaneous decisions fail. Without a row the
    defaults of the rule set's file are in force.
    """

    __tablename__ = "tier_configurations"
    __table_args__ = (UniqueConstraint("rule_set_id", "version"),)

    rule_set_id: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    choices: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(String(500))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime] = mapped_column(default=now)


class ManagerTier(Identified, Base):
    """The computed tier of the current year, updated by events. It is no recognition, which only a round publishes.

    `figures` holds the sums; `inputs` is the digest of all input data, by which changes are detected.
    """

    __tablename__ = "manager_tiers"

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id", ondelete="CASCADE"), unique=True)
    year: Mapped[int] = mapped_column(index=True)
    day: Mapped[date]
    tier: Mapped[str | None] = mapped_column(String(1), index=True)
    rule_id: Mapped[str | None] = mapped_column(String(8))
    figures: Mapped[dict[str, Any]]
    inputs: Mapped[str] = mapped_column(String(64))
    computed_at: Mapped[datetime] = mapped_column(default=now)


class TierChange(Identified, Base):
    """One change of a computed tier, with the event that caused it. Rows are only ever added."""

    __tablename__ = "tier_changes"
    __table_args__ = (Index("ix_tier_changes_manager", "manager_id", "changed_at"),)

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id", ondelete="CASCADE"))
    year: Mapped[int]
    before: Mapped[str | None] = mapped_column(String(1))
    after: Mapped[str | None] = mapped_column(String(1))
    rule_id: Mapped[str | None] = mapped_column(String(8))
    figures: Mapped[dict[str, Any]]
    cause: Mapped[str] = mapped_column(String(40))
    cause_id: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(default=now)
