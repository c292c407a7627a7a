"""Webhooks after the Standard Webhooks specification: signed, with a stable id, to public addresses only."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from standardwebhooks import Webhook

from app.database import now
from app.notifications.channels.base import (
    OutboundMessage,
    SendResult,
    SendTarget,
    delivered,
    failed,
    refused,
)
from app.notifications.channels.outbound_http import OutboundHttp, Reply, Unreachable
from app.notifications.models import ChannelKind
from app.settings import Settings

GONE = 410
_STOPPED = frozenset({429, 503})


class WebhookChannel:
    kind = ChannelKind.WEBHOOK

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = OutboundHttp(timeout=settings.webhook_timeout, allowed=settings.webhook_allowed_hosts)

    @property
    def pauses(self) -> Sequence[timedelta]:
        return self._settings.webhook_pauses

    def send(self, letter: OutboundMessage, target: SendTarget) -> SendResult:
        """2xx is success, 410 ends the endpoint, everything else is tried again; redirects are not followed."""
        body = payload(letter)
        headers = {
            "content-type": "application/json",
            "user-agent": "Sanku-Webhooks/1",
            **signed(webhook_id(letter), body, target.secrets, at=now()),
        }
        try:
            return _told(self._http.post(target.address, body.encode(), headers))
        except Unreachable as error:
            return failed(str(error))


def webhook_id(letter: OutboundMessage) -> str:
    """The same at every try and redelivery: by it a receiver knows what it has had."""
    return f"msg_{letter.message_id}"


def payload(letter: OutboundMessage) -> str:
    return json.dumps(
        {
            "type": letter.content.type,
            "timestamp": letter.written_at.isoformat(),
            "data": letter.content.data,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def signed(message_id: str, body: str, secrets: Sequence[str], *, at: datetime) -> dict[str, str]:
    """The three headers of the specification; while a secret is being replaced, signatures of both."""
    moment = at.astimezone(UTC)
    signatures = [Webhook(secret).sign(message_id, moment, body) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _told(reply: Reply) -> SendResult:
    status, excerpt = reply.status, reply.text
    if 200 <= status < 300:
        return delivered(status, excerpt)
    if status == GONE:
        return refused("endpoint_gone", status=status, excerpt=excerpt, gone=True)
    wish = _retry_after(reply.headers.get("retry-after", "")) if status in _STOPPED else None
    return failed("not_accepted", status=status, excerpt=excerpt, retry_after=wish)


def _retry_after(text: str) -> timedelta | None:
    """RFC 9110 10.2.3: seconds or a date; None for anything else, or a time that is past."""
    try:
        if text.isascii() and text.isdigit():
            return timedelta(seconds=min(int(text), 10**6))
        wish = parsedate_to_datetime(text) - now()
    except (ValueError, TypeError):
        return None
    return wish if wish > timedelta() else None
