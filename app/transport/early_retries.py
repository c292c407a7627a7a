"""Early retries: a client that asks before `Retry-After` gets its refusal again, before anything is looked up."""

import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

from app.errors import TooManyRequests

REMEMBERED = 10_000
"""Credentials at a time; the oldest are forgotten."""
SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What a refusal said. Not the error: its traceback would keep all of its request."""

    until: float
    message_en: str
    message_zh: str
    code: str
    headers: dict[str, str]


class EarlyRetries:
    """Remembers the refusals of the last two seconds by a digest of the credentials. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._refused: OrderedDict[bytes, _Refusal] = OrderedDict()

    def remember(self, credentials: str, refusal: TooManyRequests) -> None:
        key, moment = _digest(credentials), time.monotonic()
        said = _Refusal(
            moment + SECONDS,
            refusal.message_en,
            refusal.message_zh,
            refusal.problem_code,
            dict(refusal.headers),
        )
        with self._lock:
            self._refused.pop(key, None)
            self._refused[key] = said
            self._forget(moment)

    def check(self, credentials: str) -> None:
        """
        Raises:
            TooManyRequests: these credentials were refused a moment ago.
        """
        key, moment = _digest(credentials), time.monotonic()
        with self._lock:
            self._forget(moment)
            refusal = self._refused.get(key)
        if refusal is None:
            return
        left = ceil(max(1, refusal.until - moment, int(refusal.headers.get("Retry-After", 1))))
        raise TooManyRequests(
            refusal.message_en,
            refusal.message_zh,
            code=refusal.code,
            headers=refusal.headers | {"Retry-After": str(left)},
        )

    def _forget(self, moment: float) -> None:
        """The oldest come first, and all are remembered for as long."""
        while self._refused:
            oldest = next(iter(self._refused.values()))
            if oldest.until > moment and len(self._refused) <= REMEMBERED:
                return
            self._refused.popitem(last=False)


def _digest(credentials: str) -> bytes:
    return hashlib.sha256(credentials.encode()).digest()
