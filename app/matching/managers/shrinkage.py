"""Shrinkage: rates of earlier pushes and engagements, robust against small counts. Pure.

Managers without a history are at the mean: a rate includes `CASES_OF_PRIOR` pseudo-cases at the group's mean (the
posterior mean under a Beta prior). Counts are decayed by age (see `AGE_STEPS`).
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

CASES_OF_PRIOR = 10.0
"""Pseudo-cases at the group's mean: with as many real cases, these count half; one case moves a rate by a tenth."""

CASES_OF_GROUP = 10.0
"""Pseudo-cases in the mean of a group, half of them good: a single answer says nothing about a group."""

AGE_STEPS: tuple[tuple[timedelta, float], ...] = (
    (timedelta(days=180), 1.0),
    (timedelta(days=360), 0.5),
    (timedelta(days=720), 0.25),
)
"""Maximum age for each weight; older cases have none. A half-life of half a year, in steps that SQL can sum."""

NEWCOMER_PUSHES = 5
"""Managers with fewer pushes than this count as newcomers."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Decayed counts of cases that ended well and badly; both at least 0."""

    good: float = 0.0
    bad: float = 0.0

    @property
    def cases(self) -> float:
        return self.good + self.bad


@dataclass(frozen=True, slots=True)
class PushHistory:
    """`pushes`: all pushes ever sent. `answers`: accepted against declined or unanswered, without those that say
    nothing about the manager."""

    pushes: int = 0
    answers: Tally = Tally()

    @property
    def is_new(self) -> bool:
        return self.pushes < NEWCOMER_PUSHES


def group_mean(good: float, cases: float) -> float:
    """The share of good cases over all managers, 0–1, shrunk towards a half while there are few."""
    return (min(good, cases) + CASES_OF_GROUP / 2) / (cases + CASES_OF_GROUP)


def shrunk_rate(tally: Tally, mean: float) -> float:
    """Between `mean` and the share of good cases; the more cases, the nearer to the share."""
    return (tally.good + CASES_OF_PRIOR * mean) / (tally.cases + CASES_OF_PRIOR)


def above_the_mean(tallies: Mapping[Key, Tally]) -> dict[Key, float]:
    """Each shrunk rate minus the mean of the others, −1 to 1; 0 for a newcomer, and for ids that are not included.

    The mean of the others, so that no manager raises the mean that they are compared with.
    """
    good = sum(tally.good for tally in tallies.values())
    cases = sum(tally.cases for tally in tallies.values())
    found = {}
    for key, tally in tallies.items():
        mean = group_mean(max(0.0, good - tally.good), max(0.0, cases - tally.cases))
        found[key] = shrunk_rate(tally, mean) - mean
    return found
