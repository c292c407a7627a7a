"""Webhooks after the Standard Webhooks specification: signed, with a stable id, to public addresses only."""

import json
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property

import httpcore
import httpx
from standardwebhooks import Webhook

from app.db import now
from app.pushes.channels.base import EXCERPT, Letter, Outcome, Target, delivered, failed, refused
from app.pushes.channels.guard import GuardedNetwork, Refused
from app.pushes.channels.models import ChannelKind
from app.settings import Settings

GONE = 410
_ANSWER_BYTES = 16 * 1024
"""Read of an answer; whatever follows is left on the wire."""

_STOPPED = frozenset({429, 503})


class WebhookChannel:
    kind = ChannelKind.WEBHOOK

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def pauses(self) -> Sequence[timedelta]:
        return self._settings.webhook_pauses

    def send(self, letter: Letter, target: Target) -> Outcome:
        """2xx is success, 410 ends the endpoint, everything else is tried again; redirects are not followed."""
        body = payload(letter)
        headers = [
            ("content-type", "application/json"),
            ("user-agent", "Sanku-Webhooks/1"),
            *signed(webhook_id(letter), body, target.secrets, at=now()).items(),
        ]
        seconds = self._settings.webhook_timeout.total_seconds()
        network = GuardedNetwork(allowed=self._settings.webhook_allowed_hosts, seconds=seconds)
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._tls, network_backend=network) as pool,
                pool.stream(
                    "POST",
                    target.address,
                    headers=headers,
                    content=body.encode(),
                    extensions={"timeout": timeouts},
                ) as answer,
            ):
                return _told(answer.status, _headers(answer), _beginning(answer))
        except Refused as error:
            return failed(f"address_refused: {error}")
        except httpcore.TimeoutException:
            return failed("timed_out")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            return failed(f"not_reached: {type(error).__name__}: {error}")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(trust_env=False)


def webhook_id(letter: Letter) -> str:
    """The same at every try and redelivery: by it a receiver knows what it has had."""
    return f"msg_{letter.message_id}"


def payload(letter: Letter) -> str:
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


def _told(status: int, headers: Mapping[str, str], excerpt: str) -> Outcome:
    if 200 <= status < 300:
        return delivered(status, excerpt)
    if status == GONE:
        return refused("endpoint_gone", status=status, excerpt=excerpt, gone=True)
    wish = _retry_after(headers.get("retry-after", "")) if status in _STOPPED else None
    return failed("not_accepted", status=status, excerpt=excerpt, retry_after=wish)


def _headers(answer: httpcore.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}


def _beginning(answer: httpcore.Response) -> str:
    read = b""
    for part in answer.iter_stream():
        read += part
        if len(read) >= _ANSWER_BYTES:
            break
    return read[: EXCERPT * 4].decode("utf-8", "replace")


def _retry_after(text: str) -> timedelta | None:
    """RFC 9110 10.2.3: seconds or a date; None for anything else, or a time that is past."""
    try:
        if text.isascii() and text.isdigit():
            return timedelta(seconds=min(int(text), 10**6))
        wish = parsedate_to_datetime(text) - now()
    except (ValueError, TypeError):
        return None
    return wish if wish > timedelta() else None
