"""Requests with endless headers are refused before they fill the memory: uvicorn's parser keeps all that it gets."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_MOST = 64 * 1024
"""Bytes of the address and the headers of a request, those behind its body included."""
_PER_HEADER = 32

_TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Connection: close\r\n\r\nThe address or the headers of the request are too long. "
    + "请求的地址或请求头过长。\n".encode()
)


class _Refused(Exception):
    """Ends the parser."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with a limit for what is no body, and with exactly one Host, as RFC 9112, 3.2 asks."""

    head_most = HEAD_MOST

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = 0
        self._hosts = 0
        self._unparsed = 0

    def data_received(self, data: bytes) -> None:
        # What calls nothing back is a part of a header, or of what stands between the parts of a body.
        self._unparsed += len(data)
        super().data_received(data)
        if self._unparsed > self.head_most and not self.transport.is_closing():
            self._refuse()

    def on_message_begin(self) -> None:
        self._head = self._hosts = self._unparsed = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + _PER_HEADER)
        self._hosts += name.lower() == b"host"
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._unparsed = 0
        if self._hosts != 1 and self.parser.get_http_version() == "1.1":
            raise _Refused
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unparsed = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed, or what has ended the parser."""
        if self._head > self.head_most:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _count(self, size: int) -> None:
        self._unparsed = 0
        self._head += size
        if self._head > self.head_most:
            raise _Refused

    def _refuse(self) -> None:
        self.transport.write(_TOO_LONG)
        self.transport.close()
