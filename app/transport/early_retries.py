"""Early retries: a client that asks before `Retry-After` gets its refusal again, before anything is looked up."""

import hashlib
import threading
import time
from collections import OrderedDict
from math import ceil

from app.errors import TooManyRequests

REMEMBERED = 10_000
"""Credentials at a time; the oldest are forgotten."""
SECONDS = 2.0


class EarlyRetries:
    """Remembers the refusals of the last two seconds by a digest of the credentials. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._refused: OrderedDict[bytes, tuple[float, TooManyRequests]] = OrderedDict()

    def remember(self, credentials: str, refusal: TooManyRequests) -> None:
        key = _digest(credentials)
        with self._lock:
            self._refused.pop(key, None)
            self._refused[key] = (time.monotonic() + SECONDS, refusal)
            while len(self._refused) > REMEMBERED:
                self._refused.popitem(last=False)

    def check(self, credentials: str) -> None:
        """
        Raises:
            TooManyRequests: these credentials were refused a moment ago.
        """
        key = _digest(credentials)
        with self._lock:
            until, refusal = self._refused.get(key, (0.0, None))
            left = until - time.monotonic()
            if left <= 0:
                self._refused.pop(key, None)
                return
        assert refusal is not None
        raise TooManyRequests(
            refusal.message_en,
            refusal.message_zh,
            code=refusal.problem_code,
            headers=refusal.headers | {"Retry-After": str(max(ceil(left), _seconds(refusal)))},
        )


def _seconds(refusal: TooManyRequests) -> int:
    return int(refusal.headers.get("Retry-After", 1))


def _digest(credentials: str) -> bytes:
    return hashlib.sha256(credentials.encode()).digest()
