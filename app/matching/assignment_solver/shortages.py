"""Shortages of an assignment, their reasons, and the constraints to relax; computed from the optimum."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.matching.assignment_solver.problem import AssignmentProblem, Given, ProblemRows
from app.matching.assignment_solver.solvers import Chosen


class ShortageReason(StrEnum):
    """Why a pair has too few managers; the first applicable reason."""

    NO_CANDIDATE_LEFT = "no_candidate_left"
    NO_CAPACITY_IN_TOTAL = "no_capacity_in_total"
    CANDIDATES_FULL = "candidates_full"
    NOT_WORTH_THE_LOAD = "not_worth_the_load"


REASONS = {
    ShortageReason.NO_CANDIDATE_LEFT: (
        "除去利益冲突后候选技术经理人不足",
        "too few candidates are left after conflicts of interest",
    ),
    ShortageReason.NO_CAPACITY_IN_TOTAL: (
        "全部技术经理人的空余名额合计不足",
        "all managers together have too few free slots",
    ),
    ShortageReason.CANDIDATES_FULL: ("候选技术经理人均已满额", "all candidates are full"),
    ShortageReason.NOT_WORTH_THE_LOAD: (
        "期望值低于增加负荷的代价",
        "the expected value does not exceed the cost of the load",
    ),
}
"""Chinese, English."""


class DropReason(StrEnum):
    """Why a fixed assignment was not kept."""

    CONFLICT = "conflict"
    PAIR_HAS_ENOUGH = "pair_has_enough"
    MANAGER_FULL = "manager_full"


@dataclass(frozen=True, slots=True)
class Shortage:
    """`candidates`: managers without a conflict. `full`: those of them without a free slot after the plan."""

    pair_id: str
    reason: ShortageReason
    least: int
    assigned: int
    candidates: int
    in_conflict: int
    full: int


@dataclass(frozen=True, slots=True)
class DroppedAssignment:
    pair_id: str
    manager_id: str
    reason: DropReason


@dataclass(frozen=True, slots=True)
class ExtraCapacity:
    """`capacity` is the capacity that the manager would need for `more` further slots."""

    manager_id: str
    more: int
    capacity: int


@dataclass(frozen=True, slots=True)
class ExtraCandidates:
    pair_id: str
    more: int
    in_conflict: int


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Pairs that compete for the same managers: all `places` are occupied, and `missing` more are needed.

    No exchange within the group or with others helps. Lowering a pair's minimum number helps as much as one more slot.
    """

    pair_ids: tuple[str, ...]
    manager_ids: tuple[str, ...]
    places: int
    missing: int


@dataclass(frozen=True, slots=True)
class Relief:
    """Changes that together let every pair reach its minimum number, with the fixed assignments that were kept.

    The sum of `places` is the smallest sufficient for what the candidates allow; each slot goes to the pair's best
    candidate. Pairs in `candidates` need new candidates, whatever the capacities.
    """

    places: tuple[ExtraCapacity, ...]
    candidates: tuple[ExtraCandidates, ...]
    bottlenecks: tuple[Bottleneck, ...]


def shortages(rows: ProblemRows, chosen: Chosen) -> tuple[Shortage, ...]:
    """Pairs below their minimum number and pairs without a manager, by pair id."""
    full = _full(rows, chosen)
    given = np.bincount(rows.pair[chosen], minlength=len(rows.pair_ids))
    allowed = np.bincount(rows.pair, minlength=len(rows.pair_ids))
    waiting_full = np.bincount(rows.pair[full[rows.manager] & ~chosen], minlength=len(rows.pair_ids))
    scarce = sum(rows.free) < sum(rows.least)
    short_pairs = []
    for row, pair_id in enumerate(rows.pair_ids):
        assigned, candidates = int(given[row]), int(allowed[row])
        wanted = min(1, rows.most[row]) if not rows.held[row] else 0
        if assigned >= max(rows.least[row], wanted):
            continue
        if candidates < max(1, rows.least[row]):
            reason = ShortageReason.NO_CANDIDATE_LEFT
        elif candidates - assigned > waiting_full[row]:
            reason = ShortageReason.NOT_WORTH_THE_LOAD
        else:
            reason = ShortageReason.NO_CAPACITY_IN_TOTAL if scarce else ShortageReason.CANDIDATES_FULL
        short_pairs.append(
            Shortage(
                pair_id=pair_id,
                reason=reason,
                least=rows.least[row],
                assigned=assigned,
                candidates=candidates,
                in_conflict=rows.in_conflict[row],
                full=int(waiting_full[row]),
            )
        )
    return tuple(short_pairs)


