"""A worker for events that talk to the outside: many at a time, and few transactions.

It plans in threads, so that a slow receiver holds up nothing but its own slot, and settles whatever has become ready
meanwhile in one transaction: the busier it is, the more events share a commit. What the events promise is the worker's:
a lease each, counted attempts, pauses, dead letters.
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
from app.events.handler import HandlersByName, apply, plan
from app.events.outbox import LeaseLost
from app.observability import Metrics
from app.services import Services
from app.settings import Settings
from app.workers.worker import HEARTBEATS_PER_LEASE, attempt, count_event, release, woken_by_emits

log = structlog.get_logger(__name__)

Order = Callable[[ClaimedEvent], Any]
Plans = list[Any]


class ConcurrentWorker:
    """Works on up to `slots` events at a time, from the thread that calls `run`.

    `order` sorts what is settled together: handlers that lock rows lock them in this order, so that two couriers do not
    wait for each other in a ring.
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
        self._handlers = dict(handlers)
        self._slots = slots
        self._order = order
        self._wake = threading.Event()
        self._in_hand: dict[Future[Plans], ClaimedEvent] = {}
        self._look_at = self._extend_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, and then finish what is in hand."""
        with (
            woken_by_emits(self._database, self.wake),
            ThreadPoolExecutor(self._slots, thread_name_prefix="courier") as pool,
        ):
            while not stop.is_set():
                if not self._turn(pool):
                    self._wake.wait(self._settings.worker_poll.total_seconds())
            wait(self._in_hand)
            self._safely(self._settle_ready)

    def wake(self) -> None:
        self._wake.set()

    def _turn(self, pool: ThreadPoolExecutor) -> bool:
        """Take what is due into the free slots, and settle what is ready; False when there is nothing in hand."""
        self._safely(partial(self._fill, pool))
        if not self._in_hand:
            return False
        wait(self._in_hand, timeout=self._settings.worker_poll.total_seconds(), return_when=FIRST_COMPLETED)
        self._safely(self._settle_ready)
        self._safely(self._extend)
        return True

    def _safely(self, step: Callable[[], None]) -> None:
        """A database out of reach ends no courier: what is in hand is settled when it is back, or its lease is lost."""
        try:
            step()
        except SQLAlchemyError as error:
            log.error("courier_without_database", error=str(error))

    def _fill(self, pool: ThreadPoolExecutor) -> None:
        """Asks the database when something was emitted, or the last answer was a full one, or a while has passed."""
        free = self._slots - len(self._in_hand)
        if not free or not (self._wake.is_set() or time.monotonic() >= self._look_at):
            return
        self._wake.clear()
        with self._database.unit_of_work() as session:
            claimed = outbox.claim(
                session, names=list(self._handlers), lease=self._settings.worker_lease, limit=free
            )
        full = len(claimed) == free
        self._look_at = time.monotonic() + (0 if full else self._settings.worker_poll.total_seconds())
        if not self._in_hand:
            self._extend_at = time.monotonic() + self._beat()
        for one in claimed:
            if one.attempts > self._settings.worker_max_attempts:
                self._fail(one, RuntimeError("every worker that took this event ended before it was done"))
            else:
                self._in_hand[pool.submit(self._plan, one)] = one

    def _plan(self, claimed: ClaimedEvent) -> Plans:
        plans = []
        for handler in self._handlers[claimed.name]:
            with self._database.reading() as session:
                plans.append(plan(handler, self._services, session, claimed))
        return plans

    def _settle_ready(self) -> None:
        """All that is ready in one transaction; where that fails, each in its own, so that one harms no other."""
        ready = [(self._in_hand[future], future) for future in self._in_hand if future.done()]
        good = [(claimed, future.result()) for claimed, future in ready if future.exception() is None]
        good.sort(key=lambda one: self._order(one[0]))
        together = attempt(partial(self._apply, good)) if len(good) > 1 else None
        for claimed, plans in good:
            if len(good) == 1 or together is not None:
                self._follow(claimed, attempt(partial(self._apply, [(claimed, plans)])))
            else:
                count_event(self._metrics.events_done, claimed)
        for claimed, future in ready:
            error = future.exception()
            if error is not None:
                self._follow(claimed, error)
            del self._in_hand[future]

    def _apply(self, events: Sequence[tuple[ClaimedEvent, Plans]]) -> None:
        with self._database.unit_of_work() as session:
            for claimed, plans in events:
                outbox.ack(session, claimed)
                for handler, planned in zip(self._handlers[claimed.name], plans, strict=True):
                    apply(handler, self._services, session, claimed, planned)

    def _follow(self, claimed: ClaimedEvent, error: BaseException | None) -> None:
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
        """Leases of what takes long. One that was lost is noticed when it is settled."""
        if time.monotonic() < self._extend_at:
            return
        self._extend_at = time.monotonic() + self._beat()
        with self._database.unit_of_work() as session:
            for claimed in self._in_hand.values():
                attempt(partial(outbox.extend, session, claimed, lease=self._settings.worker_lease))
