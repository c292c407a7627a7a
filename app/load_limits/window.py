"""A moving window: how often each of many keys has come within the last seconds, in bounded memory."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from math import floor

KEYS = 50_000
"""Keys that are remembered; those that came longest ago are forgotten first."""


class MovingWindow:
    """Remembers when keys came, and forgets them once nothing of theirs is within the window. Not thread-safe.

    Args:
        limit: how often a key may come within the window, at least 1.
        seconds: the length of the window.
        clock: seconds from any start.
    """

    def __init__(self, limit: int, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._seconds = seconds
        self._clock = clock
        self._came: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        """The keys that are remembered."""
        return len(self._came)

    def wait(self, key: str) -> int:
        """0 if the key may come now, else the whole seconds after which it may."""
        came = self._came.get(key)
        if came is None or len(came) < self._limit:
            return 0
        left = came[0] + self._seconds - self._clock()
        return floor(left) + 1 if left > 0 else 0

    def count(self, key: str) -> None:
        """The key, which may, comes now."""
        moment = self._clock()
        self._came.setdefault(key, deque(maxlen=self._limit)).append(moment)
        self._came.move_to_end(key)
        while self._came:
            last_of_oldest = next(iter(self._came.values()))[-1]
            if last_of_oldest > moment - self._seconds and len(self._came) <= KEYS:
                return
            self._came.popitem(last=False)
