"""How near two records' texts are, in arrays: one query against many candidates, before any fact is looked at.

Raw similarities of a sentence model are squashed (0.75–0.9 for E5), shifted by language, and high for records
that are near everything. So they are measured from what is usual in the store: each side's mean vector
(by language) is taken off, and how crowded a record's neighbourhood is becomes a signal of its own
(after CSLS: Conneau et al., "Word Translation Without Parallel Data", ICLR 2018).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.baseline import SHRINK_STORE, CorpusBaseline, Vectors, mean_centre
from app.matching.text.bm25 import CorpusStats, LexicalQuery
from app.matching.text.traits import (
    NEUTRAL_FORMALITY,
    NO_TRAITS,
    Traits,
    formality_of,
    indicator_fit,
    purpose_gap,
)

Side = Literal["demand", "achievement"]

# Neighbours that make a crowd. Few and near ones tell an achievement that is somebody else's from one that is near
# to everything; a share of the library would be blurred by all that has nothing to do with it.
CROWD_NEAREST = 3
# Crowding of a record of which nothing is known; the mean over the demands and achievements tuned on.
CROWD_NEUTRAL = 0.29
BEST_SENTENCES = 3
# Records as near as this ask for the same (or are the same): that a candidate suits them too speaks for it, not
# against it. Unrelated ones lie around 0, ones of the same trade around 0.3.
_SAME_CONCERN = 0.5
# Nearer than this, a sentence that disclaims something speaks of the demand's own matter.
_DISCLAIMED_NEAR = 0.2


@dataclass(frozen=True, slots=True)
class PairSignals:
    """Text signals of one pair.

    `dense` and `sentences` are cosines of centred vectors (−1 to 1); `sentences` is the mean over the demand's
    three best-met sentences of their nearest achievement sentence, `best_sentence` the nearest of all.
    `achievement_crowd` is the achievement's mean cosine with the three demands nearest to it, this one and those
    that ask for the same left out, measured from what is usual in the store. `bm25` is that of the demand's words
    in the achievement over self-score (0–1). `indicators` (−1 to 1) tells how the required figures are met,
    `purpose` (−1 to 0) that the achievement only observes what the demand wants changed, `disclaimed` (0–1) how far
    it says that it does not do what is asked, `register` (0–1) how colloquial the demand is.
    """

    dense: float
    sentences: float
    best_sentence: float
    achievement_crowd: float = CROWD_NEUTRAL
    bm25: float = 0.0
    indicators: float = 0.0
    purpose: float = 0.0
    disclaimed: float = 0.0
    register: float = NEUTRAL_FORMALITY


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """One record as text: vector (d), sentence vectors (s, d), word counts, language, traits. Vectors have length 1.

    Sentence vectors may be of half precision, as they are stored. `words` may be left out of an achievement that a
    demand is held against with word scores from elsewhere.
    """

    vector: Vectors
    sentences: NDArray[np.floating[Any]]
    words: Mapping[str, int] = field(default_factory=dict)
    language: str = "zh"
    traits: Traits = NO_TRAITS


@dataclass(frozen=True, slots=True)
class CorpusStatistics:
    """Statistics of both libraries, taken at one moment and used for all pairs until they are renewed."""

    demands: CorpusBaseline
    achievements: CorpusBaseline
    achievement_words: CorpusStats
    crowding: float = field(init=False)
    """Mean crowding of the achievements: the more demands there are, the nearer the nearest of them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "crowding", _usual_crowding(self.demands, self.achievements))


def pair_signals(
    query: TextFeatures,
    candidates: Sequence[TextFeatures],
    context: CorpusStatistics,
    *,
    query_is: Side = "demand",
    word_scores: Sequence[float] | None = None,
) -> list[PairSignals]:
    """Signals of the query with every candidate; the same pair has the same signals from either side.

    `word_scores` are BM25 of a demand's words in each candidate, where an index has told them already.
    """
    if not candidates:
        return []
    from_demand = query_is == "demand"
    own = context.demands if from_demand else context.achievements
    other = context.achievements if from_demand else context.demands
    names = sorted({candidate.language for candidate in candidates})
    means = np.array([other.mean(name) for name in names], dtype=np.float32)
    languages = np.array([names.index(candidate.language) for candidate in candidates])
    whole = mean_centre(np.array([candidate.vector for candidate in candidates]), means[languages])
    own_whole = mean_centre(query.vector, own.mean(query.language))
    three_best, best = _late_interaction(query, candidates, own, means, languages, from_demand=from_demand)
    columns = (
        whole @ own_whole,
        three_best,
        best,
        _achievement_crowds(own_whole, whole, context, from_demand=from_demand),
        _lexical(query, candidates, context.achievement_words, from_demand=from_demand, scores=word_scores),
        *_traits(query, candidates, context, from_demand=from_demand),
    )
    plain = (column.tolist() if isinstance(column, np.ndarray) else column for column in columns)
    return [PairSignals(*one) for one in zip(*plain, strict=True)]


