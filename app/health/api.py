"""Health checks and metrics, which answer whatever the load.

They use neither the threads nor the connections of other requests, and wait for nothing longer than `PATIENCE`.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from app import database_schema
from app.accounts.access.metrics_readers import MetricsReaders
from app.accounts.audit import alarms as reading_alarms
from app.database import Database
from app.errors import Unavailable
from app.events.outbox import backlog
from app.libraries.lifecycle import tie_changes
from app.matching.embedding.embedder import Embedder
from app.matching.matcher import Matcher
from app.matching.spaces.lifecycle import registered
from app.observability import Metrics
from app.services import AllServices, Services
from app.settings import Settings

log = structlog.get_logger(__name__)

PATIENCE = 0.8
"""Seconds for what a check reads from the database."""
THREADS = 4
"""Checks at a time; each has a connection."""

router = APIRouter(tags=["service"])

Answer = TypeVar("Answer")


class HealthChecks:
    """What the checks read, with threads and connections of their own."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, connections=THREADS)
        self._threads: CapacityLimiter | None = None

    def is_current(self) -> bool:
        """Whether the database has the schema that this code needs."""
        try:
            return database_schema.is_current(self.database)
        finally:
            _close_file(self.database)

    async def within_patience(self, read: Callable[[], Answer]) -> Answer | None:
        """The result of `read`, or None if it takes too long; then its thread ends by itself."""
        if self._threads is None:  # it belongs to the event loop
            self._threads = CapacityLimiter(THREADS)
        with anyio.move_on_after(PATIENCE):
            return await to_thread.run_sync(read, abandon_on_cancel=True, limiter=self._threads)
        return None


def _close_file(database: Database) -> None:
    """An open file would hide that nothing lies in its place any more."""
    if database.is_sqlite:
        database.dispose()


@router.get("/healthz", summary="进程是否存活")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", summary="是否可以接收请求")
async def readyz(services: AllServices) -> JSONResponse:
    health = services[HealthChecks]
    stored = await health.within_patience(partial(_stored_parts, services, health.database))
    reranker = services[Matcher].reranker
    models = {"model": services[Embedder].ready}
    if reranker is not None:
        models["reranker"] = reranker.ready
    checks = models | (stored or {"database": False, "index": False})
    ready = all(checks.values())
    return JSONResponse({"ready": ready, "checks": checks}, 200 if ready else 503)


@router.get("/metrics", summary="Prometheus 指标", include_in_schema=False)
async def metrics(request: Request, services: AllServices) -> Response:
    MetricsReaders.of(services[Settings]).check(request)
    health = services[HealthChecks]
    await health.within_patience(partial(_refresh_gauges, services, health.database))
    return Response(generate_latest(services[Metrics].registry), media_type=CONTENT_TYPE_LATEST)


def _stored_parts(services: Services, database: Database) -> dict[str, bool]:
    try:
        is_current = database_schema.is_current(database)
        with database.reading() as session:
            index = services[Matcher].index
            index.position(session)
            known = [space.model_id for space in registered(session)]
            if known and index.model_id not in known:
                # This process could not follow before its space was dropped.
                log.error("space_gone", model_id=index.model_id)
                return {"database": is_current, "index": False}
    except Unavailable:
        return {"database": is_current, "index": False}
    except SQLAlchemyError as error:
        log.error("not_ready", error=str(error))
        return {"database": False, "index": False}
    finally:
        _close_file(database)
    return {"database": is_current, "index": True}


def _refresh_gauges(services: Services, database: Database) -> None:
    """Update the gauges. Without the database the other metrics are still served, because they are needed then."""
    metrics = services[Metrics]
    try:
        with database.reading() as session:
            waiting = backlog(session)
            status = services[Matcher].index.status(session)
            tie_alarms = tie_changes.recent_alarms(session)
            readers = reading_alarms.recent_alarms(session)
    except (SQLAlchemyError, Unavailable) as error:
        log.error("gauges_not_refreshed", error=str(error))
        return
    metrics.events_waiting.set(waiting["waiting"])
    metrics.tie_alarms.set(tie_alarms)
    metrics.reading_alarms.set(readers)
    metrics.events_dead.set(waiting["dead"])
    for kind, count in status["records"].items():
        metrics.index_vectors.labels(kind).set(count)
    metrics.index_position.set(status["position"])
