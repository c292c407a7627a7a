"""Tables of notices, of who has read them, and of preferences."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class Notice(Identified, Base):
    """What one recipient was notified of one event, in words that they may read.

    `recipient_kind` is user_id, manager_id or organisation_id. `roles` limits an organisation's notice to its users
    with one of these roles, or its administrators (comma-separated; "" means all but managers who do not administer
    it). `actor_id` is who did it.
    `path` is where the reader acts or looks; `data` goes to webhooks.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("event_id", "recipient_id", "type"),
        Index("ix_notices_recipient", "recipient_id", "created_at", "id"),
        Index("ix_notices_created_at", "created_at"),
    )

    event_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(String(40))
    group: Mapped[str] = mapped_column("notice_group", String(20))
    recipient_kind: Mapped[str] = mapped_column(String(20))
    recipient_id: Mapped[UUID]
    roles: Mapped[str] = mapped_column(String(80), default="")
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(String(200), default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class NoticeReading(Base):
    """When a user has read a notice. Each user of an organisation has their own marks."""

    __tablename__ = "notice_readings"

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(default=now)


class NoticePreference(Base):
    """A user's channels by group of notices; a group that is not there has its default."""

    __tablename__ = "notice_preferences"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    channels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class
