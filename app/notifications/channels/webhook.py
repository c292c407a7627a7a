"""Webhooks by the Standard Webhooks specification: signed, with a stable id, to public addresses only."""

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
_RETRY_AFTER_STATUSES = frozenset({429, 503})


class WebhookChannel:
    """Posts signed messages to the endpoints of organisations."""

    kind = ChannelKind.WEBHOOK

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = OutboundHttp(timeout=settings.webhook_timeout, allowed=settings.webhook_allowed_hosts)

    @property
    def retry_schedule(self) -> Sequence[timedelta]:
        return self._settings.webhook_pauses

    def send(self, message: OutboundMessage, target: SendTarget) -> SendResult:
        """2xx is success, 410 disables the endpoint, anything else is retried; redirects are not followed."""
        body = payload(message)
        headers = {
            "content-type": "application/json",
            "user-agent": "Sanku-Webhooks/1",
            **signature_headers(webhook_id(message), body, target.secrets, at=now()),
        }
        try:
            return _result_of(self._http.post(target.address, body.encode(), headers))
        except Unreachable as error:
            return failed(str(error))


def webhook_id(message: OutboundMessage) -> str:
    """The id by which receivers recognise duplicates; the same at every attempt and redelivery."""
    return f"msg_{message.message_id}"


def payload(message: OutboundMessage) -> str:
    """The JSON body: `type`, `timestamp` (of the request for the message) and `data`."""
    return json.dumps(
        {
            "type": message.content.type,
            "timestamp": message.written_at.isoformat(),
            "data": message.content.data,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def signature_headers(message_id: str, body: str, secrets: Sequence[str], *, at: datetime) -> dict[str, str]:
    """The three headers of the specification, with one signature for each secret."""
    moment = at.astimezone(UTC)
    signatures = [Webhook(secret).sign(message_id, moment, body) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _result_of(reply: Reply) -> SendResult:
    status, excerpt = reply.status, reply.text
    if 200 <= status < 300:
        return delivered(status, excerpt)
    if status == GONE:
        return refused("endpoint_gone", status=status, excerpt=excerpt, gone=True)
    header = reply.headers.get("retry-after", "") if status in _RETRY_AFTER_STATUSES else ""
    return failed("not_accepted", status=status, excerpt=excerpt, retry_after=_retry_after(header))


def _retry_after(text: str) -> timedelta | None:
    """A pause in seconds or until a date (RFC 9110 10.2.3); None for anything else, and for a time in the past."""
    try:
        if text.isascii() and text.isdigit():
            return timedelta(seconds=min(int(text), 10**6))
        pause = parsedate_to_datetime(text) - now()
    except (ValueError, TypeError):
        return None
    return pause if pause > timedelta() else None
