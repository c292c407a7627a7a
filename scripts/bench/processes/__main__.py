"""Several API processes on one store: memory of each, and requests a second of one and of two.

    nice -n -15 python -m scripts.bench.processes [--model DIR] [--seconds 8] [--rounds 3] [--json]

The demonstration store (SQLite, or an empty PostgreSQL in --database-url) is served by one and by two `sanku serve`,
without and with `sanku embed-server`. Memory is measured after the first answers, idle. Then one kind of request after
the other is sent over eight kept connections, which are divided among the processes: `text` embeds a new text each
time, the others embed nothing. One and two processes take turns within each round, so that other work on the machine
hits both; the figure is the median of the rounds. Where other work competes for the cores, two processes also get a
larger share of them than one. So the processor time of a request is measured, too: `by_cpu` is how many times as many
requests two processes could answer on two cores of their own. The callers write and read bare sockets, so that they
take little of the cores that they share with the service; what they take is printed.
"""

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.cli.demo import _load
from app.cli.serve import initialise
from app.demo.accounts import ENTERPRISE_EMAIL, manager_email, password_of
from app.settings import Settings

CONNECTIONS = 8
_CHINESE = "防腐涂料储罐盐雾检测振动轴承密封阀门高温传感器节能余热回收铸件缺陷视觉焊接机器人"
UNLIMITED = {
    "SANKU_REQUESTS_PER_MINUTE": "0",
    "SANKU_REQUESTS_PER_MINUTE_OF_ORGANISATION": "0",
    "SANKU_REQUESTS_PER_MINUTE_OF_ADDRESS": "0",
    "SANKU_MATCHING_PER_MINUTE": "10000000",
    "SANKU_MATCHING_PER_MINUTE_OF_ORGANISATION": "10000000",
    "SANKU_MATCHING_PER_USER": "64",
    "SANKU_MATCHING_PER_ORGANISATION": "64",
    "SANKU_MATCHING_WAITING": "64",
}


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="sanku-bench-") as home:
        settings = Settings(
            _env_file=None,
            home=Path(home),
            demo=True,
            log_level="ERROR",
            model=arguments.model,
            database_url=arguments.database_url,
        )
        initialise(settings)
        _load(settings)
        bench = Bench(settings, arguments.seconds, arguments.rounds)
        figures = {"own model": bench.figures(shared=False), "embed server": bench.figures(shared=True)}
    sys.stdout.write((json.dumps(figures, indent=2) if arguments.json else _table(figures)) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="directory of the prepared model; default: prepare it")
    parser.add_argument("--database-url", help="an empty PostgreSQL with pgvector; default: SQLite")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


class Bench:
    def __init__(self, settings: Settings, seconds: float, rounds: int) -> None:
        self.settings, self.seconds, self.rounds = settings, seconds, rounds

    def figures(self, *, shared: bool) -> dict[str, Any]:
        """Megabytes of each process, and requests a second by kind for one and two processes."""
        socket_path = self.settings.home / "embed.sock"
        extra = {"SANKU_EMBED_URL": f"unix://{socket_path}"} if shared else {}
        with ExitStack() as stack:
            processes: dict[str, int] = {}
            if shared:
                processes["embed server"] = stack.enter_context(self._process(extra, "embed-server"))
                _wait_for(socket_path.exists)
            ports = [_free_port() for _ in range(2)]
            for number, port in enumerate(ports):
                command = ("serve", "--port", str(port))
                processes[f"API {number + 1}"] = stack.enter_context(self._process(extra, *command))
            bases = [f"http://127.0.0.1:{port}" for port in ports]
            for base in bases:
                _wait_for(lambda base=base: _is_ready(base))  # type: ignore[misc]
            requests = self._requests(bases[0])
            for port in ports:
                for make in requests.values():
                    _asked([port], make, 1.0)
            time.sleep(2)
            memory = {name: _memory(process) for name, process in processes.items()}
            pids = [processes[f"API {number + 1}"] for number in range(len(ports))]
            rates = {name: self._rates(ports, pids, make) for name, make in requests.items()}
        return {"memory": memory, "requests": rates}

    def _rates(self, ports: list[int], pids: list[int], make: "Make") -> dict[str, float]:
        one, two = list[_Rate](), list[_Rate]()
        before = _own_seconds()
        for _ in range(self.rounds):
            one.append(_measured(ports[:1], pids, make, self.seconds))
            two.append(_measured(ports, pids, make, self.seconds))
        callers = _own_seconds() - before
        ratios = [both.rate / single.rate for single, both in zip(one, two, strict=True)]
        by_cpu = [2 * single.cpu / both.cpu for single, both in zip(one, two, strict=True)]
        return {
            "one": round(statistics.median(each.rate for each in one), 1),
            "two": round(statistics.median(each.rate for each in two), 1),
            "ratio": round(statistics.median(ratios), 2),
            "cpu_ms_one": round(1000 * statistics.median(each.cpu for each in one), 1),
            "cpu_ms_two": round(1000 * statistics.median(each.cpu for each in two), 1),
            "by_cpu": round(statistics.median(by_cpu), 2),
            "callers": round(callers / (2 * self.rounds * self.seconds), 2),
        }

    def _requests(self, base: str) -> dict[str, "Make"]:
        password = password_of(self.settings)
        member, manager = (
            _token(base, email, password) for email in (ENTERPRISE_EMAIL, manager_email("M-DEMO-01"))
        )
        demand = _get(base, "/v1/demands", manager)["items"][0]["id"]
        achievement = _get(base, "/v1/achievements", manager)["items"][0]["id"]
        return {
            "list": lambda _: _request("GET", "/v1/achievements?limit=20", manager),
            "search": lambda _: _request("GET", "/v1/achievements?q=%E6%B6%82%E6%96%99&limit=20", manager),
            "record": lambda _: _request("GET", f"/v1/achievements/{achievement}", manager),
            "inbox": lambda _: _request("GET", "/v1/pushes?limit=20", manager),
            "matches": lambda _: _request("GET", f"/v1/demands/{demand}/matches", manager),
            "text": lambda number: _request("POST", "/v1/matches/text", member, {"text": _text(number)}),
        }

    @contextmanager
    def _process(self, extra: dict[str, str], *command: str) -> Iterator[int]:
        environment = (
            os.environ
            | UNLIMITED
            | extra
            | {
                "SANKU_HOME": str(self.settings.home),
                "SANKU_DEMO": "true",
                "SANKU_LOG_LEVEL": "ERROR",
                "SANKU_WORKER_IN_SERVICE": "false",
            }
        )
        for name in ("model", "database_url"):
            if (value := getattr(self.settings, name)) is not None:
                environment[f"SANKU_{name.upper()}"] = value
        line = [sys.executable, "-c", "from app.cli import main; main()", *command]
        with subprocess.Popen(line, env=environment) as process:  # noqa: S603 — our own command
            try:
                yield process.pid
            finally:
                process.terminate()


