"""The people of an engagement, for all its tests."""

from typing import Any

import pytest

from tests.engagements.town import LogIn, Town


@pytest.fixture
def town(app: Any, log_in: LogIn) -> Town:
    return Town(app.state.database, log_in)
