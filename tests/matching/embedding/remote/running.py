"""An embed server in this process, over a real socket, with small encoders of the default model's dimensions."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn

from app.accounts.access.metrics_readers import MetricsReaders
from app.load_limits.turn import TurnEnded, check_turn
from app.matching.embedding import aligned_encoder, model_files
from app.matching.embedding.background import shipped_background
from app.matching.embedding.joint_embedder import JointEmbedder
from app.matching.embedding.remote.address import listen_on_file
from app.matching.embedding.remote.server import embed_app
from app.matching.space import Floats, unit
from app.settings import Settings
from app.transport.server import server_for
from tests.support.embedders import BigramEmbedder

PATIENCE = 60.0
QUEUE = 4


class SmallText(BigramEmbedder):
    """Stands for the default text model. While the gate is shut, texts are held; `left` counts those given up there."""

    model_id = model_files.MODEL_ID
    dimension = model_files.DIMENSION

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.held, self.left = threading.Semaphore(0), threading.Semaphore(0)

    def embed_queries(self, texts: Sequence[str], *, on_progress: Any = None) -> Floats:
        if not self.open.is_set():
            self.held.release()
            try:
                while not self.open.wait(0.01):
                    check_turn()
            except TurnEnded:
                self.left.release()
                raise
        return _rows(texts, self.dimension)

    embed_passages = embed_queries


class SmallAligned:
    name = aligned_encoder.NAME
    dimension = aligned_encoder.DIMENSION

    def encode(self, texts: Sequence[str]) -> Floats:
        return _rows(texts, self.dimension)


def _rows(texts: Sequence[str], dimension: int) -> Floats:
    rows = np.zeros((len(texts), dimension), np.float32)
    for row, text in zip(rows, texts, strict=True):
        if "打破" in text:
            raise RuntimeError("a text that breaks the model")
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest())
        row[:] = np.random.default_rng(seed).normal(size=dimension)
    return unit(rows)


def small_embedder(text: SmallText | None = None) -> JointEmbedder:
    return JointEmbedder(text or SmallText(), SmallAligned(), lambda: _shipped())


def _shipped() -> Any:
    return shipped_background(model_files.MODEL_ID)


class EmbedServer:
    """Listens on `path`; can be stopped and started again."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path, self._settings = path, settings
        self.text = SmallText()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    def start(self) -> None:
        app = embed_app(
            small_embedder(self.text),
            MetricsReaders.of(self._settings),
            secret=self._settings.embed_secret,
            queue=QUEUE,
        )
        self._server = server_for(app, self._settings)
        listening = listen_on_file(self.path)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]})
        self._thread.start()

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
            self.path.unlink(missing_ok=True)
            self._server = self._thread = None


@contextmanager
def embed_server(path: Path, settings: Settings) -> Iterator[EmbedServer]:
    server = EmbedServer(path, settings)
    server.start()
    try:
        yield server
    finally:
        server.text.open.set()
        server.stop()
