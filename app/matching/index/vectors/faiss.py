"""The in-memory vector index of a process; it follows what the database commits."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.database import BINARY, Database
from app.libraries.record.enums import RecordKind
from app.matching.embedding import vector_store
from app.matching.index import snapshot
from app.matching.index.base import Array, Hit, IndexFilter, best_of, queries_2d
from app.matching.index.change_logs import Position, vector_changes
from app.matching.index.columns import description_of
from app.matching.index.read_write_lock import ReadWriteLock
from app.matching.index.vectors.clusters import ASKED
from app.matching.index.vectors.shard import FLAT_UP_TO, IndexEntry, Shard
from app.matching.models import RecordVector

_BATCH = 2000

Shards = Mapping[str, Shard]

AnyRow = Row[*tuple[Any, ...]]

_DESCRIPTION: tuple[Any, ...] = (
    RecordVector.record_id,
    RecordVector.seq,
    RecordVector.kind,
    RecordVector.active,
    RecordVector.text_hash,
    RecordVector.owner_org_id,
    RecordVector.field_codes,
    RecordVector.region,
    RecordVector.trl,
    RecordVector.language,
    RecordVector.valid_until,
)

_ROWS = select(*_DESCRIPTION, RecordVector.vector).execution_options(**BINARY)


class FaissIndex:
    """Vector index with FAISS. Thread-safe. Before each search, it reads what was committed since the last one.

    It uses its own connections: the caller's session may hold changes that are rolled back later, or an old snapshot of
    the database. So a search does not see the session's uncommitted changes.
    """

    def __init__(
        self,
        database: Database,
        model_id: str,
        dimension: int,
        *,
        flat_up_to: int = FLAT_UP_TO,
        half: bool = True,
        in_background: bool = True,
    ) -> None:
        """`flat_up_to`, `half`: see `Shard`. `in_background`: build clusters in parallel to searches."""
        self.model_id = model_id
        self.dimension = dimension
        self._flat_up_to = flat_up_to
        self._half = half
        self._in_background = in_background
        # A separate pool: a request that holds the caller's last connection would deadlock here.
        self._source = Database(database.engine.url.render_as_string(hide_password=False))
        self._rows = _ROWS.where(RecordVector.model_id == model_id)
        self._log = vector_changes(self._source)
        self._lock = ReadWriteLock()
        self._following = Lock()
        self._makers: list[Thread] = []
        self._shards = self._empty()
        self._followed: Position | None = None
        self._position = 0

    def search(self, session: Session, query: Array, k: int, filter: IndexFilter, /) -> list[Hit]:
        return best_of(self.search_many(session, query, k, filter), k)

    def search_many(
        self, _session: Session, queries: Array, k: int, filter: IndexFilter, /
    ) -> list[list[Hit]]:
        matrix = queries_2d(queries, self.dimension)
        self.follow()
        with self._lock.reading():
            return self._shards[filter.kind].search(matrix, k, filter)

    def similarities(self, _session: Session, query: Array, record_ids: Sequence[UUID], /) -> Array:
        matrix = queries_2d(query, self.dimension)
        self.follow()
        found = np.full((len(matrix), len(record_ids)), np.nan, np.float32)
        with self._lock.reading():
            for shard in self._shards.values():
                found = np.where(np.isnan(found), shard.similarities(matrix, record_ids), found)
        return found[0] if np.ndim(query) == 1 else found

    def count(self, _session: Session, filter: IndexFilter, /) -> int:
        self.follow()
        with self._lock.reading():
            return self._shards[filter.kind].count(filter)

    def numbers(self, _session: Session, record_ids: Sequence[UUID], kind: RecordKind, /) -> dict[UUID, int]:
        self.follow()
        with self._lock.reading():
            return dict(self._shards[kind].numbers(record_ids))

    def position(self, _session: Session, /) -> int:
        return self.follow()

    def status(self, session: Session, /) -> dict[str, Any]:
        with self._lock.reading():
            return {
                "backend": "faiss",
                "model_id": self.model_id,
                "dimension": self.dimension,
                "position": self._position,
                "behind": max(0, vector_store.position(session, self.model_id) - self._position),
                "records": {kind: len(shard) for kind, shard in self._shards.items()},
                "bytes": sum(shard.bytes_used for shard in self._shards.values()),
                "clusters": {kind: shard.clusters for kind, shard in self._shards.items()},
            }

    def follow(self) -> int:
        """Read what was committed since the last time. Returns the position reached."""
        if self._log.since(self._followed) is None:
            return self._position
        with self._following, self._source.reading() as session:
            changes = self._log.since(self._followed)
            if changes is None:
                return self._position
            if changes.keys is None:
                self._replace(*self._loaded(session), changes.position)
                return self._position
            for ids in vector_store.chunks(changes.keys):
                rows = session.execute(self._rows.where(RecordVector.record_id.in_(ids))).all()
                gone = set(ids).difference(row.record_id for row in rows)
                with self._lock.writing():
                    _apply(self._shards, _entries(rows))
                    for shard in self._shards.values():
                        shard.remove(list(gone))
                    self._position = max(self._position, *(row.seq for row in rows), 0)
            self._followed = changes.position
            for shard in self._shards.values():
                self._cluster_if_grown(shard, self._shards, in_background=self._in_background)
            return self._position

    def rebuild(self, _session: Session, /) -> None:
        with self._following, self._source.reading() as session:
            followed = self._log.start()
            self._replace(*self._loaded(session), followed)

    def save(self, directory: Path) -> None:
        """Write a snapshot of the vectors in memory."""
        with self._lock.reading():
            dumps = [shard.dump() for shard in self._shards.values()]
        snapshot.write(
            directory,
            model_id=self.model_id,
            ids=[record_id for dump in dumps for record_id in dump[0]],
            hashes=[text_hash for dump in dumps for text_hash in dump[1]],
            seqs=np.concatenate([dump[2] for dump in dumps]),
            matrix=np.concatenate([dump[3] for dump in dumps]),
        )

    def load(self, directory: Path) -> int:
        """Load the index from the database, with the snapshot's vectors where they fit. Returns their number."""
        known = snapshot.read(directory, model_id=self.model_id, dimension=self.dimension)
        if known is None:
            self.follow()
            return 0
        with self._following, self._source.reading() as session:
            followed = self._log.start()
            shards, used = self._from_snapshot(session, known)
            self._replace(shards, vector_store.position(session), followed)
        return used

    def settle(self) -> None:
        """Wait until no clusters are being built."""
        for maker in self._makers:
            maker.join()

    def close(self) -> None:
        self._log.close()
        self._source.dispose()

    def _empty(self) -> Shards:
        return {
            kind.value: Shard(self.dimension, flat_up_to=self._flat_up_to, half=self._half)
            for kind in RecordKind
        }

    def _replace(self, shards: Shards, position: int, followed: Position) -> None:
        for shard in shards.values():
            self._cluster_if_grown(shard, shards, in_background=False)
        with self._lock.writing():
            self._shards, self._position, self._followed = shards, position, followed

    def _cluster_if_grown(self, shard: Shard, shards: Shards, *, in_background: bool) -> None:
        if not shard.wants_clusters():
            return
        with self._lock.writing():
            begun = shard.begin_clusters()
            # Queries come from the other libraries.
            queries = np.concatenate(
                [other.centred(ASKED) for other in shards.values() if other is not shard]
            )

        def make() -> None:
            try:
                made = shard.make_clusters(begun, queries, self._lock.reading)
            except BaseException:
                with self._lock.writing():
                    shard.give_up_clusters()
                raise
            with self._lock.writing():
                shard.end_clusters(made)

        if in_background:
            # A daemon thread: a stopping process need not wait for clusters.
            maker = Thread(target=make, name="clusters", daemon=True)
            self._makers = [*(one for one in self._makers if one.is_alive()), maker]
            maker.start()
        else:
            make()

    def _loaded(self, session: Session) -> tuple[Shards, int]:
        """Every row in the order of its number. Rows that change meanwhile are named by the next look at the log."""
        shards, position = self._empty(), 0
        query = self._rows.order_by(RecordVector.seq).limit(_BATCH)
        while rows := session.execute(query.where(RecordVector.seq > position)).all():
            _apply(shards, _entries(rows))
            position = rows[-1].seq
        return shards, position

    def _from_snapshot(self, session: Session, known: snapshot.Snapshot) -> tuple[Shards, int]:
        mine = (RecordVector.active, RecordVector.model_id == self.model_id)
        rows = session.execute(select(*_DESCRIPTION).where(*mine)).all()
        places = [known.rows.get((row.record_id, row.seq, row.text_hash)) for row in rows]
        missing = [row.record_id for row, place in zip(rows, places, strict=True) if place is None]
        read = vector_store.load_vectors(session, self.model_id, missing)
        entries = [
            (row, _entry(row, read[row.record_id] if place is None else known.matrix[place]))
            for row, place in zip(rows, places, strict=True)
        ]
        shards = self._empty()
        _apply(shards, entries)
        return shards, len(rows) - len(missing)


def _entries(rows: Sequence[AnyRow]) -> list[tuple[AnyRow, IndexEntry | None]]:
    """A row with its entry; None if the record was withdrawn."""
    return [(row, _entry(row, row.vector) if row.active else None) for row in rows]


def _apply(shards: Shards, changes: Sequence[tuple[AnyRow, IndexEntry | None]]) -> None:
    for kind, shard in shards.items():
        mine = [(row, entry) for row, entry in changes if row.kind == kind]
        shard.remove([row.record_id for row, entry in mine if entry is None])
        shard.put([entry for _, entry in mine if entry is not None])


def _entry(row: AnyRow, vector: Array) -> IndexEntry:
    return IndexEntry(row.record_id, row.seq, row.text_hash, description_of(row), vector)
