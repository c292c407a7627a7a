"""Observability: structured logs with a correlation id, Prometheus metrics, and limits on request bodies."""

import logging
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database import new_id
from app.errors import TooLarge
from app.services import services_of
from app.settings import Settings

log = structlog.get_logger(__name__)

# HTTP allows any token as a method; each one would create a time series that stays in memory.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# Log fields whose values must never be logged.
_SENSITIVE_KEY = re.compile(
    r"(password|token|secret|authorization|api[-_]?key|phone|mobile|email)", re.IGNORECASE
)


def configure_logging(*, level: str, as_json: bool) -> None:
    """Log one line per event to standard error; values with the key of a secret or of personal data are redacted."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _console()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redact,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _console() -> Any:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if key != "event" and _SENSITIVE_KEY.search(key):
            event[key] = "***"
    return event


class Metrics:
    """The Prometheus metrics, in a registry of their own so that two services in one process (tests) do not share
    counters."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "sanku_http_request_seconds",
            "Response time by route",
            ["method", "route", "status"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self.events_done = self._counter(
            "sanku_events_done", "Events acknowledged by workers of this process", "name"
        )
        self.events_failed = self._counter("sanku_events_failed", "Failed attempts to handle events", "name")
        self.events_waiting = self._gauge("sanku_events_waiting", "Events not yet acknowledged")
        self.events_dead = self._gauge("sanku_events_dead", "Events in the dead-letter list")
        self.index_vectors = self._gauge("sanku_index_vectors", "Vectors in the index", "kind")
        self.index_position = self._gauge(
            "sanku_index_position", "Sequence number up to which the index has followed"
        )
        self.tie_alarms = self._gauge(
            "sanku_tie_alarms",
            "Alarms of the last 24 hours: an organisation changes ties of its records again and again",
        )
        self.reading_alarms = self._gauge(
            "sanku_reading_alarms",
            "Alarms of the last 24 hours: somebody reads many contacts, confidential records or files of others",
        )
        self.turns = self._gauge("sanku_turns", "Requests with slow work, working or waiting", "state")
        self.turns_refused = self._counter(
            "sanku_turns_refused",
            "Requests with slow work that were refused: too many of one holder, no place to wait, or no turn in time",
            "reason",
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)


class ObserveRequests:
    """Middleware: gives every request a correlation id, one log line and one measurement, and refuses large bodies.

    A body without a declared length is counted while it arrives, so that it cannot exhaust the memory. File uploads
    (POST to a path that `uploads` matches) have a separate limit. They are counted while the route reads them, so that
    the route can refuse an unauthorised request before the file arrives.

    The limits come from the settings of the application, and the measurements go to its metrics.

    Args:
        refuse: answers a request whose body is too large.
        uploads: pattern of the paths of uploads.
        form_overhead: maximum bytes of an upload form besides its file.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        refuse: Callable[[Request, Exception], Awaitable[Response]],
        uploads: re.Pattern[str] | None = None,
        form_overhead: int = 0,
    ) -> None:
        self.app = app
        self.refuse = refuse
        self.uploads = uploads
        self.form_overhead = form_overhead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._within_limit(scope, receive, send_with_id)
            finally:
                seconds = time.perf_counter() - started
                route = getattr(scope.get("route"), "path", "unknown")
                method = scope["method"] if scope["method"] in _METHODS else "other"
                metrics = services_of(Request(scope))[Metrics]
                metrics.requests.labels(method, route, str(status)).observe(seconds)
                log.info(
                    "request",
                    method=method,
                    route=route,
                    status=status,
                    milliseconds=round(seconds * 1000, 1),
                )

    async def _within_limit(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = Headers(scope=scope).get("content-length", "0")
        is_upload = self._is_upload(scope)
        settings = services_of(Request(scope))[Settings]
        limit = settings.max_file_bytes + self.form_overhead if is_upload else settings.max_body_bytes
        if declared.isdigit() and int(declared) > limit:
            await self._refuse(scope, receive, send, limit)
            return
        if is_upload:
            await self.app(scope, _counted(receive, limit), send)
            return
        chunks: list[Message] = []
        received = 0
        # The body is read first, so that no part of an oversized one reaches a route.
        while Headers(scope=scope).get("transfer-encoding") or declared != "0":
            message = await receive()
            chunks.append(message)
            received += len(message.get("body", b""))
            if received > limit:
                await self._refuse(scope, receive, send, limit)
                return
            if message["type"] != "http.request" or not message.get("more_body"):
                break
        await self.app(scope, _replay(chunks, receive), send)

    def _is_upload(self, scope: Scope) -> bool:
        is_post = scope["method"] == "POST"
        return is_post and self.uploads is not None and self.uploads.fullmatch(scope["path"]) is not None

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        response = await self.refuse(Request(scope, receive), _too_large(limit))
        await response(scope, receive, send)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The request body exceeds {limit} bytes.", f"请求体超过 {limit} 字节。")


def _counted(receive: Receive, limit: int) -> Receive:
    """A `receive` that raises TooLarge once more than `limit` bytes of the body have arrived."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise _too_large(limit)
        return message

    return counted


def _replay(chunks: list[Message], receive: Receive) -> Callable[[], Awaitable[Message]]:
    """A `receive` that returns the messages that were already read, then the remaining ones."""
    pending = iter(chunks)

    async def replayed() -> Message:
        for message in pending:
            return message
        return await receive()

    return replayed


def _request_id(header: str | None) -> str:
    """The caller's id if it is safe to log, otherwise a new one."""
    return header if header and re.fullmatch(r"[\w.-]{1,64}", header) else str(new_id())
