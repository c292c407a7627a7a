"""Connections of clients that send or read slowly are closed: a few of them must not hold all connections."""

from asyncio import TimerHandle, Transport
from typing import Any

from app.transport.head_limits import BoundedProtocol

HEADERS_WITHIN = 15.0
"""Seconds from the opening of a connection, or the first byte of a later request, to the end of its headers."""
BODY_WITHIN = 20.0
"""Seconds for a body, and one more for each `SLOWEST` bytes that have arrived."""
SLOWEST = 1_000
"""Bytes per second, the least that a slow line manages: a file of 20 MB may take more than five hours."""
READ_WITHIN = 120.0
"""Seconds in which a client reads what waits for it, some 50 KB."""

_REQUEST_TIMEOUT = (
    b"HTTP/1.1 408 Request Timeout\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
    b"The request arrived too slowly, so it was given up. Send it again. "
    + "请求传输过慢，已终止。请重新发送。\n".encode()
)


class ImpatientProtocol(BoundedProtocol):
    """uvicorn's HTTP protocol with deadlines for what the client sends and reads. It has none itself."""

    headers_within = HEADERS_WITHIN
    body_within = BODY_WITHIN
    slowest = SLOWEST
    read_within = READ_WITHIN

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: TimerHandle | None = None
        self._unread: TimerHandle | None = None
        self._body_began = 0.0
        self._body_received = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect(self.headers_within)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        self._stop_waiting_for_reader()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(self.read_within, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_waiting_for_reader()
        super().resume_writing()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect(self.headers_within)

    def on_headers_complete(self) -> None:
        self._body_began, self._body_received = self.loop.time(), 0
        self._expect(self.body_within)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_received += len(body)
        allowed = self.body_within + self._body_received / self.slowest
        self._expect(self._body_began + allowed - self.loop.time())
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._expect_nothing()
        super().on_message_complete()

    def _expect(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _stop_waiting_for_reader(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _give_up(self) -> None:
        is_answering = self.cycle is not None and self.cycle.response_started
        if not is_answering and not self.transport.is_closing():
            self.transport.write(_REQUEST_TIMEOUT)
        self.transport.close()
