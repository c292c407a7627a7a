"""The plan of an assignment over all good pairs, compared with the present pushes. Writes nothing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import by_id
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching.assignment_solver.metrics import AssignmentMetrics, metrics
from app.matching.assignment_solver.problem import (
    STRONG_LEAST,
    AssignmentProblem,
    Given,
    ManagerSlots,
    PairToAssign,
)
from app.matching.assignment_solver.result import Assignment, assign, greedy
from app.matching.assignment_solver.shortages import DropReason
from app.matching.managers.score import LEAST_FIT
from app.matching.models import Pair
from app.pushes import queries
from app.pushes.eligibility.history import pending_by_manager
from app.pushes.eligibility.loader import load_snapshot
from app.pushes.eligibility.near_copies import standing_behind
from app.pushes.eligibility.rules import pending_violations, violations
from app.pushes.eligibility.snapshot import EligibilitySnapshot
from app.pushes.models import PushState
from app.pushes.planning.pair_plan import CandidateManager, PairPlan
from app.pushes.planning.writer import rank_score
from app.pushes.policy import PairKey, Policy
from app.pushes.recommender import Recommender

CANDIDATES = 20
"""Managers of a pair that an assignment chooses from."""
_ASKED_AT_ONCE = 50

CONFLICT = "conflict_of_interest"
SOLVER_RULES = frozenset({"manager_full", "manager_inbox_full", "pair_has_enough", CONFLICT})
"""Rules that the solver itself enforces, for all pairs at once. A manager who violates another rule is no candidate."""


@dataclass(frozen=True, slots=True)
class PlannedAssignment:
    """A manager assigned to a pair.

    `value` is the pair's score times the manager's, 0–1. `reason` says why a pending push would not stay.
    """

    key: PairKey
    manager_id: UUID
    value: float
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LowLoad:
    """A manager whose planned load, with what they have, stays below the minimum."""

    manager_id: UUID
    load: int
    least: int


@dataclass(frozen=True, slots=True)
class AssignmentPlan:
    """An assignment and its comparison with the present pushes.

    `present` holds the metrics of the pending pushes, which may violate rules; `planned` those of `kept` and `added`
    together. `below_least` are candidates of some pair whose load stays below the minimum. `left_out` counts good pairs
    beyond the limit. `pushes` are the plans for `added`, the best manager of a pair first. `singly` holds the metrics
    of the same problem if always the best single push were taken, without a view of the whole.
    """

    keys: Mapping[str, PairKey]
    left_out: int
    added: tuple[PlannedAssignment, ...]
    kept: tuple[PlannedAssignment, ...]
    ended: tuple[PlannedAssignment, ...]
    present: AssignmentMetrics
    planned: AssignmentMetrics
    singly: AssignmentMetrics
    assignment: Assignment
    pushes: tuple[PairPlan, ...]
    below_least: tuple[LowLoad, ...]


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
    good = queries.good_published_pairs(policy)
    if demand_ids is not None:
        good = good.where(Pair.demand_id.in_(demand_ids))
    found = session.scalars(good.limit(limit)).all()
    behind = standing_behind(session, {(pair.demand_id, pair.achievement_id) for pair in found}, policy)
    pairs = [pair for pair in found if (pair.demand_id, pair.achievement_id) not in behind]
    total = session.scalar(select(func.count()).select_from(good.order_by(None).subquery())) or 0
    candidates = _candidates(session, recommender, pairs)
    scores = {
        (pair.demand_id, pair.achievement_id): {
            id_: rank_score(pair.score, candidate.score)
            for id_, candidate in candidates[pair.demand_id, pair.achievement_id].items()
        }
        for pair in pairs
    }
    pending = {
        (key, push.manager_id): push.rank_score
        for push in session.scalars(queries.pending_of_pairs(scores))
        if (key := (push.demand_id, push.achievement_id)) in scores
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
    return _compared(problem, scores, pending, broken, candidates, left_out=total - len(found), keep=keep)


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
            facts = snapshot.of(key, manager_id)
            is_pending = (key, manager_id) in pending
            rules = pending_violations(facts) if is_pending else violations(facts)
            broken = [rule.code for rule in rules if rule.code not in SOLVER_RULES]
            if broken:
                against[_id(key), str(manager_id)] = broken[0]
                continue
            values[str(manager_id)] = value
            if any(rule.code == CONFLICT for rule in rules):
                conflicts.add((_id(key), str(manager_id)))
        accepted = sum(state is PushState.ACCEPTED for state in snapshot.pushes.get(key, {}).values())
        pairs.append(
            PairToAssign(
                _id(key),
                values,
                least=min(max(0, STRONG_LEAST - accepted), snapshot.policy.slots_per_pair),
                most=max(0, snapshot.policy.slots_per_pair - accepted),
                held=accepted,
            )
        )
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


def _remaining(whole: AssignmentProblem, kept: Collection[Given]) -> AssignmentProblem:
    """The problem that remains when the `kept` pushes stay, even if their managers exceed their capacity."""
    of_pair, of_manager = Counter(pair for pair, _ in kept), Counter(manager for _, manager in kept)
    return replace(
        whole,
        pairs=[
            replace(
                pair,
                values={id_: value for id_, value in pair.values.items() if (pair.id, id_) not in kept},
                least=max(0, pair.least - of_pair[pair.id]),
                most=max(0, pair.most - of_pair[pair.id]),
                held=pair.held + of_pair[pair.id],
            )
            for pair in whole.pairs
        ],
        managers=[replace(manager, load=manager.load + of_manager[manager.id]) for manager in whole.managers],
    )


def _compared(
    problem: AssignmentProblem,
    scores: Mapping[PairKey, Mapping[UUID, float]],
    pending: Collection[tuple[PairKey, UUID]],
    against: Mapping[Given, str],
    candidates: Mapping[PairKey, Mapping[UUID, CandidateManager]],
    *,
    left_out: int,
    keep: bool,
) -> AssignmentPlan:
    present_pairs = {(_id(key), str(manager_id)) for key, manager_id in pending}
    allowed = {(pair.id, manager) for pair in problem.pairs for manager in pair.values} - set(
        problem.conflicts
    )
    kept = present_pairs & allowed if keep else set[Given]()
    remaining = _remaining(problem, kept)
    answer = assign(remaining)
    planned_pairs = kept | set(answer.given)
    keys = {_id(key): key for key in scores}
    reasons = {**against, **dict.fromkeys(problem.conflicts, str(DropReason.CONFLICT))}

    def planned(given: Collection[Given], default: str | None = None) -> tuple[PlannedAssignment, ...]:
        return tuple(
            PlannedAssignment(
                keys[pair],
                UUID(manager),
                scores[keys[pair]][UUID(manager)],
                reasons.get((pair, manager), default),
            )
            for pair, manager in sorted(given)
        )

    added = planned(planned_pairs - present_pairs)
    return AssignmentPlan(
        keys=keys,
        left_out=left_out,
        added=added,
        kept=planned(planned_pairs & present_pairs),
        ended=planned(present_pairs - planned_pairs, "not_in_the_best"),
        present=metrics(problem, present_pairs),
        planned=metrics(problem, planned_pairs),
        singly=metrics(problem, kept | set(greedy(remaining).given)),
        assignment=answer,
        pushes=_pushes(added, candidates),
        below_least=_below_least(problem, planned_pairs),
    )


def _below_least(problem: AssignmentProblem, planned: Collection[Given]) -> tuple[LowLoad, ...]:
    """Managers who could have had a pair and stay below their minimum load, by id."""
    of_manager = Counter(manager for _, manager in planned)
    candidates = {manager for pair in problem.pairs for manager in pair.values}
    return tuple(
        LowLoad(UUID(manager.id), load, manager.least)
        for manager in problem.managers
        if manager.id in candidates and (load := manager.load + of_manager[manager.id]) < manager.least
    )


def _pushes(
    added: Collection[PlannedAssignment], candidates: Mapping[PairKey, Mapping[UUID, CandidateManager]]
) -> tuple[PairPlan, ...]:
    by_pair: dict[PairKey, list[CandidateManager]] = {}
    for item in sorted(added, key=lambda item: (-item.value, item.manager_id)):
        by_pair.setdefault(item.key, []).append(candidates[item.key][item.manager_id])
    return tuple(PairPlan(key, tuple(managers)) for key, managers in by_pair.items())


def _id(key: PairKey) -> str:
    return f"{key[0]}/{key[1]}"
