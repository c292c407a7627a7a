"""Records that wait for the bureau."""

from typing import Any

import pytest

from app.database import Database
from app.libraries.record.indexing import Indexer
from app.pushes.recommender import Recommender
from app.settings import Settings
from tests.support.scenario import Scenario
from tests.web.bureau.desk import Submissions


@pytest.fixture
def scenario(app: Any) -> Scenario:
    """Records, pairs and managers on the service's database; its matcher is the service's too."""
    made = Scenario(app.state.services[Database])
    app.state.services[Recommender] = made.matcher
    return made


@pytest.fixture
def submissions(app: Any, settings: Settings) -> Submissions:
    services = app.state.services
    return Submissions(services[Database], settings, services[Indexer])
