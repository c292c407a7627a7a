"""A share of attention for newcomers (新人曝光): who never gets a push never shows what he would do with one. Pure.

Attention is a pair's list read from the top. At each place a draw, seeded by the pair, decides whether the place is
reserved; a reserved one goes to the best newcomer who fits well enough, any other to the best who is left. So a
newcomer's share of any place is what he earns by fit plus at most `share`, the same pair always has the same order,
and a store in which everybody is new is ranked as if nobody were.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

One = TypeVar("One")

FIT_FLOOR = 0.3
"""Lowest score of a newcomer who is put forward, 0–1: of the right field, or near to it and of the region."""

RESERVED_PLACES = 10
"""Nobody reads further down than this, so nothing is reserved there."""


@dataclass(frozen=True, slots=True)
class RankedSlot(Generic[One]):
    """`put_forward`: stands here by a reserved place, above somebody with a higher score."""

    one: One
    put_forward: bool = False


def with_newcomers(
    ranked: Sequence[One],
    *,
    eligible: Callable[[One], bool],
    seed: str,
    share: float,
) -> list[RankedSlot[One]]:
    """The list in its new order; `ranked` is best first, and holds only those who may be recommended.

    Args:
        eligible: a newcomer who fits well enough to be put forward.
        seed: the pair's id.
        share: of the places, 0–1.
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
    """The draw for one place of one pair: true for `share` of all pairs, and the same each time it is asked."""
    digest = hashlib.sha256(f"{seed}/{place}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
