"""A client that sends or reads too slowly, or headers without end, loses its connection; others do not notice."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from app.transport.slow_clients import ImpatientProtocol
from tests.support.servers import served


class Hasty(ImpatientProtocol):
    """The same deadlines in tenths of a second."""

    headers_within = 0.3
    body_within = 0.3
    slowest = 1_000_000
    read_within = 0.3


LARGE_ENDED = threading.Event()


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    if scope["path"] == "/large":
        await _send_large(send)
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


async def _send_large(send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(1000):
        await send({"type": "http.response.body", "body": bytes(100_000), "more_body": True})
    LARGE_ENDED.set()


@contextmanager
def _served(protocol: type[ImpatientProtocol]) -> Iterator[int]:
    with served(_echo, protocol=protocol) as address:
        yield int(address.rpartition(":")[2])


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with _served(Hasty) as port:
        yield port


@pytest.fixture(scope="module")
def patient_port() -> Iterator[int]:
    """With the deadlines of the service, which are never reached here."""
    with _served(ImpatientProtocol) as port:
        yield port


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


def test_an_answer_that_nobody_reads_is_given_up(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        assert LARGE_ENDED.wait(timeout=60), "it still waits for a reader"


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LONG = b"a" * 100_000


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"X: " + LONG + b"\r\n\r\n",
        HEAD + b"".join(b"X%d: a\r\n" % number for number in range(5_000)) + b"\r\n",
        b"GET /?" + LONG + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        CHUNKED + b"2\r\nab\r\n0\r\nX: " + LONG + b"\r\n\r\n",
    ],
    ids=["one long header", "many short ones", "a long address", "a header behind the body"],
)
def test_a_request_with_too_long_a_head_is_refused(port: int, sent: bytes) -> None:
    answer = _answer(port, sent)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert "过长" in answer.decode()


@pytest.mark.parametrize(
    "begun", [HEAD + b"X: ", CHUNKED + b"2;x=", CHUNKED + b"0\r\nX: "], ids=["head", "part", "trailer"]
)
def test_what_never_ends_is_refused_before_it_fills_the_memory(patient_port: int, begun: bytes) -> None:
    with socket.create_connection(("127.0.0.1", patient_port), timeout=20) as connection:
        connection.sendall(begun)
        sent = 0
        with suppress(OSError):
            while sent < 50_000_000:
                sent += connection.send(LONG)
    assert sent < 50_000_000


@pytest.mark.parametrize("hosts", [b"", b"Host: a\r\nHost: b\r\n"], ids=["none", "two"])
def test_a_request_has_one_host(port: int, hosts: bytes) -> None:
    answer = _answer(port, b"GET / HTTP/1.1\r\n" + hosts + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_body_of_many_small_parts_is_no_long_head(patient_port: int) -> None:
    parts = b"1\r\nx\r\n" * 30_000
    answer = _answer(
        patient_port, CHUNKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + parts + b"0\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"00")
