"""A joint embedder without models: two small encoders that count what they read, and a made-up background."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from app.matching.embedding.joint_embedder import JointEmbedder
from app.matching.space import SIDES, Background, Floats, Side, join, unit
from tests.support.embedders import DIMENSION, BigramEmbedder

ALIGNED_DIMENSION = 8


class CountingEmbedder(BigramEmbedder):
    """`read` holds each text that was embedded, with its side."""

    def __init__(self) -> None:
        self.read: list[tuple[Side, str]] = []

    def embed_queries(self, texts: Sequence[str], *, on_progress: Any = None) -> Floats:
        return self._counted("query", texts, on_progress)

    def embed_passages(self, texts: Sequence[str], *, on_progress: Any = None) -> Floats:
        return self._counted("passage", texts, on_progress)

    def _counted(self, side: Side, texts: Sequence[str], on_progress: Any) -> Floats:
        self.read.extend((side, text) for text in texts)
        if on_progress is not None:
            on_progress(len(texts), len(texts))
        return BigramEmbedder.embed_queries(self, texts)


class HashedEncoder:
    """An aligned encoder: the same text, the same vector. `read` holds the texts."""

    name = "hashed"
    dimension = ALIGNED_DIMENSION

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: Sequence[str]) -> Floats:
        self.read.extend(texts)
        rows = np.zeros((len(texts), ALIGNED_DIMENSION), np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest())
            row[:] = np.random.default_rng(seed).normal(size=ALIGNED_DIMENSION)
        return unit(rows)


def random_rows(seed: int, count: int, dimension: int) -> Floats:
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32))


def joint_rows(seed: int, count: int) -> Floats:
    return join(random_rows(seed, count, DIMENSION), random_rows(seed + 1, count, ALIGNED_DIMENSION))


def background(seed: int = 0) -> Background:
    """Means that are shorter than a vector, and twenty records of each side."""
    means = random_rows(seed, 9, DIMENSION) * 0.3
    return Background(
        text_means={
            (side, language): means[3 * place + offset]
            for place, side in enumerate(SIDES)
            for offset, language in enumerate(("zh", "en", ""))
        },
        aligned_means=dict(zip(SIDES, random_rows(seed + 1, 3, ALIGNED_DIMENSION) * 0.2, strict=True)),
        demands=joint_rows(seed + 10, 20),
        achievements=joint_rows(seed + 20, 20),
        solution=weights(seed),
        entry=weights(seed + 1),
    )


def weights(seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    return np.asarray(generator.normal(size=DIMENSION + ALIGNED_DIMENSION + 1), np.float32)


class CountingParts:
    """A joint embedder and its two counting parts."""

    def __init__(self) -> None:
        self.text, self.aligned = CountingEmbedder(), HashedEncoder()
        self.background = background()
        self.embedder = JointEmbedder(self.text, self.aligned, lambda: self.background)
