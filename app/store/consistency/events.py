"""The outbox: events that no worker would ever handle, and those that it has given up."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.database import now
from app.events.outbox import Event
from app.handlers import HANDLERS
from app.settings import Settings
from app.store.consistency.result import CheckResult, CheckScope

_LONGEST_LEASE = timedelta(hours=1)
"""Leases last minutes, and a longer one was taken while the clock was wrong."""

_LONGEST_PAUSE = timedelta(days=1)
"""Pauses after failures last an hour at most."""

_CLOCKS = timedelta(minutes=5)
"""By how much the clocks of two machines may differ."""


def outbox(scope: CheckScope, result: CheckResult) -> None:
    """Events that wait are known, and can be claimed in time; none is both done and dead.

    After the clock was wrong for a while, leases or pauses may end far in the future.
    """
    moment = now()
    known = {event.name for event in HANDLERS}
    query = select(Event).where(Event.done_at.is_(None), Event.dead_at.is_(None)).order_by(Event.id)
    for event in scope.session.scalars(query.execution_options(yield_per=1000)):
        result.examined += 1
        if event.name not in known:
            result.add(event.id, f"没有处理 {event.name} 的程序", f"nothing handles {event.name}")
        elif event.leased_until is not None and event.leased_until > moment + _LONGEST_LEASE:
            result.add(event.id, "租约结束于很久以后", "its lease ends far in the future")
        elif event.attempts and event.available_at > moment + _LONGEST_PAUSE:
            result.add(event.id, "下次尝试在很久以后", "its next attempt is far in the future")
        elif event.created_at > moment + _CLOCKS:
            result.add(event.id, "产生时间在将来", "was created in the future")
    both = select(Event.id).where(Event.done_at.is_not(None), Event.dead_at.is_not(None))
    for event_id in scope.session.scalars(both):
        result.add(event_id, "既已完成又是死信", "is done and a dead letter")


def mend_outbox(session: Session, _: Settings, ids: Sequence[Any]) -> None:
    """Make waiting events due now. An event that nothing handles stays: another version may know it."""
    moment = now()
    far = or_(
        Event.leased_until > moment + _LONGEST_LEASE,
        Event.available_at > moment + _LONGEST_PAUSE,
        Event.created_at > moment + _CLOCKS,
    )
    waiting = select(Event).where(Event.id.in_(ids), Event.done_at.is_(None), Event.dead_at.is_(None), far)
    for event in session.scalars(waiting.with_for_update()):
        event.lease = event.leased_until = None
        event.available_at = moment
        event.created_at = min(event.created_at, moment)
    for event in session.scalars(
        select(Event).where(Event.id.in_(ids), Event.done_at.is_not(None), Event.dead_at.is_not(None))
    ):
        event.dead_at = None


def dead_letters(scope: CheckScope, result: CheckResult) -> None:
    """No event was given up. Once the cause is removed, an operator replays it (`POST /v1/events/{id}/replay`)."""
    dead = select(Event).where(Event.dead_at.is_not(None), Event.done_at.is_(None)).order_by(Event.id)
    for event in scope.session.scalars(dead.execution_options(yield_per=1000)):
        result.examined += 1
        why = (event.last_error or "").splitlines()[-1:] or [""]
        result.add(
            event.id, f"死信 {event.name}：{why[0][:200]}", f"dead letter {event.name}: {why[0][:200]}"
        )
