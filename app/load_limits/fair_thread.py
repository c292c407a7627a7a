"""A thread that its callers share fairly: next is the organisation, and its user, for whom least was done so far."""

import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from app.errors import Unavailable
from app.load_limits.turn import CURRENT, Holder, Turn

Result = TypeVar("Result")

_SERVICE = Holder("", "")
"""For whom work without a turn is done: a worker or the command line."""


@dataclass(frozen=True, slots=True)
class Batchable:
    """Work on items that one call may do together with the items of others.

    Args:
        key: jobs with equal keys may be joined.
        items: what to work on.
        work: called with items; gives one result for each, in their order.
        room: the largest size of joined jobs together, asked in the thread.
    """

    key: Hashable
    items: Sequence[Any]
    work: Callable[[list[Any]], Any]
    room: Callable[[], int]

    def __call__(self) -> Any:
        return self.work(list(self.items))


@dataclass(frozen=True, eq=False, slots=True)
class _Job:
    work: Callable[[], Any]
    size: int
    turn: Turn | None
    result: "Future[Any]" = field(default_factory=Future)
    alone: bool = False

    @property
    def holder(self) -> Holder:
        return _SERVICE if self.turn is None else self.turn.holder

    @property
    def batch_key(self) -> Hashable:
        """None for work that is not joined."""
        return self.work.key if isinstance(self.work, Batchable) and not self.alone else None

    def is_wanted(self) -> bool:
        """Whether somebody waits for it; otherwise its result is the reason."""
        try:
            if self.turn is not None:
                self.turn.check()
        except Unavailable as error:
            self.result.set_exception(error)
            return False
        return True

    def run(self) -> None:
        try:
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
        self._enter(job)
        return job.result

    def run_batch(self, batch: Batchable, *, size: int) -> Sequence[Any]:
        """As `run`, but together with what others wait for, as far as there is room. One result for each item."""
        results: Sequence[Any] = self.submit(batch, size=size).result()
        return results

    def _enter(self, job: _Job) -> None:
        with self._lock:
            self._waiting.append(job)
        self._thread.submit(self._work)

    def _work(self) -> None:
        with self._lock:
            jobs = self._next_jobs()
        wanted = [job for job in jobs if job.is_wanted()]
        if len(wanted) > 1:
            self._work_together(wanted)
        elif wanted:
            wanted[0].run()

    def _work_together(self, jobs: list[_Job]) -> None:
        batches = [job.work for job in jobs if isinstance(job.work, Batchable)]
        try:
            results = batches[0].work([item for batch in batches for item in batch.items])
        except BaseException:
            # One item may be to blame: each job alone finds out whose.
            for job in jobs:
                self._enter(replace(job, alone=True))
            raise
        start = 0
        for job, batch in zip(jobs, batches, strict=True):
            job.result.set_result(results[start : start + len(batch.items)])
            start += len(batch.items)

    def _next_jobs(self) -> list[_Job]:
        """The next job, and those that may be joined with it; none if earlier ones took them all."""
        if not self._waiting:
            return []
        first = self._next(self._waiting)
        jobs = [first]
        if isinstance(first.work, Batchable) and not first.alone:
            room = first.work.room() - first.size
            while fitting := [
                job for job in self._waiting if job.batch_key == first.batch_key and job.size <= room
            ]:
                jobs.append(self._next(fitting))
                room -= jobs[-1].size
        return jobs

    def _next(self, waiting: list[_Job]) -> _Job:
        """`min` keeps the order of arrival of equals."""
        job = min(waiting, key=lambda job: self._done_for(job.holder))
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
