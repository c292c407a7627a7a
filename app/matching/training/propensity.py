"""Propensity: the probability that an item at a position was examined, estimated from impressions and answers.

Position-based model: answered = examined × would be answered, and examination depends on the position k alone:
θ(k) = k^−η (θ(1) = 1), the form of Joachims, Swaminathan and Schnabel, "Unbiased Learning-to-Rank with Biased
Feedback" (WSDM 2017). η is estimated from pairs that were shown at several positions, as in Agarwal et al., "Estimating
Position Bias without Intrusive Interventions" (WSDM 2019): relevance is constant within a pair, so the positions of its
answers depend on examination alone. With answers as rare events, and given their number, they fall on the positions
with probability θ(k) / Σθ, a conditional logit in which relevance cancels. So no experiment on users is needed, and a
ranker that places relevant pairs high is not mistaken for position bias.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Default without data: half as steep as web search (η = 1), since too little correction favours the present model.
ETA_USUAL, ETA_SPREAD = 0.5, 0.5
ETA_MOST = 2.0
# Maximum weight: one answer far down a list must not outweigh all others.
WEIGHT_MOST = 10.0


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One item of one list: the pair it shows, its position from 1, and whether it was answered."""

    pair: Hashable
    position: int
    answered: bool


@dataclass(frozen=True, slots=True)
class Propensities:
    """Propensities of one surface.

    `answering` is the probability that an examined item is answered; `harvested` is the number of answers on pairs seen
    at several positions.
    """

    eta: float
    answering: float
    harvested: int

    def looked_at(self, positions: Array) -> Array:
        return np.asarray(np.maximum(positions, 1.0) ** -self.eta)

    def weights(self, positions: Array, answered: NDArray[np.bool_]) -> Array:
        """Weights with which every item counts 1 in expectation, at any position.

        An answered item represents 1/θ similar items. An unanswered item may not have been examined and gets
        (1 − a) / (1 − θ·a), where a is the probability of an answer.
        """
        theta = self.looked_at(positions)
        answer = np.minimum(1.0 / theta, WEIGHT_MOST)
        silence = (1.0 - self.answering) / (1.0 - theta * self.answering)
        return np.where(answered, answer, silence)


NO_BIAS = Propensities(eta=0.0, answering=0.5, harvested=0)
"""Every item examined: the assumption without a correction."""


def estimate(impressions: Sequence[ShownItem]) -> Propensities:
    """Estimate from the impressions of one surface, in any order."""
    from scipy.optimize import minimize_scalar

    groups: dict[Hashable, list[ShownItem]] = {}
    for impression in impressions:
        groups.setdefault(impression.pair, []).append(impression)
    telling = [
        (np.log([float(one.position) for one in group]), np.array([one.answered for one in group]))
        for group in groups.values()
        if len({one.position for one in group}) > 1 and any(one.answered for one in group)
    ]
    harvested = int(sum(int(answered.sum()) for _, answered in telling))

    def loss(eta: float) -> float:
        value = 0.5 * ((eta - ETA_USUAL) / ETA_SPREAD) ** 2
        for logs, answered in telling:
            total = np.log(np.exp(-eta * logs).sum())
            value += float((eta * logs[answered] + total).sum())
        return value

    eta = float(minimize_scalar(loss, bounds=(0.0, ETA_MOST), method="bounded").x) if telling else ETA_USUAL
    theta = [max(impression.position, 1) ** -eta for impression in impressions]
    answers = sum(impression.answered for impression in impressions)
    answering = min(max(answers / sum(theta), 0.01), 0.95) if theta else 0.5
    return Propensities(round(eta, 4), round(answering, 4), harvested)
