"""What goes over the line: who serves which vectors, and vectors as numpy writes them."""

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.matching.embedding.embedder import Floats
from app.matching.space import Side

PROTOCOL = 1
"""Incremented with every change after which an older client or server would misread the other."""

MODEL_HEADER = "X-Sanku-Model"
PROTOCOL_HEADER = "X-Sanku-Embed-Protocol"
SECONDS_HEADER = "X-Sanku-Seconds"
"""How long the caller waits."""
USER_HEADER = "X-Sanku-Holder"
ORGANISATION_HEADER = "X-Sanku-Organisation"

Kind = Literal["queries", "passages", "profiles", "sentences"]

MOST_TEXTS = 512
MOST_BYTES = 8_000_000
"""Of the body of one request."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a server serves: the id of the joint vectors, which names weights and format, and their dimensions."""

    model_id: str
    dimension: int
    sentence_dimension: int
    protocol: int = PROTOCOL

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Identity":
        """
        Raises:
            KeyError, ValueError: it is no identity.
        """
        return cls(
            str(values["model_id"]),
            int(values["dimension"]),
            int(values["sentence_dimension"]),
            int(values["protocol"]),
        )


@dataclass(frozen=True, slots=True)
class Texts:
    """What is to be embedded; `side` is None but for sentences."""

    kind: Kind
    texts: tuple[str, ...]
    side: Side | None = None


def packed(vectors: Floats) -> bytes:
    """The array in numpy's own format, with type and shape."""
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(vectors, np.float32), allow_pickle=False)
    return file.getvalue()


def unpacked(data: bytes) -> Floats:
    """
    Raises:
        ValueError: it is no array of float32 with rows.
    """
    found = np.load(io.BytesIO(data), allow_pickle=False)
    if not isinstance(found, np.ndarray) or found.dtype != np.float32 or found.ndim != 2:
        raise ValueError("these are no vectors")
    return found


def packed_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]  # the stub takes keywords for options
    return file.getvalue()


def unpacked_arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """
    Raises:
        ValueError: it is no file of arrays.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return dict(stored)
