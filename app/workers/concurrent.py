"""The concurrent worker, for events that wait for external servers: many at a time, in few transactions.

It plans in threads, so that a slow receiver blocks only its own slot, and applies whatever has become ready in one
transaction: the busier it is, the more events share a commit. Events have the same guarantees as in the plain worker:
leases, counted attempts, pauses and dead letters.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.events import outbox
from app.events.domain_event import ClaimedEvent
from app.events.handler import HandlersByName
from app.events.outbox import LeaseLost
from app.observability import Metrics, Tracer
from app.observability.traces import continued
from app.services import Services
from app.settings import Settings
from app.workers.worker import (
    HEARTBEATS_PER_LEASE,
    apply,
    attempt,
    count_event,
    event_span,
    plan,
    release,
    woken_by_emits,
)

log = structlog.get_logger(__name__)

Order = Callable[[ClaimedEvent], Any]
Plans = list[Any]


class ConcurrentWorker:
    """Handles up to `slots` events at a time, from the thread that calls `run`.

    `order` sorts the events that are applied together: handlers lock rows in this order, so that concurrent workers do
    not deadlock.
    """

    def __init__(
        self,
        services: Services,
        handlers: HandlersByName,
        *,
        slots: int,
        order: Order,
    ) -> None:
        self._services = services
        self._database = services[Database]
        self._settings = services[Settings]
        self._metrics = services[Metrics]
        self._tracer = services[Tracer]
        self._handlers = dict(handlers)
        self._slots = slots
        self._order = order
        self._wake = threading.Event()
        self._in_progress: dict[Future[Plans], ClaimedEvent] = {}
        self._poll_at = self._extend_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then finish the events in progress."""
        with (
            woken_by_emits(self._database, self.wake),
            ThreadPoolExecutor(self._slots, thread_name_prefix="concurrent-worker") as pool,
        ):
            while not stop.is_set():
                if not self._step(pool):
                    self._wake.wait(self._settings.worker_poll.total_seconds())
            wait(self._in_progress)
            self._safely(self._apply_ready)

    def wake(self) -> None:
        self._wake.set()

    def _step(self, pool: ThreadPoolExecutor) -> bool:
        """Claim due events for the free slots, and apply what is ready; False if nothing is in progress."""
        self._safely(partial(self._fill, pool))
        if not self._in_progress:
            return False
        wait(
            self._in_progress, timeout=self._settings.worker_poll.total_seconds(), return_when=FIRST_COMPLETED
        )
        self._safely(self._apply_ready)
        self._safely(self._extend)
        return True

    def _safely(self, step: Callable[[], None]) -> None:
        """An unreachable database does not end the worker: events in progress are applied when it is back, unless their
        lease is lost."""
        try:
            step()
        except SQLAlchemyError as error:
            log.error("concurrent_worker_without_database", error=str(error))

    def _fill(self, pool: ThreadPoolExecutor) -> None:
        """Poll the database after an emit, after a poll that filled all free slots, or after the poll interval."""
        free = self._slots - len(self._in_progress)
        if not free or not (self._wake.is_set() or time.monotonic() >= self._poll_at):
            return
        self._wake.clear()
        with self._database.unit_of_work() as session:
            claimed = outbox.claim(
                session, names=list(self._handlers), lease=self._settings.worker_lease, limit=free
            )
        full = len(claimed) == free
        self._poll_at = time.monotonic() + (0 if full else self._settings.worker_poll.total_seconds())
        if not self._in_progress:
            self._extend_at = time.monotonic() + self._beat()
        for event in claimed:
            if event.attempts > self._settings.worker_max_attempts:
                self._fail(
                    event, RuntimeError("every worker that claimed this event died before it was handled")
                )
            else:
                self._in_progress[pool.submit(self._plan, event)] = event

    def _plan(self, claimed: ClaimedEvent) -> Plans:
        plans = []
        with event_span(self._tracer, claimed):
            for handler in self._handlers[claimed.name]:
                with self._database.reading() as session:
                    plans.append(plan(handler, self._services, session, claimed))
        return plans

    def _apply_ready(self) -> None:
        """Apply all ready events in one transaction; if it fails, each in its own, so that none affects another."""
        ready = [(self._in_progress[future], future) for future in self._in_progress if future.done()]
        planned = [(claimed, future.result()) for claimed, future in ready if future.exception() is None]
        planned.sort(key=lambda item: self._order(item[0]))
        batch_error = attempt(partial(self._apply, planned)) if len(planned) > 1 else None
        for claimed, plans in planned:
            if len(planned) == 1 or batch_error is not None:
                self._finish(claimed, attempt(partial(self._apply, [(claimed, plans)])))
            else:
                count_event(self._metrics.events_done, claimed)
        for claimed, future in ready:
            error = future.exception()
            if error is not None:
                self._finish(claimed, error)
            del self._in_progress[future]

    def _apply(self, events: Sequence[tuple[ClaimedEvent, Plans]]) -> None:
        with self._database.unit_of_work() as session:
            for claimed, plans in events:
                outbox.ack(session, claimed)
                with continued(claimed.trace):
                    for handler, planned in zip(self._handlers[claimed.name], plans, strict=True):
                        apply(handler, self._services, session, claimed, planned)

    def _finish(self, claimed: ClaimedEvent, error: BaseException | None) -> None:
        if error is None:
            count_event(self._metrics.events_done, claimed)
        elif isinstance(error, LeaseLost):
            log.warning("lease_lost", event_id=str(claimed.id), attempts=claimed.attempts)
        else:
            self._fail(claimed, error)

    def _fail(self, claimed: ClaimedEvent, error: BaseException) -> None:
        count_event(self._metrics.events_failed, claimed)
        with structlog.contextvars.bound_contextvars(event_id=str(claimed.id), event_name=claimed.name):
            release(self._database, self._settings, claimed, error)

    def _beat(self) -> float:
        return self._settings.worker_lease.total_seconds() / HEARTBEATS_PER_LEASE

    def _extend(self) -> None:
        """Extend the leases of events in progress. The acknowledgement detects a lost lease."""
        if time.monotonic() < self._extend_at:
            return
        self._extend_at = time.monotonic() + self._beat()
        with self._database.unit_of_work() as session:
            for claimed in self._in_progress.values():
                attempt(partial(outbox.extend, session, claimed, lease=self._settings.worker_lease))
