"""Tables of the feed: the last change of each record, and the last number that was given to one."""

from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class FeedChange(Base):
    """The last change of a record; one row a record, also when the record is gone.

    Triggers of the database write it (see the migration), so that no path around the commands is forgotten. They leave
    `seq` empty: numbers drawn within a transaction do not follow the order of commits. A reader of the feed gives the
    number afterwards, see `changes.number_changes`.

    Attributes:
        drawn: the order in which changes were made, as far as it is known within their transactions.
        seq: place in the feed; None until somebody has seen the change committed.
    """

    __tablename__ = "feed_changes"
    __table_args__ = (
        Index("ix_feed_changes_place", "seq", "drawn"),
        Index("ix_feed_changes_drawn", "drawn"),
    )

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    drawn: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int | None] = mapped_column(BigInteger)


class FeedPosition(Base):
    """The last number of the feed, one row. It is locked while numbers are given."""

    __tablename__ = "feed_positions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger, default=0)
