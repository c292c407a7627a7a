"""Changes of records in the order in which the feed saw them committed; those that it sees at once in random order.

A cursor into a log is safe only if nothing can appear before it later. Numbers that transactions draw for themselves
are not: 7 and 8 are drawn, 8 commits and is read, 7 commits and is never read. So transactions only mark a record as
changed, and `number_changes` numbers what is committed. One transaction at a time does so, holding the row of the last
number until its commit; a record that another transaction changes meanwhile is left for later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import SystemRandom
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.database import Database, insert_into
from app.libraries.record.enums import RecordKind
from app.partners.feed.models import FeedChange, FeedPosition

NUMBERED_AT_ONCE = 1000
_ONLY = 1


@dataclass(frozen=True, slots=True)
class SeenChange:
    """A numbered change."""

    seq: int
    record_id: UUID
    kind: RecordKind


def number_changes(database: Database) -> None:
    """Give numbers to up to `NUMBERED_AT_ONCE` committed changes that have none."""
    with database.reading() as session:
        if session.scalar(select(FeedChange.record_id).where(FeedChange.seq.is_(None)).limit(1)) is None:
            return
    with database.unit_of_work() as session:
        session.execute(insert_into(session, FeedPosition).values(id=_ONLY, last=0).on_conflict_do_nothing())
        position = session.scalars(
            select(FeedPosition).where(FeedPosition.id == _ONLY).with_for_update()
        ).one()
        waiting = session.scalars(
            select(FeedChange.record_id)
            .where(FeedChange.seq.is_(None))
            .order_by(FeedChange.drawn)
            .limit(NUMBERED_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        if waiting:
            # In order they would tell with which records of which owner an anonymous one was made.
            mixed = SystemRandom().sample(waiting, len(waiting))
            numbers = [
                {"record_id": id_, "seq": seq} for seq, id_ in enumerate(mixed, start=position.last + 1)
            ]
            session.execute(update(FeedChange), numbers)
            position.last += len(waiting)


def last_number(session: Session) -> int:
    """The last number that was given; 0 before the first."""
    return session.scalar(select(FeedPosition.last).where(FeedPosition.id == _ONLY)) or 0


def changes_after(session: Session, seq: int, limit: int) -> Sequence[SeenChange]:
    """The changes after this number, in order."""
    rows = session.execute(
        select(FeedChange.seq, FeedChange.record_id, FeedChange.kind)
        .where(FeedChange.seq > seq)
        .order_by(FeedChange.seq)
        .limit(limit)
    )
    return [SeenChange(number, id_, RecordKind.of(kind)) for number, id_, kind in rows if number is not None]
