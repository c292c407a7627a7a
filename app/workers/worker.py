"""The worker: claims an event, lets its handlers plan, applies and acknowledges in one transaction.

Any number of workers, in this process or others, may run on one database. A worker can be killed at any point: what it
has not committed has no effect, and another worker claims the event when the lease has expired.
"""

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from prometheus_client import Counter
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapper, Session, object_session

from app.database import Database
from app.errors import Outage
from app.events import outbox
from app.events.domain_event import ClaimedEvent
from app.events.handler import Effect, Handler, HandlersByName
from app.events.outbox import Event, LeaseLost
from app.observability import Metrics, Tracer
from app.observability.traces import RunningSpan, SpanKind
from app.services import Services
from app.settings import Settings

log = structlog.get_logger(__name__)

HEARTBEATS_PER_LEASE = 3


class Worker:
    """Handles one event at a time, in the thread that calls `run` or `run_until_idle`.

    `handlers` lists every event that this worker handles; an event with an empty sequence is acknowledged at once.
    Events with other names are left to workers that know them, for example of a newer release.
    """

    def __init__(
        self,
        services: Services,
        handlers: HandlersByName,
    ) -> None:
        self._services = services
        self._database = services[Database]
        self._settings = services[Settings]
        self._metrics = services[Metrics]
        self._tracer = services[Tracer]
        self._handlers = dict(handlers)
        self._wake = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then finish the current event.

        The worker sleeps when nothing is due, and wakes at once when this process emits an event. Call `wake` after
        setting `stop` to end a sleep early.
        """
        with woken_by_emits(self._database, self.wake):
            while not stop.is_set():
                self._wake.clear()
                busy = self._step()
                if not busy and not stop.is_set():
                    self._wake.wait(self._settings.worker_poll.total_seconds())

    def wake(self) -> None:
        self._wake.set()

    def run_until_idle(
        self, *, limit: int | None = None, on_progress: Callable[[int], None] | None = None
    ) -> int:
        """Handle all events that are due, in this thread; returns the number of events claimed.

        Failed events wait for their pause, so this ends. With `limit` it ends after that many events.
        """
        taken = 0
        while (limit is None or taken < limit) and self._take_one():
            taken += 1
            if on_progress is not None:
                on_progress(taken)
        return taken

    def _step(self) -> bool:
        """Handle one event; False if none was due or the database is unreachable."""
        try:
            return self._take_one()
        except SQLAlchemyError as error:
            log.error("worker_without_database", error=str(error))
            return False

    def _take_one(self) -> bool:
        with self._database.unit_of_work() as session:
            claimed = outbox.claim(session, names=list(self._handlers), lease=self._settings.worker_lease)
        for event_ in claimed:
            self._work(event_)
        return bool(claimed)

    def _work(self, claimed: ClaimedEvent) -> None:
        with (
            structlog.contextvars.bound_contextvars(event_id=str(claimed.id), event_name=claimed.name),
            event_span(self._tracer, claimed) as span,
        ):
            if claimed.attempts > self._settings.worker_max_attempts:
                # Every earlier worker died while handling it, and could not record a failure.
                release(
                    self._database,
                    self._settings,
                    claimed,
                    RuntimeError("every worker that claimed this event died before it was handled"),
                )
                return
            error = attempt(partial(self._plan_and_apply, claimed))
            if error is not None:
                span.fail(error)
            if error is None:
                count_event(self._metrics.events_done, claimed)
            elif isinstance(error, LeaseLost):
                log.warning("lease_lost", attempts=claimed.attempts)
            else:
                count_event(self._metrics.events_failed, claimed)
                release(self._database, self._settings, claimed, error)

    def _plan_and_apply(self, claimed: ClaimedEvent) -> None:
        handlers = self._handlers[claimed.name]
        plans: list[Any] = []
        with _Heartbeat(self._database, claimed, self._settings.worker_lease):
            for handler in handlers:
                with self._database.reading() as session:
                    plans.append(plan(handler, self._services, session, claimed))
        with self._database.unit_of_work() as session:
            # Acknowledge first: this locks the event's row, so that no other worker claims it meanwhile.
            outbox.ack(session, claimed)
            for handler, planned in zip(handlers, plans, strict=True):
                apply(handler, self._services, session, claimed, planned)


def release(database: Database, settings: Settings, claimed: ClaimedEvent, error: BaseException) -> None:
    """Back the failed event off, or make it a dead letter, and store the error.

    An outage is no attempt: the event waits for its end, however long it takes.
    """
    details = f"{type(error).__name__}: {error}\n{''.join(traceback.format_exception(error))}"
    log.error("event_failed", attempts=claimed.attempts, error=details)
    # The failed handler's frames may hold a half-read cursor. On SQLite its connection could then not wait for the
    # write lock, and would fail at once with "database is locked".
    traceback.clear_frames(error.__traceback__)
    try:
        with database.unit_of_work() as session:
            if isinstance(error, Outage):
                outbox.postpone(session, claimed, error=details)
                return
            dead = outbox.nack(session, claimed, error=details, max_attempts=settings.worker_max_attempts)
    except LeaseLost:
        log.warning("lease_lost", attempts=claimed.attempts)
        return
    if dead:
        log.error("event_dead", attempts=claimed.attempts)


def event_span(tracer: Tracer, claimed: ClaimedEvent) -> AbstractContextManager[RunningSpan]:
    """The span of an attempt at the event, in the trace of what emitted it."""
    return tracer.span(
        claimed.name,
        kind=SpanKind.CONSUMER,
        parent=claimed.trace,
        attributes={"sanku.event_id": str(claimed.id), "sanku.attempt": claimed.attempts},
    )


def count_event(counter: Counter, claimed: ClaimedEvent) -> None:
    counter.labels(claimed.name).inc()


@contextmanager
def woken_by_emits(database: Database, wake: Callable[[], None]) -> Iterator[None]:
    """Within the block, call `wake` after each commit of this process on this database that emitted an event,
    through whatever connections."""

    def emitted(_: Mapper[Event], connection: Connection, target: Event) -> None:
        session = object_session(target)
        if session is not None and connection.engine.url == database.engine.url:
            event.listen(session, "after_commit", lambda _: wake(), once=True)

    event.listen(Event, "after_insert", emitted)
    try:
        yield
    finally:
        event.remove(Event, "after_insert", emitted)


class _Heartbeat:
    """Extends the lease from its own thread for the duration of the block.

    If the lease is lost, the heartbeat just ends: the acknowledgement detects the loss.
    """

    def __init__(self, database: Database, claimed: ClaimedEvent, lease: timedelta) -> None:
        self._database = database
        self._claimed = claimed
        self._lease = lease
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="sanku-heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(self._lease.total_seconds() / HEARTBEATS_PER_LEASE):
            try:
                with self._database.unit_of_work() as session:
                    outbox.extend(session, self._claimed, lease=self._lease)
            except LeaseLost:
                return
            except SQLAlchemyError as error:
                log.warning("heartbeat_failed", error=str(error))


def attempt(work: Callable[[], object]) -> Exception | None:
    """Run `work` and return its exception, or None.

    This is the only broad `except` of the service: a handler may fail in any way, and the worker must store the error
    with the event and continue. Exceptions that end the process (KeyboardInterrupt, SystemExit) pass through.
    """
    try:
        work()
    except Exception as error:
        return error
    return None


def plan(handler: Handler | Effect, services: Services, session: Session, event: ClaimedEvent) -> Any:
    """The result of the handler's `plan`; None for an `Effect`."""
    return handler.plan(services, session, event) if isinstance(handler, Handler) else None


def apply(
    handler: Handler | Effect, services: Services, session: Session, event: ClaimedEvent, planned: Any
) -> None:
    """Write the handler's effect, from the result of its `plan`."""
    if isinstance(handler, Handler):
        handler.apply(services, session, event, planned)
    else:
        handler(services, session, event)