def _traits(
    query: TextFeatures, candidates: Sequence[TextFeatures], context: CorpusStatistics, *, from_demand: bool
) -> tuple[list[float], ...]:
    """What the texts say outright, by candidate: figures, purpose, disclaimers, register."""
    pairs = [(query, each) if from_demand else (each, query) for each in candidates]
    return (
        [indicator_fit(demand.traits, achievement.traits) for demand, achievement in pairs],
        [purpose_gap(demand.traits, achievement.traits) for demand, achievement in pairs],
        [
            _disclaimed(demand, achievement, context) if achievement.traits.disclaims else 0.0
            for demand, achievement in pairs
        ],
        _registers(query, candidates, from_demand=from_demand),
    )


def _registers(query: TextFeatures, candidates: Sequence[TextFeatures], *, from_demand: bool) -> list[float]:
    if from_demand:
        return [formality_of(query.words)] * len(candidates)
    return [formality_of(demand.words) for demand in candidates]


def _disclaimed(demand: TextFeatures, achievement: TextFeatures, context: CorpusStatistics) -> float:
    """How near the nearest disclaiming sentence is to the demand, by meaning and by shared technical words."""
    rows = [row for row in achievement.traits.disclaims if row < len(achievement.sentences)]
    if not rows:
        return 0.0
    asked = np.vstack([demand.vector[None, :], demand.sentences])
    said = mean_centre(achievement.sentences[rows], context.achievements.mean(achievement.language))
    nearest = float((said @ mean_centre(asked, context.demands.mean(demand.language)).T).max())
    shared = max(
        _shared_weight(disclaimed, demand.words, context.achievement_words)
        for disclaimed in achievement.traits.disclaimed_words
    )
    return min(1.0, 2.0 * max(0.0, nearest - _DISCLAIMED_NEAR) + shared)


def _shared_weight(disclaimed: frozenset[str], asked: Mapping[str, int], stats: CorpusStats) -> float:
    """Share (0–1) of the disclaimed words that the demand uses, each weighed by how rare it is."""
    whole = math.fsum(stats.idf(word) for word in sorted(disclaimed))
    return math.fsum(stats.idf(word) for word in sorted(disclaimed & asked.keys())) / whole if whole else 0.0


def _late_interaction(
    query: TextFeatures,
    candidates: Sequence[TextFeatures],
    own: CorpusBaseline,
    means: Vectors,
    languages: NDArray[np.int64],
    *,
    from_demand: bool,
) -> tuple[Vectors, Vectors]:
    """By candidate: mean of the demand's three best sentence cosines, and the best of all; each (n,)."""
    # A record without sentences (all too short) stands with its whole vector.
    sentences = [c.sentences if len(c.sentences) else c.vector[None, :] for c in candidates]
    query_sentences = query.sentences if len(query.sentences) else query.vector[None, :]
    lengths = np.array([len(rows) for rows in sentences])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    asked = mean_centre(query_sentences, own.mean(query.language))
    rows = np.concatenate(sentences).astype(np.float32, copy=False)
    cosines = _cosines_with_centred(asked, rows, means, np.repeat(languages, lengths))
    if from_demand:
        nearest = np.maximum.reduceat(cosines, starts, axis=1)  # (query sentences, n)
        kept = min(BEST_SENTENCES, len(nearest))
        three_best = np.sort(nearest, axis=0)[-kept:].mean(axis=0)
        return three_best, nearest.max(axis=0)
    by_sentence = cosines.max(axis=0)
    parts = np.split(by_sentence, starts[1:])
    three_best = np.array([np.sort(part)[-BEST_SENTENCES:].mean() for part in parts], dtype=np.float32)
    return three_best, np.maximum.reduceat(by_sentence, starts)


