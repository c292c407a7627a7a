"""A manager with a desk of their own."""

from typing import Any

import pytest

from app.settings import Settings
from tests.web.manager.desk import ManagerDesk, manager_desk
from tests.web.readers import ReaderOf


@pytest.fixture
def desk(app: Any, settings: Settings, reader: ReaderOf) -> ManagerDesk:
    return manager_desk(app, settings, reader)
