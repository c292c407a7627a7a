"""The table of undertakings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class Undertaking(Identified, Base):
    """One acceptance of the undertaking for a record, by one person. Rows are only ever added.

    `participant_id` is for whom the person acts; `text_version`, `language` and `digest` say what they read
    (`accounts.legal_texts`).
    """

    __tablename__ = "undertakings"
    __table_args__ = (Index("ix_undertakings_record_user", "record_id", "user_id"),)

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("engagement_participants.id"))
    record_id: Mapped[UUID]
    side: Mapped[str] = mapped_column(String(12))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    text_version: Mapped[int]
    language: Mapped[str] = mapped_column(String(2))
    digest: Mapped[str] = mapped_column(String(64))
    accepted_at: Mapped[datetime] = mapped_column(default=now)
