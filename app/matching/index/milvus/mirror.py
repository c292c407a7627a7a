"""A collection of Milvus that follows what the database commits."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar
from uuid import UUID, uuid4

from filelock import FileLock
from sqlalchemy.orm import Session

from app.database import Database, advisory_lock
from app.errors import Unavailable
from app.matching.embedding.vector_store import chunks
from app.matching.index.change_logs import ChangeLog, Position
from app.matching.index.milvus.engine import Engine

if TYPE_CHECKING:
    from pymilvus import MilvusClient

from app.matching.index.milvus.collections import STATES, STRONG, create_states

K = TypeVar("K", UUID, int)
T = TypeVar("T")

_BATCH = 1000


class Changed(NamedTuple):
    """Rows to store, and the keys of rows to delete."""

    stored: list[dict[str, Any]]
    deleted: list[Any]


class Reached(NamedTuple):
    """How far a collection has followed: the log's position, and the highest sequence number."""

    followed: Position
    number: int


class Mirror(ABC, Generic[K]):
    """A copy of rows of the database in one collection. Thread-safe, and shared by all processes.

    Writing is idempotent: rows are written before the position, so what a killed process had begun is done again.
    """

    key: ClassVar[str]
    """The primary key of the collection."""

    def __init__(
        self, engine: Engine, source: Database, log: ChangeLog[K], *, name: str, lock_file: str
    ) -> None:
        """`lock_file` is for SQLite, whose processes share a machine."""
        self.name = name
        self._engine = engine
        self._source = source
        self._log: ChangeLog[K] = log
        self._lock_file = lock_file
        self._following = Lock()
        self._reached: Reached | None = None

    @abstractmethod
    def read(self, session: Session, keys: Sequence[K]) -> Changed:
        """What the rows with these keys are now."""

    @abstractmethod
    def read_all(self, session: Session) -> Iterator[list[dict[str, Any]]]:
        """All rows, in batches."""

    @abstractmethod
    def marks(self, session: Session) -> Iterator[tuple[Any, int]]:
        """The primary key of each row that `read_all` gives, with its `mark`: the row is stale if that differs."""

    @abstractmethod
    def number(self, session: Session) -> int:
        """The highest sequence number that the session sees."""

    @abstractmethod
    def create(self, client: "MilvusClient", collection: str) -> None:
        """Create an empty collection with its indexes."""

    def follow(self) -> int:
        """Write what was committed since the last time. Returns the sequence number reached.

        Raises:
            Unavailable: Milvus does not answer.
        """
        reached = self._reached
        if reached is not None and self._log.since(reached.followed) is None:
            return reached.number
        with self._following, self._exclusive() as session:
            reached = self._known()
            changes = self._log.since(reached.followed if reached else None)
            if changes is None:
                assert reached is not None
            elif changes.keys is None:
                reached = self._refilled(session, changes.position)
            else:
                number = self.number(session)
                for keys in chunks(changes.keys):
                    self._apply(self.read(session, keys))
                reached = Reached(changes.position, number)
                self._remember(reached)
            self._reached = reached
            return reached.number

    def rebuild(self) -> None:
        """Fill a new collection, and let it take the place of the present one; searches go on in the meantime."""
        with self._following, self._exclusive() as session:
            self._known()
            followed = self._log.start()
            self._reached = self._refilled(session, followed)

    def reached(self) -> Reached | None:
        """How far Milvus has come; None before the first time."""
        return self._known()

    def search(self, ask: "Callable[[MilvusClient], T]") -> T:
        """The answer of a Milvus that has everything committed before.

        Raises:
            Unavailable: see `ask`.
        """
        self.follow()
        try:
            return self.ask(ask)
        except Unavailable:
            # It may have been started again, or filled by another process.
            self.follow()
            return self.ask(ask)

    def differences(self) -> list[Any]:
        """Primary keys of rows that Milvus lacks, has besides, or has as they were before."""
        self.follow()
        with self._following, self._exclusive() as session:
            found: dict[Any, int] = self.ask(self._stored_marks)
            wrong: list[Any] = [key for key, mark in self.marks(session) if found.pop(key, None) != mark]
            return [*wrong, *found]

    def ask(self, ask: "Callable[[MilvusClient], T]") -> T:
        """The answer of Milvus.

        Raises:
            Unavailable: it gave none. Then the next one begins with what Milvus says of itself: it may be another one.
        """
        try:
            return self._engine.call(ask)
        except Unavailable:
            self._reached = None
            raise

    def close(self) -> None:
        """Close the connections to the database."""
        self._log.close()
        self._source.dispose()

    def _apply(self, changed: Changed) -> None:
        def write(client: "MilvusClient") -> None:
            if changed.stored:
                client.upsert(self.name, changed.stored)
            if changed.deleted:
                client.delete(self.name, filter=f"{self.key} in {json.dumps(changed.deleted)}")

        self.ask(write)

    def _refilled(self, session: Session, followed: Position) -> Reached:
        number = self.number(session)
        collection = f"{self.name}_{uuid4().hex}"
        self.ask(lambda client: self.create(client, collection))
        for rows in self.read_all(session):
            self.ask(partial(_insert, collection, rows))
        self.ask(lambda client: self._put_in_place(client, collection))
        reached = Reached(followed, number)
        self._remember(reached)
        return reached

    def _put_in_place(self, client: "MilvusClient", collection: str) -> None:
        client.load_collection(collection)
        mine = [name for name in client.list_collections() if name.startswith(f"{self.name}_")]
        aliased = any(self.name in client.list_aliases(name).get("aliases", ()) for name in mine)
        (client.alter_alias if aliased else client.create_alias)(collection, self.name)
        for name in mine:
            if name != collection:
                client.drop_collection(name)

    def _known(self) -> Reached | None:
        try:
            return self.ask(self._stored_state)
        except Unavailable:
            # After a failure, collections are loaded first: a Milvus that was started again may have none in memory.
            return self.ask(self._stored_state)

    def _stored_state(self, client: "MilvusClient") -> Reached | None:
        if not client.has_collection(STATES):
            create_states(client)
        if self._reached is None:
            client.load_collection(STATES)
            for name in client.list_collections():
                if name.startswith(f"{self.name}_"):
                    client.load_collection(name)
        rows = client.query(
            STATES,
            filter=f"name == {json.dumps(self.name)}",
            output_fields=["reached"],
            consistency_level=STRONG,
        )
        if not rows or not client.has_collection(self.name):
            return None
        stored = json.loads(rows[0]["reached"])
        return Reached(tuple(stored["followed"]), stored["number"])

    def _remember(self, reached: Reached) -> None:
        row = {"name": self.name, "reached": json.dumps(reached._asdict()), "unused": [0.0, 1.0]}
        self.ask(lambda client: client.upsert(STATES, [row]))

    def _stored_marks(self, client: "MilvusClient") -> dict[Any, int]:
        rows = client.query_iterator(
            self.name, batch_size=_BATCH, output_fields=[self.key, "mark"], consistency_level=STRONG
        )
        marks: dict[Any, int] = {}
        while batch := rows.next():
            marks.update((row[self.key], row["mark"]) for row in batch)
        rows.close()
        return marks

    @contextmanager
    def _exclusive(self) -> Iterator[Session]:
        """A session for reading, while no other process writes to this collection."""
        if self._source.is_sqlite:
            with FileLock(self._lock_file), self._source.reading() as session:
                yield session
            return
        digest = blake2b(self.name.encode(), digest_size=7).digest()
        with self._source.reading() as session:
            advisory_lock(session, int.from_bytes(digest))
            yield session


def _insert(collection: str, rows: list[dict[str, Any]], client: "MilvusClient") -> None:
    client.insert(collection, rows)


def batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows in lists of a size that Milvus takes at once."""
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
