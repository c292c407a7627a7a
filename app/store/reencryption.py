"""Re-encryption of stored values and files by the newest key, and how many each key has; in short transactions.

It looks at what is stored, so it may be interrupted and run again at any time: what is done is not done twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Row, Select, Table, Text, delete, select, type_coerce, update
from sqlalchemy.orm import Session

from app import database_schema
from app.database import Database, Json
from app.encryption.columns import (
    EncryptedSecret,
    JsonWithSecrets,
    UnreadableSecret,
    bound,
    encrypted_columns,
)
from app.encryption.keys import current_ring
from app.encryption.register import RegisteredKey, enter
from app.encryption.ring import DecryptionError, taken_apart
from app.engagements.files.encrypted_storage import EncryptedStore
from app.exchange.duplicates.models import LikelyPair, RecordComparison, RecordKey
from app.libraries.record.enums import RecordKind
from app.partners.feed.models import FeedChange
from app.store.file_keys import keys_of_files, reencrypt_files

BATCH = 200
"""Rows of one transaction: on SQLite a writer blocks all others."""
UNENCRYPTED = "unencrypted"
LEGACY = "legacy"
"""Stand for the key of values that are not encrypted, and of secrets that a release before the ring encrypted."""
_LEGACY_PREFIX = "gAAAA"
_EMPTY = (None, "", "{}", "[]")
_FED = ("achievements", "demands", "managers")

OnTables = Callable[[int, int], None]


@dataclass(slots=True)
class Reencryption:
    """What a run did.

    Attributes:
        values: how many values were encrypted again, by table.
        unreadable: table and key of rows that hold a value which cannot be decrypted; it is left as it is.
        unused: keys that nothing uses any more, which the register has forgotten.
    """

    values: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def values_by_key(session: Session) -> Counter[str]:
    """How many values each key has encrypted."""
    counted: Counter[str] = Counter()
    for table in tables_with_secrets():
        for row in session.execute(_stored(table).execution_options(yield_per=1000)):
            counted.update(_keys_of(table, row))
    return counted


def reencrypt(
    database: Database,
    files: EncryptedStore | None = None,
    *,
    on_tables: OnTables = lambda _done, _all: None,
) -> Reencryption:
    """Encrypt every value that is not of the newest key, then every file, and forget the keys that nothing uses.

    Without `files` only values of the database are encrypted, and no key is forgotten: files may use it.
    """
    newest, result = current_ring().newest.id, Reencryption()
    with database.unit_of_work() as session:
        enter(session, current_ring())
    tables = tables_with_secrets()
    for number, table in enumerate(tables):
        on_tables(number, len(tables))
        for ids in _due(database, table, newest):
            with database.unit_of_work() as session:
                _write(session, table, ids, result)
    with database.unit_of_work() as session:
        _compare_people_again(session, newest)
    on_tables(len(tables), len(tables))
    if files is None:
        return result
    done = reencrypt_files(database, files, on_tables)
    result.unreadable += done.unreadable
    if done.files:
        result.values["files"] = done.files
    with database.unit_of_work() as session:
        used = values_by_key(session) + _named_keys(done.keys)
        registered = session.scalars(select(RegisteredKey.id)).all()
        result.unused = sorted(id_ for id_ in registered if id_ != newest and not used[id_])
        session.execute(delete(RegisteredKey).where(RegisteredKey.id.in_(result.unused)))
    return result


def all_by_key(database: Database, files: EncryptedStore) -> Counter[str]:
    """How many values and files each key has encrypted."""
    with database.reading() as session:
        values = values_by_key(session)
    return values + _named_keys(keys_of_files(database, files))


def _named_keys(counted: Counter[str | None]) -> Counter[str]:
    return Counter({UNENCRYPTED if key_id is None else key_id: number for key_id, number in counted.items()})


def tables_with_secrets() -> list[Table]:
    """The tables that have encrypted values."""
    return [table for table in database_schema.metadata().sorted_tables if columns_of(table)]


@dataclass(frozen=True, slots=True)
class RowSecrets:
    """A row that has encrypted values: how many, how many of them in clear text, and why they cannot be decrypted;
    empty if they can."""

    key: Any
    values: int
    unencrypted: int
    fault: str


def secrets_of(session: Session, table: Table) -> Iterator[RowSecrets]:
    """The rows of a table, with what is known of their encrypted values."""
    for rows in pages(session, table):
        faults: dict[Any, str] = {}
        _decrypted(session, table, [row[0] for row in rows], faults)
        for row in rows:
            keys = Counter(_keys_of(table, row))
            yield RowSecrets(row[0], keys.total(), keys[UNENCRYPTED], faults.get(row[0], ""))


def key_of(table: Table) -> Column[Any]:
    """The table's primary key, one column."""
    (key,) = table.primary_key
    return key


