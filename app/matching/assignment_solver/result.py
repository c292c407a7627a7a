"""Assignment (统筹指派) of many pairs at once: the highest total value within all capacities.

Pure: numbers in, numbers out. Rules in order of priority:

1. always: no manager above capacity, no conflict of interest, no pair with more managers than its `most`;
2. as many fixed assignments as possible;
3. as many slots of the pairs' minimum numbers as possible (a strong pair has at least one manager);
4. as many slots of the managers' minimum loads as possible, where one is set;
5. the highest value minus the cost of load, which is convex in each manager's utilisation.

Shortages are listed with their reasons and with the constraints that would have to be relaxed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from app.matching.assignment_solver.metrics import AssignmentMetrics, metrics
from app.matching.assignment_solver.problem import (
    AssignmentProblem,
    Given,
    ProblemRows,
    rows_of,
)
from app.matching.assignment_solver.shortages import (
    DroppedAssignment,
    Relief,
    Shortage,
    ShortageReason,
    dropped,
    relief,
    shortages,
)
from app.matching.assignment_solver.solvers import Chosen, by_flow, by_greed


@dataclass(frozen=True, slots=True)
class Assignment:
    """`given` is sorted by pair id and manager id. `relief` is None if all minimum numbers are met.

    `short` lists the pairs below their minimum number, and pairs without a manager although none is required.
    """

    given: tuple[Given, ...]
    short: tuple[Shortage, ...]
    dropped: tuple[DroppedAssignment, ...]
    relief: Relief | None
    metrics: AssignmentMetrics
    reasons: Mapping[ShortageReason, int] = field(default_factory=dict)

    def managers_of(self, pair_id: str) -> tuple[str, ...]:
        return tuple(manager for pair, manager in self.given if pair == pair_id)


def assign(problem: AssignmentProblem) -> Assignment:
    """The optimum, exact to a millionth of the greatest value per assignment, independent of input order.

    Raises:
        ValueError: a duplicate or unknown id, or an invalid value or number.
    """
    rows = rows_of(problem)
    chosen = by_flow(rows)
    short = shortages(rows, chosen)
    return _answer(problem, rows, chosen, short, relief(problem, rows, chosen, short))


def greedy(problem: AssignmentProblem) -> Assignment:
    """The greedy baseline (贪心): always the best single assignment, under the same rules, without relief.

    Raises:
        ValueError: as for `assign`.
    """
    rows = rows_of(problem)
    chosen = by_greed(rows)
    return _answer(problem, rows, chosen, shortages(rows, chosen), None)


def _answer(
    problem: AssignmentProblem,
    rows: ProblemRows,
    chosen: Chosen,
    short: tuple[Shortage, ...],
    remedy: Relief | None,
) -> Assignment:
    given = tuple(
        (rows.pair_ids[rows.pair[edge]], rows.manager_ids[rows.manager[edge]])
        for edge in np.flatnonzero(chosen)
    )
    return Assignment(
        given=given,
        short=short,
        dropped=dropped(problem, given),
        relief=remedy,
        metrics=metrics(problem, given),
        reasons=dict(sorted(Counter(shortage.reason for shortage in short).items())),
    )
