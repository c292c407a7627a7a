"""Statements that differ between the databases, and reads that many make."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.database.tables import Base, Identified
from app.errors import NotFound

Row = TypeVar("Row", bound=Identified)
Found = TypeVar("Found")


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
