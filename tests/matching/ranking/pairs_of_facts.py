"""Small facts and vectors for the tests of the pure parts of matching."""

from collections import Counter
from typing import Any

import numpy as np

from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts
from app.matching.ranking.similarity import PairSignals, TextFeatures
from app.matching.space import Floats, join
from app.matching.space import unit as unit_rows
from app.matching.text.bm25 import CorpusStats
from app.matching.text.traits import Traits

NO_SIGNAL = PairSignals(dense=0.0, aligned=0.0)
TEXT_DIMENSION, ALIGNED_DIMENSION = 16, 8


def demand(**facts: Any) -> DemandFacts:
    return DemandFacts(**{"id": "d", "owner_org": "buyer", "party_orgs": ("buyer",), **facts})


def achievement(**facts: Any) -> AchievementFacts:
    return AchievementFacts(**{"id": "a", "owner_org": "seller", "party_orgs": ("seller",), **facts})


def manager(**facts: Any) -> ManagerFacts:
    return ManagerFacts(**{"id": "m", "name": "王某", "capacity": 3, **facts})


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def random_sides(seed: int, count: int, *, language: str = "zh") -> list[TextFeatures]:
    """Joint vectors of two spaces, and one to five sentences in the second of them."""
    generator = np.random.default_rng(seed)

    def rows(number: int, dimension: int) -> Floats:
        return unit_rows(generator.normal(size=(number, dimension)).astype(np.float32))

    sides = []
    for _ in range(count):
        words = Counter(f"w{number}" for number in generator.integers(0, 30, 12))
        hubness, generality, solution = generator.uniform(0, 1, 3).round(4).tolist()
        sides.append(
            TextFeatures(
                join(rows(1, TEXT_DIMENSION), rows(1, ALIGNED_DIMENSION))[0],
                rows(int(generator.integers(1, 6)), ALIGNED_DIMENSION).astype(np.float16),
                words,
                language,
                Traits(hubness=hubness, generality=generality, solution=solution),
            )
        )
    return sides


def stats_of(achievements: list[TextFeatures]) -> CorpusStats:
    return CorpusStats.of(side.words for side in achievements)
