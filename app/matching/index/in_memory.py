"""What the in-memory indexes share: a read-write lock, and the log of committed changes of a SQLite database."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Any

from app.database import Database


class ReadWriteLock:
    """Writers have priority, so that a steady stream of searches cannot delay a change. Not reentrant."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._readers = 0
        self._writing = False
        self._writers_waiting = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._writing and not self._writers_waiting)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._changed:
            self._writers_waiting += 1
            try:
                self._changed.wait_for(lambda: not self._writing and not self._readers)
            finally:
                self._writers_waiting -= 1
            self._writing = True
        try:
            yield
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()


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
