"""The real service on a port of its own, for programs that reach it as programs do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.embedders import BigramEmbedder
from tests.support.servers import served


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
    with served(app) as address:
        yield address
