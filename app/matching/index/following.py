"""How an index in memory learns that the database has changed; for SQLite."""

from app.db import Database


def committed(source: Database, query: str) -> tuple[int, ...]:
    """The row of numbers that the query finds in what is committed now; 0 for each that is null.

    Asked before each search, so it goes straight to the driver: a session would cost more than the search.
    """
    connection = source.engine.raw_connection()
    try:
        cursor = connection.cursor()
        try:
            row = cursor.execute(query).fetchone()
        finally:
            cursor.close()
    finally:
        connection.close()
    return tuple(int(number or 0) for number in row)
