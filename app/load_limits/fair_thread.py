"""A thread that its callers share fairly: next is the organisation, and its user, for whom least was done so far."""

import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.load_limits.turn import CURRENT, Holder, Turn

Result = TypeVar("Result")

_SERVICE = Holder("", "")
"""For whom work without a turn is done: a worker or the command line."""


@dataclass(frozen=True, eq=False, slots=True)
class _Job:
    work: Callable[[], Any]
    size: int
    turn: Turn | None
    result: "Future[Any]" = field(default_factory=Future)

    @property
    def holder(self) -> Holder:
        return _SERVICE if self.turn is None else self.turn.holder

    def run(self) -> None:
        try:
            if self.turn is not None:
                self.turn.check()
            self.result.set_result(self.work())
        except BaseException as error:
            self.result.set_exception(error)
            raise


class _Shares:
    """How much was done for each, counted as in start-time fair queueing: who comes back after a pause starts level
    with the least served of the others, so that nobody saves up, and nobody has to be remembered who is level."""

    def __init__(self) -> None:
        self._level = 0
        self.above: dict[str, int] = {}

    def of(self, key: str) -> int:
        return self.above.get(key, self._level)

    def add(self, key: str, size: int) -> None:
        """Count work for the least served of those who wait."""
        start = self._level = self.of(key)
        self.above[key] = start + size
        self.above = {other: done for other, done in self.above.items() if done > start}


class FairThread:
    """Does the work of all callers in one thread. Thread-safe.

    Users are known by their turns (`CURRENT`); work without a turn counts as one more organisation.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._waiting: list[_Job] = []
        self._organisations = _Shares()
        self._users: dict[str, _Shares] = defaultdict(_Shares)

    def run(self, work: Callable[[], Result], *, size: int) -> Result:
        """As `submit`, and wait for the result."""
        return self.submit(work, size=size).result()

    def submit(self, work: Callable[[], Result], *, size: int) -> "Future[Result]":
        """The result of `work`, which is called in the thread: `TurnEnded` or `DeadlineExceeded` if nobody waits for it
        any more by then.

        Args:
            size: how much work it is, at least 1, in a unit that all callers share.
        """
        job = _Job(work, max(1, size), CURRENT.get())
        with self._lock:
            self._waiting.append(job)
        self._thread.submit(self._work)
        return job.result

    def _work(self) -> None:
        with self._lock:
            job = self._next()
        job.run()

    def _next(self) -> _Job:
        """`min` keeps the order of arrival of equals."""
        job = min(self._waiting, key=lambda job: self._done_for(job.holder))
        self._waiting.remove(job)
        organisation = job.holder.organisation
        self._users[organisation].add(job.holder.id, job.size)
        self._organisations.add(organisation, job.size)
        kept = {*self._organisations.above, *(waiting.holder.organisation for waiting in self._waiting)}
        for other in self._users.keys() - kept:
            del self._users[other]
        return job

    def _done_for(self, holder: Holder) -> tuple[int, int]:
        users = self._users.get(holder.organisation)
        return self._organisations.of(holder.organisation), users.of(holder.id) if users else 0
