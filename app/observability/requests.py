"""What is observed of each request: a log line, a measurement and a span; and limits on request bodies."""

import re
import time
from collections.abc import Awaitable, Callable

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database import new_id
from app.errors import TooLarge
from app.observability.metrics import Metrics
from app.observability.traces import SpanKind, Tracer
from app.services import services_of
from app.settings import Settings

log = structlog.get_logger(__name__)

# HTTP allows any token as a method; each one would create a time series that stays in memory.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


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

        method = scope["method"] if scope["method"] in _METHODS else "other"
        services = services_of(Request(scope))
        # What a stranger sends as a trace decides nothing: each request begins one.
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            services[Tracer].span(method, kind=SpanKind.SERVER) as span,
        ):
            try:
                await self._within_limit(scope, receive, send_with_id)
            finally:
                seconds = time.perf_counter() - started
                route = getattr(scope.get("route"), "path", "unknown")
                span.name = f"{method} {route}"
                span.attributes |= {
                    "http.request.method": method,
                    "http.route": route,
                    "http.response.status_code": status,
                    "sanku.request_id": request_id,
                }
                span.failed = span.failed or status >= 500
                metrics = services[Metrics]
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
