"""Tables of digests, and of the pairs that owners were notified of."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class Digest(Identified, Base):
    """A manager's digest of one local day; the unique constraint guarantees at most one a day.

    `items`, best first: push_id, position (from 1), new (the manager was not notified of it before).
    """

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("manager_id", "day"),)

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"))
    day: Mapped[date]
    frequency: Mapped[str] = mapped_column(String(12))
    items: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)


class OwnerDigest(Identified, Base):
    """An organisation's digest of one local day.

    `items`, one for each of its records with new matches: kind, record_id, count, others (ids of the best of the
    matched records, best first).
    """

    __tablename__ = "owner_digests"
    __table_args__ = (UniqueConstraint("organisation_id", "day"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    day: Mapped[date]
    items: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)


class NotifiedPair(Base):
    """A pair that an owner was notified of, so that no match is sent twice."""

    __tablename__ = "told_pairs"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)
    notified_at: Mapped[datetime] = mapped_column("told_at", default=now)
