"""Postings of one library in memory: exact BM25 of the top documents without reading every posting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.matching.index.columns import Mask, Slots
from app.matching.index.words.blocks import Block, Numbers, WordNumbers
from app.matching.text.bm25 import K1, CorpusStats

Scores = NDArray[np.float64]

# Sums of floats in another order differ in their last bits, so near ties are included.
_SLACK = 1e-9
_MOST = np.iinfo(np.uint16).max
# Multiple of the requested documents that is scored completely before the others are considered.
_LIKELY = 4


@dataclass(slots=True)
class _Term:
    """A word of a query: its postings, its weight, and its maximum contribution to a document."""

    slots: Numbers
    tf: NDArray[np.uint16]
    weight: float
    most: float


class InvertedIndex:
    """Documents in slots 0, 1, 2 …; an emptied slot is not reused. One writer or many readers at a time.

    A search reads the postings of the rarest words first. Once the k-th best document scores more than all remaining
    words could contribute together, no further document can reach the top k (MaxScore: Turtle and Flood, "Query
    evaluation: strategies and optimizations", 1995). The frequent words, which have nearly all postings, are then only
    looked up for the few documents in question.
    """

    def __init__(self) -> None:
        self._vocabulary = WordNumbers()
        self._blocks: list[Block] = []
        self._lengths = np.zeros(0, np.int32)
        self._present = np.zeros(0, np.bool_)
        self._bounds: dict[tuple[int, int], tuple[float, float]] = {}
        self._known_factors: tuple[float, Scores] = (0.0, np.zeros(0))

    def __len__(self) -> int:
        return len(self._lengths)

    @property
    def present(self) -> Mask:
        return self._present

    @property
    def bytes_used(self) -> int:
        """Memory of postings and columns in bytes, without words (about 150 bytes per distinct word)."""
        arrays: list[NDArray[Any]] = [self._lengths, self._present]
        arrays += [part for b in self._blocks for part in (b.words, b.starts, b.slots, b.tf)]
        return sum(array.nbytes for array in arrays)

    def add(self, documents: Sequence[str], *, more_to_come: bool = False) -> None:
        """Append documents, given as words separated by spaces; `more_to_come` postpones merging of blocks."""
        first = len(self)
        cut = [document.split() for document in documents]
        lengths = np.fromiter(map(len, cut), np.int32, len(cut))
        every_word = map(self._vocabulary.__getitem__, chain.from_iterable(cut))
        numbers = np.fromiter(every_word, np.int64, int(lengths.sum()))
        size = max(1, len(cut))
        # One cell per word and document.
        cells, tf = np.unique(numbers * size + np.repeat(np.arange(len(cut)), lengths), return_counts=True)
        word, place = np.divmod(cells, size)
        self._blocks.append(
            Block.of(len(cut), word, (first + place).astype(np.int32), tf.clip(max=_MOST).astype(np.uint16))
        )
        self._lengths = np.concatenate([self._lengths, lengths])
        self._present = np.concatenate([self._present, np.ones(len(cut), np.bool_)])
        # Blocks grow like the digits of a number: a search reads a few blocks, and a posting is moved a few times.
        while (
            not more_to_come
            and len(self._blocks) > 1
            and 2 * self._blocks[-1].documents >= self._blocks[-2].documents
        ):
            self.merge(2)

    def take_out(self, slots: Slots | Sequence[int]) -> None:
        self._present[np.asarray(slots, np.int64)] = False

    def merge(self, last: int | None = None) -> None:
        """Merge the last blocks (or all), without the postings of deleted documents."""
        merged = self._blocks[-last:] if last else self._blocks
        if len(merged) < 2:
            return
        # The runs are sorted, so a stable sort only merges them.
        here = np.concatenate([self._present[block.slots] for block in merged])
        word = np.concatenate([block.every_word() for block in merged])[here]
        order = np.argsort(word, kind="stable")
        slots = np.concatenate([block.slots for block in merged])[here][order]
        tf = np.concatenate([block.tf for block in merged])[here][order]
        kept = self._blocks[: len(self._blocks) - len(merged)]
        documents = sum(block.documents for block in merged)
        self._blocks = [*kept, Block.of(documents, word[order], slots, tf)]
        # The cache of the earlier blocks stays valid.
        self._bounds = {key: bound for key, bound in self._bounds.items() if key[1] < len(kept)}

    def statistics(self, words: Sequence[str]) -> CorpusStats:
        """Statistics of the present documents; `df` has each of the given words."""
        df = {}
        for word in words:
            number = self._vocabulary.get(word)
            df[word] = (
                0 if number is None else int(np.count_nonzero(self._present[self._postings(number)[0]]))
            )
        return CorpusStats(*self._sizes(), df)

    def all_statistics(self) -> CorpusStats:
        """Statistics of the present documents; `df` has all their words."""
        df = np.zeros(len(self._vocabulary), np.int64)
        for block in self._blocks:
            counted = np.concatenate([np.zeros(1, np.int64), np.cumsum(self._present[block.slots])])
            df[block.words] += np.diff(counted[block.starts])
        known = zip(self._vocabulary, df.tolist(), strict=True)
        return CorpusStats(*self._sizes(), {word: count for word, count in known if count})

    def best(
        self, weights: Mapping[str, float], stats: CorpusStats, k: int, allowed: Mask
    ) -> tuple[Slots, Scores]:
        """The `k` best allowed slots by the sum of weight × saturated count, with their scores, unordered.

        If several documents share the k-th score, all of them are returned.
        """
        factors = self._factors(stats)
        terms = self._terms(weights, stats.avgdl, factors)
        rest = np.cumsum([0.0, *(term.most for term in reversed(terms))])[::-1]
        scores = np.zeros(len(self))
        least, read = 0.0, 0
        while read < len(terms) and least <= rest[read]:
            term = terms[read]
            now = scores[term.slots] + _parts(term, term.tf, factors[term.slots])
            scores[term.slots] = now
            # Only this word's documents: it avoids a pass over all, and the best documents have nearly every word.
            better = now > least
            least = max(least, _kth(now[better & allowed[term.slots]], k))
            read += 1
        terms, rest = terms[read:], rest[read:]
        found = np.flatnonzero(scores >= max(least * (1.0 - _SLACK) - rest[0], np.finfo(float).tiny))
        found = found[allowed[found]]
        kept = scores[found]
        # Score the most likely documents completely: their scores exclude most of the others.
        likely = found[kept >= _kth(kept, _LIKELY * k)] if terms else found[:0]
        least = max(least, _kth(_completed(scores[likely], likely, terms, factors), k))
        for place, term in enumerate(terms):
            hopeful = kept + rest[place] >= least * (1.0 - _SLACK)
            found, kept = found[hopeful], kept[hopeful]
            kept = _completed(kept, found, [term], factors)
        least = max(least, _kth(kept, k))
        best = kept >= least * (1.0 - _SLACK)
        return found[best], kept[best]

    def scores(self, counts: Mapping[str, int], stats: CorpusStats, slots: Numbers) -> Scores:
        """BM25 of these slots for a whole query, given as word counts.

        Bit-identical to `LexicalQuery.score`, which also adds in the order of the words.
        """
        factors = self._factors(stats)[slots]
        totals = np.zeros(len(slots))
        for word in sorted(counts):
            number = self._vocabulary.get(word)
            if number is None:
                continue
            weight = counts[word] * stats.idf(word)
            for block in self._blocks:
                part = block.postings(number)
                if part.stop == part.start:
                    continue
                listed = block.slots[part]
                at = listed.searchsorted(slots)
                here = (listed.take(at, mode="clip") == slots).nonzero()[0]
                if len(here):
                    tf = block.tf[part][at[here]]
                    totals[here] += weight * tf / (tf + factors[here])
        return totals * (K1 + 1.0)

    def _factors(self, stats: CorpusStats) -> Scores:
        """BM25's length factor of every slot; cached while the mean length is unchanged."""
        avgdl, factors = self._known_factors
        if avgdl != stats.avgdl or len(factors) < len(self):
            factors = stats.length_factors(self._lengths)
            self._known_factors = (stats.avgdl, factors)
        return factors

    def _terms(self, weights: Mapping[str, float], avgdl: float, factors: Scores) -> list[_Term]:
        """The query's words that occur, rarest first."""
        terms = []
        for word, weight in weights.items():
            number = self._vocabulary.get(word)
            if number is None:
                continue
            slots, tf = self._postings(number)
            if len(slots):
                most = weight * (K1 + 1.0) * self._bound(number, avgdl, factors)
                terms.append(_Term(slots, tf, weight, most))
        return sorted(terms, key=lambda term: len(term.slots))

    def _postings(self, word: int) -> tuple[Numbers, NDArray[np.uint16]]:
        parts = [(block, part) for block in self._blocks if (part := block.postings(word)).stop > part.start]
        if len(parts) == 1:
            (block, part) = parts[0]
            return block.slots[part], block.tf[part]
        if not parts:
            return np.zeros(0, np.int32), np.zeros(0, np.uint16)
        return (
            np.concatenate([block.slots[part] for block, part in parts]),
            np.concatenate([block.tf[part] for block, part in parts]),
        )

    def _bound(self, word: int, avgdl: float, factors: Scores) -> float:
        """The highest saturated count of the word in a document, 0 to 1; cached while the mean length is unchanged."""
        highest = 0.0
        for number, block in enumerate(self._blocks):
            known = self._bounds.get((word, number))
            if known is None or known[0] != avgdl:
                part = block.postings(word)
                tf = block.tf[part]
                ratios = tf / (tf + factors[block.slots[part]])
                known = self._bounds[word, number] = (avgdl, float(ratios.max(initial=0.0)))
            highest = max(highest, known[1])
        return highest

    def _sizes(self) -> tuple[int, float]:
        lengths = self._lengths[self._present]
        return len(lengths), float(lengths.mean()) if len(lengths) else 0.0


def _parts(term: _Term, tf: NDArray[np.uint16], factors: Scores) -> Scores:
    """The term's contribution to documents with these counts and length factors; overwrites the factors."""
    factors += tf
    brought: Scores = np.divide(tf * (term.weight * (K1 + 1.0)), factors, out=factors)
    return brought


def _completed(scores: Scores, slots: Slots, terms: Sequence[_Term], factors: Scores) -> Scores:
    """The scores of these slots plus the contributions of the terms."""
    total = scores.copy()
    for term in terms:
        at = np.minimum(np.searchsorted(term.slots, slots), len(term.slots) - 1)
        here = term.slots[at] == slots
        total[here] += _parts(term, term.tf[at[here]], factors[slots[here]])
    return total


def _kth(scores: Scores, k: int) -> float:
    """The k-th highest value; 0 if there are fewer."""
    if len(scores) < k:
        return 0.0
    return float(np.partition(scores, len(scores) - k)[len(scores) - k])
