"""The engine and its two kinds of session. Only this module commits."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from app.errors.collection import refuse_faulty_body

CONNECTIONS = 30
CONNECTIONS_KEPT = 10
"""Connections that stay open when nobody uses them."""
WAIT_FOR_CONNECTION = 10
"""Seconds."""
SQLITE_CONNECTION_LIFETIME = 3600
"""Seconds until a connection is opened anew when it is next taken; a new one reads the planner's statistics."""


BINARY = {"sanku_binary": True}
"""Execution options of a statement with many bytes: PostgreSQL sends them as they are, not as text. Its columns must be
of types that the driver reads in this format, so without those of extensions."""
_BINARY = 1
# Of each index, for the planner's statistics: 0.15 s at 100,000 achievements.
_SAMPLED_ROWS = 1000


class Database:
    """The engine and its two kinds of session, created by the entry point.

    `connections` is the largest number of connections at a time. `policy` holds settings that functions with no more
    than a session read, in `Session.info`.
    """

    def __init__(
        self, url: str, *, connections: int = CONNECTIONS, policy: Mapping[str, Any] | None = None
    ) -> None:
        self.engine = _make_engine(url, connections)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._read = sessionmaker(
            self.engine, expire_on_commit=False, info={"reading": True, **(policy or {})}
        )
        self._write = sessionmaker(
            self.engine.execution_options(sanku_write=True), expire_on_commit=False, info=dict(policy or {})
        )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading; changes are rolled back at its end."""
        with self._read() as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def unit_of_work(self, *, of_faulty_body: bool = False) -> Iterator[Session]:
        """A session for writing in one transaction: commits at the end, rolls back on any error.

        On SQLite it takes the write lock immediately (BEGIN IMMEDIATE), so that two writers wait for each other. With a
        later lock, one of them would fail because its read snapshot is outdated.

        Args:
            of_faulty_body: commit even if the body of the current request is faulty.

        Raises:
            Invalid: the body of the current request is faulty.
        """
        with self._write() as session:
            try:
                yield session
                if not of_faulty_body:
                    refuse_faulty_body()
                session.commit()
            except BaseException:
                session.rollback()
                raise

    def refresh_statistics(self) -> None:
        """Let the database count anew by what its planner chooses indexes: how many rows a value finds.

        Without them SQLite takes an index that finds nearly all rows for as good as one that finds a few. A connection
        reads them when it is opened, so each is opened anew within the hour. PostgreSQL counts by itself, too, but only
        some time after many rows were stored.
        """
        with self._write() as session:
            if self.is_sqlite:
                session.execute(text(f"PRAGMA analysis_limit={_SAMPLED_ROWS}"))
            session.execute(text("ANALYZE"))
            session.commit()

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _make_engine(url: str, connections: int) -> Engine:
    parsed = make_url(url)
    kept = min(connections, CONNECTIONS_KEPT)
    options: dict[str, Any] = {
        # Errors are logged, and the parameters of a statement may be telephone numbers or hashes.
        "hide_parameters": True,
        "pool_size": kept,
        "max_overflow": connections - kept,
        "pool_timeout": WAIT_FOR_CONNECTION,
    }
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            parsed,
            connect_args={"check_same_thread": False, "timeout": 30},
            pool_recycle=SQLITE_CONNECTION_LIFETIME,
            **options,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(
        parsed,
        pool_pre_ping=True,
        connect_args={"options": "-c timezone=UTC"},
        **options,
    )
    event.listen(engine, "before_cursor_execute", _choose_format)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver must not start transactions itself: `_begin_sqlite` chooses their kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "temp_store=MEMORY",
        "cache_size=-16384",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("sanku_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _choose_format(_: Any, cursor: Any, __: Any, ___: Any, context: Any, ____: Any) -> None:
    if context is not None and context.execution_options.get("sanku_binary", False):
        cursor.format = _BINARY


def release_connection(session: Session) -> None:
    """Give back the connection of a session for reading until its next statement, so that slow work holds none.

    What was read stays; what is read later may be newer. A session with changes keeps its connection.
    """
    changed = session.new or session.dirty or session.deleted
    if session.info.get("reading") and session.in_transaction() and not changed:
        session.commit()
