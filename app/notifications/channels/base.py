"""The interface of a channel: it sends one message to one target and reports the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from app.notifications.models import AttemptResult, ChannelKind

SERVICE_NAME = "三库 · 技术转移撮合服务"
"""How the service calls itself in messages whose sender the reader would not see otherwise."""

EXCERPT = 500
"""Characters of a receiver's reply that the delivery log keeps."""


@dataclass(frozen=True, slots=True)
class Content:
    """The rendered message in every form that a channel may need. `data` holds JSON values, for programs."""

    type: str
    subject: str
    text: str
    html: str
    short: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A rendered message for one address. Both ids are the same at every attempt.

    `written_at` is the time at which the message was requested.
    """

    message_id: UUID
    delivery_id: UUID
    written_at: datetime
    content: Content
    unsubscribe_url: str | None = None


@dataclass(frozen=True, slots=True)
class SendTarget:
    """A mailbox, or the URL of a robot or endpoint with its secrets, newest first. `repr` shows none of it in logs."""

    address: str = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result of one attempt.

    `status` is the receiver's HTTP or SMTP code. `retry_after` is the pause that the receiver asked for. `gone` means
    that the receiver accepts no further messages.
    """

    result: AttemptResult
    status: int | None = None
    error: str | None = None
    excerpt: str | None = None
    retry_after: timedelta | None = None
    gone: bool = False

    @property
    def delivered(self) -> bool:
        return self.result is AttemptResult.DELIVERED

    @property
    def retryable(self) -> bool:
        return self.result in (AttemptResult.FAILED, AttemptResult.LOST)


class Channel(Protocol):
    """Sends in the caller's thread, within a bounded time. A receiver's failure is a result, not an exception."""

    @property
    def kind(self) -> ChannelKind: ...

    @property
    def retry_schedule(self) -> Sequence[timedelta]:
        """The pauses between attempts, never decreasing; n pauses allow n + 1 attempts."""
        ...

    def send(self, message: OutboundMessage, target: SendTarget) -> SendResult: ...


def delivered(status: int | None = None, excerpt: str | None = None) -> SendResult:
    """The receiver accepted the message."""
    return SendResult(AttemptResult.DELIVERED, status, excerpt=_short(excerpt))


def failed(
    error: str,
    *,
    status: int | None = None,
    excerpt: str | None = None,
    retry_after: timedelta | None = None,
) -> SendResult:
    """A temporary failure: a later attempt may succeed."""
    return SendResult(AttemptResult.FAILED, status, error[:300], _short(excerpt), retry_after)


def refused(
    error: str, *, status: int | None = None, excerpt: str | None = None, gone: bool = False
) -> SendResult:
    """A permanent failure: no later attempt will succeed."""
    return SendResult(AttemptResult.REFUSED, status, error[:300], _short(excerpt), gone=gone)


def _short(text: str | None) -> str | None:
    """The first `EXCERPT` characters of an untrusted reply, without control characters."""
    if text is None:
        return None
    return "".join(char if char.isprintable() else " " for char in text[:EXCERPT])
