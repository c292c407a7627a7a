"""Variety of a list: near-copies of a record stand behind the best of them.

A university lists a result twice, a group's members list it once each: to a reader it is one answer.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from app.matching.space import Floats

# Joint cosine from which two records say the same. Different judged achievements reach at most 0.70; the same one with
# selling points added stays above 0.94.
COPY_COSINE = 0.85

T = TypeVar("T")


def behind_the_first(items: Sequence[T], vectors: Sequence[Floats], most: int) -> list[tuple[T, list[T]]]:
    """The first `most` distinct items of a ranked list, each with its near-copies, in the order of the list.

    An item is a copy of the first item before it that its vector says the same as; a copy leads no group of its own.
    """
    groups: list[tuple[T, list[T]]] = []
    leaders: list[Floats] = []
    for item, vector in zip(items, vectors, strict=True):
        if leaders:
            cosines = np.array(leaders) @ vector
            nearest = int(cosines.argmax())
            if cosines[nearest] >= COPY_COSINE:
                groups[nearest][1].append(item)
                continue
        if len(groups) == most:
            # Copies of those shown may still follow, but only near the top; the tail is not worth the search.
            break
        groups.append((item, []))
        leaders.append(np.asarray(vector, np.float32))
    return groups
