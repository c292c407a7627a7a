"""The tables of likely duplicates among published records, and of the bureau's decisions about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now

MAX_KEY = 160
"""Characters of a hard key."""


class RecordComparison(Base):
    """That this version of a record was compared with the others."""

    __tablename__ = "record_comparisons"

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]


class RecordKey(Base):
    """A hard key of a compared record, such as `patent:202310458812`; see `sameness.keys`."""

    __tablename__ = "record_keys"
    __table_args__ = (Index("ix_record_keys_key", "kind", "key"),)

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(MAX_KEY), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))


class LikelyPair(Identified, Base):
    """Two records that may be one, the older first.

    Attributes:
        verdict: `same` if they share a hard key, otherwise `ask`.
        strength: 0–100, of the strongest evidence; for sorting.
        evidence: Chinese and English, the strongest first.
    """

    __tablename__ = "likely_pairs"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        Index("ix_likely_pairs_order", "kind", "verdict", "strength"),
    )

    kind: Mapped[str] = mapped_column(String(12))
    first_id: Mapped[UUID]
    second_id: Mapped[UUID] = mapped_column(index=True)
    verdict: Mapped[str] = mapped_column(String(10))
    strength: Mapped[int]
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    found_at: Mapped[datetime] = mapped_column(default=now)


class RecordDecision(Identified, Base):
    """What the bureau found about two records that may be one.

    Attributes:
        first_id: the older of both.
        kept_id: the record that stands for both after a merge.
        verdict: see `RecordVerdict`.
        withdrawn_version: the other record's version after the merge has withdrawn it.
    """

    __tablename__ = "record_decisions"

    kind: Mapped[str] = mapped_column(String(12))
    first_id: Mapped[UUID] = mapped_column(index=True)
    second_id: Mapped[UUID] = mapped_column(index=True)
    kept_id: Mapped[UUID]
    verdict: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(300))
    withdrawn_version: Mapped[int | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime] = mapped_column(default=now)
    undone_at: Mapped[datetime | None]

    @property
    def other_id(self) -> UUID:
        """The record that a merge has withdrawn."""
        return self.second_id if self.kept_id == self.first_id else self.first_id
