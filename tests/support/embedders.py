"""Embedders without a model."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.matching.embedding.embedder import SingleSpace

DIMENSION = 64


class BigramEmbedder(SingleSpace):
    """Unit vectors from pairs of characters: no model to load in every process, and the same text, the same vector."""

    model_id = "bigrams"
    dimension = DIMENSION

    def embed_queries(self, texts: Sequence[str], *, on_progress: Any = None) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), DIMENSION), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for first, second in zip(text, text[1:] + " ", strict=True):
                digest = hashlib.blake2b((first + second).encode(), digest_size=2).digest()
                row[int.from_bytes(digest) % DIMENSION] += 1
        # Less what all texts share, so that unrelated ones are about 0 apart, as in a centred space.
        rows -= rows.mean(axis=1, keepdims=True)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return rows

    embed_passages = embed_queries


class TrigramEmbedder(BigramEmbedder):
    """Another model: other vectors of another dimension."""

    model_id = "trigrams"
    dimension = 96

    def embed_queries(self, texts: Sequence[str], *, on_progress: Any = None) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for at in range(len(text)):
                digest = hashlib.blake2b(text[at : at + 3].encode(), digest_size=2).digest()
                row[int.from_bytes(digest) % self.dimension] += 1
        rows -= rows.mean(axis=1, keepdims=True)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return rows

    embed_passages = embed_queries
