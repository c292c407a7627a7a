"""Revision of pending pushes: cancelled when they violate a rule, rescored otherwise, expired when due."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from app.database import now
from app.events.catalogue import PushCancelled, PushExpired
from app.events.outbox import emit
from app.pushes import queries
from app.pushes.eligibility.loader import lock_snapshot_of
from app.pushes.eligibility.manager_rules import MANAGER_LEFT, MANAGER_SUSPENDED
from app.pushes.eligibility.rules import POSSIBLE_CONFLICT, pending_violations
from app.pushes.inbox_log import record_change
from app.pushes.models import Push, PushState
from app.pushes.planning.attempt import rescore
from app.pushes.policy import Policy

MANAGER_REASONS = frozenset(
    {
        "manager_not_published",
        "manager_expired",
        MANAGER_LEFT,
        MANAGER_SUSPENDED,
        "conflict_of_interest",
        POSSIBLE_CONFLICT,
    }
)
"""Reasons that cancel one manager's push while the pair itself stays good: it goes to the next manager."""


def revise(
    session: Session, push_ids: Collection[UUID], *, policy: Policy, ranked_fully: bool = False
) -> list[Push]:
    """Check pending pushes against the present rows: cancel those that violate a rule, and update the other scores.

    Emits ``push.cancelled`` for a push that is cancelled because of its manager, so that the pair goes to the next one.
    Returns the cancelled pushes; for `ranked_fully` see `PairEligibility`.
    """
    snapshot = lock_snapshot_of(session, push_ids, policy=policy, ranked_fully=ranked_fully)
    if snapshot is None:
        return []
    cancelled = []
    for push in session.scalars(queries.locked(push_ids)):
        key = push.pair_key
        broken = pending_violations(snapshot.of(key, push.manager_id))
        if broken:
            _cancel(session, push, broken[0].code)
            cancelled.append(push)
        elif (pair := snapshot.pairs.get(key)) is not None and rescore(push, pair):
            record_change(session, push)
    session.flush()
    return cancelled


def expire_due(session: Session) -> int:
    """Expire the pushes that were not answered in time; their pairs go to the next managers. Returns the number."""
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
    if reason in MANAGER_REASONS:
        emit(session, PushCancelled(subject_id=push.id))
