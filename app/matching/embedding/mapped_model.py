"""The default text model in little memory: weights mapped from its file, its vocabulary in a compact form.

sentence-transformers gives the same vectors, but its modules and the tokenizer's tables take half a gigabyte, more than
everything else of a process together. Mapped weights are shared by all processes of a machine.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from sentencepiece import SentencePieceProcessor
from torch.nn import functional

from app.matching.embedding.model_layout import (
    BECOMES_SPACE,
    CARRIER,
    DROPPED,
    FULL_WIDTH_TILDE,
    MAX_TOKENS,
    PIECES_FILE,
)

_DROPPED, _BECOMES_SPACE, _SPACE = re.compile(DROPPED), re.compile(BECOMES_SPACE), re.compile(r"\s+")


class MappedModel:
    """multilingual-e5-small as `prepare_model` wrote it, on the CPU.

    Raises:
        OSError, ValueError, SafetensorError: a file is missing or damaged.
    """

    prompts: Mapping[str, str] = {}
    on_cpu = True

    def __init__(self, folder: Path) -> None:
        shape: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._layers, self._heads = int(shape["num_hidden_layers"]), int(shape["num_attention_heads"])
        self._epsilon = float(shape["layer_norm_eps"])
        self.dimension = int(shape["hidden_size"])
        self.prompts = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))[
            "prompts"
        ]
        self._pieces = SentencePieceProcessor(model_file=str(folder / PIECES_FILE))
        with safe_open(folder / "model.safetensors", framework="pt") as file:
            self._weights: dict[str, torch.Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 — no mapping

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        return [len(ids) for ids in map(self._ids, texts)]

    def encode(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        ids = [self._ids(prompt + text) for text in texts]
        longest = max(map(len, ids))
        padded = torch.full((len(ids), longest), self._pieces.pad_id())
        for row, of_text in enumerate(ids):
            padded[row, : len(of_text)] = torch.tensor(of_text)
        present = padded != self._pieces.pad_id()
        with torch.inference_mode():
            hidden = self._hidden(padded, present)
            shares = present.unsqueeze(-1).to(hidden.dtype)
            means = (hidden * shares).sum(dim=1) / shares.sum(dim=1)
            return np.asarray(functional.normalize(means, dim=1).numpy(), np.float32)

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._pieces.encode(_normalised(text))
        return [self._pieces.bos_id(), *ids[: MAX_TOKENS - 2], self._pieces.eos_id()]

    def _hidden(self, ids: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
        """The last layer's states, [n, tokens, dimension], for ids and their mask [n, tokens]."""
        w = self._weights
        positions = w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kind = w["embeddings.token_type_embeddings.weight"][0]
        states = functional.embedding(ids, w["embeddings.word_embeddings.weight"]) + positions + kind
        states = self._norm(states, "embeddings.LayerNorm")
        mask = present[:, None, None, :]
        for layer in range(self._layers):
            part = f"encoder.layer.{layer}."
            query, key, value = (
                self._heads_of(self._linear(states, f"{part}attention.self.{name}"))
                for name in ("query", "key", "value")
            )
            attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
            attended = self._linear(attended.transpose(1, 2).flatten(2), f"{part}attention.output.dense")
            states = self._norm(attended + states, f"{part}attention.output.LayerNorm")
            inner = functional.gelu(self._linear(states, f"{part}intermediate.dense"))
            states = self._norm(
                self._linear(inner, f"{part}output.dense") + states, f"{part}output.LayerNorm"
            )
        return states

    def _heads_of(self, states: torch.Tensor) -> torch.Tensor:
        """[n, tokens, dimension] as [n, heads, tokens, dimension of a head]."""
        texts, tokens, _ = states.shape
        return states.view(texts, tokens, self._heads, -1).transpose(1, 2)

    def _linear(self, states: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(states, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, states: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(states, (self.dimension,), weight, bias, self._epsilon)


def _normalised(text: str) -> str:
    """As `model_layout.build_tokenizer` normalises."""
    text = _BECOMES_SPACE.sub(" ", _DROPPED.sub("", text)).replace(FULL_WIDTH_TILDE, CARRIER)
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).replace(CARRIER, FULL_WIDTH_TILDE))
