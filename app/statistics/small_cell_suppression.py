"""Small cells: what others than the bureau do not see, so that a figure tells of nobody in particular. Pure.

A count of 1 … `least` - 1 is hidden; 0 is shown, for nobody stands behind it. Of parts that add up to a shown total
more are hidden until the hidden ones, without any one of them, still come from `least` records: so neither the total
nor somebody who knows one of the hidden parts lets the rest be computed to less than what could be shown anyway.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key")


def is_small(count: int, least: int) -> bool:
    return 0 < count < least


def hidden_parts(counts: Mapping[Key, int], least: int) -> frozenset[Key] | None:
    """Which parts of a total to hide, the smallest first; None where the total has to be hidden with all of them."""
    hidden = {key for key, count in counts.items() if is_small(count, least)}
    if not hidden:
        return frozenset()
    others = sorted((key for key, count in counts.items() if count >= least), key=lambda key: counts[key])
    while not _safe([counts[key] for key in hidden], least):
        if not others:
            return None
        hidden.add(others.pop(0))
    return frozenset(hidden)


def _safe(hidden: Sequence[int], least: int) -> bool:
    return len(hidden) > 1 and sum(hidden) - max(hidden) >= least


def shown_steps(counts: Sequence[int], least: int) -> list[bool]:
    """Which counts of a falling sequence are shown: none is small, and none differs by few from another shown one."""
    shown: list[bool] = []
    last: int | None = None
    for count in counts:
        fits = not is_small(count, least) and (last is None or not is_small(last - count, least))
        shown.append(fits)
        last = count if fits else last
    return shown
