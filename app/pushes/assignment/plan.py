"""The plan of an assignment over all good pairs, compared with the present pushes. Writes nothing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import by_id
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching.assignment_solver.problem import (
    STRONG_LEAST,
    AssignmentProblem,
    Given,
    ManagerSlots,
    PairToAssign,
)
from app.matching.managers.score import LEAST_FIT
from app.matching.models import Pair
from app.pushes import queries
from app.pushes.assignment.comparison import AssignmentPlan, compared_plan, text_of
from app.pushes.eligibility.history import pending_by_manager
from app.pushes.eligibility.loader import load_snapshot
from app.pushes.eligibility.near_copies import standing_behind
from app.pushes.eligibility.rules import pending_violations, violations
from app.pushes.eligibility.snapshot import EligibilitySnapshot
from app.pushes.models import PushState
from app.pushes.planning.pair_plan import CandidateManager
from app.pushes.planning.rank_order import rank_score
from app.pushes.policy import PairKey, Policy
from app.pushes.recommender import Recommender

CANDIDATES = 20
"""Managers of a pair that an assignment chooses from."""
_ASKED_AT_ONCE = 50

CONFLICT = "conflict_of_interest"
SOLVER_RULES = frozenset({"manager_full", "manager_inbox_full", "pair_has_enough", CONFLICT})
"""Rules that the solver itself enforces, for all pairs at once. A manager who violates another rule is no candidate."""


def plan_assignment(
    session: Session,
    recommender: Recommender,
    *,
    policy: Policy,
    limit: int,
    keep: bool,
    demand_ids: Collection[UUID] | None = None,
) -> AssignmentPlan:
    """Plan an assignment over the `limit` best pairs, of all demands or of `demand_ids`. With `keep`, pending pushes
    stay unless a rule cancels them; otherwise they compete with the other candidates.

    An accepted push, and a pending push that stays, occupy a slot of their pair and of their manager; a manager whose
    pending pushes and open engagements reach their capacity receives no more. A manager who has answered a pair, or
    whose push of it ended, does not receive it again.
    """
    pairs, left_out = _best_pairs(session, policy, limit, demand_ids)
    candidates = _candidates(session, recommender, pairs)
    scores = {
        pair.key: {
            id_: rank_score(pair.score, candidate.score) for id_, candidate in candidates[pair.key].items()
        }
        for pair in pairs
    }
    pending = {
        (push.pair_key, push.manager_id): push.rank_score
        for push in session.scalars(queries.pending_of_pairs(scores))
        if push.pair_key in scores
    }
    for (key, manager_id), score in pending.items():
        scores[key][manager_id] = score
    snapshot = load_snapshot(
        session,
        policy=policy,
        pairs=list(scores),
        manager_ids={manager_id for of_pair in scores.values() for manager_id in of_pair},
    )
    pending_elsewhere = pending_by_manager(session, snapshot.managers) - Counter(id_ for _, id_ in pending)
    problem, broken = _problem(snapshot, scores, pending, pending_elsewhere)
    return compared_plan(problem, scores, pending, broken, candidates, left_out=left_out, keep=keep)


def _best_pairs(
    session: Session, policy: Policy, limit: int, demand_ids: Collection[UUID] | None
) -> tuple[list[Pair], int]:
    """The `limit` best pairs, without those behind a near-copy, and how many good ones the limit left out."""
    good = queries.good_published_pairs(policy)
    if demand_ids is not None:
        good = good.where(Pair.demand_id.in_(demand_ids))
    found = session.scalars(good.limit(limit)).all()
    behind = standing_behind(session, {pair.key for pair in found}, policy)
    total = session.scalar(select(func.count()).select_from(good.order_by(None).subquery())) or 0
    return [pair for pair in found if pair.key not in behind], total - len(found)


def _candidates(
    session: Session, recommender: Recommender, pairs: Sequence[Pair]
) -> dict[PairKey, dict[UUID, CandidateManager]]:
    """Pair → candidate managers, including those in conflict or at capacity, so that the plan can name obstacles."""
    demands = by_id(session, Demand, {pair.demand_id for pair in pairs})
    achievements = by_id(session, Achievement, {pair.achievement_id for pair in pairs})
    candidates = {}
    for start in range(0, len(pairs), _ASKED_AT_ONCE):
        some = [
            (demands[pair.demand_id], achievements[pair.achievement_id])
            for pair in pairs[start : start + _ASKED_AT_ONCE]
        ]
        found = recommender.managers_for_pairs(session, some, limit=CANDIDATES)
        for (demand, achievement), recommended in zip(some, found, strict=True):
            candidates[demand.id, achievement.id] = {
                manager.manager_id: CandidateManager(manager.manager_id, manager.score, manager.reasons)
                for manager in recommended
                if manager.score >= LEAST_FIT
            }
    return candidates


def _problem(
    snapshot: EligibilitySnapshot,
    scores: Mapping[PairKey, Mapping[UUID, float]],
    pending: Collection[tuple[PairKey, UUID]],
    pending_elsewhere: Mapping[UUID, int],
) -> tuple[AssignmentProblem, dict[Given, str]]:
    """The assignment problem as if no pending push stayed, and the code of the first violated rule for each manager who
    may not have a pair. `pending_elsewhere` counts the managers' pending pushes of other pairs."""
    conflicts, pairs, against = set[Given](), [], dict[Given, str]()
    for key, of_pair in scores.items():
        values = {}
        for manager_id, value in of_pair.items():
            if manager_id not in snapshot.managers:
                continue
            given = (text_of(key), str(manager_id))
            facts = snapshot.of(key, manager_id)
            rules = pending_violations(facts) if (key, manager_id) in pending else violations(facts)
            broken = [rule.code for rule in rules if rule.code not in SOLVER_RULES]
            if broken:
                against[given] = broken[0]
                continue
            values[str(manager_id)] = value
            if any(rule.code == CONFLICT for rule in rules):
                conflicts.add(given)
        pairs.append(_pair_to_assign(snapshot, key, values))
    managers = [
        ManagerSlots(
            str(id_),
            facts.capacity,
            facts.open_load + pending_elsewhere.get(id_, 0),
            snapshot.policy.least_load,
        )
        for id_, facts in snapshot.manager_facts.items()
    ]
    return AssignmentProblem(pairs, managers, conflicts), against


def _pair_to_assign(snapshot: EligibilitySnapshot, key: PairKey, values: Mapping[str, float]) -> PairToAssign:
    """The pair with the slots that its accepted pushes leave."""
    slots = snapshot.policy.slots_per_pair
    accepted = sum(state is PushState.ACCEPTED for state in snapshot.pushes.get(key, {}).values())
    return PairToAssign(
        text_of(key),
        values,
        least=min(max(0, STRONG_LEAST - accepted), slots),
        most=max(0, slots - accepted),
        held=accepted,
    )