def _cosines_with_centred(
    asked: Vectors, rows: Vectors, means: Vectors, languages: NDArray[np.int64]
) -> Vectors:
    """`asked` (s, d) times the rows (n, d) less their language's mean, at length 1: (s, n).

    By q·(r − m) = q·r − q·m and |r − m|² = r·r − 2 r·m + m·m, so that the many rows are never copied. Of half precision
    r·r is not quite 1.
    """
    with_means = (rows @ means.T)[np.arange(len(rows)), languages]
    own = np.einsum("ij,ij->i", rows, rows)
    lengths = np.sqrt(np.maximum(own - 2.0 * with_means + (means * means).sum(axis=1)[languages], 1e-12))
    return np.asarray((asked @ rows.T - (asked @ means.T)[:, languages]) / lengths, dtype=np.float32)


def _achievement_crowds(
    own_whole: Vectors, whole: Vectors, context: CorpusStatistics, *, from_demand: bool
) -> Vectors:
    """By candidate (n,): how crowded the pair's achievement is, measured from what is usual in the store."""
    demands = context.demands.sample
    if from_demand:
        others = demands[demands @ own_whole <= _SAME_CONCERN]
        crowds = _crowds(whole @ others.T)
    else:
        same_concern = whole @ demands.T > _SAME_CONCERN
        crowds = _crowds(np.where(same_concern, -np.inf, (demands @ own_whole)[None, :]))
    return np.asarray(CROWD_NEUTRAL + crowds - context.crowding, dtype=np.float32)


def _usual_crowding(demands: CorpusBaseline, achievements: CorpusBaseline) -> float:
    """Mean over the achievements, with some of the neutral value mixed in where demands are few."""
    asked = len(demands.sample)
    if not asked or not len(achievements.sample):
        return CROWD_NEUTRAL
    mean = float(_crowds(achievements.sample @ demands.sample.T).mean())
    return (asked * mean + SHRINK_STORE * CROWD_NEUTRAL) / (asked + SHRINK_STORE)


def _crowds(cosines: Vectors) -> Vectors:
    """Mean of the highest cosines by row (n, m) → (n,); −∞ is left out, and what is missing is neutral."""
    missing = max(0, CROWD_NEAREST - cosines.shape[1])
    if missing:
        cosines = np.hstack([cosines, np.full((len(cosines), missing), -np.inf)])
    highest = np.partition(cosines, cosines.shape[1] - CROWD_NEAREST, axis=1)[:, -CROWD_NEAREST:]
    return np.asarray(np.where(np.isfinite(highest), highest, CROWD_NEUTRAL).mean(axis=1), dtype=np.float32)


def _lexical(
    query: TextFeatures,
    candidates: Sequence[TextFeatures],
    stats: CorpusStats,
    *,
    from_demand: bool,
    scores: Sequence[float] | None,
) -> list[float]:
    """BM25 of the demand's words in the achievement, over the demand's self-score; from either side."""
    if from_demand:
        asked = LexicalQuery.of(query.words, stats)
        if scores is None:
            scores = [asked.score(candidate.words) for candidate in candidates]
        return [asked.share(score) for score in scores]
    return [LexicalQuery.of(candidate.words, stats).normalised(query.words) for candidate in candidates]


def sentence_cosines(
    query: TextFeatures, others: Sequence[TextFeatures], context: CorpusStatistics, *, query_is: Side
) -> list[Vectors]:
    """For each other record: centred cosines of every demand sentence with every achievement sentence, (s, t)."""
    from_demand = query_is == "demand"
    own, other = (context.demands, context.achievements)[:: 1 if from_demand else -1]
    asked = mean_centre(query.sentences, own.mean(query.language))
    if not others:
        return []
    lengths = [len(each.sentences) for each in others]
    rows = np.concatenate([each.sentences for each in others])
    usual = np.repeat([other.mean(each.language) for each in others], lengths, axis=0)
    cosines = asked @ mean_centre(rows, usual).T
    parts = np.split(cosines, np.cumsum(lengths)[:-1], axis=1)
    return [part if from_demand else part.T for part in parts]
