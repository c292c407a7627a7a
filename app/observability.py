"""What an operator sees of the running service: structured logs with a correlation id, metrics, health."""

import logging
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database import new_id
from app.errors import TooLarge

log = structlog.get_logger(__name__)

# Any token is a method to HTTP; each would be a time series of its own, and stay in memory.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# What must never stand in a log line, whatever its key is called elsewhere.
_SECRET = re.compile(r"(password|token|secret|authorization|api[-_]?key|phone|mobile|email)", re.IGNORECASE)


def configure_logging(*, level: str, as_json: bool) -> None:
    """One line an event on standard error; secrets and personal data are blotted out by their keys."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _console()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _blot_out,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _console() -> Any:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _blot_out(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if key != "event" and _SECRET.search(key):
            event[key] = "***"
    return event


class Metrics:
    """The service's own registry, so that two services in one process (tests) do not share counters."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "sanku_http_request_seconds",
            "Time to answer, by route",
            ["method", "route", "status"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self.events_done = Counter(
            "sanku_events_done", "Events settled by workers of this process", ["name"], registry=self.registry
        )
        self.events_failed = Counter(
            "sanku_events_failed", "Failed attempts at events", ["name"], registry=self.registry
        )
        self.events_waiting = Gauge("sanku_events_waiting", "Events not yet settled", registry=self.registry)
        self.events_dead = Gauge(
            "sanku_events_dead", "Events in the dead-letter list", registry=self.registry
        )
        self.index_vectors = Gauge(
            "sanku_index_vectors", "Vectors searched", ["kind"], registry=self.registry
        )
        self.index_position = Gauge(
            "sanku_index_position", "Sequence number that the index has followed to", registry=self.registry
        )


class ObserveRequests:
    """Middleware: a correlation id for every request, one log line, one measurement; refuses bodies too large.

    A body without a length is counted while it arrives, so that it cannot fill the memory. Uploads of files (POST to a
    path that `uploads` matches) have a limit of their own; they are not read ahead but counted on their way, so that
    the route can refuse a stranger before the file has come.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        max_body_bytes: int,
        uploads: re.Pattern[str] | None = None,
        max_upload_bytes: int = 0,
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.max_body_bytes = max_body_bytes
        self.uploads = uploads
        self.max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get("x-request-id"))
        started = time.perf_counter()
        status = 500

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._within_limit(scope, receive, observed)
            finally:
                seconds = time.perf_counter() - started
                route = getattr(scope.get("route"), "path", "unknown")
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self.metrics.requests.labels(method, route, str(status)).observe(seconds)
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
        limit = self.max_upload_bytes if is_upload else self.max_body_bytes
        if declared.isdigit() and int(declared) > limit:
            await self._refuse(scope, receive, send, limit)
            return
        if is_upload:
            await self.app(scope, _counted(receive, limit), send)
            return
        chunks: list[Message] = []
        seen = 0
        # Read the body first: nothing of an oversized one reaches a route, so nothing can be half-done.
        while Headers(scope=scope).get("transfer-encoding") or declared != "0":
            message = await receive()
            chunks.append(message)
            seen += len(message.get("body", b""))
            if seen > limit:
                await self._refuse(scope, receive, send, limit)
                return
            if message["type"] != "http.request" or not message.get("more_body"):
                break
        await self.app(scope, _replay(chunks, receive), send)

    def _is_upload(self, scope: Scope) -> bool:
        is_post = scope["method"] == "POST"
        return is_post and self.uploads is not None and self.uploads.fullmatch(scope["path"]) is not None

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        from fastapi import Request

        from app.errors import problem_response

        await problem_response(_too_large(limit), Request(scope, receive))(scope, receive, send)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body has more than {limit} bytes.", f"请求体超过 {limit} 字节。")


def _counted(receive: Receive, limit: int) -> Receive:
    """Raises TooLarge where the body is read, once more than `limit` bytes of it have come."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise _too_large(limit)
        return message

    return counted


def _replay(chunks: list[Message], receive: Receive) -> Callable[[], Awaitable[Message]]:
    waiting = iter(chunks)

    async def replayed() -> Message:
        for message in waiting:
            return message
        return await receive()

    return replayed


def _request_id(given: str | None) -> str:
    """The caller's own id when it is harmless in a log line, else a new one."""
    return given if given and re.fullmatch(r"[\w.-]{1,64}", given) else str(new_id())
