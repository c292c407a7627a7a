"""When to try again: a schedule as data, the receiver's own wish, and a little spreading."""

import random
from collections.abc import Sequence
from datetime import timedelta

LONGEST_WISH = timedelta(hours=24)
"""A receiver may ask for a later try, but not for one after the message has lost its use."""

_SPREAD = 0.1


def next_delay(
    pauses: Sequence[timedelta], attempts: int, *, retry_after: timedelta | None = None
) -> timedelta | None:
    """How long to wait after so many failed attempts (1 or more); None when the schedule is used up.

    Never shorter than the schedule's pause, nor than what the receiver asked for; up to 10% longer, so that failures
    do not come back in step.
    """
    if attempts > len(pauses):
        return None
    pause = max(pauses[attempts - 1], min(retry_after or timedelta(), LONGEST_WISH))
    return pause * random.uniform(1, 1 + _SPREAD)  # noqa: S311 — spreading, not secrecy
