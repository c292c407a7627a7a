"""Scanning of uploads by clamd, before their bytes are stored: the command INSTREAM of its protocol."""

import socket
import struct
import threading
import time
from datetime import timedelta
from typing import BinaryIO

import structlog

from app.errors import Invalid, Unavailable

log = structlog.get_logger(__name__)

_CHUNK = 64 * 1024
_LONGEST_REPLY = 4096

MOST_AT_ONCE = 16
"""Scans of a process at a time. Each holds a thread that answers requests, and there are forty of these."""
_places = threading.BoundedSemaphore(MOST_AT_ONCE)


def refuse_infected(file: BinaryIO, address: str, *, within: timedelta) -> None:
    """Let clamd scan the file; leaves the file at its beginning.

    Args:
        address: `host:port`, or the path of a socket.
        within: how long the connection, all pieces and the verdict may take together.

    Raises:
        Invalid: clamd has found a virus.
        Unavailable: clamd is down, takes too long, or could not scan the file: what nobody has scanned is refused. Or
            `MOST_AT_ONCE` other scans go on.
    """
    if not _places.acquire(blocking=False):
        log.warning("virus_scanner_unavailable", reason="busy")
        raise _unavailable(retry_after=2)
    file.seek(0)
    deadline = _Deadline(within)
    try:
        with _connect(address, deadline) as connection:
            verdict = _scan(connection, file, deadline)
    except OSError as error:
        log.error("virus_scanner_unavailable", reason=type(error).__name__)
        raise _unavailable() from error
    finally:
        _places.release()
        file.seek(0)
    if verdict == "stream: OK":
        return
    if verdict.endswith(" FOUND"):
        log.warning("virus_found", verdict=verdict)
        raise Invalid.field(
            "file",
            "infected",
            "文件中发现病毒或恶意代码，未保存；请在本机查杀后重新上传",
            "contains a virus and was not stored; clean it and upload it again",
        )
    log.error("virus_scanner_unavailable", reason=verdict)
    raise _unavailable()


class _Deadline:
    """When all of a scan must be over: a limit for each step alone would never end a scanner that drips."""

    def __init__(self, within: timedelta) -> None:
        self._until = time.monotonic() + within.total_seconds()

    def left(self) -> float:
        """Seconds for the next step.

        Raises:
            TimeoutError: there are none.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _connect(address: str, deadline: _Deadline) -> socket.socket:
    host, colon, port = address.rpartition(":")
    if colon and port.isdecimal():
        return socket.create_connection((host.strip("[]"), int(port)), timeout=deadline.left())
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(deadline.left())
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _scan(connection: socket.socket, file: BinaryIO, deadline: _Deadline) -> str:
    """The verdict: `stream: OK`, `stream: NAME FOUND`, or an error."""
    _send(connection, b"zINSTREAM\0", deadline)
    while piece := file.read(_CHUNK):
        _send(connection, struct.pack("!I", len(piece)) + piece, deadline)
    _send(connection, struct.pack("!I", 0), deadline)
    reply = b""
    while b"\0" not in reply and len(reply) < _LONGEST_REPLY:
        connection.settimeout(deadline.left())
        received = connection.recv(_LONGEST_REPLY)
        if not received:
            break
        reply += received
    return reply.partition(b"\0")[0].decode("utf-8", errors="replace").strip()


def _send(connection: socket.socket, data: bytes, deadline: _Deadline) -> None:
    connection.settimeout(deadline.left())
    connection.sendall(data)


def _unavailable(*, retry_after: int = 60) -> Unavailable:
    return Unavailable(
        "The virus scanner does not answer, so the file was not stored. Try again later.",
        "病毒扫描服务暂不可用，文件未保存，请稍后重试。",
        code="scanner_unavailable",
        headers={"Retry-After": str(retry_after)},
    )
