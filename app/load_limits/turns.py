"""Turns: a fixed number of requests work at a time, a fixed number waits, and no user takes the place of another."""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import Request

from app.errors import TooManyRequests, Unavailable
from app.load_limits.turn import DeadlineExceeded, Holder, Turn, TurnEnded
from app.observability import Metrics

RETRY_AFTER = {"Retry-After": "2"}
"""Seconds until a place is likely to be free."""

LOOK_EVERY = 0.5
"""Seconds between two looks whether a client is still there."""


class Busy(Unavailable):
    """Too many requests are waiting; try again in a few seconds."""

    code = "busy"
    zh = "当前请求过多，请几秒后重试。"


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """How many requests work (`slots`) and wait (`waiting`) at a time, and how many of these may be of one holder and
    of one organisation; `seconds` is the time that a request may take in all."""

    slots: int
    waiting: int
    per_holder: int
    per_organisation: int
    seconds: float


@dataclass(eq=False, slots=True)
class _Request:
    holder: Holder
    loop: asyncio.AbstractEventLoop
    admitted: "asyncio.Future[None]" = field(init=False)

    def __post_init__(self) -> None:
        self.admitted = self.loop.create_future()

    def admit(self) -> None:
        self.loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        if not self.admitted.done():
            self.admitted.set_result(None)


class Turns:
    """Gives turns. One instance per process; thread-safe.

    A holder works on half of the slots at most, so that others need not wait for all of their requests. A free slot
    goes to the holder with the fewest requests at work, then to the one who was served longest ago, then by arrival:
    who has many requests waiting gets no more turns than who has one.
    """

    def __init__(self, limits: TurnLimits, metrics: Metrics) -> None:
        self._limits = limits
        self._metrics = metrics
        self._most_of_one = max(1, limits.slots // 2)
        self._lock = threading.Lock()
        self._waiting: deque[_Request] = deque()
        self._working: Counter[str] = Counter()
        self._of_organisation: Counter[str] = Counter()
        self._of_holder: Counter[str] = Counter()
        self._served: dict[str, int] = {}
        self._started = 0

    @asynccontextmanager
    async def turn(self, holder: Holder, gone: "asyncio.Future[None]") -> AsyncIterator[Turn]:
        """Wait for a turn, and hold it within the block. The deadline counts from the call.

        Args:
            gone: is done when nobody waits for the answer any more.

        Raises:
            TooManyRequests: the holder or the organisation has as many requests as it may have at a time.
            Busy: no place to wait is free.
            DeadlineExceeded: no turn came in time.
            TurnEnded: the client left while it waited.
        """
        turn = Turn(holder, self._limits.seconds)
        request = self._enter(holder)
        try:
            await self._admission(request, turn, gone)
            yield turn
        finally:
            self._leave(request)

    async def _admission(self, request: _Request, turn: Turn, gone: "asyncio.Future[None]") -> None:
        await asyncio.wait(
            {request.admitted, gone}, timeout=turn.remaining, return_when=asyncio.FIRST_COMPLETED
        )
        if request.admitted.done():
            return
        if gone.done():
            raise TurnEnded()
        self._metrics.turns_refused.labels("deadline").inc()
        raise DeadlineExceeded(headers=RETRY_AFTER)

    def _enter(self, holder: Holder) -> _Request:
        request = _Request(holder, asyncio.get_running_loop())
        with self._lock:
            if (
                self._of_holder[holder.id] >= self._limits.per_holder
                or self._of_organisation[holder.organisation] >= self._limits.per_organisation
            ):
                self._metrics.turns_refused.labels("holder").inc()
                raise TooManyRequests(
                    "Too many of your requests are in progress; wait for their answers.",
                    "您或贵单位同时进行的请求过多，请等待其完成后再试。",
                    code="too_many_at_once",
                    headers=RETRY_AFTER,
                )
            if self._may_work(request):
                self._start(request)
            elif len(self._waiting) >= self._limits.waiting:
                self._metrics.turns_refused.labels("busy").inc()
                raise Busy(headers=RETRY_AFTER)
            else:
                self._waiting.append(request)
            self._of_holder[holder.id] += 1
            self._of_organisation[holder.organisation] += 1
            self._measure()
        return request

    def _leave(self, request: _Request) -> None:
        holder = request.holder
        with self._lock:
            if request in self._waiting:
                self._waiting.remove(request)
            else:
                _less(self._working, holder.id)
            _less(self._of_holder, holder.id)
            _less(self._of_organisation, holder.organisation)
            if not self._of_holder[holder.id]:
                self._served.pop(holder.id, None)
            while following := self._next():
                self._waiting.remove(following)
                self._start(following)
            self._measure()

    def _next(self) -> _Request | None:
        """The waiting request whose turn it is; None if none may work. `min` keeps the order of arrival of equals."""
        return min(
            (request for request in self._waiting if self._may_work(request)),
            key=lambda request: (self._working[request.holder.id], self._served.get(request.holder.id, 0)),
            default=None,
        )

    def _may_work(self, request: _Request) -> bool:
        free = self._working.total() < self._limits.slots
        return free and self._working[request.holder.id] < self._most_of_one

    def _start(self, request: _Request) -> None:
        self._started += 1
        self._served[request.holder.id] = self._started
        self._working[request.holder.id] += 1
        request.admit()

    def _measure(self) -> None:
        self._metrics.turns.labels("working").set(self._working.total())
        self._metrics.turns.labels("waiting").set(len(self._waiting))


def _less(counts: Counter[str], key: str) -> None:
    """Subtract one, and forget a key without a count: memory must not grow with the number of users."""
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]


async def departure(request: Request) -> None:
    """Returns when the client has gone."""
    while not await request.is_disconnected():
        await asyncio.sleep(LOOK_EVERY)
