"""Refit of the ranker's scales to another embedding model, on the judged records that come with the package.

Cosines of another model are wider or narrower and lie elsewhere. Two numbers take that up: one factor for all weights
of content, whose proportions stay, and the base, so that scores are probabilities again. More could not be learned from
so few judgements. A third is the weight of a reranker's values, where there is one.
"""

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.matching.evaluation import metrics
from app.matching.ranking.features.catalogue import FEATURE_BY_NAME
from app.matching.ranking.ranker import Ranker, models_id
from app.matching.training.judged_sets import JudgedPairs

CONTENT = ("whole", "aligned", "words", "hubness", "translated", "generality")
# Standard deviation of the factor's logarithm around that of the default model.
FACTOR = 0.7
# That of the weight of a reranker's values, in logits for one standard deviation of them.
RERANKED = 2.0
SHOWN = 10


@dataclass(frozen=True, slots=True)
class RefitFigures:
    """What a ranker does on judged pairs: nDCG@10, calibration error of the ten best, share of answers called good."""

    ndcg_at_10: float
    calibration_error: float
    answers_called_good: float


@dataclass(frozen=True, slots=True)
class Refit:
    ranker: Ranker
    before: RefitFigures
    after: RefitFigures


def refit(
    shipped: Ranker, judged: Sequence[JudgedPairs], *, model_id: str, reranker: str | None = None
) -> Refit:
    """The ranker for the models that gave the features of `judged`."""
    from scipy.optimize import minimize

    names = list(shipped.weights)
    read = np.array([pair.get("reranked", 0.0) for one in judged for pair in one.features], dtype=np.float64)
    rows = np.array(
        [[pair[name] for name in names] for one in judged for pair in one.features], dtype=np.float64
    )
    relevant = np.concatenate([one.grades for one in judged]) >= metrics.RELEVANT
    weights = np.array(list(shipped.weights.values()))
    content = np.array([name in CONTENT for name in names])
    inside, outside = rows @ (weights * content), rows @ (weights * ~content)
    # Of each list the few relevant pairs weigh as much as the many others.
    share = (
        np.where(relevant, 0.5 / max(1, relevant.sum()), 0.5 / max(1, (~relevant).sum())) * len(rows) ** 0.5
    )

    def loss(parameters: NDArray[np.float64]) -> float:
        factor, shift, weight = math.exp(parameters[0]), parameters[1], abs(parameters[2])
        logits = factor * inside + outside + shift + weight * read
        fit = float(share @ (np.logaddexp(0.0, logits) - relevant * logits))
        return fit + float((parameters[0] / FACTOR) ** 2 + (weight / RERANKED) ** 2) / 2

    # Without a reranker all values are 0 and the prior takes the weight to 0.
    first = np.array([0.0, shipped.base, 0.0 if reranker is None else 0.5])
    fitted = minimize(loss, first, method="Nelder-Mead").x
    factor, weight = math.exp(fitted[0]), 0.0 if reranker is None else abs(float(fitted[2]))
    scaled = {name: value * (factor if name in CONTENT else 1.0) for name, value in shipped.weights.items()}
    if reranker is not None:
        scaled["reranked"] = weight
    base = _calibrated_base(factor * inside + outside + weight * read, relevant)
    found = replace(
        shipped,
        version=f"{shipped.version}+{reranker or model_id}"[:80],
        base=round(base + _neutral(scaled), 4),
        weights={name: round(weight, 4) for name, weight in scaled.items()},
        embedding_model=models_id(model_id, reranker),
    )
    return Refit(found, figures(shipped, judged), figures(found, judged))


def figures(ranker: Ranker, judged: Sequence[JudgedPairs]) -> RefitFigures:
    scored: dict[str, list[tuple[str, float]]] = defaultdict(list)
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for one in judged:
        for demand, achievement, features, grade in zip(
            one.demands, one.achievements, one.features, one.grades.tolist(), strict=True
        ):
            scored[demand].append((achievement, ranker.score(features)))
            if grade:
                grades[demand][achievement] = grade
    ranked = {demand: sorted(found, key=lambda pair: -pair[1]) for demand, found in scored.items()}
    ndcg = metrics.ndcg({demand: [one for one, _ in found] for demand, found in ranked.items()}, grades)
    shown = [
        (score, grades[demand].get(one, 0) >= metrics.RELEVANT)
        for demand, found in ranked.items()
        for one, score in found[:SHOWN]
    ]
    answered = [demand for demand, of_demand in grades.items() if 3 in of_demand.values()]
    called_good = [
        any(grades[demand].get(one) == 3 and score >= ranker.threshold for one, score in ranked[demand])
        for demand in answered
    ]
    return RefitFigures(
        round(float(np.mean(list(ndcg.values()))), 4),
        round(metrics.calibration_error([score for score, _ in shown], [good for _, good in shown]), 4),
        round(float(np.mean(called_good)), 4) if called_good else math.nan,
    )


def keep(ranker: Ranker, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".tmp")
    draft.write_text(json.dumps(ranker.to_dict(), indent=2) + "\n", encoding="utf-8")
    draft.replace(file)


def _calibrated_base(logits: NDArray[np.float64], relevant: NDArray[np.bool_]) -> float:
    """The base with which scores of all candidates add up to the number of relevant ones, by bisection."""
    from scipy.special import expit

    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if expit(logits + middle).sum() > relevant.sum() else (middle, high)
    return (low + high) / 2


def _neutral(weights: dict[str, float]) -> float:
    """What neutral features contribute: a ranker's base is the logit of a pair whose features are all neutral."""
    return math.fsum(weight * FEATURE_BY_NAME[name].neutral for name, weight in weights.items())
