"""A client that sends too slowly loses its connection; others do not notice."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from app.transport.slow_clients import ImpatientProtocol


class Hasty(ImpatientProtocol):
    """The same deadlines in tenths of a second."""

    headers_within = 0.3
    body_within = 0.3
    slowest = 1_000_000


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"%02d" % (length % 100)})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        server = uvicorn.Server(
            uvicorn.Config(_echo, http=Hasty, log_config=None, access_log=False, lifespan="off")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [reserved]})
        thread.start()
        yield reserved.getsockname()[1]
        server.should_exit = True
        thread.join()


def _answer(port: int, *parts: bytes) -> bytes:
    """Everything that the server sends until it closes the connection, after these parts and nothing more."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        found = b""
        while received := connection.recv(4096):
            found += received
        return found


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"POST /v1/demands HTTP/1.1\r\nHost: x\r\n",),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", b"1234"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\nab\r\n"),
    ],
    ids=["nothing", "half the headers", "half the body", "a part of many"],
)
def test_an_unfinished_request_is_given_up(port: int, parts: tuple[bytes, ...]) -> None:
    answer = _answer(port, *parts)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert "传输过慢" in answer.decode()


def test_a_whole_request_is_answered_beside_slow_ones(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nContent-Le")
        answer = _answer(
            port,
            b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\n",
            b"12",
            b"34",
        )
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"04")


def test_the_deadline_of_a_body_grows_with_what_has_arrived(port: int) -> None:
    """Half a megabyte earns half a second more, so a second request on the connection is still answered."""
    body = b"x" * 500_000
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    answer = _answer(port, head + body, head + body[:-1])
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answer
