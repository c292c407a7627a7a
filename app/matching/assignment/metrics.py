"""What an assignment is worth, counted from the problem as it was asked and not from what a solver believes."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.matching.assignment.problem import AssignmentProblem, Given, load_cost


@dataclass(frozen=True, slots=True)
class AssignmentMetrics:
    """`net_value` is `total_value` less the cost of load. `missing` counts places below the pairs' least numbers.

    `capacity_breaches` counts assignments beyond managers' free places, `excess` those beyond the pairs' `most`,
    `unassigned` the pairs without any manager that could have one. `gini` is over the managers' shares of capacity in
    use, load besides this problem included: 0 where all are equally busy, towards 1 where few have everything.
    """

    assigned: int
    total_value: float
    net_value: float
    fixed_kept: int
    missing: int
    unassigned: int
    capacity_breaches: int
    excess: int
    conflicts: int
    gini: float


def metrics(problem: AssignmentProblem, given: Collection[Given]) -> AssignmentMetrics:
    """Figures of any assignment of the problem, also of one that breaks its rules."""
    values = {pair.id: pair.values for pair in problem.pairs}
    of_pair = Counter(pair for pair, _ in given)
    of_manager = Counter(manager for _, manager in given)
    total = math.fsum(values[pair].get(manager, 0.0) for pair, manager in given)
    load = math.fsum(
        load_cost(manager, extra, problem.load_weight)
        for manager in problem.managers
        for extra in range(min(of_manager[manager.id], manager.free))
    )
    return AssignmentMetrics(
        assigned=len(given),
        total_value=total,
        net_value=total - load,
        fixed_kept=len(set(given) & set(problem.fixed)),
        missing=sum(max(0, pair.least - of_pair[pair.id]) for pair in problem.pairs),
        unassigned=sum(pair.most > 0 and not of_pair[pair.id] + pair.held for pair in problem.pairs),
        capacity_breaches=sum(max(0, of_manager[m.id] - m.free) for m in problem.managers),
        excess=sum(max(0, of_pair[pair.id] - pair.most) for pair in problem.pairs),
        conflicts=len(set(given) & set(problem.conflicts)),
        gini=gini([(m.load + of_manager[m.id]) / m.capacity for m in problem.managers if m.capacity]),
    )


def gini(shares: Sequence[float]) -> float:
    """Mean difference of all pairs of shares over twice their mean; 0 of nothing."""
    total = math.fsum(shares)
    if not total:
        return 0.0
    ranked = math.fsum(rank * share for rank, share in enumerate(sorted(shares), 1))
    return max(0.0, (2 * ranked / total - len(shares) - 1) / len(shares))
