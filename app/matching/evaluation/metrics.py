"""Metrics of ranking quality, per query and with 95% bootstrap intervals over queries.

A ranking is a sequence of document ids, best first; judgements map a document to its grade (0–3, absent = 0).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import ir_measures
import numpy as np
from ir_measures import RR, Measure, R, nDCG
from numpy.typing import NDArray

Rankings = Mapping[str, Sequence[str]]
Judgements = Mapping[str, Mapping[str, int]]

# Järvelin and Kekäläinen's gain with exponent, as the judged sets are reported: 2^grade − 1.
GAINS = {1: 1, 2: 3, 3: 7}
RELEVANT = 2
T = TypeVar("T")
RESAMPLES = 10_000
SEED = 20260101


@dataclass(frozen=True, slots=True)
class Interval:
    mean: float
    low: float
    high: float


def ndcg(rankings: Rankings, judgements: Judgements, k: int = 10) -> dict[str, float]:
    """nDCG@k by query with exponential gain; only queries with a document of grade ≥ 1 count."""
    return _per_query(nDCG(gains=GAINS) @ k, rankings, judgements, least=1)


def recall(rankings: Rankings, judgements: Judgements, k: int = 10) -> dict[str, float]:
    """Recall@k of documents of grade ≥ 2, by query; only queries with such a document count."""
    return _per_query(R(rel=RELEVANT) @ k, rankings, judgements, least=RELEVANT)


def reciprocal_rank(rankings: Rankings, judgements: Judgements) -> dict[str, float]:
    """1 / rank of the first document of grade ≥ 2; its mean is the MRR."""
    return _per_query(RR(rel=RELEVANT), rankings, judgements, least=RELEVANT)


def no_match_scores(
    scored: Mapping[str, Sequence[tuple[str, float]]], judgements: Judgements
) -> dict[str, tuple[float | None, float]]:
    """Best score by query: with its answers (None if it has none), and without its answers of grade ≥ 2."""
    best: dict[str, tuple[float | None, float]] = {}
    for query, documents in scored.items():
        grades = judgements.get(query, {})
        others = [score for document, score in documents if grades.get(document, 0) < RELEVANT]
        answered = any(grade >= RELEVANT for grade in grades.values())
        everything = max((score for _, score in documents), default=0.0)
        best[query] = (everything if answered else None, max(others, default=0.0))
    return best


def no_match_auroc(best: Mapping[str, tuple[float | None, float]]) -> float:
    """AUROC of the best score: queries with their answers in the store against queries without."""
    positive = [with_answers for with_answers, _ in best.values() if with_answers is not None]
    return auroc(positive, [without for _, without in best.values()])


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Probability that a positive scores above a negative; 0.5 if one side is empty."""
    if not positive or not negative:
        return 0.5
    # By counting, because an interval needs it thousands of times; ties count half.
    below = np.sort(np.asarray(negative, dtype=float))
    above = np.asarray(positive, dtype=float)
    won = np.searchsorted(below, above, side="left") + np.searchsorted(below, above, side="right")
    return float(won.mean() / (2 * below.size))


def calibration_error(probabilities: Sequence[float], outcomes: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: mean gap between score and share of relevant, in equal-width bins."""
    scores, truth = np.asarray(probabilities, dtype=float), np.asarray(outcomes, dtype=float)
    if scores.size == 0:
        return 0.0
    index = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = [abs(float(np.sum(scores[index == bin_]) - np.sum(truth[index == bin_]))) for bin_ in range(bins)]
    return sum(gaps) / scores.size


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores from `low` to below `high`: number, mean, and share of relevant items."""

    low: float
    high: float
    count: int
    score: float
    relevant: float


def reliability(shown: Sequence[tuple[float, bool]], bins: int = 10) -> list[Bin]:
    """Rows of a reliability plot: equal-width bins of the score, without empty ones."""
    rows = []
    for number in range(bins):
        held = [(score, good) for score, good in shown if min(int(score * bins), bins - 1) == number]
        if held:
            scores, outcomes = zip(*held, strict=True)
            rows.append(
                Bin(
                    number / bins,
                    (number + 1) / bins,
                    len(held),
                    float(np.mean(scores)),
                    float(np.mean(outcomes)),
                )
            )
    return rows


def interval(values: Sequence[float], *, resamples: int = RESAMPLES, seed: int = SEED) -> Interval:
    """Mean and 95% percentile bootstrap interval over queries."""
    sample = np.asarray(values, dtype=float)
    if sample.size == 0:
        return Interval(0.0, 0.0, 0.0)
    draws = _resampled(len(sample), resamples, seed)
    low, high = np.percentile(sample[draws].mean(axis=1), [2.5, 97.5])
    return Interval(float(sample.mean()), float(low), float(high))


def paired_interval(
    ours: Mapping[str, float], theirs: Mapping[str, float], *, resamples: int = RESAMPLES, seed: int = SEED
) -> Interval:
    """Interval of the mean paired difference; entirely above 0 means better at the 95% level.

    Raises KeyError if the two were not measured on the same queries.
    """
    return interval([value - theirs[query] for query, value in ours.items()], resamples=resamples, seed=seed)


def statistic_interval(
    items: Sequence[T],
    statistic: Callable[[Sequence[T]], float],
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """Interval of a statistic other than a mean (AUROC, calibration error), by resampling items (queries)."""
    draws = _resampled(len(items), resamples, seed)
    values = [statistic([items[index] for index in draw]) for draw in draws]
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(statistic(items), float(low), float(high))


def _resampled(size: int, resamples: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, size, (resamples, size))


def _per_query(
    measure: Measure, rankings: Rankings, judgements: Judgements, *, least: int
) -> dict[str, float]:
    judged = {
        query: dict(grades)
        for query, grades in judgements.items()
        if query in rankings and any(grade >= least for grade in grades.values())
    }
    # Distinct decreasing scores encode the order, so that the library's rule for ties cannot change it.
    run = {query: {doc: -float(rank) for rank, doc in enumerate(rankings[query])} for query in judged}
    values = {row.query_id: float(row.value) for row in ir_measures.iter_calc([measure], judged, run)}
    return {query: values.get(query, 0.0) for query in judged}
