"""A push's row: what it holds when a round begins, and after its pair was ranked anew."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.db import new_id
from app.matching.models import Pair
from app.pushes import calendar, queries
from app.pushes.models import Push, PushState
from app.pushes.ranking import rank_key, rank_score
from app.pushes.rounds import begin_round
from app.pushes.rules import NOTHING_GIVEN
from app.pushes.standing import PairKey, Standing
from app.pushes.telling import tell_at_once


@dataclass(frozen=True, slots=True)
class Candidate:
    manager_id: UUID
    score: float
    reasons: Mapping[str, Any]


def begin(
    session: Session, standing: Standing, key: PairKey, candidate: Candidate, follows: UUID | None
) -> Push:
    """The pair's first round with this manager, or the next one in the same row."""
    earlier = standing.pushes.get(key, {}).get(candidate.manager_id)
    if earlier is None:
        push = Push(
            id=new_id(),
            manager_id=candidate.manager_id,
            demand_id=key[0],
            achievement_id=key[1],
            created_at=standing.moment,
            round=1,
        )
        session.add(push)
    else:
        push = session.scalars(queries.push_of(key, candidate.manager_id)).one()
        push.round += 1
    again = standing.returns.get((key, candidate.manager_id))
    _fill(push, standing, candidate)
    if again is not None:
        push.reasons = dict(push.reasons) | {"again": asdict(again) | {"score_now": push.pair_score}}
    push.follows_id = follows
    begin_round(session, push)
    standing.pushes.setdefault(key, {})[candidate.manager_id] = PushState.NEW
    standing.given[candidate.manager_id] = standing.given.get(candidate.manager_id, NOTHING_GIVEN).one_more()
    standing.waiting[candidate.manager_id] += 1
    tell_at_once(
        session, push, standing.preferences[candidate.manager_id], immediate=standing.policy.immediate
    )
    return push


def _fill(push: Push, standing: Standing, candidate: Candidate) -> None:
    """Everything that a round begins with."""
    moment, policy = standing.moment, standing.policy
    pair = standing.pairs[push.demand_id, push.achievement_id]
    demand, achievement = standing.demands[push.demand_id], standing.achievements[push.achievement_id]
    last_days = [day for day in (demand.deadline, demand.valid_until, achievement.valid_until) if day]
    push.state = PushState.NEW
    push.pushed_at = moment
    push.manager_score = candidate.score
    push.reasons = {"manager": dict(candidate.reasons)}
    rescore(push, pair)
    push.answer_due_at = calendar.end_of_working_days(moment, policy.answer_days)
    push.expires_at = min(
        [moment + policy.expiry, *(calendar.at(day + calendar.ONE_DAY) for day in last_days)]
    )
    push.decline_reason = push.note = push.ended_reason = None
    push.read_at = push.snoozed_until = push.answered_at = push.ended_at = None
    push.answered_by = push.told_at = push.overdue_at = push.undo_until = None


def rescore(push: Push, pair: Pair) -> None:
    """The text that the push shows is the present one, so its score and reasons must be, too."""
    push.pair_score = pair.score
    push.rank_score = rank_score(pair.score, push.manager_score)
    push.rank_key = rank_key(push.rank_score, push.pushed_at)
    push.reasons = dict(push.reasons) | {"pair": dict(pair.reasons)}
    push.model_version = pair.model_version
    push.demand_version = pair.demand_version
    push.achievement_version = pair.achievement_version
