"""The vector index on PostgreSQL: the table itself, through pgvector, so it is always current."""

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from pgvector.sqlalchemy import VECTOR
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Float,
    Uuid,
    all_,
    any_,
    cast,
    func,
    literal,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session

from app.libraries.record.enums import RecordKind
from app.matching.embedding import vector_store
from app.matching.index.base import (
    Array,
    Hit,
    IndexFilter,
    best_of,
    conditions,
    queries_2d,
)
from app.matching.models import RecordVector

# Above this many records of a kind, `rebuild` creates a graph index (HNSW). Below, every search is an exact scan: about
# 1 ms per 1,000 records on one core. The graph is approximate and may miss a true neighbour.
GRAPH_ABOVE = 200_000

# pgvector's maximum for the candidate list of a graph search; lower values found fewer true neighbours.
_EF_SEARCH = 1000


class PgVectorIndex:
    """Exact by default. With a graph index created by `rebuild`, nearly all true neighbours are found."""

    def __init__(self, model_id: str, dimension: int, *, graph_above: int = GRAPH_ABOVE) -> None:
        self.model_id = model_id
        self.dimension = dimension
        self._graph_above = graph_above

    def search(self, session: Session, query: Array, k: int, filter: IndexFilter, /) -> list[Hit]:
        return best_of(self.search_many(session, query, k, filter), k)

    def search_many(
        self, session: Session, queries: Array, k: int, filter: IndexFilter, /
    ) -> list[list[Hit]]:
        matrix = queries_2d(queries, self.dimension)
        if k <= 0:
            return [[] for _ in matrix]
        graph = bool(self._graphs(session, filter.kind))
        if graph:
            # Continue in the graph until enough records pass the filter; the settings end with the transaction.
            session.execute(text("SET LOCAL hnsw.iterative_scan = strict_order"))
            session.execute(text(f"SET LOCAL hnsw.ef_search = {_EF_SEARCH}"))
        return [self._nearest(session, row, k, filter, graph) for row in matrix]

    def similarities(self, session: Session, query: Array, record_ids: Sequence[UUID], /) -> Array:
        matrix = queries_2d(query, self.dimension)
        known = select(RecordVector.record_id, RecordVector.vector).where(
            RecordVector.active, RecordVector.model_id == self.model_id, _among(record_ids)
        )
        stored = {row.record_id: row.vector for row in session.execute(known)}
        found = np.full((len(matrix), len(record_ids)), np.nan, np.float32)
        for column, record_id in enumerate(record_ids):
            if record_id in stored:
                found[:, column] = matrix @ stored[record_id]
        return found[0] if np.ndim(query) == 1 else found

    def count(self, session: Session, filter: IndexFilter, /) -> int:
        return session.execute(
            select(func.count()).select_from(RecordVector).where(*self._where(filter))
        ).scalar_one()

    def numbers(self, session: Session, record_ids: Sequence[UUID], kind: RecordKind, /) -> dict[UUID, int]:
        rows = session.execute(
            select(RecordVector.record_id, RecordVector.seq).where(
                RecordVector.kind == kind.value,
                RecordVector.active,
                RecordVector.model_id == self.model_id,
                _among(record_ids),
            )
        )
        found: dict[UUID, int] = {row[0]: row[1] for row in rows}
        return {id_: found[id_] for id_ in record_ids if id_ in found}

    def position(self, session: Session, /) -> int:
        return vector_store.position(session)

    def status(self, session: Session, /) -> dict[str, Any]:
        counts = dict.fromkeys((kind.value for kind in RecordKind), 0)
        rows = session.execute(
            select(RecordVector.kind, func.count())
            .where(RecordVector.active, RecordVector.model_id == self.model_id)
            .group_by(RecordVector.kind)
        )
        counts.update((kind, count) for kind, count in rows)
        return {
            "backend": "pgvector",
            "model_id": self.model_id,
            "dimension": self.dimension,
            "position": vector_store.position(session),
            "behind": 0,
            "records": counts,
            "graphs": [kind.value for kind in RecordKind if self._graphs(session, kind)],
        }

    def rebuild(self, session: Session, /) -> None:
        """Create, rebuild or drop the graph of each kind, by the number of records, in the caller's transaction.

        Searches continue while a graph is built (about a minute per 50,000 records); storing vectors waits until the
        caller commits.
        """
        for kind in RecordKind:
            old = self._graphs(session, kind)
            if self.count(session, IndexFilter(kind)) > self._graph_above:
                first, second = (f"{self._graph_name(kind)}_{turn}" for turn in "ab")
                # The old graph is dropped only after the new one has been built.
                name = second if first in old else first
                session.connection().exec_driver_sql(self._create_graph(kind, name))
            for name in old:
                session.execute(text(f"DROP INDEX {name}"))

    def save(self, _directory: Path, /) -> None:
        return None

    def load(self, _directory: Path, /) -> int:
        return 0

    def close(self) -> None:
        return None

    def _nearest(self, session: Session, query: Array, k: int, filter: IndexFilter, graph: bool) -> list[Hit]:
        distance = cast(RecordVector.vector, VECTOR(self.dimension)).op("<#>", return_type=Float())(
            literal(query, VECTOR(self.dimension))
        )
        # The graph supports ordering by distance only.
        order: tuple[ColumnElement[Any], ...] = (distance,)
        rows = session.execute(
            select(RecordVector.record_id, distance)
            .where(*self._where(filter))
            .order_by(*(order if graph else (*order, RecordVector.record_id)))
            .limit(k)
        )
        return [Hit(record_id, -negated) for record_id, negated in rows]

    def _where(self, filter: IndexFilter) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [
            RecordVector.kind == filter.kind.value,
            RecordVector.active == true(),
            RecordVector.model_id == self.model_id,
            *conditions(filter),
        ]
        if filter.only_ids is not None:
            found.append(_among(filter.only_ids))
        if filter.exclude_ids:
            found.append(RecordVector.record_id != all_(_array(filter.exclude_ids)))
        return found

    def _graph_name(self, kind: RecordKind) -> str:
        digest = hashlib.sha256(self.model_id.encode()).hexdigest()[:12]
        return f"ix_record_vectors_graph_{kind.value}_{self.dimension}_{digest}"

    def _create_graph(self, kind: RecordKind, name: str) -> str:
        model = self.model_id.replace("'", "''").replace("%", "%%")
        return (
            f"CREATE INDEX {name} ON record_vectors "
            f"USING hnsw ((vector::vector({self.dimension})) vector_ip_ops) WITH (ef_construction = 200) "
            f"WHERE active AND kind = '{kind.value}' AND model_id = '{model}'"
        )

    def _graphs(self, session: Session, kind: RecordKind) -> list[str]:
        """Names of the kind's graphs that this session sees: one or none."""
        names = [f"{self._graph_name(kind)}_{turn}" for turn in "ab"]
        found = session.execute(
            text(
                "SELECT indexrelid::regclass::text FROM pg_index WHERE indexrelid IN (to_regclass(:a), to_regclass(:b))"
            ),
            {"a": names[0], "b": names[1]},
        )
        return list(found.scalars())


def _among(record_ids: Collection[UUID]) -> ColumnElement[bool]:
    # One array parameter: a list of parameters is limited to 65,535.
    return RecordVector.record_id == any_(_array(record_ids))


def _array(record_ids: Collection[UUID]) -> ColumnElement[Any]:
    return literal(list(record_ids), ARRAY(Uuid()))
