"""The ranker: a monotone additive model with a calibrated logistic score, read from one small file."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import Unavailable
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.ranking.features.catalogue import FEATURE_BY_NAME
from app.matching.ranking.features.columns import FEATURE_NAMES, feature_columns
from app.matching.ranking.similarity import PairSignals

DEFAULT_MODEL = "ranker.json"


class RerankerNotFitted(Unavailable):
    """The ranker does not know how much the values of SANKU_RERANKER count: run `sanku model refit` once."""

    code = "reranker_not_fitted"
    zh = "排序模型尚未按 SANKU_RERANKER 校准，请先运行一次 sanku model refit。"


@dataclass(frozen=True, slots=True, eq=False)
class ScoredPair:
    """One pair with its score (0–1) and the contributions that add up, with `base`, to the score's logit.

    Contributions are relative to the neutral value of a feature: a missing fact contributes 0.
    """

    demand_id: str
    achievement_id: str
    score: float
    logit: float
    base: float
    contributions: Mapping[str, float]
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights by feature name; `base` is the logit of a pair whose features are all neutral.

    Scores are calibrated: about a share p of the pairs scored p is relevant (grade 2 or 3). A pair below `threshold` is
    not a good match. The calibration is valid for the embedding model in `embedding_model`.
    """

    version: str
    base: float
    weights: Mapping[str, float]
    threshold: float
    embedding_model: str = ""

    def __post_init__(self) -> None:
        for name, weight in self.weights.items():
            feature = FEATURE_BY_NAME.get(name)
            if feature is None:
                raise ValueError(f"the ranker has a weight for an unknown feature: {name}")
            if weight * feature.sign < 0:
                raise ValueError(f"the weight of {name} has the wrong sign: {weight}")
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"the threshold is not within 0–1: {self.threshold}")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Ranker":
        """Raises KeyError or ValueError if the data is not a ranker."""
        return cls(
            version=str(data["version"]),
            base=float(data["base"]),
            weights={str(name): float(weight) for name, weight in data["weights"].items()},
            threshold=float(data["threshold"]),
            embedding_model=str(data.get("embedding_model", "")),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "embedding_model": self.embedding_model,
            "base": self.base,
            "weights": dict(self.weights),
            "threshold": self.threshold,
        }

    def contributions(self, features: Mapping[str, float]) -> dict[str, float]:
        """Contributions in logits by feature; a missing feature counts as neutral."""
        return {
            name: weight * (features.get(name, FEATURE_BY_NAME[name].neutral) - FEATURE_BY_NAME[name].neutral)
            for name, weight in self.weights.items()
        }

    def score(self, features: Mapping[str, float]) -> float:
        return logistic(self.base + math.fsum(self.contributions(features).values()))


def rank(
    pairs: Sequence[tuple[DemandFacts, AchievementFacts]],
    signals: Sequence[PairSignals],
    ranker: Ranker,
    *,
    today: date | None = None,
) -> list[ScoredPair]:
    """Pairs with their features, best first; ties are broken by id, so that the order is stable."""
    if not pairs:
        return []
    columns = np.array(feature_columns(pairs, signals, today=today))
    weighed = [FEATURE_NAMES.index(name) for name in ranker.weights]
    neutral = np.array([FEATURE_BY_NAME[name].neutral for name in ranker.weights])
    weights = np.array(list(ranker.weights.values()))
    contributed = weights * (columns[weighed].T - neutral)
    scored = []
    for pair, row, parts in zip(pairs, columns.T.tolist(), contributed.tolist(), strict=True):
        logit = ranker.base + math.fsum(parts)
        scored.append(
            ScoredPair(
                demand_id=pair[0].id,
                achievement_id=pair[1].id,
                score=logistic(logit),
                logit=logit,
                base=ranker.base,
                contributions=dict(zip(ranker.weights, parts, strict=True)),
                features=dict(zip(FEATURE_NAMES, row, strict=True)),
            )
        )
    return sorted(scored, key=lambda pair: (-pair.logit, pair.demand_id, pair.achievement_id))


def logistic(logit: float) -> float:
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    growth = math.exp(logit)
    return growth / (1.0 + growth)


def load_ranker(path: Path | None = None) -> Ranker:
    """The ranker of a file, or the one shipped with the package.

    Raises:
        OSError, ValueError, KeyError: the file cannot be read or is not a ranker.
    """
    if path is not None:
        return Ranker.from_dict(json.loads(path.read_text(encoding="utf-8")))
    shipped = resources.files(__package__) / "data" / DEFAULT_MODEL
    return Ranker.from_dict(json.loads(shipped.read_text(encoding="utf-8")))


def ranker_file(folder: Path, model_id: str, reranker: str | None = None) -> Path:
    """Where the ranker that was refitted to other models is kept."""
    return folder / f"ranker-{re.sub(r'[^A-Za-z0-9.@-]+', '-', models_id(model_id, reranker))}.json"


def models_id(model_id: str, reranker: str | None) -> str:
    """The models that a ranker is refitted to: the embedding model, and the reranker if there is one."""
    return model_id if reranker is None else f"{model_id}+{reranker}"


def ranker_for(folder: Path, model_id: str, reranker: str | None = None) -> Ranker:
    """The ranker that was refitted to this embedding model, or the shipped one.

    Raises:
        RerankerNotFitted: none was refitted to this reranker, so nobody knows how much its values count.
    """
    file = ranker_file(folder, model_id, reranker)
    if reranker is not None and not file.is_file():
        raise RerankerNotFitted()
    return load_ranker(file if file.is_file() else None)
