"""Embedders without a model."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIMENSION = 64


class BigramEmbedder:
    """Unit vectors from pairs of characters: no model to load in every process, and the same text, the same vector."""

    model_id = "bigrams"
    dimension = DIMENSION

    def embed_queries(self, texts: Sequence[str], *, on_progress: Any = None) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), DIMENSION), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for first, second in zip(text, text[1:] + " ", strict=True):
                digest = hashlib.blake2b((first + second).encode(), digest_size=2).digest()
                row[int.from_bytes(digest) % DIMENSION] += 1
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    embed_passages = embed_queries
