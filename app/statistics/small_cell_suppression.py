"""Small-cell suppression (小数隐藏): figures shown to others than operators must not identify anybody. Pure.

A count of 1 … `min_cell` - 1 is suppressed; 0 is shown, because it concerns nobody. If parts add up to a shown total,
more parts are suppressed until the suppressed parts, without any one of them, sum to at least `min_cell`. Then neither
the total nor the knowledge of one suppressed part reveals a count below `min_cell`.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key")


def is_small(count: int, min_cell: int) -> bool:
    return 0 < count < min_cell


def suppressed_parts(counts: Mapping[Key, int], min_cell: int) -> frozenset[Key] | None:
    """The parts of a shown total to suppress, smallest first; None if the total and all parts must be suppressed."""
    hidden = {key for key, count in counts.items() if is_small(count, min_cell)}
    if not hidden:
        return frozenset()
    others = sorted((key for key, count in counts.items() if count >= min_cell), key=lambda key: counts[key])
    while not _is_safe([counts[key] for key in hidden], min_cell):
        if not others:
            return None
        hidden.add(others.pop(0))
    return frozenset(hidden)


def _is_safe(hidden: Sequence[int], min_cell: int) -> bool:
    return len(hidden) > 1 and sum(hidden) - max(hidden) >= min_cell


def publishable_steps(counts: Sequence[int], min_cell: int) -> list[bool]:
    """Which counts of a decreasing sequence may be shown: neither they nor their differences may be small."""
    shown: list[bool] = []
    last: int | None = None
    for count in counts:
        is_publishable = not is_small(count, min_cell) and (
            last is None or not is_small(last - count, min_cell)
        )
        shown.append(is_publishable)
        last = count if is_publishable else last
    return shown
