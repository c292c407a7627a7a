"""Text similarity of one query with many candidates, as arrays, independent of other facts.

Raw cosines of a sentence model are compressed (0.75–0.9 for E5), shifted by language, and high for hubs, records that
are near everything. So vectors are centred on the mean of their library and language, and hubness becomes a signal of
its own (after CSLS: Conneau et al., "Word Translation Without Parallel Data", ICLR 2018).
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

# Number of nearest neighbours for hubness. A few near ones distinguish an achievement that answers other demands from
# one that is near everything; a share of the library would be blurred by unrelated records.
CROWD_NEAREST = 3
# Hubness of an unknown record: the mean over the demands and achievements used for tuning.
CROWD_NEUTRAL = 0.29
BEST_SENTENCES = 3
# Demands nearer than this ask for the same: that a candidate suits them too is no evidence against it. Unrelated
# records lie around 0, records of the same trade around 0.3.
_SAME_CONCERN = 0.5
# From this similarity on, a disclaiming sentence is about the demand's own subject.
_DISCLAIMED_NEAR = 0.2


@dataclass(frozen=True, slots=True)
class PairSignals:
    """Text signals of one pair.

    `dense` and `sentences` are cosines of centred vectors (−1 to 1); `sentences` is the mean over the demand's
    three best-matched sentences, each with its nearest achievement sentence; `best_sentence` is the highest of all.
    `achievement_crowd` is the achievement's hubness: its mean cosine with the three nearest demands other than this one
    and those that ask for the same, relative to the store's mean. `bm25` is the score of the demand's words in the
    achievement divided by the self-score (0–1). `indicators` (−1 to 1) says how well required figures are met,
    `purpose` (−1 to 0) that the achievement only observes what the demand wants changed, `disclaimed` (0–1) how far
    the achievement excludes what is asked, `register` (0–1) how colloquial the demand is (its formality).
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
    """Text features of one record: vector (d), sentence vectors (s, d), word counts, language, traits.

    Vectors have length 1. Sentence vectors may have half precision, as they are stored. `words` may be empty for an
    achievement whose word scores come from an index.
    """

    vector: Vectors
    sentences: NDArray[np.floating[Any]]
    words: Mapping[str, int] = field(default_factory=dict)
    language: str = "zh"
    traits: Traits = NO_TRAITS


@dataclass(frozen=True, slots=True)
class CorpusStatistics:
    """Statistics of both libraries at one moment, used for all pairs until they are renewed."""

    demands: CorpusBaseline
    achievements: CorpusBaseline
    achievement_words: CorpusStats
    crowding: float = field(init=False)
    """Mean hubness of the achievements; it grows with the number of demands."""

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
    """Signals of the query with each candidate; a pair has the same signals from either side.

    `word_scores` are the BM25 scores of a demand's words in each candidate, if an index has computed them.
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
    """Traits of the pair, by candidate: figures, purpose, disclaimers, formality."""
    pairs = [(query, candidate) if from_demand else (candidate, query) for candidate in candidates]
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
    """How near the nearest disclaiming sentence is to the demand, by similarity and by shared technical words."""
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
    """Share (0–1) of the disclaimed words that the demand uses, weighted by rarity."""
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
    """For each candidate, the mean of the demand's three best sentence cosines, and the best one; each (n,)."""
    # A record without sentences (all too short) is represented by its main vector.
    sentences = [c.sentences if len(c.sentences) else c.vector[None, :] for c in candidates]
    query_sentences = query.sentences if len(query.sentences) else query.vector[None, :]
    lengths = np.array([len(rows) for rows in sentences])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    asked = mean_centre(query_sentences, own.mean(query.language))
    rows = np.concatenate(sentences).astype(np.float32, copy=False)
    cosines = _cosines_with_centred(asked, rows, means, np.repeat(languages, lengths))
    if from_demand:
        nearest = np.maximum.reduceat(cosines, starts, axis=1)  # (query sentences, n)
        count = min(BEST_SENTENCES, len(nearest))
        three_best = np.sort(nearest, axis=0)[-count:].mean(axis=0)
        return three_best, nearest.max(axis=0)
    by_sentence = cosines.max(axis=0)
    parts = np.split(by_sentence, starts[1:])
    three_best = np.array([np.sort(part)[-BEST_SENTENCES:].mean() for part in parts], dtype=np.float32)
    return three_best, np.maximum.reduceat(by_sentence, starts)


def _cosines_with_centred(
    asked: Vectors, rows: Vectors, means: Vectors, languages: NDArray[np.int64]
) -> Vectors:
    """Cosines of `asked` (s, d) with the centred and normalised rows (n, d): (s, n).

    Uses q·(r − m) = q·r − q·m and |r − m|² = r·r − 2 r·m + m·m, so that the rows are not copied. In half precision r·r
    is not exactly 1.
    """
    with_means = (rows @ means.T)[np.arange(len(rows)), languages]
    own = np.einsum("ij,ij->i", rows, rows)
    lengths = np.sqrt(np.maximum(own - 2.0 * with_means + (means * means).sum(axis=1)[languages], 1e-12))
    return np.asarray((asked @ rows.T - (asked @ means.T)[:, languages]) / lengths, dtype=np.float32)


def _achievement_crowds(
    own_whole: Vectors, whole: Vectors, context: CorpusStatistics, *, from_demand: bool
) -> Vectors:
    """Hubness of the pair's achievement for each candidate (n,), relative to the store's mean."""
    demands = context.demands.sample
    if from_demand:
        others = demands[demands @ own_whole <= _SAME_CONCERN]
        crowds = _crowds(whole @ others.T)
    else:
        same_concern = whole @ demands.T > _SAME_CONCERN
        crowds = _crowds(np.where(same_concern, -np.inf, (demands @ own_whole)[None, :]))
    return np.asarray(CROWD_NEUTRAL + crowds - context.crowding, dtype=np.float32)


def _usual_crowding(demands: CorpusBaseline, achievements: CorpusBaseline) -> float:
    """Mean over the achievements, shrunk towards the neutral value while there are few demands."""
    asked = len(demands.sample)
    if not asked or not len(achievements.sample):
        return CROWD_NEUTRAL
    mean = float(_crowds(achievements.sample @ demands.sample.T).mean())
    return (asked * mean + SHRINK_STORE * CROWD_NEUTRAL) / (asked + SHRINK_STORE)


def _crowds(cosines: Vectors) -> Vectors:
    """Mean of the highest cosines of each row, (n, m) → (n,). −∞ is ignored; missing neighbours count as neutral."""
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
    """BM25 of the demand's words in the achievement divided by the demand's self-score, from either side."""
    if from_demand:
        asked = LexicalQuery.of(query.words, stats)
        if scores is None:
            scores = [asked.score(candidate.words) for candidate in candidates]
        return [asked.share(score) for score in scores]
    return [LexicalQuery.of(candidate.words, stats).normalised(query.words) for candidate in candidates]


def sentence_cosines(
    query: TextFeatures, others: Sequence[TextFeatures], context: CorpusStatistics, *, query_is: Side
) -> list[Vectors]:
    """Centred cosines of every demand sentence with every achievement sentence, (s, t), for each candidate."""
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
