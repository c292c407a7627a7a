"""Serves a city's store and uses it as people do: rates, times, refusals and memory.

    python -m scripts.mixture --home DIR [--database-url URL] [--api 1] [--callers 8] [--seconds 900] [--json]

DIR is a store of `scripts/bench/stores/city_store.py`; with a URL the same one in PostgreSQL (`sanku migrate-store`).
API processes and a worker run in processes of their own. Each caller sends its next request when the last is answered:
30% searches, 20% matches of stored demands, 10% of a text, 20% single records, 15% writes, 5% pushes and feedback. The
first minute is not counted. Memory is shown after a third of the time and in the end.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.demo.accounts import password_of
from app.settings import Settings
from scripts.faults.processes import ManagedProcess, answers, free_port
from scripts.mixture.callers import Caller, Measured, sessions

WARM_UP = 60.0
SAMPLED_EVERY = 15.0
NO_LIMITS = {
    "SANKU_REQUESTS_PER_MINUTE": "0",
    "SANKU_REQUESTS_PER_MINUTE_OF_ORGANISATION": "0",
    "SANKU_REQUESTS_PER_MINUTE_OF_ADDRESS": "0",
    "SANKU_MATCHING_PER_MINUTE": "100000",
    "SANKU_MATCHING_PER_MINUTE_OF_ORGANISATION": "100000",
    "SANKU_MATCHING_PER_USER": "64",
    "SANKU_MATCHING_PER_ORGANISATION": "64",
    "SANKU_ACCESS_TOKEN_LIFETIME": "PT24H",
}
"""All callers share a handful of accounts and one address, and log in once."""


def main() -> None:
    """Serve, load, and print."""
    asked = _arguments()
    with _installation(asked) as (bases, processes):
        figures = _measured(asked, bases, processes)
    sys.stdout.write((json.dumps(figures, indent=2) if asked.json else _table(figures)) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--database-url")
    parser.add_argument("--api", type=int, default=1)
    parser.add_argument("--callers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextmanager
def _installation(asked: argparse.Namespace) -> Iterator[tuple[list[str], list[ManagedProcess]]]:
    environment = {
        "SANKU_HOME": str(asked.home),
        "SANKU_DEMO": "true",
        "SANKU_LOG_LEVEL": "ERROR",
        "SANKU_WORKER_IN_SERVICE": "false",
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        **NO_LIMITS,
        **({"SANKU_DATABASE_URL": asked.database_url} if asked.database_url else {}),
    }
    with tempfile.TemporaryDirectory(prefix="sanku-mixture-") as logs:
        bases = [f"http://127.0.0.1:{free_port()}" for _ in range(asked.api)]
        processes = [
            ManagedProcess(
                f"API {number + 1}",
                ("serve", "--port", base.rpartition(":")[2]),
                environment,
                Path(logs) / f"api-{number}.log",
                ready=lambda base=base: answers(f"{base}/readyz"),  # type: ignore[misc]
            )
            for number, base in enumerate(bases)
        ]
        processes.append(ManagedProcess("worker", ("worker",), environment, Path(logs) / "worker.log"))
        try:
            for process in processes:
                process.start()
            for process in processes:
                process.wait_until_ready()
            yield bases, processes
        finally:
            for process in processes:
                process.kill()


def _measured(asked: argparse.Namespace, bases: list[str], processes: list[ManagedProcess]) -> dict[str, Any]:
    settings = Settings(_env_file=None, home=asked.home, demo=True)
    people = sessions(bases[0], password_of(settings))
    stop = threading.Event()
    measured = Measured()
    callers = [
        Caller(bases[number % len(bases)], people, measured, stop, random.Random(asked.seed + number))  # noqa: S311
        for number in range(asked.callers)
    ]
    threads = [threading.Thread(target=caller.run) for caller in callers]
    for thread in threads:
        thread.start()
    time.sleep(WARM_UP)
    measured.forget()
    began = time.monotonic()
    spent = {process.name: process.processor_seconds() for process in processes}
    memory: dict[str, list[float]] = defaultdict(list)
    while (left := asked.seconds - (time.monotonic() - began)) > 0:
        time.sleep(min(SAMPLED_EVERY, left))
        for process in processes:
            memory[process.name].append(process.memory())
    taken, statuses = measured.taken()
    lasted = time.monotonic() - began
    answers_given = sum(len(times) for times in taken.values())
    stop.set()
    for thread in threads:
        thread.join()
    return {
        "load": round(os.getloadavg()[0], 1),
        "per_second": round(answers_given / lasted, 1),
        "processor_ms_of_answer": {
            process.name: round(1000 * (process.processor_seconds() - spent[process.name]) / answers_given, 1)
            for process in processes
        },
        "kinds": {kind: _summary(times) for kind, times in sorted(taken.items())},
        "all": _summary([one for times in taken.values() for one in times]),
        "statuses": {kind: dict(counts) for kind, counts in sorted(statuses.items())},
        "memory": {name: _growth(values) for name, values in memory.items()},
    }


def _summary(times: list[float]) -> dict[str, float]:
    """Milliseconds."""
    cut = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
    return {
        "count": len(times),
        "p50": round(1000 * statistics.median(times)),
        "p95": round(1000 * cut[94]),
        "p99": round(1000 * cut[98]),
    }


def _growth(values: list[float]) -> dict[str, float]:
    return {"after_a_third": values[len(values) // 3], "end": values[-1], "most": max(values)}


def _table(figures: dict[str, Any]) -> str:
    lines = [
        f"{figures['per_second']} answers a second, load {figures['load']}",
        "| asked | answers | p50 (ms) | p95 | p99 | statuses |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for kind, row in {**figures["kinds"], "all": figures["all"]}.items():
        counts: Counter[str] = Counter(figures["statuses"].get(kind, {}))
        shown = ", ".join(f"{status} × {count}" for status, count in sorted(counts.items()))
        lines.append(f"| {kind} | {row['count']} | {row['p50']} | {row['p95']} | {row['p99']} | {shown} |")
    for name, milliseconds in figures["processor_ms_of_answer"].items():
        lines.append(f"{name}: {milliseconds} ms of processor time an answer")
    for name, memory in figures["memory"].items():
        lines.append(f"{name}: {memory['after_a_third']} MB after a third, {memory['end']} MB in the end")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
