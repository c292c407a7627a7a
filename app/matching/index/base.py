"""What every vector index can do, and what a search may be limited to; the same on all back ends."""

from collections.abc import Mapping, Sequence
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
    """Which records a search may answer with; an empty part limits nothing, but an empty `only_ids` forbids all.

    A record passes `fields` when one of its codes begins with one of these. `region` is a GB/T 2260 code; that of a
    province or city covers all within it. A record whose region, TRL or language is unknown passes no limit on it.
    `valid_on` leaves out what ended before that day.
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
        """``370000`` → ``37``, ``370100`` → ``3701``; overseas (``000000``) covers itself alone."""
        code = self.region or ""
        while code != OVERSEAS and len(code) > 2 and len(code) % 2 == 0 and code.endswith("00"):
            code = code[:-2]
        return code


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """One library's vectors, summed up: records by language, the sums of their vectors [dimension], and a sample.

    The sample is evenly spaced in the order of ids, so that the same library gives the same one: its languages and
    vectors [n, dimension]. A record of unknown language counts as Chinese.
    """

    counts: Mapping[str, int]
    sums: Mapping[str, NDArray[np.float64]]
    sample_languages: Sequence[str]
    sample: Array


class VectorIndex(Protocol):
    """Records found by the inner product of vectors of length 1: float32, −1 to 1, the highest first.

    A search sees what was committed before it, and never what was undone. Whether it also sees the changes that its
    own session has not committed yet depends on the back end.
    """

    model_id: str
    dimension: int

    def search(self, session: Session, query: Array, k: int, filter: IndexFilter, /) -> list[Hit]:
        """At most `k` records nearest to the query [dimension]; to the nearest of several queries [n, dimension].

        Raises:
            ValueError: the query's dimension is not the index's.
        """
        ...

    def search_many(
        self, session: Session, queries: Array, k: int, filter: IndexFilter, /
    ) -> list[list[Hit]]:
        """One list for each query [n, dimension]."""
        ...

    def similarities(self, session: Session, query: Array, record_ids: Sequence[UUID], /) -> Array:
        """Inner products [m], or [n, m] for queries [n, dimension]; NaN for a record that is not in the index."""
        ...

    def count(self, session: Session, filter: IndexFilter, /) -> int: ...

    def languages(self, session: Session, kind: RecordKind, /) -> list[str]:
        """Languages that there are records in, sorted; up to date like a search."""
        ...

    def numbers(self, session: Session, record_ids: Sequence[UUID], kind: RecordKind, /) -> dict[UUID, int]:
        """The sequence number of each record's present row, in the order of the ids; a record that is not in the index
        under this kind is left out."""
        ...

    def usual(self, session: Session, kind: RecordKind, most: int, /) -> StoredVectors:
        """The library's vectors summed up, with a sample of at most `most`; up to date like a search."""
        ...

    def position(self, session: Session, /) -> int:
        """The sequence number up to which the index answers now."""
        ...

    def status(self, session: Session, /) -> dict[str, Any]:
        """For operators: back end, model, position, how many changes it lags behind, records by kind."""
        ...

    def rebuild(self, session: Session, /) -> None:
        """Make the index anew from the database; searches go on meanwhile."""
        ...

    def save(self, directory: Path, /) -> None:
        """Leave on disk what makes the next start faster; nothing where the database itself is the index."""
        ...

    def load(self, directory: Path, /) -> int:
        """Fill the index, with the help of what `save` left; the answer counts the vectors that it spared reading."""
        ...

    def close(self) -> None: ...


def queries_2d(query: Array, dimension: int) -> Array:
    """The query or queries as a contiguous float32 matrix [n, dimension].

    Raises:
        ValueError: another dimension.
    """
    matrix = np.ascontiguousarray(np.atleast_2d(query), dtype=np.float32)
    if matrix.ndim != 2 or matrix.shape[1] != dimension:
        raise ValueError(f"a query of shape {np.shape(query)} for an index of dimension {dimension}")
    return matrix


def best_of(lists: Sequence[Sequence[Hit]], k: int) -> list[Hit]:
    """The `k` best records of several lists of `k` each, every record by its best score.

    Nothing is lost: a record among the best `k` of all is among the best `k` of the query it is nearest to.
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
    """The filter as WHERE on `RecordVector`, except for `kind`, `only_ids` and `exclude_ids`.

    Not the kind, because SQLite would take its index, with a third of all records, before the ids that a caller has.
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
