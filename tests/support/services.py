"""Services for tests that need few of them."""

from app.database import Database
from app.observability import Metrics
from app.services import Services
from app.settings import Settings


def make_services(database: Database, settings: Settings, *, metrics: Metrics | None = None) -> Services:
    """What a worker needs; a test adds what its handlers need."""
    services = Services()
    services[Database] = database
    services[Settings] = settings
    services[Metrics] = metrics or Metrics()
    return services
