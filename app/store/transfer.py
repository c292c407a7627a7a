"""Copying a whole store to another database, such as from SQLite to PostgreSQL, with proof that both are equal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from app import database_schema
from app.database import Database
from app.encryption.columns import bound
from app.partners.feed.models import FeedChange
from app.store.sequences import continue_sequences
from app.store.table_digests import TableDigest, batches, digest_of

# Triggers write it when records are stored, so it is copied last, over what they wrote.
_WRITTEN_BY_TRIGGERS: Table = FeedChange.metadata.tables[FeedChange.__tablename__]

# Of a transfer that has not ended. Its name is among those that the schema's comparison leaves out.
_MARK = Table("search_fts_transfer", MetaData(), Column("source", Text, nullable=False))

OnTable = Callable[[str, int, int], None]


class TransferRefusedError(Exception):
    """The target cannot take the store; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class TransferReport:
    """The tables of the source as they were copied or compared, and the names of those that differ."""

    tables: Mapping[str, TableDigest]
    different: tuple[str, ...]

    @property
    def rows(self) -> int:
        return sum(digest.rows for digest in self.tables.values())


def transfer(
    source: Database, target: Database, *, resume: bool = False, on_table: OnTable
) -> TransferReport:
    """Copy every row to an empty database, which gets the current schema, then compare all of them.

    The source is read from one snapshot. A transfer marks its target until both are equal; with `resume`, rows that an
    interrupted transfer of the same source stored are kept.
    `on_table` is called with a table's name, the rows done and all of its rows.

    Raises:
        TransferRefusedError: the source's schema is not current, both are one database, the target has rows, or it
            holds no interrupted transfer of this source.
    """
    _check(source, target, resume=resume)
    database_schema.migrate(target)
    _mark(source, target)
    tables = database_schema.metadata().sorted_tables
    with _snapshot(source) as reading:
        for table in tables:
            if table is not _WRITTEN_BY_TRIGGERS:
                _copy(reading, target, table, on_table)
        with target.engine.execution_options(sanku_write=True).begin() as writing:
            writing.execute(delete(_WRITTEN_BY_TRIGGERS))
        _copy(reading, target, _WRITTEN_BY_TRIGGERS, on_table)
        _set_sequences(target)
        report = _compare(reading, target, tables)
    if not report.different:
        with target.engine.execution_options(sanku_write=True).begin() as connection:
            _MARK.drop(connection)
        target.refresh_statistics()
    return report


def compare(source: Database, target: Database) -> TransferReport:
    """Compare every row of two stores.

    Raises:
        TransferRefusedError: a schema is not current.
    """
    _check_schema(source, "source", "源库")
    _check_schema(target, "target", "目标库")
    with _snapshot(source) as reading:
        return _compare(reading, target, database_schema.metadata().sorted_tables)


def _check(source: Database, target: Database, *, resume: bool) -> None:
    """Before anything is written: the target may be a store that people use."""
    if source.engine.url == target.engine.url:
        raise TransferRefusedError("source and target are the same database (源库与目标库是同一个数据库)")
    _check_schema(source, "source", "源库")
    marked_by = _marked_by(target)
    if resume and marked_by != _name_of(source):
        raise TransferRefusedError(
            "the target holds no interrupted transfer of this store; name an empty database and leave out --resume "
            "(目标库中没有本库中断的迁移；请指定空库，不要使用 --resume)"
        )
    used = () if resume else used_tables(target)
    if used:
        hint = (
            "continue the interrupted transfer with --resume (请用 --resume 继续中断的迁移)"
            if marked_by == _name_of(source)
            else "name an empty database (请指定空库)"
        )
        raise TransferRefusedError(
            f"the target has rows already, in {', '.join(used[:3])} (目标库已有数据); {hint}"
        )


def _check_schema(database: Database, name: str, zh: str) -> None:
    if not database_schema.is_current(database):
        raise TransferRefusedError(
            f"the schema of the {name} is not current; run `sanku init` on it first "
            f"({zh}的表结构不是当前版本，请先对其运行 sanku init)"
        )


