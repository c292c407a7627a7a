"""The real service on a port of its own, for programs that reach it as programs do."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.support.embedders import BigramEmbedder


@pytest.fixture(scope="session")
def embedder() -> BigramEmbedder:
    """What a text means does not matter here."""
    return BigramEmbedder()


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    return tmp_path / "no model"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A client sees no database."""
    return sqlite_url


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
