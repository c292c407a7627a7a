"""Handing a pair over to the next manager when nobody answers in time."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.database import now
from app.events.catalogue import PushOverdue
from app.events.outbox import emit
from app.pushes import queries
from app.pushes.eligibility.snapshot import load_snapshot
from app.pushes.inbox_log import record_change
from app.pushes.models import Push, PushState
from app.pushes.planning.pair_plan import PairPlan
from app.pushes.planning.plan import plan_pairs
from app.pushes.planning.writer import write_under_lock
from app.pushes.policy import Policy
from app.pushes.recommender import Recommender

log = structlog.get_logger(__name__)

HANDED_OVER = "handed_over"
"""Why a push ended that its manager did not answer in the working days he had."""


def mark_overdue(session: Session) -> int:
    """Announce (``push.overdue``) the pushes whose answer is due, once in each round. Returns how many.

    One that its manager put off has been answered in a way, and waits for him.
    """
    moment = now()
    due = [push.id for push in session.scalars(queries.overdue_pushes(moment))]
    # No change of the push itself: its manager may still answer by the ETag that he read.
    session.execute(
        update(Push)
        .where(Push.id.in_(due))
        .values(overdue_at=moment)
        .execution_options(synchronize_session=False)
    )
    for push_id in due:
        emit(session, PushOverdue(subject_id=push_id))
    return len(due)


def plan_reassignment(
    session: Session, recommender: Recommender, push_id: UUID, *, policy: Policy
) -> list[PairPlan]:
    """Who might take the pair in this push's place."""
    push = session.get(Push, push_id)
    if push is None:
        return []
    pairs = session.scalars(queries.good_pair(push.demand_id, push.achievement_id, policy)).all()
    return plan_pairs(session, recommender, pairs, policy=policy, freed={push_id})


def reassign_overdue(
    session: Session, push_id: UUID, plans: Sequence[PairPlan], *, policy: Policy
) -> list[Push]:
    """End the push and give its place to the next manager; without one who may have it, it stays where it is.

    Nothing happens either when the pair is in somebody's hands already, or when its manager has answered meanwhile.
    """
    known = session.get(Push, push_id)
    if known is None or not plans:
        return []
    key = (known.demand_id, known.achievement_id)
    managers = {known.manager_id, *(one.manager_id for plan in plans for one in plan.candidates)}
    standing = load_snapshot(session, policy=policy, pairs=[key], manager_ids=managers, lock=True)
    push = session.scalar(queries.locked([push_id]))
    states = standing.pushes.get(key, {})
    if push is None or push.overdue_at is None or push.state == PushState.LATER:
        return []
    if PushState.ACCEPTED in states.values():
        return []
    states[push.manager_id] = PushState.EXPIRED  # its place is free, if somebody takes it
    others = [
        PairPlan(plan.key, tuple(one for one in plan.candidates if one.manager_id != push.manager_id))
        for plan in plans
        if plan.key == key
    ]
    written = write_under_lock(session, standing, others, follows=push_id)
    if written:
        push.state = PushState.EXPIRED
        push.ended_reason = HANDED_OVER
        push.ended_at = now()
        record_change(session, push)
        session.flush()
    log.info("handed_over", push_id=str(push_id), taken=len(written))
    return written
