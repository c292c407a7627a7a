"""The transactional outbox: an event is a row written in the transaction of the change that causes it.

Life of an event: waiting → leased by a worker → done, or after a failure waiting again with a growing pause, until its
attempts are used up and it becomes a dead letter, which operators can see and replay.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Index, String, Text, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.database import Base, Identified, new_id, now
from app.events.domain_event import SUBJECT, ClaimedEvent, DomainEvent
from app.observability.traces import current_trace


class Event(Identified, Base):
    """A past fact (for example ``demand.published``) that is to be handled, or has been."""

    __tablename__ = "events"
    __table_args__ = (
        Index(
            "ix_events_due",
            "available_at",
            postgresql_where=text("done_at IS NULL AND dead_at IS NULL"),
            sqlite_where=text("done_at IS NULL AND dead_at IS NULL"),
        ),
        Index("ix_events_subject", "subject_id"),
    )

    name: Mapped[str]
    subject_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    available_at: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    # The span that emitted it, as `traces.current_trace` names it.
    trace: Mapped[str | None] = mapped_column(String(55))


LONGEST_BACKOFF = 3600.0
"""Seconds."""
JITTER = 0.25
OUTAGE_PAUSE = timedelta(seconds=10)
"""After an outage of a process that the event needs."""


class LeaseLost(Exception):
    """Another worker has claimed the event after this worker's lease expired; this worker's changes are rolled back."""


def emit(session: Session, event: DomainEvent, *, available_at: datetime | None = None) -> Event:
    """Store the event in the transaction of the change that causes it: both are stored or neither.

    It is handled from `available_at` on, by default at once.
    """
    row = _row(event, available_at)
    session.add(row)
    session.flush()
    return row


def emit_many(session: Session, events: Iterable[DomainEvent]) -> None:
    """`emit` each of these events, in their order."""
    session.add_all([_row(event, None) for event in events])
    session.flush()


def _row(event: DomainEvent, available_at: datetime | None) -> Event:
    return Event(
        name=event.name,
        subject_id=getattr(event, SUBJECT, None),
        payload=event.payload(),
        available_at=available_at or now(),
        trace=current_trace(),
    )


def claim(session: Session, *, names: Sequence[str], lease: timedelta, limit: int = 1) -> list[ClaimedEvent]:
    """Lease up to `limit` due events. Events with an expired lease are due again.

    The attempt is counted now, because an event that kills its worker must not be attempted without limit.
    """
    moment = now()
    query = (
        select(Event)
        .where(
            Event.done_at.is_(None),
            Event.dead_at.is_(None),
            Event.available_at <= moment,
            or_(Event.leased_until.is_(None), Event.leased_until < moment),
            Event.name.in_(names),
        )
        .order_by(Event.available_at, Event.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for event in session.scalars(query):
        event.lease = new_id()
        event.leased_until = moment + lease
        event.attempts += 1
        claimed.append(
            ClaimedEvent(
                event.id,
                event.name,
                event.subject_id,
                event.payload,
                event.attempts,
                event.lease,
                event.created_at,
                event.trace,
            )
        )
    session.flush()
    return claimed


def ack(session: Session, claimed: ClaimedEvent) -> None:
    """Acknowledge the event in the transaction that stores its effects.

    Raises:
        LeaseLost: another worker holds the lease; the caller's transaction must be rolled back.
    """
    _under_lease(session, claimed, {"done_at": now(), "leased_until": None, "last_error": None})


def extend(session: Session, claimed: ClaimedEvent, *, lease: timedelta) -> None:
    """Extend the lease, as the heartbeat of long work.

    Raises:
        LeaseLost: another worker holds the lease.
    """
    _under_lease(session, claimed, {"leased_until": now() + lease})


def nack(session: Session, claimed: ClaimedEvent, *, error: str, max_attempts: int) -> bool:
    """Release a failed event with a growing pause, or make it a dead letter; returns whether it is one.

    Raises:
        LeaseLost: another worker holds the lease.
    """
    dead = claimed.attempts >= max_attempts
    _under_lease(
        session,
        claimed,
        {
            "leased_until": None,
            "lease": None,
            "last_error": error[:4000],
            "dead_at": now() if dead else None,
            "available_at": now() + backoff(claimed.attempts),
        },
    )
    return dead


def postpone(session: Session, claimed: ClaimedEvent, *, error: str) -> None:
    """Release an event that could not be attempted, with the number of attempts that it had before.

    Raises:
        LeaseLost: another worker holds the lease.
    """
    _under_lease(
        session,
        claimed,
        {
            "leased_until": None,
            "lease": None,
            "last_error": error[:4000],
            "attempts": claimed.attempts - 1,
            "available_at": now() + OUTAGE_PAUSE,
        },
    )


def backoff(attempts: int) -> timedelta:
    """2, 4, 8 … seconds up to an hour, with ±25% jitter, so that retries of simultaneous failures spread out."""
    share = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 — jitter, not secrecy
    return timedelta(seconds=min(2.0**attempts, LONGEST_BACKOFF) * share)


def longest_pause(attempts: int) -> timedelta:
    """The longest pause that `backoff` or `postpone` gives an event with so many attempts."""
    return max(timedelta(seconds=min(2.0**attempts, LONGEST_BACKOFF) * (1 + JITTER)), OUTAGE_PAUSE)


def _under_lease(session: Session, claimed: ClaimedEvent, values: Mapping[str, Any]) -> None:
    result = session.execute(
        update(Event)
        .where(Event.id == claimed.id, Event.lease == claimed.lease, Event.done_at.is_(None))
        .values(**values)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise LeaseLost(str(claimed.id))


def replay(session: Session, event: Event) -> None:
    """Make a dead letter due again, with all its attempts."""
    event.dead_at = None
    event.attempts = 0
    event.lease = None
    event.leased_until = None
    event.available_at = now()
    session.flush()


def is_anything_due(session: Session) -> bool:
    """Whether an event waits for a worker now."""
    moment = now()
    due = select(Event.id).where(
        Event.done_at.is_(None),
        Event.dead_at.is_(None),
        Event.available_at <= moment,
        or_(Event.leased_until.is_(None), Event.leased_until < moment),
    )
    return session.scalar(due.limit(1)) is not None


def backlog(session: Session) -> dict[str, int]:
    """The number of waiting events and of dead letters, for the metrics."""
    waiting, dead = session.execute(
        select(
            func.count().filter(Event.done_at.is_(None), Event.dead_at.is_(None)),
            func.count().filter(Event.dead_at.is_not(None)),
        ).select_from(Event)
    ).one()
    return {"waiting": waiting, "dead": dead}
