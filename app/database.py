"""The database: base class, portable column types, engine and sessions. Only this module commits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid4

import uuid_utils.compat
from fastapi import Depends
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Numeric,
    Select,
    Table,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from app.errors import NotFound
from app.errors.collection import refuse_faulty_body
from app.services import provided

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC: ``timestamptz`` on PostgreSQL, naive UTC text on SQLite. Refuses naive datetimes."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("cannot store a datetime without a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Wan(TypeDecorator[Decimal]):
    """An amount in 万元 with two decimals: ``numeric(14,2)`` on PostgreSQL, an integer of 0.01 万元 on SQLite, which
    has no decimal type and would store a float."""

    impl = Numeric(14, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(14, 2))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        hundredths = Decimal(value) * 100
        if hundredths != hundredths.to_integral_value():
            raise ValueError("an amount in 万元 may have at most two decimals")
        return int(hundredths)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return Decimal(value).scaleb(-2) if dialect.name == "sqlite" else Decimal(value)


class Percent(Wan):
    """A percentage with two decimals: ``numeric(5,2)`` on PostgreSQL, an integer of 0.01 % on SQLite."""

    impl = Numeric(5, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(5, 2))


Json = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """Base class of all tables, with portable column types and deterministic constraint names."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {  # noqa: RUF012 — SQLAlchemy reads this name from the class
        datetime: UtcDateTime,
        UUID: Uuid,
        dict[str, Any]: Json,
        list[str]: Json,
        list[dict[str, Any]]: Json,
    }


_BITS_BELOW_TIME = 80  # of a UUIDv7


def new_id() -> UUID:
    """A UUIDv7: unique and increasing over time, so that ids are suitable as keys and cursors."""
    return uuid_utils.compat.uuid7()


def id_at(moment: datetime) -> UUID:
    """The least id that `new_id` makes from this moment on: by it, tables without an index by time are read."""
    return UUID(int=max(int(moment.timestamp() * 1000), 0) << _BITS_BELOW_TIME)


def made_at(id_: UUID) -> datetime:
    """When `new_id` made this id, by the clock of its process."""
    return datetime.fromtimestamp((id_.int >> _BITS_BELOW_TIME) / 1000, UTC)


def unlinked_id() -> UUID:
    """A UUIDv4: unlike `new_id` it does not tell when it was made, nor what was made with it."""
    return uuid4()


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


class Identified:
    """Mixin with the primary key `id`."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


Row = TypeVar("Row", bound=Identified)
Found = TypeVar("Found")


CONNECTIONS = 30
CONNECTIONS_KEPT = 10
"""Connections that stay open when nobody uses them."""
WAIT_FOR_CONNECTION = 10
"""Seconds."""
SQLITE_CONNECTION_LIFETIME = 3600
"""Seconds until a connection is opened anew when it is next taken; a new one reads the planner's statistics."""
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
    return create_engine(
        parsed,
        pool_pre_ping=True,
        connect_args={"options": "-c timezone=UTC"},
        **options,
    )


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


def release_connection(session: Session) -> None:
    """Give back the connection of a session for reading until its next statement, so that slow work holds none.

    What was read stays; what is read later may be newer. A session with changes keeps its connection.
    """
    changed = session.new or session.dirty or session.deleted
    if session.info.get("reading") and session.in_transaction() and not changed:
        session.commit()


def on_sqlite(session: Session) -> bool:
    """Whether the session's database is SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def insert_into(session: Session, model: type[Base]) -> Any:
    """An INSERT statement of the session's dialect, with `on_conflict_do_update` and `on_conflict_do_nothing`."""
    table = model.__table__
    assert isinstance(table, Table)  # not a join or a view
    return (sqlite if on_sqlite(session) else postgresql).insert(table)


def advisory_lock(session: Session, key: int) -> None:
    """Take a lock until the transaction ends, if there is no row to lock. Not needed on SQLite, which has one writer.

    `key` has at most 63 bits.
    """
    if not on_sqlite(session):
        session.execute(select(func.pg_advisory_xact_lock(key)))


def transaction_log_ddl(
    name: str, *, of: str, key: str, key_type: str, columns: Sequence[str]
) -> tuple[str, ...]:
    """PostgreSQL statements for a table of the transactions in which the rows of another one last changed.

    The table `name` has the row's `key` and, as `xid`, the transaction that last inserted or deleted it or wrote one of
    its `columns`. A follower compares `xid` with its snapshot, because numbers are not committed in their order.
    """
    noted = f"{name} ({key}, xid) VALUES (coalesce(new.{key}, old.{key}), pg_current_xact_id())"
    replaced = f"ON CONFLICT ({key}) DO UPDATE SET xid = excluded.xid"
    return (
        f"CREATE TABLE {name} ({key} {key_type} PRIMARY KEY, xid xid8 NOT NULL)",
        f"CREATE INDEX {name}_xid ON {name} (xid)",
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN INSERT INTO {noted} {replaced}; RETURN NULL; END $$",
        f"CREATE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF {', '.join(columns)} ON {of} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


def by_id(session: Session, model: type[Row], ids: Iterable[UUID]) -> dict[UUID, Row]:
    """The rows with these ids, by id; those that do not exist are left out."""
    rows = session.scalars(select(model).where(model.id.in_(set(ids))))
    return {row.id: row for row in rows}


def one_or_not_found(session: Session, query: Select[Found]) -> Found:
    """The first result of the query.

    Raises:
        NotFound: there is none.
    """
    row = session.scalar(query)
    if row is None:
        raise NotFound
    return row


AppDatabase = Annotated[Database, Depends(provided(Database))]


def _read_session(database: AppDatabase) -> Iterator[Session]:
    with database.reading() as session:
        yield session


def _write_session(database: AppDatabase) -> Iterator[Session]:
    with database.unit_of_work() as session:
        yield session


# scope="function": the transaction ends after the response is built and before it is sent, so that a failed commit
# results in an error response.
ReadSession = Annotated[Session, Depends(_read_session, scope="function")]
WriteSession = Annotated[Session, Depends(_write_session, scope="function")]
