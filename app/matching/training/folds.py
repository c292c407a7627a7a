"""Folds by time: examples before a moment, and the demands from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from app.matching.training.examples import Example

# Share of the demands, by first impression, that precede the first comparison.
FIRST_LEARNED = 0.4
FOLDS = 3
LEAST_DEMANDS = 12


@dataclass(frozen=True, slots=True)
class TimeFold:
    """A split by time: examples before a moment, and the demands from then on, without overlap."""

    learned: tuple[Example, ...]
    later: tuple[Example, ...]


def by_time(examples: Sequence[Example], *, after: datetime | None = None) -> list[TimeFold]:
    """Up to FOLDS folds over the demands first shown `after` a moment, except the first share FIRST_LEARNED.

    None if there are fewer than LEAST_DEMANDS. Pairs of an earlier demand that were shown only after the start of a
    fold's later part are not used for its training.
    """
    begins: dict[UUID, datetime] = {}
    for example in examples:
        begins.setdefault(example.demand_id, example.at)
    demands = list(begins)
    first = int(len(demands) * FIRST_LEARNED)
    while first < len(demands) and after is not None and begins[demands[first]] < after:
        first += 1
    if len(demands) - first < LEAST_DEMANDS or first == 0:
        return []
    place = {demand: number for number, demand in enumerate(demands)}
    cuts = [first + (len(demands) - first) * fold // FOLDS for fold in range(FOLDS + 1)]
    return [
        TimeFold(
            tuple(
                example
                for example in examples
                if place[example.demand_id] < cut and example.at < begins[demands[cut]]
            ),
            tuple(example for example in examples if cut <= place[example.demand_id] < end),
        )
        for cut, end in pairwise(cuts)
    ]


def demands_of(examples: Sequence[Example]) -> list[UUID]:
    """Demands in the order of their first impression."""
    return list(dict.fromkeys(example.demand_id for example in examples))
