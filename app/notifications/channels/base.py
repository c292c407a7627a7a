"""What every channel is: a class that sends one letter to one target and tells how it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from app.notifications.models import AttemptResult, ChannelKind

EXCERPT = 500
"""Characters of a receiver's answer that the log keeps."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, in the forms that channels need. `data` are JSON values, for programs."""

    type: str
    subject: str
    text: str
    html: str
    short: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message on its way to one address. Both ids stay the same however often it is sent."""

    message_id: UUID
    delivery_id: UUID
    written_at: datetime
    content: Content
    unsubscribe_url: str | None = None


@dataclass(frozen=True, slots=True)
class SendTarget:
    """A mailbox, a robot's or an endpoint's URL; its secrets, the newest first. Never logged: `repr` hides it."""

    address: str = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class SendResult:
    """How a try went. `retry_after` is the receiver's own wish; `gone` says that it wants nothing more, ever."""

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
    """Sends in the caller's thread, within a bounded time. A receiver's failure is an outcome, not an exception."""

    @property
    def kind(self) -> ChannelKind: ...

    @property
    def pauses(self) -> Sequence[timedelta]:
        """Between the tries: one more try than there are pauses, none shorter than the one before."""
        ...

    def send(self, letter: OutboundMessage, target: SendTarget) -> SendResult: ...


def delivered(status: int | None = None, excerpt: str | None = None) -> SendResult:
    return SendResult(AttemptResult.DELIVERED, status, excerpt=_short(excerpt))


def failed(
    error: str,
    *,
    status: int | None = None,
    excerpt: str | None = None,
    retry_after: timedelta | None = None,
) -> SendResult:
    """It may go better later."""
    return SendResult(AttemptResult.FAILED, status, error[:300], _short(excerpt), retry_after)


def refused(
    error: str, *, status: int | None = None, excerpt: str | None = None, gone: bool = False
) -> SendResult:
    """It will go no better later."""
    return SendResult(AttemptResult.REFUSED, status, error[:300], _short(excerpt), gone=gone)


def _short(text: str | None) -> str | None:
    """What a stranger's program answered, made fit for a log and a database: no control characters, not long."""
    if text is None:
        return None
    return "".join(char if char.isprintable() else " " for char in text[:EXCERPT])
