"""One member asks without end, 80 requests at a time: how long health checks and the requests of others take.

    python -m scripts.bench.load [--seconds 60] [--parallel 80] [--json]

The demonstration store is served by `sanku serve` in a process of its own, worker included. The member sends
`POST /v1/matches/text` with 5,000 characters, another text each time, and asks again half a second after an answer or
a refusal, whatever `Retry-After` says. Meanwhile two others work, with a second between their requests: a manager
opens the matches of a demand and their inbox, an institution matches a short text of its own. If they are refused, they
come back after `Retry-After`, and the time counts until they are answered. `/healthz` and
`/metrics` are asked once a second. The same is measured without the member first. Exit status 1 if a bound of `LIMITS`
is missed.
"""

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from app.cli.demo import _load
from app.cli.serve import initialise
from app.demo.accounts import ENTERPRISE_EMAIL, INSTITUTION_EMAIL, manager_email, password_of
from app.settings import Settings

LIMITS = {"health": 1.0, "metrics": 1.0, "text": 2.0, "matches": 2.0, "inbox": 2.0}
"""Seconds: all answers of health and metrics, 95% of the others."""
CHARACTERS = 5_000
PAUSE = 1.0
REFUSED = (429, 503)
IMPATIENCE = 0.5
Times = dict[str, list[float]]
_CHINESE = "防腐涂料储罐盐雾检测振动轴承密封阀门高温传感器节能余热回收铸件缺陷视觉焊接机器人"


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="sanku-bench-") as home:
        settings = Settings(_env_file=None, home=Path(home), demo=True, log_level="ERROR")
        initialise(settings)
        _load(settings)
        with _service(settings) as base:
            alone = _measured(base, settings, arguments.seconds / 2, parallel=0)
            attacked = _measured(base, settings, arguments.seconds, parallel=arguments.parallel)
    figures = {"alone": alone, "attacked": attacked}
    sys.stdout.write((json.dumps(figures, indent=2) if arguments.json else _table(figures)) + "\n")
    sys.exit(any(not one["within"] for one in attacked["times"].values()) or _failed(attacked["statuses"]))


def _failed(statuses: dict[str, dict[int, int]]) -> bool:
    """Whether somebody other than the attacker got an error."""
    known = {200, *REFUSED}
    return any(set(counts) - known for name, counts in statuses.items() if name != "attack")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--parallel", type=int, default=80)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextmanager
def _service(settings: Settings) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "SANKU_HOME": str(settings.home),
        "SANKU_DEMO": "true",
        "SANKU_REQUESTS_PER_MINUTE": "0",
        "SANKU_REQUESTS_PER_MINUTE_OF_ORGANISATION": "0",
        "SANKU_REQUESTS_PER_MINUTE_OF_ADDRESS": "0",
        "SANKU_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603 — our own command
        base = f"http://127.0.0.1:{port}"
        try:
            _wait_until_ready(base)
            yield base
        finally:
            process.terminate()


def _wait_until_ready(base: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{base}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError("the service is not ready")


def _measured(base: str, settings: Settings, seconds: float, *, parallel: int) -> dict[str, Any]:
    times: Times = defaultdict(list)
    statuses: dict[str, Counter[int]] = defaultdict(Counter)
    stop = threading.Event()
    password = password_of(settings)
    manager, institution, member = (
        _logged_in(base, email, password)
        for email in (manager_email("M-DEMO-01"), INSTITUTION_EMAIL, ENTERPRISE_EMAIL)
    )
    demand = manager.get("/v1/demands").json()["items"][0]["id"]

    def often(name: str, ask: Callable[[], httpx.Response]) -> None:
        while not stop.is_set():
            started = time.perf_counter()
            answer = ask()
            statuses[name][answer.status_code] += 1
            while answer.status_code in REFUSED and not stop.is_set():
                # A refusal is no answer: who asks comes back after `Retry-After`, and has waited all the time.
                stop.wait(float(answer.headers.get("retry-after", PAUSE)))
                answer = ask()
                statuses[name][answer.status_code] += 1
            times[name].append(time.perf_counter() - started)
            stop.wait(PAUSE)

    def attack(seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 — a text, no secret
        while not stop.is_set():
            text = "".join(draw.choices(_CHINESE, k=CHARACTERS))
            statuses["attack"][member.post("/v1/matches/text", json={"text": text}).status_code] += 1
            stop.wait(IMPATIENCE)

    honest: dict[str, Callable[[], httpx.Response]] = {
        "health": lambda: httpx.get(f"{base}/healthz", timeout=60),
        "metrics": lambda: httpx.get(f"{base}/metrics", timeout=60),
        "matches": lambda: manager.get(f"/v1/demands/{demand}/matches"),
        "inbox": lambda: manager.get("/v1/inbox"),
        "text": lambda: institution.post(
            "/v1/matches/text", json={"text": f"储罐内壁防腐涂料半年起泡,第 {time.monotonic_ns()} 次询问"}
        ),
    }
    threads = [threading.Thread(target=often, args=item) for item in honest.items()]
    threads += [threading.Thread(target=attack, args=(seed,)) for seed in range(parallel)]
    for thread in threads:
        thread.start()
    stop.wait(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return {
        "times": {name: _summary(name, values) for name, values in sorted(times.items())},
        "statuses": {name: dict(counts) for name, counts in statuses.items()},
    }


def _logged_in(base: str, email: str, password: str) -> httpx.Client:
    form = {"username": email, "password": password}
    token = httpx.post(f"{base}/v1/auth/token", data=form).raise_for_status().json()["access_token"]
    limits = httpx.Limits(max_connections=None)
    return httpx.Client(
        base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=600, limits=limits
    )


def _summary(name: str, seconds: list[float]) -> dict[str, float | bool]:
    p95, longest = float(np.quantile(seconds, 0.95)), max(seconds)
    reached = longest if name in ("health", "metrics") else p95
    return {
        "count": len(seconds),
        "p50": round(float(np.median(seconds)), 3),
        "p95": round(p95, 3),
        "max": round(longest, 3),
        "within": reached <= LIMITS[name],
    }


def _table(figures: dict[str, dict[str, Any]]) -> str:
    lines = []
    for load, found in figures.items():
        lines.append(f"{load}: answers {found['statuses']}")
        lines += [f"  {name:8} {one}" for name, one in found["times"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
