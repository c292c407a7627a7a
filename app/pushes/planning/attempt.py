"""An attempt: a pair is pushed to a manager for the first time, or once more."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy.orm import Session

from app.clock import ONE_DAY
from app.database import new_id
from app.matching.models import Pair
from app.pushes import queries
from app.pushes.eligibility.history import begin_attempt
from app.pushes.eligibility.snapshot import EligibilitySnapshot
from app.pushes.inbox_log import NEW, record_change
from app.pushes.models import Push, PushState
from app.pushes.planning.immediate_message import notify_if_immediate
from app.pushes.planning.pair_plan import CandidateManager
from app.pushes.planning.rank_order import rank_key, rank_score
from app.pushes.policy import PairKey
from app.pushes.preferences import working_time


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
    pair = snapshot.pairs[push.pair_key]
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
