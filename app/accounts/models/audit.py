"""The table of the audit trail."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, true
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class AuditEntry(Identified, Base):
    """An entry of the audit trail: actor, action, record and time. Append-only, in the transaction of the change.

    Triggers refuse changes, and deletion within `audit.retention.KEPT_AT_LEAST`. `address` is where the request came
    from.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject_id", "created_at"),)

    created_at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[UUID | None]
    api_key_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[UUID | None]
    details: Mapped[str] = mapped_column(String(500), default="")
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    succeeded: Mapped[bool] = mapped_column(default=True, server_default=true())
