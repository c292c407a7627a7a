"""What to do when a key is lost for good: erase the values that only it decrypts, so that the rest can be used."""

from collections import Counter
from typing import Any

from sqlalchemy import Column, Row, Table, delete, type_coerce, update

from app.database import Database, Json
from app.encryption.columns import JsonWithSecrets
from app.encryption.register import RegisteredKey
from app.encryption.ring import taken_apart
from app.store.reencryption import columns_of, key_of, pages, tables_with_secrets


def give_up(database: Database, key_id: str) -> Counter[str]:
    """Erase every value that this key encrypted, and forget the key; answers how many values, by table."""
    erased: Counter[str] = Counter()
    for table in tables_with_secrets():
        with database.reading() as session:
            changes = [
                (row[0], values)
                for rows in pages(session, table)
                for row in rows
                if (values := _blanks(table, row, key_id))
            ]
        for id_, values in changes:
            with database.unit_of_work() as session:
                session.execute(update(table).where(key_of(table) == id_).values(values))
            erased[table.name] += len(values)
    with database.unit_of_work() as session:
        session.execute(delete(RegisteredKey).where(RegisteredKey.id == key_id))
    return erased


def _blanks(table: Table, row: Row[Any], key_id: str) -> dict[str, Any]:
    """Column → what is left of a value of the lost key."""
    blanks: dict[str, Any] = {}
    for column in columns_of(table):
        stored = row._mapping[column.name]
        if isinstance(column.type, JsonWithSecrets):
            names = [name for name in column.type.names if _is_of(key_id, (stored or {}).get(name))]
            if names:
                blanks[column.name] = type_coerce({**stored, **dict.fromkeys(names)}, Json)
        elif _is_of(key_id, stored):
            blanks[column.name] = _empty(column)
    return blanks


def _is_of(key_id: str, stored: str | None) -> bool:
    parts = taken_apart(stored) if stored else None
    return parts is not None and parts.key_id == key_id


def _empty(column: Column[Any]) -> Any:
    if column.nullable:
        return None
    default: Any = column.default
    if default is None:
        return ""
    return default.arg(None) if default.is_callable else default.arg
