"""The change log: how an in-memory index detects committed changes of a SQLite database."""

from collections import deque
from typing import Any

from app.database import Database


class CommittedChanges:
    """Reads the committed change numbers. Thread-safe.

    It is used several times per request, so it goes straight to the driver: a session, or even a pooled connection,
    would cost more than the query.
    """

    def __init__(self, source: Database) -> None:
        self._source = source
        # Idle connections; they stay outside the pool.
        self._idle: deque[Any] = deque()

    def numbers(self, query: str) -> tuple[int, ...]:
        """The numbers that the query returns; null becomes 0."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._source.engine.raw_connection()
            connection.detach()
        try:
            cursor = connection.cursor()
            try:
                row = cursor.execute(query).fetchone()
            finally:
                cursor.close()
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return tuple(int(number or 0) for number in row)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
