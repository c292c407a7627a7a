"""Text similarity of one query with many candidates, as arrays, independent of other facts.

All of it depends on the two records, except for the rarity of words: what others publish does not move a pair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.matching.space import NEUTRAL_GENERALITY, NEUTRAL_HUBNESS, Floats, split
from app.matching.text.bm25 import CorpusStats, LexicalQuery
from app.matching.text.traits import NO_TRAITS, Traits, indicator_fit

Side = Literal["demand", "achievement"]


@dataclass(frozen=True, slots=True)
class PairSignals:
    """Text signals of one pair.

    `dense` is the cosine of the text model and `aligned` that of the aligned encoder (−1 to 1); `translated` is
    `aligned` for a pair in two languages, else 0, and `foreign` is 1 for such a pair. `bm25` is the score of the
    demand's words in the achievement divided by the self-score (0–1). `indicators` (−1 to 1) says how well required
    figures are met. `reranked` is what a reranker says, 0 where none has read the pair. For `hubness`, `generality` and
    `solution` see `VectorTraits`.
    """

    dense: float
    aligned: float
    translated: float = 0.0
    foreign: float = 0.0
    hubness: float = NEUTRAL_HUBNESS
    generality: float = NEUTRAL_GENERALITY
    solution: float = 0.0
    bm25: float = 0.0
    indicators: float = 0.0
    reranked: float = 0.0


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """Text features of one record: vector (d), sentence vectors (s, e), word counts, language, traits.

    Vectors have length 1. If e < d, the last e components of the vector are its part in the space of sentences.
    Sentence vectors may have half precision, as they are stored. `words` may be empty for an achievement whose word
    scores come from an index.
    """

    vector: Floats
    sentences: NDArray[np.floating[Any]]
    words: Mapping[str, int] = field(default_factory=dict)
    language: str = "zh"
    traits: Traits = NO_TRAITS

    @property
    def aligned(self) -> Floats:
        """The vector's part in the space of sentences (e), of length 1."""
        return split(self.vector, self._aligned_dimension)[1]

    @property
    def _aligned_dimension(self) -> int:
        return self.sentences.shape[1] if len(self.sentences) else len(self.vector)


def pair_signals(
    query: TextFeatures,
    candidates: Sequence[TextFeatures],
    stats: CorpusStats,
    *,
    query_is: Side = "demand",
    word_scores: Sequence[float] | None = None,
) -> list[PairSignals]:
    """Signals of the query with each candidate; a pair has the same signals from either side.

    `stats` are the word statistics of the achievements. `word_scores` are the BM25 scores of a demand's words in each
    candidate, if an index has computed them.
    """
    if not candidates:
        return []
    from_demand = query_is == "demand"
    dense, aligned = _cosines(query, candidates)
    foreign = [float(candidate.language != query.language) for candidate in candidates]
    lexical = _lexical(query, candidates, stats, from_demand=from_demand, scores=word_scores)
    signals = []
    for row, candidate in enumerate(candidates):
        demand, achievement = (query, candidate) if from_demand else (candidate, query)
        signals.append(
            PairSignals(
                dense=dense[row],
                aligned=aligned[row],
                translated=aligned[row] * foreign[row],
                foreign=foreign[row],
                hubness=achievement.traits.hubness,
                generality=demand.traits.generality,
                solution=achievement.traits.solution,
                bm25=lexical[row],
                indicators=indicator_fit(demand.traits, achievement.traits),
            )
        )
    return signals


def sentence_cosines(query: TextFeatures, others: Sequence[TextFeatures], *, query_is: Side) -> list[Floats]:
    """Cosines of every demand sentence with every achievement sentence, (s, t), for each candidate."""
    if not others:
        return []
    lengths = [len(each.sentences) for each in others]
    rows = np.concatenate([each.sentences for each in others]).astype(np.float32, copy=False)
    cosines = np.asarray(query.sentences, np.float32) @ rows.T
    parts = np.split(cosines, np.cumsum(lengths)[:-1], axis=1)
    return [part if query_is == "demand" else part.T for part in parts]


def _cosines(query: TextFeatures, candidates: Sequence[TextFeatures]) -> tuple[list[float], list[float]]:
    """Cosines of the text model and of the aligned encoder, by candidate."""
    dimension = query.sentences.shape[1] if len(query.sentences) else len(query.vector)
    own_text, own_aligned = split(query.vector, dimension)
    text, aligned = split(np.array([candidate.vector for candidate in candidates]), dimension)
    return _exact(text, own_text), _exact(aligned, own_aligned)


def _exact(rows: Floats, own: Floats) -> list[float]:
    """Cosines, the same for one row and for many on every processor.

    A product of matrices differs in its last bits with the number of rows. In double precision that is so far below the
    sixth decimal that rounding removes it.
    """
    cosines = rows.astype(np.float64) @ own.astype(np.float64)
    return [round(float(value), 6) for value in cosines]


def _lexical(
    query: TextFeatures,
    candidates: Sequence[TextFeatures],
    stats: CorpusStats,
    *,
    from_demand: bool,
    scores: Sequence[float] | None,
) -> list[float]:
    """BM25 of the demand's words in the achievement divided by the demand's self-score, from either side."""
    if from_demand:
        asked = LexicalQuery.of(query.words, stats)
        if scores is None:
            scores = [asked.score(candidate.words) for candidate in candidates]
        return [asked.share(score) for score in scores]
    return [LexicalQuery.of(candidate.words, stats).normalised(query.words) for candidate in candidates]
