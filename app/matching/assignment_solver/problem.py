"""The assignment problem (指派), and its translation into row numbers."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LOAD_WEIGHT = 0.1
"""Extra cost of the next engagement of a nearly full manager over that of an idle one, in units of value.

With values of 0–1, an idle manager gets the pair unless a busy one is better by more than a tenth.
"""

STRONG_LEAST, STRONG_MOST = 1, 3
"""Minimum and maximum number of managers for a strong pair (强匹配对)."""

STEPS = 10**6
"""Resolution of the integers used in the flow: the number of steps in the greatest value (at least 1)."""

Given = tuple[str, str]
"""Id of a pair, id of a manager."""


@dataclass(frozen=True, slots=True)
class PairToAssign:
    """A pair and its candidates: manager id → expected value (≥ 0), for `least` to `most` managers at once.

    Values of several managers of one pair add up; lower `most` to limit this. `held` managers already have the pair
    outside this problem, so it counts as having a manager.
    """

    id: str
    values: Mapping[str, float]
    least: int = 0
    most: int = STRONG_MOST
    held: int = 0


@dataclass(frozen=True, slots=True)
class ManagerSlots:
    """A manager's capacity, and their load outside this problem; fixed assignments are not part of `load`.

    `least` is the load that they should reach if the pairs and their capacity allow it (最低负荷).
    """

    id: str
    capacity: int
    load: int = 0
    least: int = 0

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.load)

    @property
    def wanting(self) -> int:
        """Assignments that are missing to `least`, as far as there are free slots."""
        return min(self.free, max(0, self.least - self.load))


@dataclass(frozen=True, slots=True)
class AssignmentProblem:
    """`conflicts` are never assigned, even if fixed. `fixed` assignments take priority over everything else.

    A fixed manager who is not a candidate of the pair has the value 0.
    """

    pairs: Sequence[PairToAssign]
    managers: Sequence[ManagerSlots]
    conflicts: Collection[Given] = field(default_factory=frozenset)
    fixed: Collection[Given] = field(default_factory=frozenset)
    load_weight: float = LOAD_WEIGHT


@dataclass(frozen=True, slots=True, eq=False)
class ProblemRows:
    """The problem as row numbers; pairs and managers are sorted by id, so that the input order has no influence.

    An edge is a pair with a permitted manager; edges are sorted by (pair, manager). `steps` and `load_steps` are values
    and load costs as integers; `load_steps[m][k]` is the cost of the manager's (k+1)-th new assignment and does not
    decrease with k.
    """

    pair_ids: list[str]
    manager_ids: list[str]
    least: list[int]
    most: list[int]
    held: list[int]
    free: list[int]
    wanting: list[int]
    pair: NDArray[np.int64]
    manager: NDArray[np.int64]
    value: NDArray[np.float64]
    steps: NDArray[np.int64]
    fixed: NDArray[np.bool_]
    load_steps: list[list[int]]
    in_conflict: list[int]


def rows_of(problem: AssignmentProblem) -> ProblemRows:
    """Translate the problem. Candidates in conflict are removed, so that no solver can assign them.

    Raises:
        ValueError: a duplicate or unknown id, or an invalid value or number.
    """
    pairs = sorted(problem.pairs, key=lambda pair: pair.id)
    managers = sorted(problem.managers, key=lambda manager: manager.id)
    pair_row = {pair.id: row for row, pair in enumerate(pairs)}
    manager_row = {manager.id: row for row, manager in enumerate(managers)}
    _check(problem, pair_row, manager_row)
    fixed = {(pair_row[pair], manager_row[manager]) for pair, manager in problem.fixed}
    values = dict.fromkeys(fixed, 0.0) | {
        (row, manager_row[manager]): value
        for row, pair in enumerate(pairs)
        for manager, value in pair.values.items()
    }
    forbidden = frozenset(problem.conflicts)
    conflicts = {edge for edge in values if (pairs[edge[0]].id, managers[edge[1]].id) in forbidden}
    in_conflict = Counter(row for row, _ in conflicts)
    edges = sorted(values.keys() - conflicts)
    value = np.array([values[edge] for edge in edges], dtype=np.float64)
    places = np.array(edges, dtype=np.int64).reshape(-1, 2)
    scale = STEPS / max(1.0, problem.load_weight, float(value.max(initial=0.0)))
    asked = np.bincount(places[:, 1], minlength=len(managers))
    return ProblemRows(
        pair_ids=[pair.id for pair in pairs],
        manager_ids=[manager.id for manager in managers],
        least=[pair.least for pair in pairs],
        most=[pair.most for pair in pairs],
        held=[pair.held for pair in pairs],
        free=[manager.free for manager in managers],
        wanting=[manager.wanting for manager in managers],
        pair=places[:, 0],
        manager=places[:, 1],
        value=value,
        steps=np.rint(value * scale).astype(np.int64),
        fixed=np.array([edge in fixed for edge in edges], dtype=np.bool_),
        load_steps=[
            _load_steps(manager, int(wanted), problem.load_weight, scale)
            for manager, wanted in zip(managers, asked, strict=True)
        ],
        in_conflict=[in_conflict[row] for row in range(len(pairs))],
    )


def _load_steps(manager: ManagerSlots, wanted: int, weight: float, scale: float) -> list[int]:
    """The cost of each further assignment, as an integer; no more than `wanted` pairs ask for the manager."""
    return [round(scale * load_cost(manager, extra, weight)) for extra in range(min(manager.free, wanted))]


def load_cost(manager: ManagerSlots, extra: int, weight: float) -> float:
    """Cost of one more engagement for a manager with `extra` new ones, from about 0 to about `weight`.

    The slope of weight · capacity · u² / 2, where u is the utilisation. The total is convex, so equal utilisation is
    cheapest, and a manager with twice the capacity can take twice as much.
    """
    return weight * (2 * (manager.load + extra) + 1) / (2 * manager.capacity)


def _check(problem: AssignmentProblem, pairs: Mapping[str, int], managers: Mapping[str, int]) -> None:
    if len(pairs) != len(problem.pairs) or len(managers) != len(problem.managers):
        raise ValueError("duplicate id among the pairs or the managers")
    if not (math.isfinite(problem.load_weight) and problem.load_weight >= 0):
        raise ValueError(f"the weight of load must be at least 0, not {problem.load_weight}")
    for manager in problem.managers:
        if min(manager.capacity, manager.load, manager.least) < 0:
            raise ValueError(f"capacity, load and minimum load of {manager.id} must be at least 0")
    for pair in problem.pairs:
        if not 0 <= pair.least <= pair.most:
            raise ValueError(f"pair {pair.id} asks for {pair.least} to {pair.most} managers")
        if pair.held < 0:
            raise ValueError(f"pair {pair.id} has {pair.held} managers besides")
        if unknown := pair.values.keys() - managers.keys():
            raise ValueError(f"pair {pair.id} has the unknown candidate {min(unknown)}")
        if not all(math.isfinite(value) and value >= 0 for value in pair.values.values()):
            raise ValueError(f"pair {pair.id} has a value that is no number of at least 0")
    for pair_id, manager_id in problem.fixed:
        if pair_id not in pairs or manager_id not in managers:
            raise ValueError(f"the fixed assignment of {pair_id} to {manager_id} is of nobody known")
