"""The queues of records that wait for review, and what was decided lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.accounts.models import User
from app.clock import JINAN_TIME, today
from app.database import by_id, now
from app.libraries.http.filters import has_code
from app.libraries.library import Library
from app.libraries.lifecycle.lookup import find_by_number
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.models import Record, RecordVersion
from app.libraries.registry import LIBRARIES

ReviewRecord = Record
"""A record of any library, for those who may not name its table."""

SHOWN = 30
"""Rows of a queue that are shown at once, oldest first."""

UNDO = timedelta(minutes=15)
"""How long a decided record stays in the queue, and an approval can be taken back there."""

APPROVE, RETURN = "approve", "return"
_DECISIONS = (APPROVE, RETURN)


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How many records of a kind wait, and since when the oldest does."""

    number: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class DecidedRecord:
    """A record that was decided a short while ago."""

    id: UUID
    number: str
    title: str
    state: RecordState
    action: str
    at: datetime
    by: str

    @property
    def until(self) -> datetime:
        """The end of the time in which the decision can be taken back."""
        return self.at + UNDO


@dataclass(frozen=True, slots=True)
class DayOfReview:
    """How many records one reviewer approved and returned today."""

    approved: int
    returned: int


def waiting_counts(session: Session, *, principal: Principal) -> Mapping[RecordKind, WaitingCount]:
    """For each library the length of its queue.

    Raises:
        Forbidden: the principal does not review records.
    """
    counts = {}
    for kind, library in LIBRARIES.items():
        require(principal, library.action("review"))
        model = library.model
        number, since = session.execute(
            select(func.count(), func.min(model.updated_at)).where(model.state == RecordState.SUBMITTED)
        ).one()
        counts[kind] = WaitingCount(number, since)
    return counts


def waiting(
    session: Session, library: Library, *, field: str | None, principal: Principal, limit: int = SHOWN
) -> Sequence[Record]:
    """The records that wait, oldest first; `field` is a technical field of which they are."""
    require(principal, library.action("review"))
    model = library.model
    query = select(model).where(model.state == RecordState.SUBMITTED)
    if field:
        query = query.where(has_code(model, "field", [field]))
    return session.scalars(query.order_by(model.updated_at, model.id).limit(limit)).all()


def decided_lately(session: Session, library: Library, *, principal: Principal) -> list[DecidedRecord]:
    """The records of the library that were decided a short while ago by anybody, newest first."""
    require(principal, library.action("review"))
    rows = session.scalars(
        select(RecordVersion)
        .where(
            RecordVersion.kind == library.kind.value,
            RecordVersion.action.in_(_DECISIONS),
            RecordVersion.changed_at >= now() - UNDO,
        )
        .order_by(RecordVersion.changed_at.desc())
        .limit(SHOWN)
    ).all()
    records = by_id(session, library.model, {row.record_id for row in rows})
    people = by_id(session, User, {row.changed_by for row in rows if row.changed_by})
    return [_decided(row, records[row.record_id], people) for row in rows if row.record_id in records]


def _decided(row: RecordVersion, record: Record, people: Mapping[UUID, User]) -> DecidedRecord:
    person = people.get(row.changed_by) if row.changed_by else None
    return DecidedRecord(
        record.id,
        record.number,
        record.title,
        RecordState.of(record.state),
        row.action,
        row.changed_at,
        person.name if person else "",
    )


def day_of_review(session: Session, *, principal: Principal) -> DayOfReview:
    """What the principal decided today."""
    midnight = datetime.combine(today(), time(), JINAN_TIME)
    counts: dict[str, int] = dict(
        session.execute(
            select(RecordVersion.action, func.count())
            .where(
                RecordVersion.changed_by == principal.user_id,
                RecordVersion.action.in_(_DECISIONS),
                RecordVersion.changed_at >= midnight,
            )
            .group_by(RecordVersion.action)
        ).all()
    )
    return DayOfReview(counts.get(APPROVE, 0), counts.get(RETURN, 0))


def reviewed(session: Session, library: Library, number: str, *, principal: Principal) -> Record:
    """The record with this number, for a reviewer.

    Raises:
        NotFound: there is none.
        Forbidden: the principal does not review records.
    """
    require(principal, library.action("review"))
    return find_by_number(session, library, number, principal)


def seen_before(session: Session, record: Record) -> RecordVersion | None:
    """The newest earlier version that was published or returned: what the reviewer compares with. None if it is new."""
    return session.scalars(
        select(RecordVersion)
        .where(
            RecordVersion.record_id == record.id,
            RecordVersion.version < record.version,
            RecordVersion.action.in_((*_DECISIONS, "publish")),
        )
        .order_by(RecordVersion.version.desc())
        .limit(1)
    ).first()
