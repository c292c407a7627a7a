"""Waiting events that a clock which was ahead has put into the future, brought back to the present."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.database import now
from app.events.outbox import Event, longest_pause

log = structlog.get_logger(__name__)

TOLERANCE = timedelta(minutes=1)
"""By which the clocks of two machines may differ."""


def recover_from_clock_change(session: Session, *, lease: timedelta) -> int:
    """Make waiting events due when they would be due had the clock always been right; returns how many were not.

    A clock that was ahead leaves events that are due hours later, and leases that nobody gives up. An event is one of
    these if it was emitted in the future, if it waits longer than any pause after a failure, or if its lease ends later
    than a lease can. Events that wait for a time on purpose keep the distance to their emission.
    """
    moment = now()
    latest = moment + TOLERANCE
    waiting = select(Event).where(
        Event.done_at.is_(None),
        Event.dead_at.is_(None),
        or_(
            Event.created_at > latest,
            Event.leased_until > latest + lease,
            Event.last_error.is_not(None),
        ),
    )
    changed = 0
    for event in session.scalars(waiting.with_for_update(skip_locked=True)):
        changed += _recover(event, moment, lease)
    if changed:
        log.warning("events_from_the_future", events=changed)
    return changed


def _recover(event: Event, moment: datetime, lease: timedelta) -> bool:
    before = (event.created_at, event.available_at, event.leased_until)
    if event.created_at > moment + TOLERANCE:
        event.available_at = moment + (event.available_at - event.created_at)
        event.created_at = moment
    if event.last_error is not None:
        event.available_at = min(event.available_at, moment + TOLERANCE + longest_pause(event.attempts))
    if event.leased_until is not None and event.leased_until > moment + TOLERANCE + lease:
        event.leased_until = moment
    return before != (event.created_at, event.available_at, event.leased_until)
