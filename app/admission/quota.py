"""The quota of questions: how many a user and an organisation may ask per minute. Each process counts its own."""

import time
from collections.abc import Mapping
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app.admission.turns import Holder
from app.errors import TooManyRequests


class Quota:
    """Counts questions in a moving window of a minute. Thread-safe."""

    def __init__(self, *, per_holder: int, per_organisation: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limits: Mapping[str, RateLimitItemPerMinute] = {
            "holder": RateLimitItemPerMinute(per_holder),
            "organisation": RateLimitItemPerMinute(per_organisation),
        }

    def count(self, holder: Holder) -> None:
        """Count a question.

        Raises:
            TooManyRequests: the quota is used up; Retry-After is in seconds.
        """
        for kind, key in (("holder", holder.id), ("organisation", holder.organisation)):
            limit = self._limits[kind]
            if not self._limiter.hit(limit, kind, key):
                wait = max(1, ceil(self._limiter.get_window_stats(limit, kind, key).reset_time - time.time()))
                raise TooManyRequests(
                    f"At most {limit.amount} questions to matching per minute; try again in {wait} seconds.",
                    f"每分钟最多可发起 {limit.amount} 次匹配查询,请 {wait} 秒后再试。",
                    code="quota_exceeded",
                    headers={"Retry-After": str(wait)},
                )
