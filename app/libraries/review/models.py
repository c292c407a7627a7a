"""The table of reviewers who look at a record just now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, now


class ReviewPresence(Base):
    """That a reviewer has a record open; their page renews it every few seconds."""

    __tablename__ = "review_presences"

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(default=now, index=True)
