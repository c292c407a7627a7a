"""Kills processes of an installation under load, damages what it stands on, and asks `sanku check` after each fault.

    python -m scripts.faults [--database sqlite|postgresql] [--seconds 300] [--seed 1] [--model DIR]

The demonstration store is served by `sanku serve` and `sanku worker` in processes of their own. Owners publish, rename
and read records, an operator reads lists and matches; all repeat a request until it is answered, and keep a ledger of
what was acknowledged. Faults:

- `kills`: every 3 to 12 seconds one process, of PostgreSQL all, gets SIGKILL and is started again;
- `disk_full`: no file of the service may grow any more for a while (SQLite alone);
- `damaged_snapshot`: bytes of the index's snapshot are changed while the service is down;
- `missing_model`: the service starts without its model, and must say so;
- `clock_jump`: the clock of service and worker is an hour ahead for a while, then right again; left out, with a line
  that says so, where the package `faketime` is not installed.

After each the load ends, the worker finishes what waits, and `sanku check` must find nothing; what the ledger holds
must be in the store, once. Exit status 1 otherwise.
"""

import argparse
import glob
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.cli.demo import _load
from app.cli.serve import initialise
from app.database import Database, now
from app.demo.accounts import ENTERPRISE_EMAIL, INSTITUTION_EMAIL, OPERATOR_EMAIL, password_of
from app.events.outbox import Event
from app.observability import configure_logging
from app.settings import Settings
from scripts.faults.clients import BureauClient, Client, OwnerClient
from scripts.faults.ledger import Ledger
from scripts.faults.processes import COMMAND, ManagedProcess, PostgresServer, answers, free_port

