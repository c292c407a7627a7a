"""The scenario that tests of pushes share."""

import pytest

from app.database import Database
from tests.pushes.world import World


@pytest.fixture
def world(database: Database) -> World:
    return World(database)
