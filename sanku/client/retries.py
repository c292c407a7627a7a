"""When a call is sent again, and after how long.

A call that the service refused before it did anything (429, 503) is sent again whatever it does. After a lost answer or
a failing proxy nobody knows whether the service handled the call, so only calls that may be repeated are: reading ones,
and those with an Idempotency-Key.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from sanku.client.calls import Call

REFUSED = (429, 503)
FAILED_ON_THE_WAY = (502, 504)
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Retries:
    """How often and how patiently. A service that asks for more than `longest_wait` is not waited for.

    Attributes:
        attempts: how often a call is sent in all, at least 1.
        first_wait: seconds before the second attempt; doubled each time, and shortened at random by up to a half.
        longest_wait: the most seconds between two attempts.
    """

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 60.0

    def after_answer(self, call: Call[Any], answer: httpx.Response, attempt: int) -> float | None:
        """Seconds until the next attempt (`attempt` is the number of those made), or None to give up."""
        refused = answer.status_code in REFUSED and (
            call.repeatable or answer.status_code == 429 or _is_problem(answer.headers)
        )
        failed = answer.status_code in FAILED_ON_THE_WAY and call.repeatable
        if not (refused or failed):
            return None
        return self._wait(attempt, retry_after(answer.headers))

    def after_failure(self, call: Call[Any], error: httpx.TransportError, attempt: int) -> float | None:
        """The same after no answer came."""
        if not (call.repeatable or isinstance(error, NEVER_SENT)):
            return None
        return self._wait(attempt, None)

    def _wait(self, attempt: int, asked: float | None) -> float | None:
        if attempt >= self.attempts:
            return None
        if asked is not None:
            return asked if asked <= self.longest_wait else None
        # At random, so that clients which failed together do not come back together.
        longest: float = min(self.longest_wait, self.first_wait * 2 ** (attempt - 1))
        return secrets.SystemRandom().uniform(longest / 2, longest)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that Retry-After asks for, whether it names seconds or a time; None if it cannot be read."""
    given = headers.get("retry-after", "").strip()
    if given.isdecimal():
        return float(given)
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _is_problem(headers: Mapping[str, str]) -> bool:
    """Whether the service itself answered, and not something on the way to it."""
    return headers.get("content-type", "").startswith(PROBLEM)
