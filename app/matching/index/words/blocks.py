"""Blocks of postings: the documents of each word, in the order of words and slots."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.matching.index.columns import Slots

Numbers = NDArray[np.int32]


class WordNumbers(dict[str, int]):
    """Words as numbers, in the order of their first use."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


@dataclass(frozen=True, slots=True)
class Block:
    """Postings of some documents: those of `words[i]` (ascending) are `starts[i]`…`starts[i + 1]`.

    The slots of a word ascend; `tf` is how often it occurs in each.
    """

    documents: int
    words: Numbers
    starts: Slots
    slots: Numbers
    tf: NDArray[np.uint16]
    # Cached per queried word: demands of one trade use the same words.
    known: dict[int, slice] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, documents: int, word: NDArray[Any], slots: Numbers, tf: NDArray[np.uint16]) -> "Block":
        """From one entry per posting, sorted by word and slot."""
        starts = np.flatnonzero(np.diff(word, prepend=-1))
        return cls(documents, word[starts].astype(np.int32), np.append(starts, len(word)), slots, tf)

    def postings(self, word: int) -> slice:
        found = self.known.get(word)
        if found is None:
            place = int(self.words.searchsorted(word))
            here = place < len(self.words) and self.words[place] == word
            found = slice(int(self.starts[place]), int(self.starts[place + 1])) if here else slice(0, 0)
            self.known[word] = found
        return found

    def every_word(self) -> Numbers:
        """The word of each posting."""
        return np.repeat(self.words, np.diff(self.starts))
