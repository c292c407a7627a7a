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

LEAST_ROWS = 16
"""Tokens of a call, filled up if need be: products of fewer rows are added up in another order."""
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
        """Vectors of the texts. They lie one behind another, without padding: it saves work, and a text's vector is the
        same, bit by bit, whatever other texts are read with it."""
        ids = [self._ids(prompt + text) for text in texts]
        lacking = LEAST_ROWS - sum(map(len, ids))
        filler = [[self._pieces.pad_id()] * lacking] if lacking > 0 else []
        with torch.inference_mode():
            hidden = self._hidden(ids + filler)[: len(texts)]
            means = torch.stack([states.mean(dim=0) for states in hidden])
            return np.asarray(functional.normalize(means, dim=1).numpy(), np.float32)

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._pieces.encode(_normalised(text))
        return [self._pieces.bos_id(), *ids[: MAX_TOKENS - 2], self._pieces.eos_id()]

    def _hidden(self, ids: Sequence[Sequence[int]]) -> tuple[torch.Tensor, ...]:
        """The last layer's states of each text, [tokens, dimension]."""
        w = self._weights
        lengths = [len(of_text) for of_text in ids]
        words = torch.tensor([one for of_text in ids for one in of_text])
        positions = torch.cat([w["embeddings.position_embeddings.weight"][:length] for length in lengths])
        kind = w["embeddings.token_type_embeddings.weight"][0]
        states = functional.embedding(words, w["embeddings.word_embeddings.weight"]) + positions + kind
        states = self._norm(states, "embeddings.LayerNorm")
        for layer in range(self._layers):
            part = f"encoder.layer.{layer}."
            query, key, value = (
                torch.split(self._linear(states, f"{part}attention.self.{name}"), lengths)
                for name in ("query", "key", "value")
            )
            attended = torch.cat([self._attended(*one) for one in zip(query, key, value, strict=True)])
            attended = self._linear(attended, f"{part}attention.output.dense")
            states = self._norm(attended + states, f"{part}attention.output.LayerNorm")
            inner = functional.gelu(self._linear(states, f"{part}intermediate.dense"))
            states = self._norm(
                self._linear(inner, f"{part}output.dense") + states, f"{part}output.LayerNorm"
            )
        return torch.split(states, lengths)

    def _attended(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """Attention of one text's tokens to each other, [tokens, dimension]."""
        attended = functional.scaled_dot_product_attention(
            self._heads_of(query), self._heads_of(key), self._heads_of(value)
        )
        return attended.transpose(1, 2).flatten(2)[0]

    def _heads_of(self, states: torch.Tensor) -> torch.Tensor:
        """[tokens, dimension] as [1, heads, tokens, dimension of a head]."""
        return states.view(1, len(states), self._heads, -1).transpose(1, 2)

    def _linear(self, states: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(states, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, states: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(states, (self.dimension,), weight, bias, self._epsilon)


def _normalised(text: str) -> str:
    """As `model_layout.build_tokenizer` normalises."""
    text = _BECOMES_SPACE.sub(" ", _DROPPED.sub("", text)).replace(FULL_WIDTH_TILDE, CARRIER)
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).replace(CARRIER, FULL_WIDTH_TILDE))