def dropped(problem: AssignmentProblem, given: Collection[Given]) -> tuple[DroppedAssignment, ...]:
    """Fixed assignments that were dropped; if some compete for slots, as many as possible are kept."""
    assigned, conflicts = set(given), frozenset(problem.conflicts)
    of_pair = Counter(pair for pair, _ in given)
    most = {pair.id: pair.most for pair in problem.pairs}

    def reason(pair: str, manager: str) -> DropReason:
        if (pair, manager) in conflicts:
            return DropReason.CONFLICT
        return DropReason.PAIR_HAS_ENOUGH if of_pair[pair] >= most[pair] else DropReason.MANAGER_FULL

    return tuple(
        DroppedAssignment(pair, manager, reason(pair, manager))
        for pair, manager in sorted(set(problem.fixed))
        if (pair, manager) not in assigned
    )


def relief(
    problem: AssignmentProblem, rows: ProblemRows, chosen: Chosen, short: tuple[Shortage, ...]
) -> Relief | None:
    """The relief; None if no pair is below its minimum number.

    `chosen` must be the optimum; otherwise too many slots would be requested, and bottlenecks would be wrong.
    """
    below = [shortage for shortage in short if shortage.assigned < shortage.least]
    if not below:
        return None
    row_of = {id_: row for row, id_ in enumerate(rows.pair_ids)}
    more: Counter[int] = Counter()
    missing: dict[int, int] = {}
    for shortage in below:
        row = row_of[shortage.pair_id]
        reachable = min(shortage.least, shortage.candidates) - shortage.assigned
        if reachable:
            missing[row] = reachable
            first, end = np.searchsorted(rows.pair, [row, row + 1])
            edges = first + np.flatnonzero(~chosen[first:end])
            best = edges[np.argsort(-rows.steps[edges], kind="stable")][:reachable]
            more.update(rows.manager[best].tolist())
    managers = {manager.id: manager for manager in problem.managers}
    return Relief(
        places=tuple(
            ExtraCapacity(id_, number, max(managers[id_].capacity, managers[id_].load) + number)
            for id_, number in sorted((rows.manager_ids[row], number) for row, number in more.items())
        ),
        candidates=tuple(
            ExtraCandidates(shortage.pair_id, shortage.least - shortage.candidates, shortage.in_conflict)
            for shortage in below
            if shortage.least > shortage.candidates
        ),
        bottlenecks=_bottlenecks(rows, chosen, missing),
    )


def _full(rows: ProblemRows, chosen: Chosen) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    taken = np.bincount(rows.manager[chosen], minlength=len(rows.manager_ids))
    return taken >= np.array(rows.free, dtype=np.int64)


def _bottlenecks(rows: ProblemRows, chosen: Chosen, missing: dict[int, int]) -> tuple[Bottleneck, ...]:
    """Follow each short pair to its candidates, to the pairs that occupy their slots, to the candidates of these, etc.

    Any manager on the way with a free slot could pass it on to the short pair; in an optimum there is none. Fixed
    assignments pass nothing on.
    """
    wanted, holders = _wanted_and_holders(rows, chosen)
    group_of: dict[int, int] = {}
    groups: dict[int, tuple[set[int], set[int]]] = {}
    for number, start in enumerate(missing):
        pairs, managers, waiting = {start}, set[int](), [start]
        while waiting:
            for manager in wanted.get(waiting.pop(), ()):
                if (known := group_of.get(manager, number)) != number:
                    others, theirs = groups.pop(known)
                    pairs |= others
                    managers |= theirs
                    group_of.update(dict.fromkeys(theirs, number))
                elif manager not in managers:
                    managers.add(manager)
                    group_of[manager] = number
                    fresh = set(holders.get(manager, ())) - pairs
                    pairs |= fresh
                    waiting += sorted(fresh)
        groups[number] = (pairs, managers)
    return tuple(
        Bottleneck(
            pair_ids=tuple(rows.pair_ids[pair] for pair in sorted(pairs)),
            manager_ids=tuple(rows.manager_ids[manager] for manager in sorted(managers)),
            places=sum(rows.free[manager] for manager in managers),
            missing=sum(missing.get(pair, 0) for pair in pairs),
        )
        for pairs, managers in groups.values()
    )


def _wanted_and_holders(
    rows: ProblemRows, chosen: Chosen
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Each pair → its candidates without it; each manager → the pairs that they hold and could pass on."""
    wanted: dict[int, list[int]] = {}
    holders: dict[int, list[int]] = {}
    for pair, manager, taken, fixed in zip(
        rows.pair.tolist(), rows.manager.tolist(), chosen.tolist(), rows.fixed.tolist(), strict=True
    ):
        if not taken:
            wanted.setdefault(pair, []).append(manager)
        elif not fixed:
            holders.setdefault(manager, []).append(pair)
    return wanted, holders
