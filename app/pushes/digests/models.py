"""Tables of digests, and the pairs that an owner was notified of."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class Digest(Identified, Base):
    """A manager's list of one local day: the unique constraint is the last guard of 'once a day'.

    `items`, best first: push_id, round, position (from 1), new (not told of before).
    """

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("manager_id", "day"),)

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"))
    day: Mapped[date]
    frequency: Mapped[str] = mapped_column(String(12))
    items: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)


class OwnerDigest(Identified, Base):
    """An organisation's news of one local day.

    `items`, one for each of its records that has news: kind, record_id, count, others (ids of the other side of the
    new pairs, best first).
    """

    __tablename__ = "owner_digests"
    __table_args__ = (UniqueConstraint("organisation_id", "day"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    day: Mapped[date]
    items: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)


class NotifiedPair(Base):
    """A pair that an owner was told of: the same news is not told twice."""

    __tablename__ = "told_pairs"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)
    notified_at: Mapped[datetime] = mapped_column("told_at", default=now)
