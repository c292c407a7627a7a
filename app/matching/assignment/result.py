"""Who gets what, for many pairs at once (统筹指派): the highest total value within everybody's capacity.

Pure: numbers in, numbers out. In this order an assignment keeps to these rules:

1. no manager above capacity, no conflict of interest, no pair with more managers than its `most`: always;
2. as many of the fixed assignments as can be kept;
3. as many places as can be of the pairs' least numbers (a strong pair has at least one manager);
4. the highest value less the cost of load, which is convex in the share of each capacity that is in use.

What falls short is listed with its reason, and with what would have to be relaxed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from app.matching.assignment.metrics import AssignmentMetrics, metrics
from app.matching.assignment.problem import (
    AssignmentProblem,
    Given,
    ProblemRows,
    rows_of,
)
from app.matching.assignment.shortages import (
    DroppedAssignment,
    Relief,
    Shortage,
    ShortageReason,
    dropped,
    relief,
    shortages,
)
from app.matching.assignment.solvers import Chosen, by_flow, by_greed


@dataclass(frozen=True, slots=True)
class Assignment:
    """`given` is ordered by pair id and manager id. `relief` is None where no least number is missed.

    `short` lists the pairs below their least number, and those without a manager though none is demanded for them.
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
    """The optimum, exact to a millionth of the greatest value per assignment; the same for any order of input.

    Raises:
        ValueError: an id twice or unknown, a value or a number that makes no sense.
    """
    rows = rows_of(problem)
    chosen = by_flow(rows)
    short = shortages(rows, chosen)
    return _answer(problem, rows, chosen, short, relief(problem, rows, chosen, short))


def greedy(problem: AssignmentProblem) -> Assignment:
    """The named peer (贪心): the best single assignment first, under the same rules; it says nothing of relief.

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
