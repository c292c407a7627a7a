"""Exact, deterministic BM25 over Chinese and English words, computed from corpus statistics."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.libraries.search.tokenizer import STOP_WORDS, normalise, words

# Okapi BM25 with the non-negative idf of Lucene; k1 and b are Lucene's defaults, inside the ranges that
# Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), report as good.
K1 = 1.2
B = 0.75

__all__ = ["STOP_WORDS", "CorpusStats", "LexicalQuery", "bm25", "count_words", "normalise", "words"]


def count_words(text: str) -> Counter[str]:
    return Counter(words(text))


@dataclass(frozen=True)
class CorpusStats:
    """Corpus statistics for BM25: number of documents, mean length in words, documents per word."""

    n_docs: int
    avgdl: float
    df: Mapping[str, int]

    @classmethod
    def of(cls, documents: Iterable[Mapping[str, int]]) -> "CorpusStats":
        """Statistics of documents given as word counts."""
        df: Counter[str] = Counter()
        n_docs = total = 0
        for counts in documents:
            n_docs += 1
            total += sum(counts.values())
            df.update(counts.keys())
        return cls(n_docs, total / n_docs if n_docs else 0.0, dict(df))

    @cached_property
    def _idf(self) -> dict[str, float]:
        return {word: self._idf_of(df) for word, df in self.df.items()}

    def idf(self, word: str) -> float:
        """Inverse document frequency: non-negative, highest for a word in no document."""
        known = self._idf.get(word)
        return self._idf_of(0) if known is None else known

    def _idf_of(self, df: int) -> float:
        return math.log(1.0 + (self.n_docs - df + 0.5) / (df + 0.5))

    def length_factor(self, length: float) -> float:
        """BM25's k1·(1 − b + b·length/avgdl): above k1 for a document longer than the mean."""
        return K1 * (1.0 - B + B * length / self.avgdl) if self.avgdl else K1

    def length_factors(self, lengths: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
        """`length_norm` of many documents."""
        if not self.avgdl:
            return np.full(len(lengths), K1)
        return np.asarray(K1 * (1.0 - B + B * lengths.astype(np.float64) / self.avgdl))


@dataclass(frozen=True, slots=True)
class LexicalQuery:
    """A query's words with their weights (repeats × idf), and its score against its own text."""

    weights: Mapping[str, float]
    self_score: float
    stats: CorpusStats

    @classmethod
    def of(cls, counts: Mapping[str, int], stats: CorpusStats) -> "LexicalQuery":
        weights: dict[str, float] = {}
        factor = stats.length_factor(sum(counts.values()))
        own = 0.0
        for word, n in counts.items():
            weight = weights[word] = n * stats.idf(word)
            own += weight * n / (n + factor)
        return cls(weights, own * (K1 + 1.0), stats)

    def score(self, document: Mapping[str, int], length: int | None = None) -> float:
        """BM25 of one document given as word counts; 0 without a shared word."""
        factor = self.stats.length_factor(sum(document.values()) if length is None else length)
        total = 0.0
        # Sorted: the order of a set differs between processes, and with it the last bit of a sum.
        for word in sorted(self.weights.keys() & document.keys()):
            tf = document[word]
            total += self.weights[word] * tf / (tf + factor)
        return total * (K1 + 1.0)

    def normalised(self, document: Mapping[str, int], length: int | None = None) -> float:
        """Score divided by self-score, at most 1. Does not decrease when the document shares more query words."""
        return self.share(self.score(document, length))

    def share(self, score: float) -> float:
        """A score divided by the self-score, at most 1."""
        return min(1.0, score / self.self_score) if self.self_score > 0 else 0.0


def bm25(query: Sequence[str], documents: Sequence[Mapping[str, int]], stats: CorpusStats) -> list[float]:
    """Exact BM25 of every document for one query."""
    lexical = LexicalQuery.of(Counter(query), stats)
    return [lexical.score(document) for document in documents]