def used_tables(target: Database) -> Sequence[str]:
    """The tables of the target that have rows; it may have no tables yet."""
    with target.engine.connect() as connection:
        present = set(inspect(connection).get_table_names())
        return [
            table.name
            for table in database_schema.metadata().sorted_tables
            if table.name in present and _count(connection, table)
        ]


def _name_of(source: Database) -> str:
    return source.engine.url.render_as_string(hide_password=True)


def _marked_by(target: Database) -> str | None:
    """The source of the transfer that has begun in the target and not ended."""
    with target.engine.connect() as connection:
        if not inspect(connection).has_table(_MARK.name):
            return None
        source: str | None = connection.scalar(select(_MARK.c.source))
    return source


def _mark(source: Database, target: Database) -> None:
    with target.engine.execution_options(sanku_write=True).begin() as connection:
        if not inspect(connection).has_table(_MARK.name):
            _MARK.create(connection)
            connection.execute(_MARK.insert(), {"source": _name_of(source)})


@contextmanager
def _snapshot(database: Database) -> Iterator[Connection]:
    """A connection on which everything is read as of its first statement."""
    options = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    with database.engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _copy(reading: Connection, target: Database, table: Table, on_table: OnTable) -> None:
    total, done = _count(reading, table), 0
    with target.engine.connect() as connection:
        already = _count(connection, table)
    if already < total:
        later = _references_to_itself(table)
        for rows in batches(reading, table, after=_last_key(target, table) if already else None):
            with target.engine.execution_options(sanku_write=True).begin() as writing:
                _store(writing, table, [row | dict.fromkeys(later) for row in rows])
            done += len(rows)
            on_table(table.name, min(already + done, total), total)
        if later:
            _store_references(reading, target, table, later)
    on_table(table.name, total, total)


def _last_key(target: Database, table: Table) -> UUID | None:
    """The highest key, or its first part, before which everything is stored: only ids sort alike in every database."""
    key = list(table.primary_key)
    if not isinstance(key[0].type, Uuid):
        return None
    with target.engine.connect() as connection:
        # `max` of ids is newer than the oldest supported PostgreSQL.
        last: UUID | None = connection.scalar(select(key[0]).order_by(key[0].desc()).limit(1))
    return last


def _store(writing: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    dialect = sqlite if writing.dialect.name == "sqlite" else postgresql
    (*keys,) = table.primary_key
    stored = [bound(table, row[keys[0].name], row) for row in rows]
    writing.execute(dialect.insert(table).on_conflict_do_nothing(), stored)


def _references_to_itself(table: Table) -> list[str]:
    return [key.parent.name for key in table.foreign_keys if key.column.table is table]


def _store_references(reading: Connection, target: Database, table: Table, names: Sequence[str]) -> None:
    """Set the columns that refer to rows of the same table, once all of those are stored."""
    (key,) = table.primary_key
    stored = (
        update(table)
        .where(key == bindparam("row_key"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    for rows in batches(reading, table):
        changes = [
            {"row_key": row[key.name], **{f"new_{name}": row[name] for name in names}}
            for row in rows
            if any(row[name] is not None for name in names)
        ]
        if changes:
            with target.engine.execution_options(sanku_write=True).begin() as writing:
                writing.execute(stored, changes)


def _set_sequences(target: Database) -> None:
    """Let PostgreSQL's sequences go on after the highest number; SQLite takes the highest number itself."""
    if target.is_sqlite:
        return
    with target.engine.begin() as connection:
        continue_sequences(connection)


def _compare(reading: Connection, target: Database, tables: Sequence[Table]) -> TransferReport:
    found = {table.name: digest_of(reading, table) for table in tables}
    with _snapshot(target) as stored:
        different = tuple(table.name for table in tables if digest_of(stored, table) != found[table.name])
    return TransferReport(found, different)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
