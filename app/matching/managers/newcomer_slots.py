"""Newcomer slots (新人名额): managers without pushes get a share of them, so that their work becomes known. Pure.

For each position of a pair's list, a draw seeded by the pair decides whether the slot is reserved. A reserved slot goes
to the best newcomer who fits well enough, any other slot to the best remaining manager. So a newcomer gets the slots
they earn by fit plus at most `share`, the order of a pair is stable, and a store in which everybody is new is ranked
by fit alone.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

One = TypeVar("One")

FIT_FLOOR = 0.3
"""Lowest score (0–1) for a newcomer slot: the right field, or a near field and the right region."""

RESERVED_PLACES = 10
"""Number of positions with reserved slots; lists are rarely read further."""


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
