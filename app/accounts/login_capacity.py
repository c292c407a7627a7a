"""A bound on password hashing, so that a burst of logins does not take all threads of the service."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import Unavailable

_PLACES_PER_HASH = 4
_RETRY_AFTER_SECONDS = 2


class HashingLimit:
    """At most `at_once` hashes run, and at most `places` callers are inside; anybody else is refused at once.

    Of the places, `kept` are for devices that an account has used before, so that strangers cannot take them all.
    """

    def __init__(self, at_once: int | None = None) -> None:
        self.at_once = at_once or max(1, min(4, (os.cpu_count() or 2) // 2))
        self.kept = _PLACES_PER_HASH * self.at_once
        self.places = 2 * self.kept
        self._running = threading.Semaphore(self.at_once)
        self._lock = threading.Lock()
        self._inside = 0

    @contextmanager
    def place(self, *, known: bool = False) -> Iterator[None]:
        """Wait for a free hash, which takes a fraction of a second, as the places are few.

        Raises:
            Unavailable: all places are taken; Retry-After is in seconds.
        """
        with self.place_taken(known=known), self._running:
            yield

    @contextmanager
    def place_taken(self, *, known: bool = False) -> Iterator[None]:
        """A place among those who wait or hash.

        Raises:
            Unavailable: all places are taken; Retry-After is in seconds.
        """
        with self._lock:
            if self._inside >= (self.places if known else self.places - self.kept):
                raise Unavailable(
                    "Too many logins at this moment; try again in a few seconds.",
                    "当前登录人数过多，请几秒后再试。",
                    code="busy",
                    headers={"Retry-After": str(_RETRY_AFTER_SECONDS)},
                )
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
