"""Tables of the mirror: the platforms that are followed, and the copies of their records."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class MirrorOrigin(Identified, Base):
    """A platform that is followed.

    Attributes:
        public_key: the key that its pages are checked with, fixed at the first page.
        cursor: where the next page begins; stored when all of the page before is.
        owner_org_id: owns the records whose owner the platform does not tell.
    """

    __tablename__ = "mirror_origins"

    url: Mapped[str] = mapped_column(String(300), unique=True)
    public_key: Mapped[dict[str, Any]]
    cursor: Mapped[str | None] = mapped_column(String(200))
    owner_org_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    followed_at: Mapped[datetime | None]


class MirroredRecord(Identified, Base):
    """A record of an origin, and its copy in the libraries.

    Attributes:
        remote_id: the record's id at its origin, which never changes.
        record_id: the copy; None if it could not be stored.
        body: what the origin sent last; None once the record is removed there.
        sent: names of the fields that the origin ever sent; the others are this platform's own.
        applied: the version of the copy that equals `body`; another one was changed here.
        faults: why the copy is no more than a draft, or is missing, as errors of fields.
    """

    __tablename__ = "mirrored_records"
    __table_args__ = (UniqueConstraint("origin_id", "remote_id"),)

    origin_id: Mapped[UUID] = mapped_column(ForeignKey("mirror_origins.id"))
    remote_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(12))
    record_id: Mapped[UUID | None] = mapped_column(index=True)
    body: Mapped[dict[str, Any] | None]
    sent: Mapped[list[str]] = mapped_column(default=list)
    applied: Mapped[int | None]
    faults: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    changed_at: Mapped[datetime] = mapped_column(default=now)