Make = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class _Rate:
    """Answers a second, and seconds of processor time for each in the API processes."""

    rate: float
    cpu: float


def _measured(ports: list[int], pids: list[int], make: Make, seconds: float) -> _Rate:
    before = sum(map(_cpu_seconds, pids))
    started = time.monotonic()
    rate = _asked(ports, make, seconds)
    answers = rate * (time.monotonic() - started)
    return _Rate(rate, (sum(map(_cpu_seconds, pids)) - before) / answers)


def _cpu_seconds(pid: int) -> float:
    """User and system time of all threads of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _asked(ports: list[int], make: Make, seconds: float) -> float:
    """Answers a second."""
    until, counts, failures = time.monotonic() + seconds, [0] * CONNECTIONS, list[str]()

    def caller(place: int) -> None:
        with socket.create_connection(("127.0.0.1", ports[place % len(ports)])) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            number = place + int(time.monotonic_ns())
            while time.monotonic() < until:
                number += CONNECTIONS
                connection.sendall(make(number))
                status = _read(connection)
                if status != 200:
                    failures.append(str(status))
                counts[place] += 1

    started = time.monotonic()
    threads = [threading.Thread(target=caller, args=(place,)) for place in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"{len(failures)} of {sum(counts)} requests failed: {set(failures)}")
    return sum(counts) / (time.monotonic() - started)


def _read(connection: socket.socket) -> int:
    """Read one answer with a Content-Length; returns its status."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(262_144)
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    missing = int(fields[b"content-length"]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(262_144))
    return int(head.split(b" ", 2)[1])


def _request(method: str, path: str, token: str, body: dict[str, Any] | None = None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    kind = "" if body is None else f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n{kind}\r\n"
    return head.encode() + content


def _text(number: int) -> str:
    """A question of 30 characters that nobody has asked."""
    chosen = [_CHINESE[(number * step) % len(_CHINESE)] for step in range(1, 25)]
    return f"{number % 1_000_000}" + "".join(chosen)


def _memory(process: int) -> dict[str, int]:
    """Megabytes: `rss`, and `own`, what no other process has mapped."""
    rows = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()[1:]
    kilobytes = {row.split(":")[0]: int(row.split()[1]) for row in rows}
    own = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    return {"rss": kilobytes["Rss"] // 1024, "own": own // 1024, "pss": kilobytes["Pss"] // 1024}


def _token(base: str, email: str, password: str) -> str:
    form = {"username": email, "password": password}
    token: str = httpx.post(f"{base}/v1/auth/token", data=form).raise_for_status().json()["access_token"]
    return token


def _get(base: str, path: str, token: str) -> Any:
    answer = httpx.get(f"{base}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    return answer.raise_for_status().json()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _is_ready(base: str) -> bool:
    try:
        return httpx.get(f"{base}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(900):
        if condition():
            return
        time.sleep(0.2)
    raise RuntimeError("the service is not ready")


def _table(figures: dict[str, Any]) -> str:
    lines = []
    for name, found in figures.items():
        lines.append(name)
        lines += [f"  {process:12} {one}" for process, one in found["memory"].items()]
        lines += [f"  {kind:12} {one}" for kind, one in found["requests"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
