"""One POST to an external receiver behind the SSRF guard; used by webhooks and chat robots."""

import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import httpcore
import httpx
import structlog

from app.notifications.channels.ssrf_guard import AddressRefused, GuardedNetwork

log = structlog.get_logger(__name__)

_REPLY_BYTES = 16 * 1024
"""Bytes read of a reply; the rest is discarded."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A receiver's reply. `headers` have lower-case names; `text` is the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    text: str


class Unreachable(Exception):
    """There was no reply; the message is the error code for the delivery log: `not_reached` or `timed_out`."""


class OutboundHttp:
    """Follows no redirects and reads no proxy settings from the environment."""

    def __init__(self, *, timeout: timedelta, allowed: Collection[str]) -> None:
        """`timeout` bounds the whole exchange; `allowed` are `host:port` whose address need not be public."""
        self._seconds = timeout.total_seconds()
        self._allowed = allowed

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """
        Raises:
            Unreachable: the address is not allowed, or the receiver did not reply in time.
        """
        network = GuardedNetwork(allowed=self._allowed, seconds=self._seconds)
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._tls, network_backend=network) as pool,
                pool.stream(
                    "POST", url, headers=[*headers.items()], content=body, extensions={"timeout": timeouts}
                ) as response,
            ):
                return Reply(response.status, _headers(response), _beginning(response))
        except (httpcore.ReadTimeout, httpcore.WriteTimeout) as error:
            raise Unreachable("timed_out") from error
        except (
            AddressRefused,
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
        ) as error:
            # The details are for the log of the service: users who choose the address must not learn from them which
            # names and ports exist inside.
            log.info("receiver_not_reached", error=type(error).__name__, details=str(error))
            raise Unreachable("not_reached") from error

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(trust_env=False)


def _headers(response: httpcore.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


def _beginning(response: httpcore.Response) -> str:
    read = b""
    for part in response.iter_stream():
        read += part
        if len(read) >= _REPLY_BYTES:
            break
    return read.decode("utf-8", "replace")
