"""A server that speaks the protocol of clamd, and finds a virus where it sees a mark."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MARK = b"X5O!P%@AP-TEST-SIGNATURE"
TOO_LONG = 100_000


class _Session(socketserver.StreamRequestHandler):
    """One connection: INSTREAM with pieces of a stated length, ended by an empty one."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        if len(content) > TOO_LONG:
            answer = b"INSTREAM size limit exceeded. ERROR"
        elif MARK in content:
            answer = b"stream: Win.Test.EICAR_HDB-1 FOUND"
        else:
            answer = b"stream: OK"
        self.wfile.write(answer + b"\0")


@contextmanager
def scanner() -> Iterator[str]:
    """Its address."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield "{}:{}".format(*server.server_address[:2])
        finally:
            server.shutdown()
            thread.join()
