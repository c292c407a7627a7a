"""Weights that fit the examples: logistic, of the right signs, near the ranker started from unless much speaks against.

Maximum a posteriori. The prior is a Gaussian around the start: all weights may grow or shrink together (the scale), and
each for itself (its share). So what the start ties together, the weights of content for instance, stays together as
long as nothing tells them apart. A few judgements move little, many move much, and a feature of weight 0 can come in.
The loss is convex within the signs' bounds, so the answer is one and the same for the same examples.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from app.matching.ranking.features import FEATURES
from app.matching.ranking.ranker import Ranker
from app.matching.training.examples import Example, judged_features_mask, matrix

Array = NDArray[np.float64]

# Standard deviations of the prior, as shares of the weights started from.
SCALE, SHARE = 0.5, 0.25
# Least standard deviation of any weight, in logits for a typical change of its feature: what starts at 0 can come in.
LEAST_LOGITS = 0.2
BASE = 0.5
# Ten who answer one pair tell less than one on each of ten pairs: W answers count as W / (1 + KIN (W − 1)).
KIN = 0.5
# Of calibration: how far slope and intercept may go from leaving the scores as they are.
SLOPE, SHIFT = 0.25, 0.5


@dataclass(frozen=True, slots=True)
class Prior:
    """Around `mean` (weights in the order of FEATURES, then the base); `precision` is the covariance's inverse."""

    mean: Array
    precision: Array


def fit(start: Ranker, examples: Sequence[Example], *, version: str) -> Ranker:
    """The ranker that the examples make of `start`; without examples, the same weights under another version."""
    rows = matrix(examples)
    spoken = judged_features_mask(examples)
    prior = _prior(start, rows)
    values = np.array([one.value for one in examples])
    weights = _damped(examples)
    # What an example does not speak about counts with the weights started from, and learns nothing.
    silent = (rows * (1 - spoken)) @ prior.mean[:-1] + np.where(spoken.all(axis=1), 0.0, prior.mean[-1])
    free = np.hstack([rows * spoken, spoken.all(axis=1, keepdims=True).astype(float)])

    def loss(parameters: Array) -> tuple[float, Array]:
        logits = free @ parameters + silent
        # softplus(z) − value · z: the logistic loss, for any value from 0 to 1
        away = parameters - prior.mean
        value = float(weights @ (np.logaddexp(0.0, logits) - values * logits)) + 0.5 * float(
            away @ prior.precision @ away
        )
        slope = free.T @ (weights * (expit(logits) - values)) + prior.precision @ away
        return value, slope

    bounds = [(0.0, None) if feature.sign > 0 else (None, 0.0) for feature in FEATURES]
    # In units of the prior, so that no weight is stiff beside another.
    units = 1.0 / np.sqrt(np.diag(prior.precision))
    found = minimize(
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
    return _ranker(start, np.asarray(found.x) * units, version)


def calibration(ranker: Ranker, examples: Sequence[Example]) -> tuple[float, float]:
    """Slope and shift with which the logits agree with examples that the ranker was not fitted on.

    Only answers tell what is relevant and what not: silence may have other reasons.
    """
    told = [one for one in examples if one.answered and one.judged_features is None]
    if not told:
        return 1.0, 0.0
    logits = np.array([_logit(ranker, one) for one in told])
    values = np.array([one.value for one in told])
    weights = _damped(told)
    spread = np.array([SLOPE, SHIFT])

    def loss(parameters: Array) -> tuple[float, Array]:
        scores = parameters[0] * logits + parameters[1]
        away = (parameters - [1.0, 0.0]) / spread
        value = float(weights @ (np.logaddexp(0.0, scores) - values * scores)) + 0.5 * float(away @ away)
        errors = weights * (expit(scores) - values)
        return value, np.array([errors @ logits, errors.sum()]) + away / spread

    bounds = [(0.2, 5.0), (None, None)]
    found = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=bounds, method="L-BFGS-B")
    return float(found.x[0]), float(found.x[1])


def stretched(ranker: Ranker, slope: float, shift: float) -> Ranker:
    """The same order of all pairs, on another scale."""
    weights = {name: round(weight * slope, 6) for name, weight in ranker.weights.items()}
    return replace(ranker, base=round(ranker.base * slope + shift, 6), weights=weights)


def _damped(examples: Sequence[Example]) -> Array:
    """The examples' weights, less for each where many speak of one pair."""
    totals: dict[tuple[UUID, UUID], float] = defaultdict(float)
    for one in examples:
        totals[one.demand_id, one.achievement_id] += one.weight
    return np.array(
        [
            one.weight / (1.0 + KIN * max(0.0, totals[one.demand_id, one.achievement_id] - 1.0))
            for one in examples
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
