"""The table of the keys of organisations for programs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class ApiKey(Identified, Base):
    """An organisation's key for programs, stored as a digest and limited by its scopes.

    The key acts in `role`, which is its creator's: it cannot be derived from the organisation's kind, because both an
    investor and a manufacturer can be an enterprise.

    Attributes:
        allowed_networks: where it may be used from, in CIDR notation; none: from anywhere.
        last_refused_at, last_refused_address: its last use from elsewhere, to the minute.
    """

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_prefix", "prefix", unique=True),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(20))
    prefix: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    last_used_address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    allowed_networks: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    last_refused_at: Mapped[datetime | None]
    last_refused_address: Mapped[str] = mapped_column(String(64), default="", server_default="")
