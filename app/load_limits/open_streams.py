"""Limits on live streams: each keeps a connection and asks the database every second for as long as it is open."""

from collections import Counter
from collections.abc import Hashable
from threading import Lock

from app.errors import TooManyRequests, Unavailable

RETRY_AFTER = 30
"""Seconds after which a refused client may try again."""


class OpenStreams:
    """The streams that are open in this process, by who opened them. Thread-safe."""

    def __init__(self, *, per_user: int, in_all: int) -> None:
        self._per_user = per_user
        self._in_all = in_all
        self._lock = Lock()
        self._open: Counter[Hashable] = Counter()

    def open(self, user: Hashable) -> None:
        """Count one more stream; `close` has to follow.

        Raises:
            TooManyRequests: the user has as many as they may have.
            Unavailable: the process has as many as it can serve.
        """
        with self._lock:
            if self._open[user] >= self._per_user:
                raise TooManyRequests(
                    f"You have {self._per_user} live streams open. Close a page or a program that follows your inbox.",
                    f"您已打开 {self._per_user} 个实时连接，请先关闭其他页面或程序。",
                    code="too_many_streams",
                    headers={"Retry-After": str(RETRY_AFTER)},
                )
            if self._open.total() >= self._in_all:
                raise Unavailable(
                    "All live streams are in use. The inbox works without one; try again later.",
                    "实时连接已满。收件箱仍可正常使用，请稍后再试。",
                    code="streams_in_use",
                    headers={"Retry-After": str(RETRY_AFTER)},
                )
            self._open[user] += 1

    def close(self, user: Hashable) -> None:
        """Count one stream less."""
        with self._lock:
            self._open[user] -= 1
            if self._open[user] <= 0:
                del self._open[user]
