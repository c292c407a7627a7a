"""Reassignment of overdue pushes: a pair goes to the next manager when it is not answered in time."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.database import now
from app.events.catalogue import PushOverdue
from app.events.outbox import emit
from app.pushes import queries
from app.pushes.eligibility.loader import load_snapshot
from app.pushes.inbox_log import record_change
from app.pushes.models import Push, PushState
from app.pushes.planning.pair_plan import PairPlan
from app.pushes.planning.plan import plan_pairs
from app.pushes.planning.writer import write_under_lock
from app.pushes.policy import Policy
from app.pushes.recommender import Recommender

log = structlog.get_logger(__name__)

HANDED_OVER = "handed_over"
"""Why a push ended: its manager did not answer within the working days allowed."""


def mark_overdue(session: Session) -> int:
    """Emit ``push.overdue`` once per attempt for each push whose answer is due; returns the number.

    Postponed pushes are not overdue.
    """
    moment = now()
    due = [push.id for push in session.scalars(queries.overdue_pushes(moment))]
    # A plain UPDATE leaves the version as it is: the manager may still answer with the ETag that they read.
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
    """Plan the managers who may receive the pair instead."""
    push = session.get(Push, push_id)
    if push is None:
        return []
    pairs = session.scalars(queries.good_pair(push.demand_id, push.achievement_id, policy)).all()
    return plan_pairs(session, recommender, pairs, policy=policy, freed={push_id})


def reassign_overdue(
    session: Session, push_id: UUID, plans: Sequence[PairPlan], *, policy: Policy
) -> list[Push]:
    """Expire the push and push the pair to the next manager. Without an eligible manager the push stays.

    It also stays if the pair has been accepted by another manager, or its own manager has answered meanwhile.
    """
    known = session.get(Push, push_id)
    if known is None or not plans:
        return []
    key = known.pair_key
    managers = {known.manager_id, *(candidate.manager_id for plan in plans for candidate in plan.candidates)}
    snapshot = load_snapshot(session, policy=policy, pairs=[key], manager_ids=managers, lock=True)
    push = session.scalar(queries.locked([push_id]))
    states = snapshot.pushes.get(key, {})
    if push is None or push.overdue_at is None or push.state == PushState.LATER:
        return []
    if PushState.ACCEPTED in states.values():
        return []
    states[push.manager_id] = PushState.EXPIRED  # its slot is free for another manager
    others = [
        PairPlan(
            plan.key,
            tuple(candidate for candidate in plan.candidates if candidate.manager_id != push.manager_id),
        )
        for plan in plans
        if plan.key == key
    ]
    written = write_under_lock(session, snapshot, others, follows=push_id)
    if written:
        push.state = PushState.EXPIRED
        push.ended_reason = HANDED_OVER
        push.ended_at = now()
        record_change(session, push)
        session.flush()
    log.info("push_reassigned", push_id=str(push_id), written=len(written))
    return written
