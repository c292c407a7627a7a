"""The scenario that tests of pushes share."""

from pathlib import Path

import pytest

from app.database import Database
from tests.support.embedders import BigramEmbedder
from tests.support.scenario import Scenario


@pytest.fixture(scope="session")
def embedder() -> BigramEmbedder:
    """Pairs are given: what a text means does not matter here."""
    return BigramEmbedder()


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    return tmp_path / "no model"


@pytest.fixture
def scenario(database: Database) -> Scenario:
    return Scenario(database)
