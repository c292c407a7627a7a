"""What stores are filled with: nothing here depends on what a text means."""

from pathlib import Path

import pytest

from tests.support.embedders import BigramEmbedder


@pytest.fixture(scope="session")
def embedder() -> BigramEmbedder:
    return BigramEmbedder()


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    return tmp_path / "no model"
