"""How an index in memory learns that the database has changed; for SQLite."""

from collections import deque
from typing import Any

from app.database import Database


class CommittedChanges:
    """Asks what is committed now. Asked several times in each answer, so it goes straight to the driver: a session, and
    even a connection of the pool, would cost more than the question. Thread-safe."""

    def __init__(self, source: Database) -> None:
        self._source = source
        # Those that nobody is asking through at the moment; each is out of the pool for good.
        self._idle: deque[Any] = deque()

    def numbers(self, query: str) -> tuple[int, ...]:
        """The row of numbers that the query finds; 0 for each that is null."""
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
