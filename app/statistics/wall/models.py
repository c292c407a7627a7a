"""The table of links to the wall."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class WallLink(Identified, Base):
    """A link to the wall. Only the digest of its token is stored, so nobody can read the link from the database."""

    __tablename__ = "wall_links"

    label: Mapped[str] = mapped_column(String(80))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None]
