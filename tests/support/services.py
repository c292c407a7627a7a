"""Settings and services for tests."""

import functools
from datetime import timedelta
from typing import Any

from app.database import Database
from app.observability import Metrics
from app.services import Services
from app.settings import Settings


@functools.cache
def _defaults() -> Settings:
    """Reading the environment takes longer than many a test. A busy machine is no fault: nothing runs out of time."""
    return Settings(_env_file=None, demo=True, matching_deadline=timedelta(hours=1))


def demo_settings(**changes: Any) -> Settings:
    """The defaults of a demo with these changes, which must have the types of the settings: nothing is converted."""
    return _defaults().model_copy(update=changes)


def make_services(database: Database, settings: Settings, *, metrics: Metrics | None = None) -> Services:
    """What a worker needs; a test adds what its handlers need."""
    services = Services()
    services[Database] = database
    services[Settings] = settings
    services[Metrics] = metrics or Metrics()
    return services
