"""The source file of multilingual-e5-small, with its vocabulary and 4-bit weights.

Layout, little-endian: header, unigram vocabulary, normalisation map, directory of tensors, tensors.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK_WEIGHTS = 32
# A block of 32 weights: scale d, then byte j holds weight j in its low and weight j + 16 in its high nibble.
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK_WEIGHTS // 2)])
_PLAIN, _Q4 = 0, 1

_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class UnknownLayout(ValueError):
    """The file does not have the layout that this module reads."""


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """The network's sizes, in the order of the header."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    word_rows: int
    positions: int
    token_types: int


@dataclass(frozen=True, slots=True)
class TokenVocabulary:
    """Unigram pieces with their log probabilities; the position of a piece is its token id."""

    pieces: list[str]
    scores: list[float]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class E5Source:
    """`tensors` yields (BERT parameter name, float32 array), one at a time, as each is decoded."""

    shape: NetworkShape
    vocabulary: TokenVocabulary
    _data: bytes
    _directory: list[tuple[str, int, int, int]]

    def tensors(self) -> Iterator[tuple[str, Floats]]:
        for name, kind, count, offset in self._directory:
            values = _decode(self._data, kind, count, offset)
            yield _bert_name(name), values.reshape(self._dimensions(name))

    def _dimensions(self, name: str) -> tuple[int, ...]:
        if name.endswith(".b") or name.endswith("ln.w"):
            return (-1,)
        return (-1, self.shape.feed_forward if name.endswith(".fo.w") else self.shape.hidden)

    def __len__(self) -> int:
        return len(self._directory)


def read_source(data: bytes) -> E5Source:
    """Raises UnknownLayout if magic, version or block size differ."""
    version, *sizes, _epsilon, block = struct.unpack_from("<I7ifi", data, len(_MAGIC))
    if not data.startswith(_MAGIC) or version != 1 or block != _BLOCK_WEIGHTS:
        raise UnknownLayout(f"expected {_MAGIC!r} version 1 with blocks of {_BLOCK_WEIGHTS}")
    at = len(_MAGIC) + struct.calcsize("<I7ifi")
    vocabulary, at = _read_vocabulary(data, at)
    # The normalisation map is skipped: the tokenizer does the same with NFKC and a few exceptions.
    (map_bytes,) = struct.unpack_from("<4xI", data, at)
    return E5Source(NetworkShape(*sizes), vocabulary, data, _read_directory(data, at + 8 + map_bytes))


def _read_vocabulary(data: bytes, at: int) -> tuple[TokenVocabulary, int]:
    count, bos, eos, pad, unk, blob_bytes = struct.unpack_from("<5iQ", data, at)
    at += struct.calcsize("<5iQ")
    offsets = np.frombuffer(data, "<u4", count + 1, at).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at).tolist()
    at += 4 * count
    blob = data[at : at + blob_bytes]
    pieces = [blob[offsets[i] : offsets[i + 1]].decode() for i in range(count)]
    return TokenVocabulary(pieces, scores, bos, eos, pad, unk), at + blob_bytes


def _read_directory(data: bytes, at: int) -> list[tuple[str, int, int, int]]:
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    directory = []
    for _ in range(entries):
        (name_bytes,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + name_bytes].decode()
        kind, count, offset, _size = struct.unpack_from("<BIQQ", data, at + 2 + name_bytes)
        at += 2 + name_bytes + struct.calcsize("<BIQQ")
        directory.append((name, kind, count, offset))
    return directory


def _decode(data: bytes, kind: int, count: int, offset: int) -> Floats:
    if kind == _PLAIN:
        return np.frombuffer(data, "<f4", count, offset).astype(np.float32)
    if kind != _Q4:
        raise UnknownLayout(f"tensor kind {kind} is neither plain nor 4-bit")
    blocks = np.frombuffer(data, _Q4_BLOCK, count // _BLOCK_WEIGHTS, offset)
    weights = np.empty((len(blocks), _BLOCK_WEIGHTS), np.float32)
    half = _BLOCK_WEIGHTS // 2
    weights[:, :half] = blocks["nibbles"] & 0x0F
    weights[:, half:] = blocks["nibbles"] >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights


def _bert_name(name: str) -> str:
    if name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER_PARTS[part]}.{'weight' if kind == 'w' else 'bias'}"
