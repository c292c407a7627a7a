"""Two solvers that choose edges of a problem: the optimum by minimum-cost flow, and a greedy baseline.

Both apply the same rules in the same order: as many fixed assignments as possible, then as many slots of the pairs'
minimum numbers as possible, then as many slots of the managers' minimum loads as possible, then the highest value
minus the cost of load.
"""

import heapq
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.matching.assignment_solver.problem import ProblemRows

if TYPE_CHECKING:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

Chosen = NDArray[np.bool_]
"""For each edge, whether it is assigned."""


def by_flow(rows: ProblemRows) -> Chosen:
    """The optimum as a minimum-cost flow: source → pair → manager → sink; one unit is one assignment.

    A pair's first `least` units, a manager's first `wanting` units and fixed edges earn a bonus; a manager's units cost
    increasingly more; unprofitable units bypass the network. Bonuses are large enough to take priority: two flows
    differ by simple cycles, and a cycle changes at most one slot of a minimum number and one of a minimum load, and
    touches each pair and manager at most once, so it changes value and load by less than the bonus of a minimum load.
    """
    # 17 MB that a process needs only when it assigns.
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    pairs, managers = len(rows.pair_ids), len(rows.manager_ids)
    edges = len(rows.pair)
    if not edges:
        return np.zeros(0, dtype=np.bool_)
    source, sink = pairs + managers, pairs + managers + 1
    bonus = _bonuses(rows)
    least, most = np.array(rows.least), np.array(rows.most)
    of_pairs, ones = np.arange(pairs), np.ones(edges, dtype=np.int64)
    flow = SimpleMinCostFlow()
    first = flow.add_arcs_with_capacity_and_unit_cost(
        rows.pair, pairs + rows.manager, ones, -rows.steps - bonus.fixed * rows.fixed
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(pairs, source), of_pairs, least, np.full(pairs, -bonus.least)
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(pairs, source), of_pairs, most - least, np.zeros(pairs, dtype=np.int64)
    )
    _add_managers(flow, rows, sink, bonus.load)
    supply = int(most.sum())
    flow.add_arc_with_capacity_and_unit_cost(source, sink, supply, 0)
    flow.set_node_supply(source, supply)
    flow.set_node_supply(sink, -supply)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow has no solution though assigning nothing is one: {status}")
    return np.asarray(flow.flows(first)) > 0


class _Bonuses(NamedTuple):
    """What a unit earns besides its value: of a manager's minimum load, of a pair's minimum number, and if fixed."""

    load: int
    least: int
    fixed: int


def _bonuses(rows: ProblemRows) -> _Bonuses:
    most_load = max((costs[-1] for costs in rows.load_steps if costs), default=0)
    shorter = min(len(rows.pair_ids), len(rows.manager_ids))
    load = (shorter + 1) * int(rows.steps.max()) + 2 * most_load + 1
    # Without minimum loads the integers stay as small as they can be.
    least = 2 * load + 1 if any(rows.wanting) else load
    return _Bonuses(load, least, fixed=2 * least + 1)


def _add_managers(flow: "SimpleMinCostFlow", rows: ProblemRows, sink: int, bonus: int) -> None:
    """Arcs from each manager to the sink, one for each unit of load with its cost, less the bonus up to `wanting`."""
    manager = np.repeat(np.arange(len(rows.manager_ids)), [len(costs) for costs in rows.load_steps])
    cost = np.array(
        [
            cost - bonus * (extra < wanting)
            for costs, wanting in zip(rows.load_steps, rows.wanting, strict=True)
            for extra, cost in enumerate(costs)
        ],
        dtype=np.int64,
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        len(rows.pair_ids) + manager,
        np.full(len(manager), sink),
        np.ones(len(manager), dtype=np.int64),
        cost,
    )


def by_greed(rows: ProblemRows) -> Chosen:
    """Repeatedly choose the best permitted assignment; never undo one."""
    left = _Left(rows)
    for edge in sorted(np.flatnonzero(rows.fixed), key=lambda edge: (-rows.steps[edge], edge)):
        left.take(int(edge))
    left.fill(rows.least, only_gains=False)
    left.fill(rows.most, only_gains=False, taken_below=rows.wanting)
    left.fill(rows.most, only_gains=True)
    return left.chosen


class _Left:
    """Remaining slots while assignments are made one by one."""

    def __init__(self, rows: ProblemRows) -> None:
        self.rows = rows
        self.chosen: Chosen = np.zeros(len(rows.pair), dtype=np.bool_)
        self.given = [0] * len(rows.pair_ids)
        self.taken = [0] * len(rows.manager_ids)
        self.pair: list[int] = rows.pair.tolist()
        self.manager: list[int] = rows.manager.tolist()
        self.steps: list[int] = rows.steps.tolist()

    def take(self, edge: int) -> None:
        """Assign, unless the pair has enough managers or the manager has no free slot."""
        pair, manager = self.pair[edge], self.manager[edge]
        if self.given[pair] < self.rows.most[pair] and self.taken[manager] < self.rows.free[manager]:
            self.chosen[edge] = True
            self.given[pair] += 1
            self.taken[manager] += 1

    def fill(self, wanted: list[int], *, only_gains: bool, taken_below: list[int] | None = None) -> None:
        """Assign up to the wanted number per pair, best first; an edge whose gain has shrunk is queued again.

        With `taken_below`, managers receive up to that many.
        """
        most = taken_below or self.rows.free
        waiting = [
            (-self._gain(edge), edge)
            for edge in np.flatnonzero(~self.chosen).tolist()
            if self._open(edge, wanted, most)
        ]
        heapq.heapify(waiting)
        while waiting:
            gain, edge = -waiting[0][0], waiting[0][1]
            if only_gains and gain <= 0:
                return
            heapq.heappop(waiting)
            if not self._open(edge, wanted, most):
                continue
            present = self._gain(edge)
            if present < gain:
                heapq.heappush(waiting, (-present, edge))
            else:
                self.take(edge)

    def _open(self, edge: int, wanted: list[int], most: list[int]) -> bool:
        pair, manager = self.pair[edge], self.manager[edge]
        return self.given[pair] < wanted[pair] and self.taken[manager] < most[manager]

    def _gain(self, edge: int) -> int:
        manager = self.manager[edge]
        return self.steps[edge] - self.rows.load_steps[manager][self.taken[manager]]
