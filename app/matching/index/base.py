"""The contract of vector indexes and the filter of a search, the same for all back ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from app.libraries.record.enums import RecordKind
from app.matching.models import RecordVector

Array = NDArray[np.float32]

OVERSEAS = "000000"


@dataclass(frozen=True, slots=True)
class Hit:
    record_id: UUID
    score: float


@dataclass(frozen=True, slots=True)
class IndexFilter:
    """Filter of a search. An empty part limits nothing, except that an empty `only_ids` excludes everything.

    A record passes `fields` if one of its codes starts with one of these. `region` is a GB/T 2260 code; a province or
    city includes everything within it. A record with unknown region, TRL or language does not pass a limit on it.
    `valid_on` excludes records that ended before that day.
    """

    kind: RecordKind
    fields: tuple[str, ...] = ()
    region: str | None = None
    min_trl: int | None = None
    languages: frozenset[str] = frozenset()
    exclude_ids: frozenset[UUID] = frozenset()
    exclude_owner_ids: frozenset[UUID] = frozenset()
    only_ids: frozenset[UUID] | None = None
    valid_on: date | None = None

    def region_prefix(self) -> str:
        """``370000`` → ``37``, ``370100`` → ``3701``; overseas (``000000``) includes only itself."""
        code = self.region or ""
        while code != OVERSEAS and len(code) > 2 and len(code) % 2 == 0 and code.endswith("00"):
            code = code[:-2]
        return code


class VectorIndex(Protocol):
    """Nearest records by the inner product of unit vectors: float32, −1 to 1, highest first.

    A search sees everything committed before it, and nothing that was rolled back. Whether it also sees uncommitted
    changes of its own session depends on the back end.
    """

    model_id: str
    dimension: int

    def search(self, session: Session, query: Array, k: int, filter: IndexFilter, /) -> list[Hit]:
        """At most `k` records nearest to the query [dimension], or to the nearest of several queries [n, dimension].

        Raises:
            ValueError: the query has another dimension than the index.
        """
        ...

    def search_many(
        self, session: Session, queries: Array, k: int, filter: IndexFilter, /
    ) -> list[list[Hit]]:
        """One result list per query [n, dimension]."""
        ...

    def similarities(self, session: Session, query: Array, record_ids: Sequence[UUID], /) -> Array:
        """Inner products [m], or [n, m] for queries [n, dimension]; NaN for a record that is not in the index."""
        ...

    def count(self, session: Session, filter: IndexFilter, /) -> int: ...

    def numbers(self, session: Session, record_ids: Sequence[UUID], kind: RecordKind, /) -> dict[UUID, int]:
        """Current sequence numbers by record, in the order of the ids; records outside the index are left out."""
        ...

    def position(self, session: Session, /) -> int:
        """The sequence number up to which the index is current."""
        ...

    def status(self, session: Session, /) -> dict[str, Any]:
        """Status for operators: back end, model, position, lag in changes, records by kind."""
        ...

    def rebuild(self, session: Session, /) -> None:
        """Rebuild the index from the database; searches continue in the meantime."""
        ...

    def save(self, directory: Path, /) -> None:
        """Save a snapshot for a faster start; does nothing if the database itself is the index."""
        ...

    def load(self, directory: Path, /) -> int:
        """Load the index with the help of the snapshot. Returns the number of vectors taken from the snapshot."""
        ...

    def close(self) -> None: ...


def queries_2d(query: Array, dimension: int) -> Array:
    """The query or queries as a contiguous float32 matrix [n, dimension].

    Raises:
        ValueError: the dimension differs.
    """
    matrix = np.ascontiguousarray(np.atleast_2d(query), dtype=np.float32)
    if matrix.ndim != 2 or matrix.shape[1] != dimension:
        raise ValueError(f"a query of shape {np.shape(query)} for an index of dimension {dimension}")
    return matrix


def best_of(lists: Sequence[Sequence[Hit]], k: int) -> list[Hit]:
    """The `k` best records of several lists of `k` each, each record with its best score.

    This is exact: a record among the best `k` overall is among the best `k` of its nearest query.
    """
    if len(lists) == 1:
        return sorted(lists[0], key=lambda hit: (-hit.score, hit.record_id))[:k]
    best: dict[UUID, float] = {}
    for hits in lists:
        for hit in hits:
            best[hit.record_id] = max(hit.score, best.get(hit.record_id, hit.score))
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return [Hit(record_id, score) for record_id, score in ranked[:k]]


def conditions(filter: IndexFilter) -> list[ColumnElement[bool]]:
    """The filter as WHERE conditions on `RecordVector`, without `kind`, `only_ids` and `exclude_ids`.

    Without the kind, because SQLite would prefer its index, with a third of all records, over the caller's ids.
    """
    found: list[ColumnElement[bool]] = []
    if filter.fields:
        found.append(
            or_(*(RecordVector.field_codes.contains(f"|{code}", autoescape=True) for code in filter.fields))
        )
    if filter.region:
        found.append(RecordVector.region.startswith(filter.region_prefix(), autoescape=True))
    if filter.min_trl is not None:
        found.append(RecordVector.trl >= filter.min_trl)
    if filter.languages:
        found.append(RecordVector.language.in_(sorted(filter.languages)))
    if filter.exclude_owner_ids:
        found.append(
            or_(
                RecordVector.owner_org_id.is_(None),
                RecordVector.owner_org_id.not_in(sorted(filter.exclude_owner_ids)),
            )
        )
    if filter.valid_on is not None:
        found.append(or_(RecordVector.valid_until.is_(None), RecordVector.valid_until >= filter.valid_on))
    return found
