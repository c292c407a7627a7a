"""The pause before the next attempt: the channel's retry schedule, the receiver's Retry-After, and jitter."""

import random
from collections.abc import Sequence
from datetime import timedelta

MAX_RETRY_AFTER = timedelta(hours=24)
"""A receiver may ask for a longer pause, but not for one after which the message is no longer useful."""

_JITTER = 0.1


def next_delay(
    retry_schedule: Sequence[timedelta], attempts: int, *, retry_after: timedelta | None = None
) -> timedelta | None:
    """The pause after `attempts` failed attempts (1 or more); None when the schedule is used up.

    At least the schedule's pause and, up to `MAX_RETRY_AFTER`, the pause that the receiver asked for; up to 10% longer,
    so that retries of simultaneous failures spread out.
    """
    if attempts > len(retry_schedule):
        return None
    pause = max(retry_schedule[attempts - 1], min(retry_after or timedelta(), MAX_RETRY_AFTER))
    return pause * random.uniform(1, 1 + _JITTER)  # noqa: S311 — jitter, not secrecy
