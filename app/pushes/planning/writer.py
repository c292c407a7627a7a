"""The push writer: writes the pushes that the rules allow, with the order of an inbox.

It also revises pending pushes: cancelled when they violate a rule, rescored otherwise, expired when due.
"""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import ONE_DAY
from app.database import new_id, now
from app.events.catalogue import PushCancelled, PushExpired
from app.events.messages import MessageKind, enqueue_message
from app.events.outbox import emit
from app.matching.models import Pair
from app.pushes import queries
from app.pushes.eligibility.history import begin_attempt
from app.pushes.eligibility.loader import load_snapshot
from app.pushes.eligibility.rules import (
    MANAGER_LEFT,
    MANAGER_SUSPENDED,
    POSSIBLE_CONFLICT,
    pending_violations,
    violations,
)
from app.pushes.eligibility.snapshot import EligibilitySnapshot
from app.pushes.inbox_log import NEW, record_change
from app.pushes.models import Push, PushState
from app.pushes.planning.pair_plan import CandidateManager, PairPlan
from app.pushes.policy import PairKey, Policy
from app.pushes.preferences import working_time
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.service import Preferences
from app.pushes.preferences.working_time import contact_time

log = structlog.get_logger(__name__)

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

HALF_LIFE = timedelta(days=14)
"""The weight of a push halves in this time, which suits managers who go through their inbox weekly."""

_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
_MIN_SCORE = 1e-6


def start_attempt(
    session: Session,
    snapshot: EligibilitySnapshot,
    key: PairKey,
    candidate: CandidateManager,
    follows: UUID | None,
) -> Push:
    """Start the pair's first attempt with this manager, or the next one in the same row.

    `follows` is the push whose end led to this attempt. The push is counted in `snapshot`.
    """
    manager_id = candidate.manager_id
    push = _new_or_earlier(session, snapshot, key, manager_id)
    reason = snapshot.repush_reasons.get((key, manager_id))
    _reset(push, snapshot, candidate)
    if reason is not None:
        push.reasons = dict(push.reasons) | {"again": asdict(reason) | {"score_now": push.pair_score}}
    push.follows_id = follows
    begin_attempt(session, push)
    snapshot.pushes.setdefault(key, {})[manager_id] = PushState.NEW
    snapshot.count_push(manager_id)
    notify_if_immediate(session, push, snapshot.preferences[manager_id], immediate=snapshot.policy.immediate)
    return push


def _new_or_earlier(session: Session, snapshot: EligibilitySnapshot, key: PairKey, manager_id: UUID) -> Push:
    """A new row, or the pair's row of this manager with its next round; the inbox log has it."""
    if manager_id in snapshot.pushes.get(key, {}):
        push = session.scalars(queries.push_of(key, manager_id)).one()
        push.round += 1
        record_change(session, push)
        return push
    push = Push(
        id=new_id(),
        manager_id=manager_id,
        demand_id=key[0],
        achievement_id=key[1],
        created_at=snapshot.moment,
        round=1,
    )
    session.add(push)
    record_change(session, push, NEW)
    return push


def _reset(push: Push, snapshot: EligibilitySnapshot, candidate: CandidateManager) -> None:
    """Set every column to its value at the start of an attempt."""
    moment, policy = snapshot.moment, snapshot.policy
    pair = snapshot.pairs[push.demand_id, push.achievement_id]
    demand, achievement = snapshot.demands[push.demand_id], snapshot.achievements[push.achievement_id]
    last_valid_days = [day for day in (demand.deadline, demand.valid_until, achievement.valid_until) if day]
    push.state = PushState.NEW
    push.pushed_at = moment
    push.manager_score = candidate.score
    push.reasons = {"manager": dict(candidate.reasons)}
    rescore(push, pair)
    push.answer_due_at = working_time.end_of_working_days(moment, policy.answer_days)
    push.expires_at = min(
        [moment + policy.expiry, *(working_time.at(day + ONE_DAY) for day in last_valid_days)]
    )
    push.decline_reason = push.note = push.ended_reason = None
    push.read_at = push.snoozed_until = push.answered_at = push.ended_at = None
    push.answered_by = push.notified_at = push.overdue_at = push.undo_until = None


