"""The vector index in Milvus; it follows what the database commits."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import Unavailable
from app.libraries.record.enums import RecordKind
from app.matching.embedding import vector_store
from app.matching.index.base import Array, Hit, IndexFilter, best_of, queries_2d
from app.matching.index.change_logs import vector_changes
from app.matching.index.milvus.collections import STRONG, add_filter_columns
from app.matching.index.milvus.engine import Engine
from app.matching.index.milvus.expressions import described, expression
from app.matching.index.milvus.mirror import Changed, Mirror, batches
from app.matching.models import RecordVector

if TYPE_CHECKING:
    from pymilvus import MilvusClient

MOST_HITS = 16_384
"""Milvus' limit for one search."""

_GRAPH = {"M": 32, "efConstruction": 360}
_LEAST_ASKED = 400
"""Neighbours that a search in the graph considers at least; as many as four times those asked for."""

_ROWS = select(
    RecordVector.record_id,
    RecordVector.seq,
    RecordVector.kind,
    RecordVector.owner_org_id,
    RecordVector.field_codes,
    RecordVector.region,
    RecordVector.trl,
    RecordVector.language,
    RecordVector.valid_until,
    RecordVector.vector,
)


class VectorMirror(Mirror[UUID]):
    """The active vectors of one model."""

    key = "record"

    def __init__(
        self, engine: Engine, source: Database, model_id: str, dimension: int, lock_file: str
    ) -> None:
        digest = sha256(f"{model_id}/{dimension}".encode()).hexdigest()[:16]
        super().__init__(
            engine, source, vector_changes(source), name=f"sanku_vectors_{digest}", lock_file=lock_file
        )
        self._model_id = model_id
        self._rows = _ROWS.where(RecordVector.active, RecordVector.model_id == model_id)
        self._dimension = dimension

    def read(self, session: Session, keys: Sequence[UUID]) -> Changed:
        rows = session.execute(self._rows.where(RecordVector.record_id.in_(keys)))
        stored = [_entity(row) for row in rows]
        present = {row["record"] for row in stored}
        return Changed(stored, [key.hex for key in keys if key.hex not in present])

    def read_all(self, session: Session) -> Iterator[list[dict[str, Any]]]:
        rows = session.execute(self._rows.execution_options(yield_per=1000))
        yield from batches(map(_entity, rows))

    def marks(self, session: Session) -> Iterator[tuple[Any, int]]:
        rows = session.execute(
            select(RecordVector.record_id, RecordVector.seq)
            .where(RecordVector.active, RecordVector.model_id == self._model_id)
            .execution_options(yield_per=1000)
        )
        return ((record_id.hex, seq) for record_id, seq in rows)

    def number(self, session: Session) -> int:
        return vector_store.position(session)

    def create(self, client: "MilvusClient", collection: str) -> None:
        from pymilvus import DataType

        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("record", DataType.VARCHAR, is_primary=True, max_length=32)
        add_filter_columns(schema)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self._dimension)
        indexes = client.prepare_index_params()
        if self._engine.is_file:
            indexes.add_index("vector", index_type="FLAT", metric_type="IP")
        else:
            indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=_GRAPH)
        client.create_collection(collection, schema=schema, index_params=indexes, consistency_level=STRONG)


def _entity(row: Any) -> dict[str, Any]:
    return {
        "record": row.record_id.hex,
        "mark": row.seq,
        "vector": np.asarray(row.vector, np.float32),
        **described(row),
    }


