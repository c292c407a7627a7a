"""What an assignment over all good pairs would push, beside the pushes there are. Reads, and writes nothing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching.assignment.metrics import AssignmentMetrics, metrics
from app.matching.assignment.problem import (
    STRONG_LEAST,
    AssignmentProblem,
    Given,
    ManagerSlots,
    PairToAssign,
)
from app.matching.assignment.result import Assignment, assign
from app.matching.assignment.shortages import DropReason
from app.matching.models import Pair
from app.pushes import queries
from app.pushes.eligibility.attempts import pending_by_manager
from app.pushes.eligibility.rules import pending_violations, violations
from app.pushes.eligibility.snapshot import EligibilitySnapshot, load_snapshot
from app.pushes.models import PushState
from app.pushes.planning.pair_plan import CandidateManager, PairPlan, Recommender
from app.pushes.planning.plan import LEAST_FIT
from app.pushes.planning.ranking import rank_score
from app.pushes.policy import PairKey, Policy

CANDIDATES = 20
"""Managers of a pair that an assignment chooses from."""

CONFLICT = "conflict_of_interest"
TAKEN_CARE_OF = frozenset({"manager_full", "manager_inbox_full", "pair_has_enough", CONFLICT})
"""Rules that the assignment keeps itself, for all pairs at once; what breaks another is no candidate."""


@dataclass(frozen=True, slots=True)
class PlannedAssignment:
    """`value` is the pair's score times the manager's, 0–1. `reason` says why a live push would not stay."""

    key: PairKey
    manager_id: UUID
    value: float
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AssignmentPlan:
    """`present` are the figures of the live pushes as they are, which may break rules, `planned` those of `kept` and
    `added` together; `left_out` counts good pairs beyond those looked at. `pushes` is what the places in `added` come
    to, the best first within a pair."""

    keys: Mapping[str, PairKey]
    left_out: int
    added: tuple[PlannedAssignment, ...]
    kept: tuple[PlannedAssignment, ...]
    ended: tuple[PlannedAssignment, ...]
    present: AssignmentMetrics
    planned: AssignmentMetrics
    assignment: Assignment
    pushes: tuple[PairPlan, ...]


def plan_assignment(
    session: Session, recommender: Recommender, *, policy: Policy, limit: int, keep: bool
) -> AssignmentPlan:
    """Over the `limit` best pairs. With `keep` live pushes stay unless a rule ends them; else they compete anew.

    An accepted push and a live one that stays take a place of their pair and of their manager, so nobody gets more who
    has as many as his capacity waiting or in hand. A manager who ever answered a pair, or whose push of it ended, does
    not get it again.
    """
    good = queries.good_published_pairs(policy)
    pairs = session.scalars(good.limit(limit)).all()
    total = session.scalar(select(func.count()).select_from(good.order_by(None).subquery())) or 0
    found = _candidates(session, recommender, pairs)
    scores = {
        (pair.demand_id, pair.achievement_id): {
            id_: rank_score(pair.score, one.score)
            for id_, one in found[pair.demand_id, pair.achievement_id].items()
        }
        for pair in pairs
    }
    live = {
        (key, push.manager_id): push.rank_score
        for push in session.scalars(queries.pending_of_pairs(scores))
        if (key := (push.demand_id, push.achievement_id)) in scores
    }
    for (key, manager_id), score in live.items():
        scores[key][manager_id] = score
    snapshot = load_snapshot(
        session,
        policy=policy,
        pairs=list(scores),
        manager_ids={manager_id for of_pair in scores.values() for manager_id in of_pair},
    )
    elsewhere = pending_by_manager(session, snapshot.managers) - Counter(id_ for _, id_ in live)
    problem, broken = _problem(snapshot, scores, live, elsewhere)
    return _compared(problem, scores, live, broken, found, left_out=total - len(pairs), keep=keep)


def _candidates(
    session: Session, recommender: Recommender, pairs: Sequence[Pair]
) -> dict[PairKey, dict[UUID, CandidateManager]]:
    """Pair → candidates; those in conflict or full too, for the answer has to name what is in the way."""
    candidates = {}
    for pair in pairs:
        demand = session.get_one(Demand, pair.demand_id)
        achievement = session.get_one(Achievement, pair.achievement_id)
        found = recommender.managers_for(session, demand, achievement, limit=CANDIDATES)
        candidates[demand.id, achievement.id] = {
            one.manager_id: CandidateManager(one.manager_id, one.score, one.reasons)
            for one in found
            if one.score >= LEAST_FIT
        }
    return candidates


def _problem(
    snapshot: EligibilitySnapshot,
    scores: Mapping[PairKey, Mapping[UUID, float]],
    live: Collection[tuple[PairKey, UUID]],
    elsewhere: Mapping[UUID, int],
) -> tuple[AssignmentProblem, dict[Given, str]]:
    """The question as if no live push stayed, and for each manager who may not have a pair the code of the first rule
    against it. `elsewhere` counts managers' live pushes of pairs that are not looked at."""
    conflicts, asked, against = set[Given](), [], dict[Given, str]()
    for key, of_pair in scores.items():
        values = {}
        for manager_id, value in of_pair.items():
            if manager_id not in snapshot.managers:
                continue
            facts = snapshot.of(key, manager_id)
            waits = (key, manager_id) in live
            rules = pending_violations(facts) if waits else violations(facts)
            broken = [rule.code for rule in rules if rule.code not in TAKEN_CARE_OF]
            if broken:
                against[_id(key), str(manager_id)] = broken[0]
                continue
            values[str(manager_id)] = value
            if any(rule.code == CONFLICT for rule in rules):
                conflicts.add((_id(key), str(manager_id)))
        accepted = sum(state is PushState.ACCEPTED for state in snapshot.pushes.get(key, {}).values())
        asked.append(
            PairToAssign(
                _id(key),
                values,
                least=min(max(0, STRONG_LEAST - accepted), snapshot.policy.slots_per_pair),
                most=max(0, snapshot.policy.slots_per_pair - accepted),
                held=accepted,
            )
        )
    managers = [
        ManagerSlots(str(id_), facts.capacity, facts.open_load + elsewhere.get(id_, 0))
        for id_, facts in snapshot.manager_facts.items()
    ]
    return AssignmentProblem(asked, managers, conflicts), against


