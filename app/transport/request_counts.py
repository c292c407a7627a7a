"""A sliding minute: how often each of many keys may come, counted in bounded memory and without a thread."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import floor

KEYS = 50_000
"""Keys that are counted in one minute of the clock; those that came longest ago are forgotten first."""

_MINUTE = 60.0


class SlidingMinute:
    """Counts by two minutes of the clock: the present one, and the share of the last one that is not yet 60 seconds
    past. Thread-safe. What is refused does not count.

    Args:
        limit: how often a key may come in 60 seconds, at least 1.
        clock: seconds from any start.
    """

    def __init__(self, limit: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._number = 0
        self._last: OrderedDict[str, int] = OrderedDict()
        self._present: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        """The keys that are remembered."""
        return len(self._last.keys() | self._present.keys())

    def count(self, key: str) -> int:
        """0 if the key may come, which is counted; else the whole seconds after which it may, if it does not come
        meanwhile."""
        with self._lock:
            number, passed = divmod(self._clock(), _MINUTE)
            self._begin(int(number))
            last, present = self._last.get(key, 0), self._present.get(key, 0)
            free = self._limit - present
            if last * (1 - passed / _MINUTE) < free:
                self._present[key] = present + 1
                self._present.move_to_end(key)
                if len(self._present) > KEYS:
                    self._present.popitem(last=False)
                return 0
        # With nothing free, the present minute has to become the last one, whose share then falls below the limit.
        wait = _MINUTE * (1 - free / last) - passed if free > 0 else _MINUTE - passed
        return floor(wait) + 1

    def take_back(self, key: str) -> None:
        """The key, which was counted, has not come after all."""
        with self._lock:
            self._begin(int(self._clock() // _MINUTE))
            counts = self._present if key in self._present else self._last
            if counts.get(key):
                counts[key] -= 1

    def _begin(self, number: int) -> None:
        if number == self._number:
            return
        self._last = self._present if number == self._number + 1 else OrderedDict()
        self._present = OrderedDict()
        self._number = number
