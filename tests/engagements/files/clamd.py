"""Servers that speak the protocol of clamd: one finds a virus where it sees a mark, one only drips."""

import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Server = TypeVar("Server", bound=socketserver.ThreadingTCPServer)

MARK = b"X5O!P%@AP-TEST-SIGNATURE"
TOO_LONG = 100_000


class Scanning(socketserver.ThreadingTCPServer):
    """Calls `watch` for each file, before it answers."""

    def __init__(self, watch: Callable[[], None]) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.watch = watch


class _Session(socketserver.StreamRequestHandler):
    """One connection: INSTREAM with pieces of a stated length, ended by an empty one."""

    server: Scanning

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        self.server.watch()
        if len(content) > TOO_LONG:
            answer = b"INSTREAM size limit exceeded. ERROR"
        elif MARK in content:
            answer = b"stream: Win.Test.EICAR_HDB-1 FOUND"
        else:
            answer = b"stream: OK"
        self.wfile.write(answer + b"\0")


class Dripping(socketserver.StreamRequestHandler):
    """Takes the file and sends blanks, a thousand a second at most, until its client has gone."""

    server: "Drips"

    def handle(self) -> None:
        self.rfile.read(10)
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            self.rfile.read(length)
        try:
            while not self.server.ended.wait(0.001):
                self.wfile.write(b" ")
                self.server.sent += 1
        except OSError:
            return


class Drips(socketserver.ThreadingTCPServer):
    """How many blanks its handlers have sent."""

    sent = 0

    def __init__(self, *how: Any) -> None:
        super().__init__(*how)
        self.ended = threading.Event()

    def shutdown(self) -> None:
        self.ended.set()
        super().shutdown()


@contextmanager
def scanner(watch: Callable[[], None] = lambda: None) -> Iterator[str]:
    """The address of one that scans."""
    with _served(Scanning(watch)) as server:
        yield _address(server)


@contextmanager
def dripping() -> Iterator[tuple[str, Drips]]:
    """The address of one that never comes to an end, and the server."""
    with _served(Drips(("127.0.0.1", 0), Dripping)) as server:
        yield _address(server), server


def _address(server: socketserver.ThreadingTCPServer) -> str:
    return "{}:{}".format(*server.server_address[:2])


@contextmanager
def _served(server: Server) -> Iterator[Server]:
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
