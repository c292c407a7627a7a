"""A turn: the permission of one request to do slow work, with a deadline, and a word that nobody waits any more.

Slow code asks `check_turn` between its steps. Work without a turn (a worker, the command line) is never stopped.
"""

import time
from contextvars import ContextVar
from dataclasses import dataclass
from math import ceil

from app.errors import Unavailable


class TurnEnded(Unavailable):
    """Nobody waits for the result of this work any more."""

    code = "turn_ended"
    zh = "请求方已断开，计算已停止。"


class DeadlineExceeded(Unavailable):
    """The answer took too long and was given up; try again later."""

    code = "deadline_exceeded"
    zh = "处理时间过长，已停止计算，请稍后重试。"


@dataclass(frozen=True, slots=True)
class Holder:
    """For whom a request works: a user or an API key, and their organisation."""

    id: str
    organisation: str


class Turn:
    """The turn of one request. Thread-safe.

    Args:
        holder: for whom it works.
        seconds: how long the request may wait and work, from now on.
    """

    def __init__(self, holder: Holder, seconds: float) -> None:
        self.holder = holder
        self._until = time.monotonic() + seconds
        self._seconds = seconds
        self._given_up = False

    @property
    def remaining(self) -> float:
        """Seconds until the deadline; 0 if it has passed."""
        return max(0.0, self._until - time.monotonic())

    def give_up(self) -> None:
        """The client has gone: the work ends at its next check."""
        self._given_up = True

    def check(self) -> None:
        """
        Raises:
            TurnEnded: the client has gone.
            DeadlineExceeded: the time is over.
        """
        if self._given_up:
            raise TurnEnded()
        if not self.remaining:
            raise DeadlineExceeded(headers={"Retry-After": str(ceil(self._seconds))})


CURRENT: ContextVar[Turn | None] = ContextVar("turn", default=None)
"""The turn of the request that this code works for; a copy of the context carries it into a worker thread."""


def check_turn() -> None:
    """End the work of a request that nobody waits for.

    Raises:
        TurnEnded: the client has gone.
        DeadlineExceeded: the time of the request is over.
    """
    turn = CURRENT.get()
    if turn is not None:
        turn.check()
