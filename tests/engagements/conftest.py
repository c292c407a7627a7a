"""The people of an engagement, for all its tests."""

from pathlib import Path
from typing import Any

import pytest

from app.database import Database
from tests.support.callers import LogIn
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
def scenario(app: Any, log_in: LogIn) -> Scenario:
    """The owners and the lead are there before anything else."""
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    assert scenario.enterprise and scenario.institution and scenario.lead
    return scenario
