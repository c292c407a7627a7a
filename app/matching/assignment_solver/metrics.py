"""Metrics of an assignment, computed from the problem itself, independently of the solver."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.matching.assignment_solver.problem import AssignmentProblem, Given, load_cost


@dataclass(frozen=True, slots=True)
class AssignmentMetrics:
    """`net_value` is `total_value` minus the cost of load. `missing` counts slots below the pairs' minimum numbers.

    `missing_load` counts assignments below the managers' minimum loads, as far as they have free slots.

    `capacity_breaches` counts assignments beyond managers' free slots, `excess` those beyond the pairs' `most`, and
    `unassigned` the pairs without a manager that could have one. `gini` is computed over the utilisation of managers,
    including existing load: 0 if all are equally busy, towards 1 if few have everything.
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
    missing_load: int = 0


def metrics(problem: AssignmentProblem, given: Collection[Given]) -> AssignmentMetrics:
    """Metrics of any assignment of the problem, even of an invalid one."""
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
        missing_load=sum(max(0, m.wanting - of_manager[m.id]) for m in problem.managers),
    )


def gini(shares: Sequence[float]) -> float:
    """Gini coefficient: mean absolute difference of all pairs of shares over twice their mean; 0 if empty."""
    total = math.fsum(shares)
    if not total:
        return 0.0
    ranked = math.fsum(rank * share for rank, share in enumerate(sorted(shares), 1))
    return max(0.0, (2 * ranked / total - len(shares) - 1) / len(shares))
