"""What managers did with earlier pushes and engagements, as rates that a few cases cannot swing. Pure.

Who has no history stands at the mean: a rate is that of the cases seen together with `CASES_OF_PRIOR` imagined ones of
the group's mean (the posterior mean under a Beta prior). Counts come decayed: what is old says less (see `AGE_STEPS`).
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

CASES_OF_PRIOR = 10.0
"""So many imagined cases at the group's mean: as many real ones count half, and one case moves a rate by a tenth."""

CASES_OF_GROUP = 10.0
"""So many imagined cases, half of them good, in the mean of a group: one answer in all tells nothing of a group."""

AGE_STEPS: tuple[tuple[timedelta, float], ...] = (
    (timedelta(days=180), 1.0),
    (timedelta(days=360), 0.5),
    (timedelta(days=720), 0.25),
)
"""Age up to which a case has this weight; older ones have none. Half a year halves, in steps that a database sums."""

NEWCOMER_PUSHES = 5
"""Who got fewer pushes than this is new: what they would do with one is not known yet."""


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
    """`pushes` ever sent, whatever became of them. `answers`: accepted against declined or left unanswered, without
    what says nothing about the manager."""

    pushes: int = 0
    answers: Tally = Tally()

    @property
    def is_new(self) -> bool:
        return self.pushes < NEWCOMER_PUSHES


def group_mean(good: float, cases: float) -> float:
    """The share of cases that ended well over everybody, 0–1, drawn to a half while they are few."""
    return (min(good, cases) + CASES_OF_GROUP / 2) / (cases + CASES_OF_GROUP)


def shrunk_rate(tally: Tally, mean: float) -> float:
    """Between `mean` and the share of good cases, the nearer to the latter the more cases there are."""
    return (tally.good + CASES_OF_PRIOR * mean) / (tally.cases + CASES_OF_PRIOR)


def above_the_mean(tallies: Mapping[Key, Tally]) -> dict[Key, float]:
    """Each one's shrunk rate less the mean of the others, −1 to 1; 0 for a newcomer. Who is not in it counts as 0, too.

    Of the others, so that nobody raises the mark that he is held against.
    """
    good = sum(tally.good for tally in tallies.values())
    cases = sum(tally.cases for tally in tallies.values())
    found = {}
    for key, tally in tallies.items():
        mean = group_mean(max(0.0, good - tally.good), max(0.0, cases - tally.cases))
        found[key] = shrunk_rate(tally, mean) - mean
    return found
