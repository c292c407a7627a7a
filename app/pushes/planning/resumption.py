"""Resumption of pushes: one that a rule cancelled is pending again, as it was, once nothing stands against it any more.

A record that was withdrawn for a correction and published again, or a contract that was cancelled, brings back what
nobody has answered: in the same round, with the same deadlines, and without another message. If the records differ in
something that matters for matching, the pair may be pushed in a new round instead (``eligibility.repush_policy``).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.clock import ONE_DAY
from app.database import now
from app.pushes.eligibility.facts import PushFacts
from app.pushes.eligibility.history import UNDONE, changes_since, matters
from app.pushes.eligibility.loader import lock_snapshot_of
from app.pushes.eligibility.pair_rules import DEALS, OWNER_NOT_INTERESTED
from app.pushes.eligibility.rules import ABOUT_OWNERS, pending_violations
from app.pushes.eligibility.snapshot import EligibilitySnapshot
from app.pushes.inbox_log import record_change
from app.pushes.models import Push, PushState
from app.pushes.planning.attempt import rescore
from app.pushes.policy import PairKey, Policy
from app.pushes.preferences import working_time

log = structlog.get_logger(__name__)

NOT_RESUMED = frozenset({UNDONE, OWNER_NOT_INTERESTED})
"""Reasons that somebody's word gave: only another word of theirs lifts them, and the pair is then pushed again."""


def cancelled_of(record_id: UUID) -> Select[UUID]:
    """Ids of the cancelled pushes of a demand, an achievement or a manager."""
    sides = (Push.demand_id, Push.achievement_id, Push.manager_id)
    return select(Push.id).where(
        Push.state == PushState.CANCELLED,
        Push.ended_reason.not_in(NOT_RESUMED),
        or_(*(side == record_id for side in sides)),
    )


def cancelled_for_ties(manager_ids: Collection[UUID]) -> Select[UUID]:
    """Ids of the pushes of these managers that ended because of a tie to an owner."""
    return select(Push.id).where(
        Push.state == PushState.CANCELLED,
        Push.ended_reason.in_(ABOUT_OWNERS),
        Push.manager_id.in_(manager_ids),
    )


def cancelled_of_pair(key: PairKey) -> Select[UUID]:
    """Ids of the pushes of a pair that ended because of a deal."""
    return select(Push.id).where(
        Push.state == PushState.CANCELLED,
        Push.ended_reason.in_(DEALS),
        Push.demand_id == key[0],
        Push.achievement_id == key[1],
    )


def resume(session: Session, push_ids: Sequence[UUID], *, policy: Policy) -> list[Push]:
    """Make those of the cancelled pushes pending again that no rule forbids and whose records are as they were.

    Each needs a free slot of its pair. Its manager may answer until the deadlines that it had; after a contract, which
    may take months, they are renewed if they have passed.
    """
    snapshot = lock_snapshot_of(session, push_ids, policy=policy)
    if snapshot is None:
        return []
    resumed = [push for push in _locked(session, push_ids) if _resume(session, push, snapshot)]
    session.flush()
    if resumed:
        log.info("pushes_resumed", pushes=len(resumed))
    return resumed


def _locked(session: Session, push_ids: Sequence[UUID]) -> Sequence[Push]:
    query = select(Push).where(Push.id.in_(push_ids), Push.state == PushState.CANCELLED)
    return session.scalars(
        query.order_by(Push.id).with_for_update(of=Push).execution_options(populate_existing=True)
    ).all()


def _resume(session: Session, push: Push, snapshot: EligibilitySnapshot) -> bool:
    key = (push.demand_id, push.achievement_id)
    pair = snapshot.pairs.get(key)
    if pair is None or not _is_allowed(snapshot.of(key, push.manager_id)):
        return False
    if matters(changes_since(session, [(push, pair)])[push.id]):
        return False
    if push.ended_reason in DEALS:
        _renew(push, snapshot)
    if push.expires_at <= snapshot.moment:
        return False
    push.state = _state_before(push)
    push.ended_reason = push.ended_at = None
    rescore(push, pair)
    snapshot.pushes.setdefault(key, {})[push.manager_id] = PushState(push.state)
    record_change(session, push)
    return True


def _is_allowed(facts: PushFacts) -> bool:
    pair = facts.pair
    return pair.score is not None and pair.occupied < pair.slots and not pending_violations(facts)


def _state_before(push: Push) -> PushState:
    """The state in which the push was cancelled."""
    if push.snoozed_until is not None:
        return PushState.LATER
    return PushState.READ if push.read_at is not None else PushState.NEW


def _renew(push: Push, snapshot: EligibilitySnapshot) -> None:
    """Give the manager their time again if it ran out while the push was cancelled."""
    moment: datetime = now()
    if push.answer_due_at is not None and push.answer_due_at <= moment:
        push.answer_due_at = working_time.end_of_working_days(moment, snapshot.policy.answer_days)
        push.overdue_at = None
    if push.expires_at <= moment:
        demand, achievement = snapshot.demands[push.demand_id], snapshot.achievements[push.achievement_id]
        days = [day for day in (demand.deadline, demand.valid_until, achievement.valid_until) if day]
        push.expires_at = min(
            [moment + snapshot.policy.expiry, *(working_time.at(day + ONE_DAY) for day in days)]
        )