MARK = "故障演练"
IDLE_WITHIN = 300.0
"""Seconds in which the worker finishes what the clients have left."""
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), "")
FAKED = {"LD_PRELOAD": FAKETIME, "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
RIGHT_TIME = "+0"
WARM_UP = 5.0
"""Seconds of load before a fault."""


@dataclass
class Installation:
    """A store, and the processes that serve it."""

    settings: Settings
    environment: dict[str, str]
    base: str
    service: ManagedProcess
    worker: ManagedProcess
    postgres: PostgresServer | None
    ledger: Ledger = field(default_factory=lambda: Ledger(MARK))

    @property
    def mortals(self) -> list[ManagedProcess | PostgresServer]:
        """What may be killed."""
        return [self.service, self.worker, *([self.postgres] if self.postgres else [])]

    def start(self) -> None:
        """Start service and worker, and wait for them."""
        for process in (self.service, self.worker):
            process.start()
        for process in (self.service, self.worker):
            process.wait_until_ready()

    def stop(self) -> None:
        """Stop the service; the worker finishes what waits before it is stopped."""
        self.service.stop()
        until = time.monotonic() + IDLE_WITHIN
        while self._waiting_events() and time.monotonic() < until:
            time.sleep(1)
        if waiting := self._waiting_events():
            self.ledger.note(f"{waiting} events wait after {IDLE_WITHIN:.0f} s")
        self.worker.stop()

    def kill(self) -> None:
        """End all processes, whatever they do."""
        for mortal in self.mortals:
            mortal.kill()

    def _waiting_events(self) -> int:
        database = Database(self.settings.url)
        with database.reading() as session:
            due = (
                select(func.count())
                .select_from(Event)
                .where(Event.done_at.is_(None), Event.dead_at.is_(None), Event.available_at <= now())
            )
            waiting = session.scalar(due) or 0
        database.dispose()
        return waiting

    def check(self) -> list[str]:
        """What `sanku check` finds, and what the ledger misses."""
        output = self._run("check", "--json")
        checked = json.loads(output.stdout)
        found = [
            f"{one['name']}: {one['found']} {json.dumps(one['differences'][:3], ensure_ascii=False)}"
            for one in checked["checks"]
            if one["found"]
        ]
        database = Database(self.settings.url)
        found += self.ledger.compare(database)
        database.dispose()
        return found

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 — our own command
            [*COMMAND, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    @contextmanager
    def loaded(self) -> Iterator[None]:
        """Clients at work meanwhile; at the end each has an answer to its last request."""
        stop = threading.Event()
        password = password_of(self.settings)

        def login(email: str) -> dict[str, str]:
            return {"username": email, "password": password}

        clients: list[Client] = [
            OwnerClient(self.base, login(ENTERPRISE_EMAIL), self.ledger, stop, "demands", 1),
            OwnerClient(self.base, login(ENTERPRISE_EMAIL), self.ledger, stop, "demands", 2),
            OwnerClient(self.base, login(INSTITUTION_EMAIL), self.ledger, stop, "achievements", 3),
            BureauClient(self.base, login(OPERATOR_EMAIL), self.ledger, stop),
        ]
        threads = [threading.Thread(target=_noting, args=(one.run, self.ledger)) for one in clients]
        for thread in threads:
            thread.start()
        try:
            time.sleep(WARM_UP)
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def _noting(run: Callable[[], None], ledger: Ledger) -> None:
    """A client that fails is a fault of its own."""
    try:
        run()
    except Exception as error:
        ledger.note(f"client: {type(error).__name__}: {error}")


def kills(one: Installation, seconds: float, draw: random.Random) -> None:
    """SIGKILL at random moments."""
    one.start()
    with one.loaded():
        targets = one.mortals
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(draw.uniform(3, 12))
            target = draw.choice(targets)
            target.kill()
            time.sleep(draw.uniform(0, 2))
            target.start()
        for target in targets:
            target.wait_until_ready()
    one.stop()


def disk_full(one: Installation, seconds: float, _: random.Random) -> None:
    """The service may not make any file longer than the database is now."""
    database = one.settings.home_path / "sanku.db"
    one.worker.start()
    one.service.start(largest_file=database.stat().st_size)
    one.service.wait_until_ready()
    done = threading.Event()
    with one.loaded():
        done.wait(seconds / 6)
        one.service.kill()
        one.service.start()
        one.service.wait_until_ready()
    one.stop()


def damaged_snapshot(one: Installation, _: float, draw: random.Random) -> None:
    """A tenth of the bytes of each file of the snapshot are others."""
    files = [path for path in one.settings.index_path.rglob("*") if path.is_file()]
    if not files:
        raise RuntimeError("there is no snapshot to damage")
    for path in files:
        content = bytearray(path.read_bytes())
        for place in draw.sample(range(len(content)), max(1, len(content) // 10)):
            content[place] ^= 0xFF
        path.write_bytes(content)
    one.start()
    with one.loaded():
        pass
    one.stop()


def missing_model(one: Installation, _: float, __: random.Random) -> None:
    """Without its model the service ends with a word about it, or is not ready; with it all is well again."""
    models = one.settings.home_path / "models"
    away = models.with_name("models.away")
    models.rename(away)
    try:
        one.service.start()
        one.service.wait_until_ready()
    except RuntimeError:
        pass
    else:
        one.ledger.note("the service says that it is ready without its model")
    finally:
        one.service.kill()
        away.rename(models)
    if "Traceback" in one.service.log.read_text(encoding="utf-8").rpartition("\n\n")[2]:
        one.ledger.note("a missing model is a traceback")
    one.start()
    with one.loaded():
        pass
    one.stop()


def clock_jump(one: Installation, seconds: float, _: random.Random) -> None:
    """An hour ahead, then back."""
    clock = one.settings.home_path.with_name("clock")
    clock.write_text(RIGHT_TIME, encoding="ascii")
    for process in (one.service, one.worker):
        process.start(more={**FAKED, "FAKETIME_TIMESTAMP_FILE": str(clock)})
    for process in (one.service, one.worker):
        process.wait_until_ready()
    done = threading.Event()
    with one.loaded():
        for time_ in ("+1h", RIGHT_TIME):
            clock.write_text(time_, encoding="ascii")
            done.wait(seconds / 6)
    one.stop()


FAULTS: dict[str, Callable[[Installation, float, random.Random], None]] = {
    "kills": kills,
    "disk_full": disk_full,
    "damaged_snapshot": damaged_snapshot,
    "missing_model": missing_model,
    "clock_jump": clock_jump,
}


def main() -> None:
    arguments = _arguments()
    draw = random.Random(arguments.seed)  # noqa: S311 — moments of faults, no secret
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="sanku-faults-", ignore_cleanup_errors=True) as folder:
        one = _installation(Path(folder), arguments)
        for name in arguments.faults:
            if name == "disk_full" and one.postgres is not None:
                continue
            if name == "clock_jump" and not FAKETIME:
                sys.stderr.write("clock_jump: left out, the package faketime is not installed\n")
                continue
            try:
                FAULTS[name](one, arguments.seconds, draw)
            except BaseException:
                one.kill()
                raise
            found = one.check()
            report[name] = {
                "found": found,
                "deaths": {mortal.name: mortal.deaths for mortal in one.mortals},
                "acknowledged": len(one.ledger.records),
            }
            sys.stderr.write(f"{name}: {found or 'clean'}\n")
        report["answers"] = dict(one.ledger.answers)
        if one.postgres is not None:
            one.postgres.stop()
        if arguments.keep_logs:
            shutil.copytree(
                folder, arguments.keep_logs, dirs_exist_ok=True, ignore=shutil.ignore_patterns("pg*")
            )
    sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    sys.exit(any(report[name]["found"] for name in report if name != "answers"))


def _installation(folder: Path, arguments: argparse.Namespace) -> Installation:
    home, port = folder / "home", free_port()
    base = f"http://127.0.0.1:{port}"
    home.mkdir(mode=0o700)
    if arguments.model:
        shutil.copytree(arguments.model, home / "models" / Path(arguments.model).name)
    postgres = None
    more: dict[str, Any] = {}
    if arguments.database == "postgresql":
        postgres = PostgresServer(Path(tempfile.mkdtemp(prefix="sanku-pg-")))
        postgres.start()
        more["database_url"] = postgres.url
    settings = Settings(_env_file=None, home=home, demo=True, log_level="ERROR", **more)
    configure_logging(level=settings.log_level, as_json=True)
    initialise(settings)
    _load(settings)
    environment = {
        "SANKU_HOME": str(home),
        "SANKU_DEMO": "true",
        "SANKU_LOG_LEVEL": "ERROR",
        "SANKU_WORKER_IN_SERVICE": "false",
        "SANKU_WORKER_LEASE": "PT5S",
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        **({"SANKU_DATABASE_URL": postgres.url} if postgres else {}),
    }
    service = ManagedProcess(
        "service",
        ("serve", "--port", str(port)),
        environment,
        folder / "service.log",
        ready=lambda: answers(f"{base}/readyz"),
    )
    worker = ManagedProcess("worker", ("worker",), environment, folder / "worker.log")
    return Installation(settings, environment, base, service, worker, postgres)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seconds", type=float, default=300, help="how long processes are killed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", help="a prepared model to copy instead of preparing it anew")
    parser.add_argument("--faults", nargs="*", choices=list(FAULTS), default=list(FAULTS))
    parser.add_argument("--keep-logs", help="folder for the logs and the home directory in the end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
