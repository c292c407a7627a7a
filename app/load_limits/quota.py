"""Quotas of questions: of users and organisations per minute, of strangers per hour. Each process counts its own."""

import threading
import time
from collections.abc import Callable
from math import ceil

from app.errors import TooManyRequests
from app.load_limits.turn import Holder
from app.load_limits.window import MovingWindow


class Quota:
    """Counts questions of users and of organisations in a moving window of a minute. Thread-safe.

    Args:
        clock: seconds from any start.
    """

    def __init__(
        self, *, per_holder: int, per_organisation: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lock = threading.Lock()
        self._per_holder = per_holder
        self._per_organisation = per_organisation
        self._of_holder = MovingWindow(per_holder, 60, clock=clock)
        self._of_organisation = MovingWindow(per_organisation, 60, clock=clock)

    def count(self, holder: Holder) -> None:
        """Count a question.

        Raises:
            TooManyRequests: the quota is used up; Retry-After is in seconds. What is refused does not count.
        """
        with self._lock:
            amount, wait = self._per_holder, self._of_holder.wait(holder.id)
            if not wait:
                amount, wait = self._per_organisation, self._of_organisation.wait(holder.organisation)
            if not wait:
                self._of_holder.count(holder.id)
                self._of_organisation.count(holder.organisation)
                return
        raise TooManyRequests(
            f"At most {amount} questions to matching per minute; try again in {wait} seconds.",
            f"每分钟最多可发起 {amount} 次匹配查询，请 {wait} 秒后再试。",
            code="quota_exceeded",
            headers={"Retry-After": str(wait)},
        )


class WallQuota:
    """Counts the refreshes of a wall by its link. Thread-safe.

    Args:
        clock: seconds from any start.
    """

    def __init__(self, *, per_link: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._of_link = MovingWindow(per_link, 60, clock=clock)

    def count(self, link: str) -> None:
        """Count a refresh.

        Raises:
            TooManyRequests: the link was opened too often in this minute; Retry-After is in seconds.
        """
        with self._lock:
            wait = self._of_link.wait(link)
            if not wait:
                self._of_link.count(link)
                return
        raise TooManyRequests(
            "The wall was opened too often; try again in a minute.",
            "大屏刷新过于频繁，请 1 分钟后再试。",
            code="quota_exceeded",
            headers={"Retry-After": str(wait)},
        )


class PreviewQuota:
    """Counts the questions of strangers, who have no account: by address, and all together. Thread-safe.

    Args:
        clock: seconds from any start.
    """

    def __init__(
        self, *, per_address: int, together: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lock = threading.Lock()
        self._of_address = MovingWindow(per_address, 3600, clock=clock)
        self._together = MovingWindow(together, 60, clock=clock)

    def count(self, address: str) -> None:
        """Count a question.

        Raises:
            TooManyRequests: the address asked too often in this hour, or all strangers in this minute; Retry-After is
                in seconds. What is refused does not count.
        """
        with self._lock:
            wait = self._of_address.wait(address) or self._together.wait("")
            if not wait:
                self._of_address.count(address)
                self._together.count("")
                return
        minutes = ceil(wait / 60)
        raise TooManyRequests(
            f"Too many questions without an account; try again in {minutes} minutes, or log in.",
            f"未登录的查询过多，请 {minutes} 分钟后再试，或登录后使用。",
            code="quota_exceeded",
            headers={"Retry-After": str(wait)},
        )
