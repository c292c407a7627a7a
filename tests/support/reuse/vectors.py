"""Vectors that the models have made, kept beside the prepared model for later runs and for the other test processes.

The judged demands alone are minutes of the models. The file is named after all that decides what a text's vector is:
the weights, the code that reads them, and the pinned packages. A change of one of these makes every vector anew.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from app.matching.embedding.aligned_encoder import AlignedEncoder, Floats
from app.matching.embedding.embedder import Embedder, OnProgress, SingleSpace
from tests.support.paths import REPOSITORY

OF_CODE = ("app/matching/embedding/*.py", "requirements.lock")
DAYS = 14
"""After so many days a file that no run has read is removed."""


class VectorFile:
    """Vectors by their text and by what was asked of the model. Safe in threads and between processes."""

    def __init__(self, folder: Path, model_id: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.db"):
            if time.time() - old.stat().st_mtime > DAYS * 86_400:
                old.unlink(missing_ok=True)
        path = folder / f"{_fingerprint(model_id)}.db"
        self._lock = threading.Lock()
        self._rows = sqlite3.connect(path, timeout=600, check_same_thread=False, isolation_level=None)
        self._rows.execute("PRAGMA synchronous = off")
        self._rows.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
        path.touch()

    def close(self) -> None:
        self._rows.close()

    def vectors(self, kind: str, texts: Sequence[str], make: Callable[[list[str]], Floats]) -> Floats:
        """Those of `texts`, which are not empty, in their order; `make` is called for texts that are new."""
        keys = {text: hashlib.sha256(f"{kind}\0{text}".encode()).digest() for text in texts}
        with self._lock:
            found = {text: vector for text, key in keys.items() if (vector := self._read(key)) is not None}
        missing = [text for text in keys if text not in found]
        if missing:
            fresh = [(text, vector.tobytes()) for text, vector in zip(missing, make(missing), strict=True)]
            found.update(fresh)
            with self._lock:
                self._rows.execute("BEGIN IMMEDIATE")
                self._rows.executemany(
                    "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
                    [(keys[text], vector) for text, vector in fresh],
                )
                self._rows.execute("COMMIT")
        return np.stack([np.frombuffer(found[text], np.float32) for text in texts])

    def _read(self, key: bytes) -> bytes | None:
        row = self._rows.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
        return None if row is None else bytes(row[0])


class KeptText(SingleSpace):
    """A text model that reads no text twice, in any run; loaded with the first text that is new."""

    def __init__(self, text: Embedder, file: VectorFile) -> None:
        self._text, self._file = text, file

    @property
    def model_id(self) -> str:
        return self._text.model_id

    @property
    def dimension(self) -> int:
        return self._text.dimension

    def embed_queries(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._embed("query", texts, self._text.embed_queries, on_progress)

    def embed_passages(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._embed("passage", texts, self._text.embed_passages, on_progress)

    def _embed(
        self, kind: str, texts: Sequence[str], embed: Callable[..., Floats], on_progress: OnProgress | None
    ) -> Floats:
        if not texts or not all(map(str.strip, texts)):
            return embed(texts)  # nothing, or the model's own refusal
        found = self._file.vectors(kind, texts, embed)
        if on_progress is not None:
            on_progress(len(texts), len(texts))
        return found


class KeptAligned:
    """An aligned encoder that reads no text twice, in any run."""

    def __init__(self, aligned: AlignedEncoder, file: VectorFile) -> None:
        self._aligned, self._file = aligned, file

    @property
    def name(self) -> str:
        return self._aligned.name

    @property
    def dimension(self) -> int:
        return self._aligned.dimension

    def encode(self, texts: Sequence[str]) -> Floats:
        return (
            self._file.vectors(self.name, texts, self._aligned.encode)
            if texts
            else self._aligned.encode(texts)
        )


def _fingerprint(model_id: str) -> str:
    digest = hashlib.sha256(model_id.encode())
    for pattern in OF_CODE:
        for path in sorted(REPOSITORY.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:24]
