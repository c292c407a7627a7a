"""Where the embed server is: a socket of this machine, or an address of the network."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

UNIX = "unix"
SCHEMES = (UNIX, "http", "https")


@dataclass(frozen=True, slots=True)
class EmbedAddress:
    """`unix:///path` or `http(s)://host:port`.

    Attributes:
        base: what paths of requests are appended to; without a path of its own.
        path: the file of the socket; None for an address of the network.
    """

    base: str
    path: Path | None
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> "EmbedAddress":
        """
        Raises:
            ValueError: it is neither.
        """
        parts = urlsplit(url)
        if parts.scheme == UNIX and parts.path.startswith("/") and not parts.netloc:
            return cls("http://embed-server", Path(parts.path), "", 0)
        if parts.scheme in SCHEMES and parts.hostname and parts.path in ("", "/"):
            port = parts.port or (443 if parts.scheme == "https" else 80)
            return cls(f"{parts.scheme}://{parts.netloc}", None, parts.hostname, port)
        raise ValueError(
            f"{url!r} is neither unix:///path nor http(s)://host:port (应为 unix:///路径 或 http(s)://主机:端口)"
        )


def listen_on_file(path: Path) -> socket.socket:
    """A socket that only this user may connect to. What a killed server left there is replaced.

    Raises:
        RuntimeError: another server listens there.
    """
    listening = socket.socket(socket.AF_UNIX)
    with socket.socket(socket.AF_UNIX) as probe:
        if path.exists() and probe.connect_ex(str(path)) == 0:
            listening.close()
            raise RuntimeError(f"another server listens on {path} ({path} 已有服务在监听)")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    listening.listen(1024)
    return listening
