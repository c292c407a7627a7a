"""Snapshots: vectors on disk, so that a process need not read all of them from the database when it starts.

A vector of a snapshot is used only for a database row with the same record, sequence number and text hash. So an old
snapshot, or one of another database, does no harm. The archive has a checksum for each part; a damaged snapshot, or one
of another model, is ignored.
"""

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.matching.index.base import Array

_FORMAT = 1
_NAME = "vectors.npz"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Vectors [n, dimension] with the records, numbers and text hashes that they belong to."""

    rows: Mapping[tuple[UUID, int, str], int]
    matrix: Array


def write(
    directory: Path,
    *,
    model_id: str,
    ids: list[UUID],
    hashes: list[str],
    seqs: NDArray[np.int64],
    matrix: Array,
) -> None:
    """Replace the directory's snapshot atomically: a reader sees the complete old or the complete new one."""
    directory.mkdir(parents=True, exist_ok=True)
    header = json.dumps({"format": _FORMAT, "model_id": model_id, "dimension": matrix.shape[1]})
    handle, name = tempfile.mkstemp(dir=directory, prefix=".vectors-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(
                file,
                header=np.frombuffer(header.encode(), np.uint8),
                ids=np.frombuffer(b"".join(record_id.bytes for record_id in ids), np.uint8),
                hashes=np.array(hashes, dtype=np.str_),
                seqs=seqs,
                matrix=matrix,
            )
        os.replace(name, directory / _NAME)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(directory: Path, *, model_id: str, dimension: int) -> Snapshot | None:
    """The directory's snapshot; None if it is missing, damaged or of another model."""
    try:
        # Opened here: numpy leaves the file open if it is not an archive.
        with (directory / _NAME).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            header = json.loads(archive["header"].tobytes())
            if header != {"format": _FORMAT, "model_id": model_id, "dimension": dimension}:
                return None
            packed, hashes, seqs = (
                archive["ids"].tobytes(),
                archive["hashes"].tolist(),
                archive["seqs"].tolist(),
            )
            matrix: Array = archive["matrix"]
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    ids = [UUID(bytes=packed[start : start + 16]) for start in range(0, len(packed), 16)]
    if not len(ids) == len(hashes) == len(seqs) == len(matrix) or matrix.dtype != np.float32:
        return None
    rows = {key: row for row, key in enumerate(zip(ids, seqs, hashes, strict=True))}
    return Snapshot(rows, matrix)


def model_of(directory: Path) -> str | None:
    """The model whose vectors the directory's snapshot has; None if it is missing or damaged."""
    try:
        with (directory / _NAME).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return str(json.loads(archive["header"].tobytes())["model_id"])
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None


def exists(directory: Path) -> bool:
    """Whether the directory has a snapshot, whole or not."""
    return (directory / _NAME).exists()


def discard(directory: Path) -> None:
    """Delete the directory's snapshot if it has one."""
    (directory / _NAME).unlink(missing_ok=True)