def columns_of(table: Table) -> list[Column[Any]]:
    """The columns that have encrypted values."""
    partly = [column for column in table.columns if isinstance(column.type, JsonWithSecrets)]
    return [*encrypted_columns(table), *partly]


def _stored(table: Table) -> Select[Any]:
    """The key of each row and its values as they are stored."""
    raw = [
        type_coerce(column, Json if isinstance(column.type, JsonWithSecrets) else Text).label(column.name)
        for column in columns_of(table)
    ]
    return select(key_of(table), *raw)


def pages(session: Session, table: Table) -> Iterator[Sequence[Row[Any]]]:
    """The key of each row and its values as they are stored, some rows at a time."""
    after: Any = None
    while True:
        query = _stored(table).order_by(key_of(table)).limit(BATCH)
        rows = session.execute(query if after is None else query.where(key_of(table) > after)).all()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _keys_of(table: Table, row: Row[Any]) -> Iterator[str]:
    for column in columns_of(table):
        stored = row._mapping[column.name]
        if isinstance(column.type, JsonWithSecrets):
            texts = [text for name in column.type.names if (text := (stored or {}).get(name))]
        else:
            texts = [] if stored in _EMPTY else [stored]
        for text in texts:
            parts = taken_apart(text)
            is_legacy = isinstance(column.type, EncryptedSecret) and text.startswith(_LEGACY_PREFIX)
            yield parts.key_id if parts else LEGACY if is_legacy else UNENCRYPTED


def _due(database: Database, table: Table, newest: str) -> Iterator[list[Any]]:
    """Keys of rows that have a value of another key, some at a time; each page is read as it is then."""
    after: Any = None
    while True:
        query = _stored(table).order_by(key_of(table)).limit(BATCH)
        with database.reading() as session:
            rows = session.execute(query if after is None else query.where(key_of(table) > after)).all()
        if not rows:
            return
        after = rows[-1][0]
        if ids := [row[0] for row in rows if any(key != newest for key in _keys_of(table, row))]:
            yield ids


def _write(session: Session, table: Table, ids: Sequence[Any], result: Reencryption) -> None:
    key, faults = key_of(table), dict[Any, str]()
    session.execute(select(key).where(key.in_(ids)).order_by(key).with_for_update()).all()
    announced = _announced(session, ids) if table.name in _FED else {}
    for row in _decrypted(session, table, ids, faults):
        values = {
            name: value
            for name, value in row._mapping.items()
            if name != key.name and value is not None and not isinstance(value, UnreadableSecret)
        }
        if values:
            session.execute(update(table).where(key == row[0]).values(**bound(table, row[0], values)))
            result.values[table.name] += len(values)
    result.unreadable += [f"{table.name} {id_}: {why}" for id_, why in faults.items()]
    # Partners see no secret, so nothing has changed for them.
    for record_id, (drawn, seq) in announced.items():
        session.execute(
            update(FeedChange).where(FeedChange.record_id == record_id).values(drawn=drawn, seq=seq)
        )


def _decrypted(session: Session, table: Table, ids: Sequence[Any], faults: dict[Any, str]) -> list[Row[Any]]:
    """The rows with these keys; those that cannot be decrypted are noted in `faults` instead."""
    query = select(key_of(table), *columns_of(table))
    try:
        return list(session.execute(query.where(key_of(table).in_(ids))))
    except DecryptionError as error:
        if len(ids) == 1:
            faults[ids[0]] = str(error)
            return []
    return [row for id_ in ids for row in _decrypted(session, table, [id_], faults)]


def _announced(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[int, int | None]]:
    rows = session.scalars(select(FeedChange).where(FeedChange.record_id.in_(ids)).with_for_update()).all()
    return {row.record_id: (row.drawn, row.seq) for row in rows}


def _compare_people_again(session: Session, newest: str) -> None:
    """Forget digests of names and telephones that another key made, and who was found to be one person by them: the
    worker compares their records again."""
    outdated = (RecordKey.key.startswith("person:"), ~RecordKey.key.startswith(f"person:{newest}:"))
    ids = session.scalars(select(RecordKey.record_id).where(*outdated)).all()
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        session.execute(delete(RecordComparison).where(RecordComparison.record_id.in_(some)))
        session.execute(delete(RecordKey).where(RecordKey.record_id.in_(some)))
    if ids:
        session.execute(delete(LikelyPair).where(LikelyPair.kind == RecordKind.MANAGER.value))
