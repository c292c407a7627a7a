"""The push writer: writes the pushes that the rules allow, and updates the scores of pending ones."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.database import new_id
from app.matching.models import Pair
from app.pushes import queries
from app.pushes.eligibility.attempts import begin_attempt
from app.pushes.eligibility.facts import NO_RECENT_PUSHES
from app.pushes.eligibility.rules import violations
from app.pushes.eligibility.snapshot import EligibilitySnapshot, load_snapshot
from app.pushes.inbox_log import NEW, record_change
from app.pushes.models import Push, PushState
from app.pushes.planning.immediate_notifications import notify_if_immediate
from app.pushes.planning.pair_plan import CandidateManager, PairPlan
from app.pushes.planning.ranking import rank_key, rank_score
from app.pushes.policy import PairKey, Policy
from app.pushes.preferences import working_time

log = structlog.get_logger(__name__)


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
    earlier = snapshot.pushes.get(key, {}).get(candidate.manager_id)
    if earlier is None:
        push = Push(
            id=new_id(),
            manager_id=candidate.manager_id,
            demand_id=key[0],
            achievement_id=key[1],
            created_at=snapshot.moment,
            round=1,
        )
        session.add(push)
        record_change(session, push, NEW)
    else:
        push = session.scalars(queries.push_of(key, candidate.manager_id)).one()
        push.round += 1
        record_change(session, push)
    reason = snapshot.repush_reasons.get((key, candidate.manager_id))
    _reset(push, snapshot, candidate)
    if reason is not None:
        push.reasons = dict(push.reasons) | {"again": asdict(reason) | {"score_now": push.pair_score}}
    push.follows_id = follows
    begin_attempt(session, push)
    snapshot.pushes.setdefault(key, {})[candidate.manager_id] = PushState.NEW
    snapshot.recent[candidate.manager_id] = snapshot.recent.get(
        candidate.manager_id, NO_RECENT_PUSHES
    ).one_more()
    snapshot.pending[candidate.manager_id] += 1
    notify_if_immediate(
        session, push, snapshot.preferences[candidate.manager_id], immediate=snapshot.policy.immediate
    )
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
        [moment + policy.expiry, *(working_time.at(day + working_time.ONE_DAY) for day in last_valid_days)]
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
