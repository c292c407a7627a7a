"""Small facts and vectors for the tests of the pure parts of matching."""

from collections import Counter
from typing import Any

import numpy as np

from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts
from app.matching.ranking.baseline import CorpusBaseline
from app.matching.ranking.similarity import CorpusStatistics, PairSignals, TextFeatures
from app.matching.text.bm25 import CorpusStats

NO_SIGNAL = PairSignals(dense=0.0, sentences=0.0, best_sentence=0.0)


def demand(**facts: Any) -> DemandFacts:
    return DemandFacts(**{"id": "d", "owner_org": "buyer", "party_orgs": ("buyer",), **facts})


def achievement(**facts: Any) -> AchievementFacts:
    return AchievementFacts(**{"id": "a", "owner_org": "seller", "party_orgs": ("seller",), **facts})


def manager(**facts: Any) -> ManagerFacts:
    return ManagerFacts(**{"id": "m", "name": "王某", "capacity": 3, **facts})


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def random_sides(seed: int, count: int, *, dimension: int = 16, language: str = "zh") -> list[TextFeatures]:
    generator = np.random.default_rng(seed)
    sides = []
    for _ in range(count):
        rows = generator.normal(size=(generator.integers(2, 7), dimension)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        words = Counter(f"w{number}" for number in generator.integers(0, 30, 12))
        sides.append(TextFeatures(rows[0], rows[1:], words, language))
    return sides


def context_of(demands: list[TextFeatures], achievements: list[TextFeatures]) -> CorpusStatistics:
    return CorpusStatistics(
        demands=CorpusBaseline.of(
            np.array([side.vector for side in demands]), [side.language for side in demands]
        ),
        achievements=CorpusBaseline.of(
            np.array([side.vector for side in achievements]), [side.language for side in achievements]
        ),
        achievement_words=CorpusStats.of(side.words for side in achievements),
    )
