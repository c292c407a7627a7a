"""What was committed since an index last asked, in the order of commits, on SQLite and PostgreSQL."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from app.database import Database

K = TypeVar("K", UUID, int)

Position = tuple[Any, ...]
"""How far a log was read; only the log that made it can read it."""

MANY = 20_000
"""With more changes than this, reading everything anew is faster than reading single rows."""


@dataclass(frozen=True, slots=True)
class Changes(Generic[K]):
    """The rows that changed after a position; `keys` is None if everything has to be read anew.

    A reader of these rows asks again from `position`: a row that is committed in between is named again.
    """

    position: Position
    keys: Sequence[K] | None


class ChangeLog(ABC, Generic[K]):
    """Names what was committed since a position. Thread-safe.

    It is asked several times per request, so it goes straight to the driver: a session, or even a pooled connection,
    would cost more than the query.
    """

    def __init__(self, source: Database) -> None:
        self._source = source
        # Idle connections; they stay outside the pool.
        self._idle: deque[Any] = deque()

    @abstractmethod
    def start(self) -> Position:
        """The position now: what is read after this call, and the changes since it, are together everything."""

    @abstractmethod
    def since(self, position: Position | None) -> Changes[K] | None:
        """None if nothing was committed since. Without a position, everything has to be read."""

    def close(self) -> None:
        """Close the connections."""
        while self._idle:
            self._idle.pop().close()

    def _row(self, query: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        return self._rows(query, parameters)[0]

    def _rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, in a transaction of its own.

        An idle connection may have been closed by a restart of the database; a new one tells whether it is back.
        """
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                break
            try:
                return self._asked(connection, query, parameters)
            except self._broken:
                continue
        return self._asked(self._connected(), query, parameters)

    def _asked(self, connection: Any, query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        try:
            cursor = connection.cursor()
            try:
                rows: list[tuple[Any, ...]] = cursor.execute(query, parameters).fetchall()
            finally:
                cursor.close()
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return rows

    def _connected(self) -> Any:
        pooled = self._source.engine.raw_connection()
        connection = pooled.driver_connection
        pooled.detach()
        if not self._source.is_sqlite:
            # Otherwise the connection would stay in a transaction, and in its old view of the database.
            assert connection is not None
            connection.autocommit = True
        return connection

    @property
    def _broken(self) -> type[Exception]:
        dbapi = self._source.engine.dialect.dbapi
        assert dbapi is not None
        broken: type[Exception] = dbapi.OperationalError
        return broken


class NumberedVectors(ChangeLog[UUID]):
    """Records whose vector changed, on SQLite: `record_vectors.seq` increases in the order of commits."""

    def start(self) -> Position:
        return self._row("SELECT coalesce(max(seq), 0) FROM record_vectors")

    def since(self, position: Position | None) -> Changes[UUID] | None:
        newest = self.start()
        if position == newest:
            return None
        if position is None or newest < position:
            # The first time, or the database was replaced by an older one.
            return Changes(newest, None)
        rows = self._rows("SELECT record_id FROM record_vectors WHERE seq > ? ORDER BY seq", position)
        return Changes(newest, [UUID(row[0]) for row in rows])


class NumberedDocuments(ChangeLog[int]):
    """Search documents whose words, state or filter columns changed, on SQLite."""

    _AFTER: ClassVar[tuple[str, ...]] = (
        "SELECT number FROM search_fts_changes WHERE revision > ? LIMIT ?",
        "SELECT number FROM search_documents JOIN record_vectors USING (record_id) WHERE seq > ? LIMIT ?",
    )

    def start(self) -> Position:
        return self._row(
            "SELECT (SELECT coalesce(max(revision), 0) FROM search_fts_changes), "
            "(SELECT coalesce(max(seq), 0) FROM record_vectors)"
        )

    def since(self, position: Position | None) -> Changes[int] | None:
        newest = self.start()
        if position == newest:
            return None
        if position is None or any(new < old for new, old in zip(newest, position, strict=True)):
            return Changes(newest, None)
        found = {
            number
            for query, last in zip(self._AFTER, position, strict=True)
            for (number,) in self._rows(query, (last, MANY))
        }
        return Changes(newest, sorted(found) if len(found) < MANY else None)


class SnapshotLog(ChangeLog[K]):
    """What a new snapshot of a PostgreSQL database shows that an older one did not.

    Numbers do not follow the order of commits there: two transactions may draw 7 and 8 and commit 8 first. So triggers
    note the transaction of each row's last change (``search_fts_changes``, ``search_fts_vectors``), and a position is
    the snapshot that a reader had. A transaction of the log is new if that snapshot did not see it.
    """

    queries: ClassVar[tuple[str, ...]]
    """Each selects the keys of a log, named `changed`, with the transaction in `xid`."""

    # A restored or promoted database may have the same transaction numbers with other contents.
    _IDENTITY = (
        "SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' || "
        "(SELECT timeline_id FROM pg_control_checkpoint())::text || '/' || "
        "(SELECT oid FROM pg_database WHERE datname = current_database())::text"
    )

    def __init__(self, source: Database) -> None:
        super().__init__(source)
        self._identity = ""
        unseen = (
            "changed.xid >= pg_snapshot_xmin(%s::pg_snapshot) AND NOT pg_visible_in_snapshot(changed.xid, %s)"
        )
        self._unseen = "SELECT pg_current_snapshot()::text, " + " || ".join(
            f"ARRAY({query} WHERE {unseen} LIMIT {MANY})" for query in self.queries
        )

    def start(self) -> Position:
        (snapshot,) = self._row("SELECT pg_current_snapshot()::text")
        return self._identity, snapshot

    def since(self, position: Position | None) -> Changes[K] | None:
        if position is None or position[0] != self._identity:
            return Changes(self.start(), None)
        _, seen = position
        snapshot, keys = self._row(self._unseen, (seen, seen) * len(self.queries))
        if snapshot == seen:
            return None
        if position[0] != self._identity or _end(snapshot) < _end(str(seen)):
            return Changes(self.start(), None)
        return Changes((self._identity, snapshot), sorted(set(keys)) if len(keys) < MANY else None)

    def _connected(self) -> Any:
        connection = super()._connected()
        (self._identity,) = connection.execute(self._IDENTITY).fetchone()
        return connection


class SnapshotVectors(SnapshotLog[UUID]):
    """Records whose vector changed, on PostgreSQL."""

    queries = ("SELECT changed.record_id FROM search_fts_vectors changed",)


class SnapshotDocuments(SnapshotLog[int]):
    """Search documents whose words, state or filter columns changed, on PostgreSQL."""

    queries = (
        "SELECT changed.number FROM search_fts_changes changed",
        "SELECT document.number FROM search_fts_vectors changed "
        "JOIN search_documents document ON document.record_id = changed.record_id",
    )


def _end(snapshot: str) -> int:
    """The first transaction that had not begun: ``10:20:10,14,15`` ends at 20."""
    return int(snapshot.split(":")[1])


def vector_changes(source: Database) -> ChangeLog[UUID]:
    """The log of vectors for this kind of database."""
    return NumberedVectors(source) if source.is_sqlite else SnapshotVectors(source)


def document_changes(source: Database) -> ChangeLog[int]:
    """The log of search documents for this kind of database."""
    return NumberedDocuments(source) if source.is_sqlite else SnapshotDocuments(source)
