"""Revision of pending pushes: cancelled when a rule no longer holds, expired when due."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import now
from app.events.catalogue import PushCancelled, PushExpired
from app.events.outbox import emit
from app.pushes import queries
from app.pushes.eligibility.rules import pending_violations
from app.pushes.eligibility.snapshot import load_snapshot
from app.pushes.inbox_log import record_change
from app.pushes.models import Push, PushState
from app.pushes.planning.writer import rescore
from app.pushes.policy import Policy

MANAGER_SIDE = frozenset({"manager_not_published", "manager_expired", "conflict_of_interest"})


def revise(
    session: Session, push_ids: Collection[UUID], *, policy: Policy, ranked_fully: bool = False
) -> list[Push]:
    """Hold live pushes against the present rows: cancel those that the rules end, give the rest their new scores.

    A push that ends for its manager's sake is announced as ``push.cancelled``, so that the pair can go to the next.
    """
    refs = session.execute(
        select(Push.id, Push.demand_id, Push.achievement_id, Push.manager_id).where(Push.id.in_(push_ids))
    ).all()
    if not refs:
        return []
    standing = load_snapshot(
        session,
        policy=policy,
        pairs={(ref.demand_id, ref.achievement_id) for ref in refs},
        manager_ids={ref.manager_id for ref in refs},
        lock=True,
        ranked_fully=ranked_fully,
    )
    cancelled = []
    for push in session.scalars(queries.locked([ref.id for ref in refs])):
        key = (push.demand_id, push.achievement_id)
        broken = pending_violations(standing.of(key, push.manager_id))
        if broken:
            _cancel(session, push, broken[0].code)
            cancelled.append(push)
        elif (pair := standing.pairs.get(key)) is not None and rescore(push, pair):
            record_change(session, push)
    session.flush()
    return cancelled


def expire_due(session: Session) -> int:
    """End the pushes that nobody answered in time; their pairs go to the next managers. Returns how many."""
    moment = now()
    due = session.scalars(queries.due_pushes(moment)).all()
    for push in due:
        push.state = PushState.EXPIRED
        push.ended_at = moment
        record_change(session, push)
        emit(session, PushExpired(subject_id=push.id))
    session.flush()
    return len(due)


def _cancel(session: Session, push: Push, reason: str) -> None:
    push.state = PushState.CANCELLED
    push.ended_reason = reason
    push.ended_at = now()
    record_change(session, push)
    if reason in MANAGER_SIDE:
        emit(session, PushCancelled(subject_id=push.id))


"""Reasons that end one manager's push while the pair itself stays good: it goes to the next manager."""