def _beside(whole: AssignmentProblem, kept: Collection[Given]) -> AssignmentProblem:
    """What is left to assign where these stay, be their managers within their capacity or not."""
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
    live: Collection[tuple[PairKey, UUID]],
    against: Mapping[Given, str],
    found: Mapping[PairKey, Mapping[UUID, CandidateManager]],
    *,
    left_out: int,
    keep: bool,
) -> AssignmentPlan:
    there = {(_id(key), str(manager_id)) for key, manager_id in live}
    allowed = {(pair.id, manager) for pair in problem.pairs for manager in pair.values} - set(
        problem.conflicts
    )
    kept = there & allowed if keep else set[Given]()
    answer = assign(_beside(problem, kept))
    wanted = kept | set(answer.given)
    keys = {_id(key): key for key in scores}
    why = {**against, **dict.fromkeys(problem.conflicts, str(DropReason.CONFLICT))}

    def places(given: Collection[Given], otherwise: str | None = None) -> tuple[PlannedAssignment, ...]:
        return tuple(
            PlannedAssignment(
                keys[pair],
                UUID(manager),
                scores[keys[pair]][UUID(manager)],
                why.get((pair, manager), otherwise),
            )
            for pair, manager in sorted(given)
        )

    added = places(wanted - there)
    return AssignmentPlan(
        keys=keys,
        left_out=left_out,
        added=added,
        kept=places(wanted & there),
        ended=places(there - wanted, "not_in_the_best"),
        present=metrics(problem, there),
        planned=metrics(problem, wanted),
        assignment=answer,
        pushes=_pushes(added, found),
    )


def _pushes(
    added: Collection[PlannedAssignment], candidates: Mapping[PairKey, Mapping[UUID, CandidateManager]]
) -> tuple[PairPlan, ...]:
    by_pair: dict[PairKey, list[CandidateManager]] = {}
    for place in sorted(added, key=lambda place: (-place.value, place.manager_id)):
        by_pair.setdefault(place.key, []).append(candidates[place.key][place.manager_id])
    return tuple(PairPlan(key, tuple(found)) for key, found in by_pair.items())


def _id(key: PairKey) -> str:
    return f"{key[0]}/{key[1]}"
