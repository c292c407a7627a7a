"""Fit of the weights: logistic regression with sign constraints, regularised towards the current ranker.

Maximum a posteriori with a Gaussian prior around the current weights: all may scale together, and each on its own. So
weights that belong together, such as those of the content, stay together unless the data separates them. Few judgements
move the weights little, many move them much, and a feature of weight 0 can gain weight. The loss is convex within the
sign bounds, so the result is deterministic.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.features.catalogue import FEATURES
from app.matching.ranking.ranker import Ranker
from app.matching.training.examples import Example, judged_features_mask, matrix

Array = NDArray[np.float64]

# Standard deviations of the prior, relative to the current weights.
SCALE, SHARE = 0.5, 0.25
# Minimum standard deviation of a weight, in logits per typical change of its feature, so that a weight of 0 can grow.
LEAST_LOGITS = 0.2
BASE = 0.5
# Ten answers on one pair say less than one answer on each of ten pairs: W answers count as W / (1 + KIN (W − 1)).
KIN = 0.5
# Calibration: standard deviations of slope and intercept around the identity.
SLOPE, SHIFT = 0.25, 0.5


@dataclass(frozen=True, slots=True)
class Prior:
    """Gaussian prior: `mean` (weights in the order of FEATURES, then the base) and `precision` (inverse covariance)."""

    mean: Array
    precision: Array


def fit(start: Ranker, examples: Sequence[Example], *, version: str) -> Ranker:
    """The ranker fitted to the examples from `start`; without examples, the same weights under a new version."""
    from scipy.optimize import minimize
    from scipy.special import expit

    rows = matrix(examples)
    mask = judged_features_mask(examples)
    prior = _prior(start, rows)
    values = np.array([example.value for example in examples])
    weights = _damped(examples)
    # Features that an example does not concern contribute with the current weights and are not learned.
    fixed_part = (rows * (1 - mask)) @ prior.mean[:-1] + np.where(mask.all(axis=1), 0.0, prior.mean[-1])
    free = np.hstack([rows * mask, mask.all(axis=1, keepdims=True).astype(float)])

    def loss(parameters: Array) -> tuple[float, Array]:
        logits = free @ parameters + fixed_part
        # softplus(z) − value · z: the logistic loss, for any value from 0 to 1
        away = parameters - prior.mean
        value = float(weights @ (np.logaddexp(0.0, logits) - values * logits)) + 0.5 * float(
            away @ prior.precision @ away
        )
        slope = free.T @ (weights * (expit(logits) - values)) + prior.precision @ away
        return value, slope

    bounds = [(0.0, None) if feature.sign > 0 else (None, 0.0) for feature in FEATURES]
    # In units of the prior, for a well-conditioned problem.
    units = 1.0 / np.sqrt(np.diag(prior.precision))
    optimum = minimize(
        lambda scaled: _scaled(loss, scaled, units),
        prior.mean / units,
        jac=True,
        bounds=[
            (low if low is None else low / unit, high if high is None else high / unit)
            for (low, high), unit in zip([*bounds, (None, None)], units, strict=True)
        ],
        method="L-BFGS-B",
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-9},
    )
    return _ranker(start, np.asarray(optimum.x) * units, version)


def calibration(ranker: Ranker, examples: Sequence[Example]) -> tuple[float, float]:
    """Slope and shift that calibrate the logits on examples outside the training data.

    Only answered examples count: a missing answer may have other reasons.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    answered = [example for example in examples if example.answered and example.judged_features is None]
    if not answered:
        return 1.0, 0.0
    logits = np.array([_logit(ranker, one) for one in answered])
    values = np.array([one.value for one in answered])
    weights = _damped(answered)
    spread = np.array([SLOPE, SHIFT])

    def loss(parameters: Array) -> tuple[float, Array]:
        scores = parameters[0] * logits + parameters[1]
        away = (parameters - [1.0, 0.0]) / spread
        value = float(weights @ (np.logaddexp(0.0, scores) - values * scores)) + 0.5 * float(away @ away)
        errors = weights * (expit(scores) - values)
        return value, np.array([errors @ logits, errors.sum()]) + away / spread

    bounds = [(0.2, 5.0), (None, None)]
    optimum = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=bounds, method="L-BFGS-B")
    return float(optimum.x[0]), float(optimum.x[1])


def stretched(ranker: Ranker, slope: float, shift: float) -> Ranker:
    """The ranker with rescaled logits; the order of pairs is unchanged."""
    weights = {name: round(weight * slope, 6) for name, weight in ranker.weights.items()}
    return replace(ranker, base=round(ranker.base * slope + shift, 6), weights=weights)


def _damped(examples: Sequence[Example]) -> Array:
    """Weights of the examples, damped where many concern the same pair."""
    totals: dict[tuple[UUID, UUID], float] = defaultdict(float)
    for example in examples:
        totals[example.demand_id, example.achievement_id] += example.weight
    return np.array(
        [
            example.weight / (1.0 + KIN * max(0.0, totals[example.demand_id, example.achievement_id] - 1.0))
            for example in examples
        ]
    )


def _logit(ranker: Ranker, example: Example) -> float:
    return ranker.base + sum(ranker.contributions(example.features).values())


def _prior(start: Ranker, rows: Array) -> Prior:
    weights = np.array([start.weights.get(feature.name, 0.0) for feature in FEATURES])
    spread = np.maximum(rows.std(axis=0), 0.05) if len(rows) else np.full(len(FEATURES), 0.1)
    share = np.maximum(SHARE * np.abs(weights), LEAST_LOGITS / spread)
    covariance = SCALE**2 * np.outer(weights, weights) + np.diag(share**2)
    size = len(FEATURES) + 1
    precision = np.zeros((size, size))
    precision[:-1, :-1] = np.linalg.inv(covariance)
    precision[-1, -1] = 1.0 / BASE**2
    return Prior(mean=np.append(weights, start.base), precision=precision)


def _scaled(loss: Callable[[Array], tuple[float, Array]], scaled: Array, units: Array) -> tuple[float, Array]:
    value, slope = loss(scaled * units)
    return value, slope * units


def _ranker(start: Ranker, parameters: Array, version: str) -> Ranker:
    weights = {
        feature.name: round(float(weight), 6)
        for feature, weight in zip(FEATURES, parameters[:-1], strict=True)
        if feature.name in start.weights or abs(weight) > 1e-6
    }
    return replace(start, version=version, base=round(float(parameters[-1]), 6), weights=weights)
