"""Text models behind one interface: the default one in little memory, any other through sentence-transformers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from app.errors import Unavailable
from app.matching.embedding.model_files import read_manifest
from app.matching.embedding.model_layout import PIECES_FILE

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class ModelNotReady(Unavailable):
    """The embedding model is missing; prepare it first."""

    code = "model_not_ready"
    zh = "嵌入模型尚未就绪，请先准备模型。"


class TextModel(Protocol):
    """Not thread-safe. `prompts` are the model's own, by name."""

    @property
    def prompts(self) -> Mapping[str, str]: ...

    @property
    def on_cpu(self) -> bool: ...

    @property
    def dimension(self) -> int: ...

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, at most the model's limit."""

    def encode(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        """Vectors of length 1, [n, dimension], of the texts behind the prompt."""


class LibraryModel:
    """Any model that sentence-transformers loads."""

    def __init__(self, model: "SentenceTransformer") -> None:
        self._model = model

    @property
    def prompts(self) -> Mapping[str, str]:
        return {name: prompt for name, prompt in self._model.prompts.items() if prompt}

    @property
    def on_cpu(self) -> bool:
        return bool(self._model.device.type == "cpu")

    @property
    def dimension(self) -> int:
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise ModelNotReady("The embedding model does not say its dimension.", "嵌入模型未说明向量维数。")
        return int(dimension)

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        found = self._model.tokenizer(list(texts), truncation=True, max_length=self._model.max_seq_length)
        return [len(ids) for ids in found["input_ids"]]

    def encode(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        encoded = self._model.encode(
            list(texts),
            prompt=prompt,
            batch_size=len(texts),
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
        )
        return np.asarray(encoded, np.float32)


def load_model(source: str, *, local: bool, device: str | None, threads: int | None) -> TextModel:
    """
    Raises:
        ModelNotReady: the directory is missing or incomplete, or the hub does not have the model.
    """
    if local and not any((Path(source) / name).is_file() for name in ("modules.json", "config.json")):
        raise ModelNotReady(
            f"There is no embedding model in {source}; prepare it first.",
            f"{source} 中没有嵌入模型，请先准备模型。",
        )
    import torch
    from safetensors import SafetensorError

    if threads is not None:
        torch.set_num_threads(threads)
    try:
        if _is_small(source, local=local) and (
            device == "cpu" or (device is None and not torch.cuda.is_available())
        ):
            from app.matching.embedding.mapped_model import MappedModel

            return MappedModel(Path(source))
        return _from_library(source, local=local, device=device)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelNotReady(
            f"The embedding model {source} cannot be loaded: {error}",
            f"无法加载嵌入模型 {source}: {error}",
        ) from error


def _is_small(source: str, *, local: bool) -> bool:
    """Whether the directory is one of `prepare_model`, with the compact vocabulary."""
    return local and bool(read_manifest(Path(source))) and (Path(source) / PIECES_FILE).is_file()


def _from_library(source: str, *, local: bool, device: str | None) -> TextModel:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it unannotated
    return LibraryModel(SentenceTransformer(source, device=device, local_files_only=local))
