"""The sequences of PostgreSQL that number rows; on SQLite the next number is the highest plus one."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, text

from app import database_schema
from app.matching.models import RECORD_VECTORS_SEQ, RecordVector
from app.partners.feed.models import FeedChange


def numbered_columns(connection: Connection) -> list[tuple[str, ColumnElement[Any]]]:
    """Each sequence by name, with the column that takes its numbers."""
    numbered: list[tuple[str, ColumnElement[Any]]] = [
        (RECORD_VECTORS_SEQ.name, RecordVector.__table__.c.seq),
        ("feed_changes_drawn", FeedChange.__table__.c.drawn),
    ]
    for table in database_schema.metadata().sorted_tables:
        for column in table.columns:
            name = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            if name:
                numbered.append((name, column))
    return numbered


def continue_sequences(connection: Connection) -> None:
    """Let each sequence go on after the highest number of its column."""
    for name, column in numbered_columns(connection):
        highest = connection.scalar(select(func.max(column)))
        if highest:
            connection.execute(text("SELECT setval(:name, :highest)"), {"name": name, "highest": highest})
