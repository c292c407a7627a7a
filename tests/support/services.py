"""Settings and services for tests."""

import functools
from datetime import timedelta
from typing import Any

from app.database import Database
from app.load_limits.quota import Quota
from app.load_limits.turns import TurnLimits, Turns
from app.observability import Metrics, Tracer
from app.services import Services
from app.settings import Settings
from app.transport.early_retries import EarlyRetries
from app.transport.request_limits import RequestLimits


@functools.cache
def _defaults() -> Settings:
    """Reading the environment takes longer than many a test. A busy machine is no fault: nothing runs out of time.
    A test asks as fast as it can."""
    return Settings(
        _env_file=None,
        demo=True,
        matching_deadline=timedelta(hours=1),
        requests_per_minute=0,
        requests_per_minute_of_organisation=0,
        requests_per_minute_of_address=0,
    )


def demo_settings(**changes: Any) -> Settings:
    """The defaults of a demo with these changes, which must have the types of the settings: nothing is converted."""
    return _defaults().model_copy(update=changes)


def make_services(database: Database, settings: Settings, *, metrics: Metrics | None = None) -> Services:
    """What a worker needs; a test adds what its handlers need."""
    services = Services()
    services[Database] = database
    services[Settings] = settings
    services[Metrics] = metrics or Metrics()
    services[Tracer] = Tracer(settings)
    return services


def admit_everybody(services: Services) -> None:
    """Add what admits requests, with limits that no test reaches: nobody waits, and nothing runs out of time."""
    limits = TurnLimits(slots=30, waiting=30, per_holder=30, per_organisation=30, seconds=3600)
    services[Turns] = Turns(limits, Metrics())
    services[Quota] = Quota(per_holder=10_000, per_organisation=10_000)
    services[EarlyRetries] = EarlyRetries()
    services[RequestLimits] = RequestLimits(per_caller=0, per_organisation=0, per_address=0)