class MilvusIndex:
    """Vectors in Milvus: a graph on a server, exact in Milvus Lite. Thread-safe.

    A search does not see its session's uncommitted changes: Milvus holds what is committed.
    """

    def __init__(
        self, engine: Engine, database: Database, model_id: str, dimension: int, *, lock_file: str
    ) -> None:
        self.model_id = model_id
        self.dimension = dimension
        self._engine = engine
        # A separate pool: a request that holds the caller's last connection would deadlock here.
        self._source = Database(database.engine.url.render_as_string(hide_password=False))
        self._mirror = VectorMirror(engine, self._source, model_id, dimension, lock_file)

    def search(self, session: Session, query: Array, k: int, filter: IndexFilter, /) -> list[Hit]:
        return best_of(self.search_many(session, query, k, filter), k)

    def search_many(
        self, _session: Session, queries: Array, k: int, filter: IndexFilter, /
    ) -> list[list[Hit]]:
        matrix = queries_2d(queries, self.dimension)
        if k <= 0 or (filter.only_ids is not None and not filter.only_ids):
            return [[] for _ in matrix]
        wanted = min(k, MOST_HITS)
        asked = {} if self._engine.is_file else {"ef": min(max(4 * wanted, _LEAST_ASKED), 32_768)}
        found = self._mirror.search(
            lambda client: client.search(
                self._mirror.name,
                data=list(matrix),
                anns_field="vector",
                limit=wanted,
                filter=expression(filter),
                search_params={"metric_type": "IP", "params": asked},
                consistency_level=STRONG,
            )
        )
        return [[Hit(UUID(hex=hit["record"]), float(hit["distance"])) for hit in hits] for hits in found]

    def similarities(self, _session: Session, query: Array, record_ids: Sequence[UUID], /) -> Array:
        matrix = queries_2d(query, self.dimension)
        stored: dict[UUID, Array] = self._of_rows(RecordVector.vector, record_ids)
        found = np.full((len(matrix), len(record_ids)), np.nan, np.float32)
        for column, record_id in enumerate(record_ids):
            if record_id in stored:
                found[:, column] = matrix @ stored[record_id]
        return found[0] if np.ndim(query) == 1 else found

    def count(self, _session: Session, filter: IndexFilter, /) -> int:
        if filter.only_ids is not None and not filter.only_ids:
            return 0
        return self._mirror.search(partial(self._ask_count, expression(filter)))

    def numbers(self, _session: Session, record_ids: Sequence[UUID], kind: RecordKind, /) -> dict[UUID, int]:
        found: dict[UUID, int] = self._of_rows(RecordVector.seq, record_ids, RecordVector.kind == kind.value)
        return {id_: found[id_] for id_ in record_ids if id_ in found}

    def position(self, _session: Session, /) -> int:
        return self._mirror.follow()

    def status(self, session: Session, /) -> dict[str, Any]:
        reached = self._mirror.reached()
        number = reached.number if reached else 0
        counted = (self._counted(IndexFilter(kind)) for kind in RecordKind) if reached else (0, 0, 0)
        return {
            "backend": "milvus",
            "model_id": self.model_id,
            "dimension": self.dimension,
            "position": number,
            "behind": max(0, vector_store.position(session) - number),
            "records": dict(zip((kind.value for kind in RecordKind), counted, strict=True)),
        }

    def rebuild(self, _session: Session, /) -> None:
        self._mirror.rebuild()

    def save(self, _directory: Path, /) -> None:
        return None

    def load(self, _directory: Path, /) -> int:
        """Fill or follow at the start rather than at the first search. Without Milvus the service starts, too."""
        with suppress(Unavailable):
            self._mirror.follow()
        return 0

    def differences(self) -> list[UUID]:
        """Records whose vector Milvus lacks, has besides, or has as it was before."""
        return [UUID(hex=key) for key in self._mirror.differences()]

    def close(self) -> None:
        self._mirror.close()
        self._engine.close()

    def _of_rows(
        self, column: Any, record_ids: Sequence[UUID], *conditions: ColumnElement[bool]
    ) -> dict[UUID, Any]:
        """A column of the records that are in the index."""
        found: dict[UUID, Any] = {}
        with self._source.reading() as session:
            for ids in vector_store.chunks(list(record_ids)):
                rows = session.execute(
                    select(RecordVector.record_id, column).where(
                        RecordVector.active,
                        RecordVector.model_id == self.model_id,
                        RecordVector.record_id.in_(ids),
                        *conditions,
                    )
                )
                found.update((record_id, value) for record_id, value in rows)
        return found

    def _counted(self, filter: IndexFilter) -> int:
        """The records that pass, in Milvus as it is now."""
        return self._mirror.ask(partial(self._ask_count, expression(filter)))

    def _ask_count(self, passing: str, client: "MilvusClient") -> int:
        rows: Sequence[Mapping[str, Any]] = client.query(
            self._mirror.name, filter=passing, output_fields=["count(*)"], consistency_level=STRONG
        )
        return int(rows[0]["count(*)"])
