"""The cross-encoder: a model that reads a demand and an achievement together. torch is imported when it is loaded."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from app.load_limits.turn import check_turn
from app.matching.embedding.background_texts import background_triples
from app.matching.embedding.text_models import ModelNotReady
from app.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

TextPair = tuple[str, str]
"""The text of a demand and that of an achievement."""

BATCH = 8
"""Pairs of one call of the model: a request waits for no more than these of another one."""
MOST_TOKENS = 512
# Incremented with every change that gives the same pair another value.
_FORMAT = 1
# Needs of the background whose remedy and decoy are read for the scale.
_REFERENCE = 16
_LEAST_SPREAD = 1e-3
# Bytes of a file's beginning and end that go into the name: enough to tell weights apart without reading all of them.
_EDGE = 65_536
_WEIGHTS = (".safetensors", ".bin")


class Reranker(Protocol):
    """`name` names the weights; values under two names are never compared.

    A value is the model's logit, measured against needs of the background: 0 is what their decoys get on average, 1 is
    one standard deviation above it.
    """

    @property
    def name(self) -> str: ...

    @property
    def ready(self) -> bool:
        """Whether the next pair is read without loading the model first."""

    def load(self) -> None: ...

    def values(self, pairs: Sequence[TextPair]) -> Iterator[list[float]]:
        """The values of the pairs in their order, batch by batch."""


class CrossEncoderReranker:
    """A cross-encoder with one output, from a directory that sentence-transformers reads. Thread-safe.

    One thread makes all calls, and a caller's turn is checked between batches. The model is loaded with the first pair.

    Args:
        device: torch device; default: a GPU if available.

    Raises:
        ModelNotReady: there is no model in the directory.
    """

    def __init__(self, folder: Path, *, device: str | None = None) -> None:
        if not (folder / "config.json").is_file():
            raise ModelNotReady(
                f"There is no reranker in {folder}; fetch it first: sanku model prepare --reranker NAME.",
                f"{folder} 中没有重排模型，请先用 sanku model prepare --reranker 模型编号 获取。",
            )
        self.name = f"{folder.name}@{_digest(folder)}.{_FORMAT}"
        self._folder = folder
        self._device = device
        self._owner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reranker")
        self._model: CrossEncoder | None = None
        self._zero, self._spread = 0.0, 1.0

    @property
    def ready(self) -> bool:
        return self._model is not None

    def load(self) -> None:
        """
        Raises:
            ModelNotReady: the directory is incomplete, or the model has more than one output.
        """
        self._owner.submit(self._loaded).result()

    def values(self, pairs: Sequence[TextPair]) -> Iterator[list[float]]:
        """
        Raises:
            ModelNotReady: see `load`.
        """
        for start in range(0, len(pairs), BATCH):
            check_turn()
            yield self._owner.submit(self._read, list(pairs[start : start + BATCH])).result()

    def _read(self, pairs: list[TextPair]) -> list[float]:
        """Called in the owning thread only."""
        logits = _logits(self._loaded(), pairs)
        return [round((logit - self._zero) / self._spread, 4) for logit in logits]

    def _loaded(self) -> "CrossEncoder":
        if self._model is None:
            model = _open(self._folder, self._device)
            found = background_triples(_REFERENCE)
            decoys = _logits(model, [(one.demand, one.decoy) for one in found])
            remedies = _logits(model, [(one.demand, one.remedy) for one in found])
            if not all(map(math.isfinite, (*decoys, *remedies))):
                raise _not_usable(self._folder, "it gives values that are no numbers", "输出值不是有效数字")
            self._zero = float(np.mean(decoys))
            self._spread = max(_LEAST_SPREAD, float(np.std([*decoys, *remedies])))
            self._model = model
        return self._model


def name_of(reranker: Reranker | None) -> str | None:
    return None if reranker is None else reranker.name


def open_reranker(settings: Settings) -> CrossEncoderReranker | None:
    """The reranker of the settings: a directory, or an id that was fetched into the home directory before.

    Raises:
        ModelNotReady: it is not there. No hub is asked for it.
    """
    if settings.reranker is None:
        return None
    given = Path(settings.reranker).expanduser()
    fetched = settings.home_path / "models" / settings.reranker.removeprefix("modelscope:").replace("/", "--")
    return CrossEncoderReranker(given if given.is_dir() else fetched, device=settings.model_device)


def _open(folder: Path, device: str | None) -> "CrossEncoder":
    from safetensors import SafetensorError
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it unannotated
    try:
        model: CrossEncoder = CrossEncoder(
            str(folder), device=device, local_files_only=True, max_length=MOST_TOKENS
        )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise _not_usable(folder, str(error), str(error)) from error
    count = 1 if model.config is None else model.config.num_labels
    if count != 1:
        raise _not_usable(
            folder, f"it has {count} outputs instead of one", f"输出 {count} 个值，应只输出一个"
        )
    return model


def _not_usable(folder: Path, why: str, why_zh: str) -> ModelNotReady:
    return ModelNotReady(
        f"The reranker in {folder} cannot be used: {why}.", f"无法使用 {folder} 中的重排模型：{why_zh}。"
    )


def _logits(model: "CrossEncoder", pairs: list[TextPair]) -> list[float]:
    from torch.nn import Identity

    found = model.predict(pairs, batch_size=BATCH, activation_fn=Identity(), show_progress_bar=False)
    return [float(one) for one in np.asarray(found).reshape(len(pairs))]


def _digest(folder: Path) -> str:
    """Of the configuration and the weights, so that a model replaced under the same name gets another one."""
    digest = hashlib.sha256((folder / "config.json").read_bytes())
    for file in sorted(file for file in folder.iterdir() if file.suffix in _WEIGHTS):
        size = file.stat().st_size
        digest.update(f"{file.name} {size}".encode())
        with file.open("rb") as weights:
            digest.update(weights.read(_EDGE))
            weights.seek(max(0, size - _EDGE))
            digest.update(weights.read(_EDGE))
    return digest.hexdigest()[:8]
