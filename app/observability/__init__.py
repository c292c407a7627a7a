"""Observability: structured logs with a correlation id, Prometheus metrics, and traces for OpenTelemetry."""

from app.observability.logs import configure_logging
from app.observability.metrics import Metrics
from app.observability.requests import ObserveRequests
from app.observability.traces import Tracer

__all__ = ["Metrics", "ObserveRequests", "Tracer", "configure_logging"]
