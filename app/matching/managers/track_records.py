"""Track records of managers, robust against small counts, and slots for managers who have none yet. Pure.

Managers without a history are at the mean: a rate includes `CASES_OF_PRIOR` pseudo-cases at the group's mean (the
posterior mean under a Beta prior). Counts are decayed by age (see `AGE_STEPS`).

Newcomer slots (新人名额): managers without pushes get a share of them, so that their work becomes known. For each
position of a pair's list, a draw seeded by the pair decides whether the slot is reserved. A reserved slot goes to the
best newcomer who fits well enough, any other slot to the best remaining manager. So a newcomer gets the slots they
earn by fit plus at most `share`, the order of a pair is stable, and a store in which everybody is new is ranked by fit
alone.
"""

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
One = TypeVar("One")

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

FIT_FLOOR = 0.3
"""Lowest score (0–1) for a newcomer slot: the right field, or a near field and the right region."""

RESERVED_PLACES = 10
"""Number of positions with reserved slots; lists are rarely read further."""


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


@dataclass(frozen=True, slots=True)
class RankedSlot(Generic[One]):
    """A position of the list. `put_forward`: taken by a reserved slot, above a manager with a higher score."""

    one: One
    put_forward: bool = False


def with_newcomers(
    ranked: Sequence[One],
    *,
    eligible: Callable[[One], bool],
    seed: str,
    share: float,
) -> list[RankedSlot[One]]:
    """The list with newcomer slots. `ranked` is sorted best first and holds only managers who may be recommended.

    Args:
        eligible: whether a manager is a newcomer who fits well enough.
        seed: the pair's id.
        share: reserved share of the slots, 0–1.
    """
    waiting = list(ranked)
    placed: list[RankedSlot[One]] = []
    while waiting:
        chosen = 0
        if len(placed) < RESERVED_PLACES and is_reserved(seed, len(placed), share):
            chosen = next((row for row, one in enumerate(waiting) if eligible(one)), 0)
        placed.append(RankedSlot(waiting.pop(chosen), put_forward=chosen > 0))
    return placed


def is_reserved(seed: str, place: int, share: float) -> bool:
    """The draw for one position of one pair: deterministic, and true for `share` of all pairs."""
    digest = hashlib.sha256(f"{seed}/{place}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
