"""Confidence: the probability that a demand's list holds a good match at all.

A score describes one pair. Whether the library answers a demand shows in the list as a whole: how the best pair
compares with the rest, and how well the library covers the topic. A logistic model on five figures of the list, fitted
by scripts/tune/confidence.py on lists with and without relevant achievements.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from app.matching.ranking.ranker import ScoredPair, logistic

MODEL_FILE = "confidence.json"
NEAREST = 10


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """Weights of `list_figures` by name."""

    version: str
    base: float
    weights: Mapping[str, float]

    def confidence(self, scored: Sequence[ScoredPair]) -> float:
        """The probability (0–1) that one of the pairs of a demand's whole list is relevant; 0 for an empty list."""
        if not scored:
            return 0.0
        figures = list_figures(scored)
        return logistic(
            self.base + math.fsum(weight * figures[name] for name, weight in self.weights.items())
        )


def list_figures(scored: Sequence[ScoredPair]) -> dict[str, float]:
    """Figures of a list sorted best first: logit, hubness and indicator fit of the best pair; how much nearer to the
    demand the nearest achievement is than the best pair's; and the mean similarity of the ten nearest."""
    best = scored[0]
    nearness = sorted((pair.features["whole"] for pair in scored), reverse=True)
    return {
        "logit": best.logit,
        "hubness": best.features["hubness"],
        "indicators": best.features["indicators"],
        "passed_over": nearness[0] - best.features["whole"],
        "coverage": math.fsum(nearness[:NEAREST]) / len(nearness[:NEAREST]),
    }


@cache
def shipped_list_model() -> ConfidenceModel:
    data = json.loads((resources.files(__package__) / "data" / MODEL_FILE).read_text(encoding="utf-8"))
    return ConfidenceModel(str(data["version"]), float(data["base"]), data["weights"])
