"""An assignment compared with the present pushes: what is added, kept and ended."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from app.matching.assignment_solver.metrics import AssignmentMetrics, metrics
from app.matching.assignment_solver.problem import AssignmentProblem, Given
from app.matching.assignment_solver.result import Assignment, assign, greedy
from app.matching.assignment_solver.shortages import DropReason
from app.pushes.planning.pair_plan import CandidateManager, PairPlan
from app.pushes.policy import PairKey


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


def compared_plan(
    problem: AssignmentProblem,
    scores: Mapping[PairKey, Mapping[UUID, float]],
    pending: Collection[tuple[PairKey, UUID]],
    against: Mapping[Given, str],
    candidates: Mapping[PairKey, Mapping[UUID, CandidateManager]],
    *,
    left_out: int,
    keep: bool,
) -> AssignmentPlan:
    present_pairs = {(text_of(key), str(manager_id)) for key, manager_id in pending}
    kept = present_pairs & _allowed(problem) if keep else set[Given]()
    remaining = _remaining(problem, kept)
    answer = assign(remaining)
    planned_pairs = kept | set(answer.given)
    keys = {text_of(key): key for key in scores}
    reasons = {**against, **dict.fromkeys(problem.conflicts, str(DropReason.CONFLICT))}
    planned = partial(_assignments, keys, scores, reasons)
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


def _allowed(problem: AssignmentProblem) -> set[Given]:
    return {(pair.id, manager) for pair in problem.pairs for manager in pair.values} - set(problem.conflicts)


def _assignments(
    keys: Mapping[str, PairKey],
    scores: Mapping[PairKey, Mapping[UUID, float]],
    reasons: Mapping[Given, str],
    given: Collection[Given],
    default: str | None = None,
) -> tuple[PlannedAssignment, ...]:
    """What is given, in the order of pairs and managers; `default` is the reason where the rules know none."""
    return tuple(
        PlannedAssignment(
            keys[pair],
            UUID(manager),
            scores[keys[pair]][UUID(manager)],
            reasons.get((pair, manager), default),
        )
        for pair, manager in sorted(given)
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


def text_of(key: PairKey) -> str:
    return f"{key[0]}/{key[1]}"
