"""Records that wait for the bureau."""

from typing import Any

import pytest

from app.database import Database
from app.libraries.record.indexing import Indexer
from app.settings import Settings
from tests.web.bureau.desk import Submissions


@pytest.fixture
def submissions(app: Any, settings: Settings) -> Submissions:
    services = app.state.services
    return Submissions(services[Database], settings, services[Indexer])
