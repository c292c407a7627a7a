"""The database: base class, portable column types, engine and sessions."""

from app.database.columns import Json, Percent, UtcDateTime, Wan
from app.database.engine import (
    BINARY,
    CONNECTIONS,
    Database,
    release_connection,
)
from app.database.sessions import AppDatabase, ReadSession, WriteSession
from app.database.statements import (
    advisory_lock,
    by_id,
    insert_into,
    on_sqlite,
    one_or_not_found,
    transaction_log_ddl,
)
from app.database.tables import Base, Identified, id_at, made_at, new_id, now, unlinked_id
from app.database.upper_tables import upper_table

__all__ = [
    "BINARY",
    "CONNECTIONS",
    "AppDatabase",
    "Base",
    "Database",
    "Identified",
    "Json",
    "Percent",
    "ReadSession",
    "UtcDateTime",
    "Wan",
    "WriteSession",
    "advisory_lock",
    "by_id",
    "id_at",
    "insert_into",
    "made_at",
    "new_id",
    "now",
    "on_sqlite",
    "one_or_not_found",
    "release_connection",
    "transaction_log_ddl",
    "unlinked_id",
    "upper_table",
]