def rescore(push: Push, pair: Pair) -> bool:
    """Copy score, reasons and versions from the pair. A push shows the present text, so these must be present too.

    Returns:
        Whether the manager's inbox shows a difference.
    """
    before = _shown(push)
    push.pair_score = pair.score
    push.rank_score = rank_score(pair.score, push.manager_score)
    push.rank_key = rank_key(push.rank_score, push.pushed_at)
    push.reasons = dict(push.reasons) | {"pair": dict(pair.reasons)}
    push.model_version = pair.model_version
    push.demand_version = pair.demand_version
    push.achievement_version = pair.achievement_version
    return _shown(push) != before


def _shown(push: Push) -> tuple[float, int, int]:
    return push.rank_score, push.demand_version, push.achievement_version


def write_pushes(
    session: Session, plans: Sequence[PairPlan], *, policy: Policy, follows: UUID | None = None
) -> list[Push]:
    """Write the pushes that the rules allow now, best candidates first. A repetition writes nothing more.

    `follows` is the push whose end freed the slot.
    """
    if not plans:
        return []
    snapshot = load_snapshot(
        session,
        policy=policy,
        pairs=[plan.key for plan in plans],
        manager_ids={candidate.manager_id for plan in plans for candidate in plan.candidates},
        lock=True,
    )
    return write_under_lock(session, snapshot, plans, follows=follows)


def write_under_lock(
    session: Session, snapshot: EligibilitySnapshot, plans: Sequence[PairPlan], *, follows: UUID | None = None
) -> list[Push]:
    """`write_pushes` for a caller that has loaded the snapshot of these pairs and managers with `lock`."""
    written: list[Push] = []
    refused: Counter[str] = Counter()
    for plan in plans:
        if plan.key[0] not in snapshot.demands or plan.key[1] not in snapshot.achievements:
            continue
        for candidate in plan.candidates:
            if candidate.manager_id not in snapshot.managers:
                continue
            broken = violations(snapshot.of(plan.key, candidate.manager_id))
            if broken:
                refused.update(rule.code for rule in broken)
                continue
            written.append(start_attempt(session, snapshot, plan.key, candidate, follows))
    session.flush()
    log.info("pushes_written", pairs=len(plans), written=len(written), refused=dict(refused))
    return written


def revise(
    session: Session, push_ids: Collection[UUID], *, policy: Policy, ranked_fully: bool = False
) -> list[Push]:
    """Check pending pushes against the present rows: cancel those that violate a rule, and update the other scores.

    Emits ``push.cancelled`` for a push that is cancelled because of its manager, so that the pair goes to the next one.
    Returns the cancelled pushes; for `ranked_fully` see `PairEligibility`.
    """
    refs = session.execute(
        select(Push.id, Push.demand_id, Push.achievement_id, Push.manager_id).where(Push.id.in_(push_ids))
    ).all()
    if not refs:
        return []
    snapshot = load_snapshot(
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


def notify_if_immediate(session: Session, push: Push, preferences: Preferences, *, immediate: float) -> bool:
    """Enqueue a message about this push if its manager wants one and the pair is good enough; returns whether it did.

    `immediate` is the lowest pair score for it, 0–1, unless the manager has set their own. A message that waits for the
    end of the quiet hours has notified nobody: it is decided again when it is released.
    """
    if not wants_at_once(push, preferences, immediate=immediate):
        return False
    moment = now()
    due = contact_time(moment, preferences.contact_window)
    push.notified_at = moment if due.held_for is None else None
    enqueue_message(
        session,
        kind=MessageKind.PUSH,
        ids={"push_id": push.id, "round": str(push.round)},
        manager_id=push.manager_id,
        available_at=due.at,
        held_for=due.held_for,
    )
    return True


def wants_at_once(push: Push, preferences: Preferences, *, immediate: float) -> bool:
    """Whether the manager wants a message about this push alone."""
    threshold = preferences.immediate_score if preferences.immediate_score is not None else immediate
    return preferences.frequency is Frequency.IMMEDIATE and push.pair_score >= threshold


def rank_score(pair_score: float, manager_score: float) -> float:
    """The product of both scores, 0–1: the pair must be good and the manager must fit; neither replaces the other."""
    return pair_score * manager_score


def rank_key(score: float, created_at: datetime) -> float:
    """A sort key, descending, that does not depend on the present time.

    All scores decay at the same rate, so the order of two pushes never changes: log₂(score · 2^(−age/half-life)) of
    one differs from that of the other by a constant. The order can therefore be stored, indexed and paged by cursor.
    """
    return math.log2(max(score, _MIN_SCORE)) + (created_at - _EPOCH) / HALF_LIFE
