"""Vectors: each published record has a current index entry, and each entry the vector of its text."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.libraries.record.enums import RecordState
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.matching.embedding import vector_store
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.models import SENTENCE_TYPE, Embedding, RecordVector, Vector
from app.settings import Settings
from app.store.consistency.result import CheckResult, CheckScope, rows_of

# A vector of length 1 in float32.
_LENGTH_TOLERANCE = 1e-3

_STALE = ""
"""The hash of no text: an entry with it is stored again by `sanku reindex`."""


def vectors(scope: CheckScope, result: CheckResult) -> None:
    """Each published record has an active entry by the present model and rules; other records have none, by no model.

    What an upgrade or another model left for `sanku reindex` is a difference, too.
    """
    for library in LIBRARIES.values():
        for records in rows_of(scope.session, library.model):
            rows = _entries(scope.session, scope.indexer.model_id, [record.id for record in records])
            stored = vector_store.known_embeddings(
                scope.session, scope.indexer.model_id, {row.text_hash for row in rows.values()}
            )
            for record in records:
                result.examined += 1
                wrong = _fault(record, rows.get(record.id), stored, scope.indexer)
                if wrong is not None:
                    result.add(record.id, *wrong)


def mend_vectors(session: Session, _: Settings, ids: Sequence[Any]) -> None:
    """Mark entries of published records for `sanku reindex`, and deactivate the others.

    A stored vector that is none is forgotten, so that its text is embedded again.
    """
    published = {
        record_id
        for library in LIBRARIES.values()
        for record_id in session.scalars(
            select(library.model.id).where(
                library.model.id.in_(ids), library.model.state == RecordState.PUBLISHED.value
            )
        )
    }
    for row in session.scalars(select(RecordVector).where(RecordVector.record_id.in_(ids))):
        if row.record_id in published:
            _forget_damaged(session, row)
            row.text_hash = _STALE
        elif row.active:
            vector_store.deactivate(session, row.record_id)


def _forget_damaged(session: Session, row: RecordVector) -> None:
    stored = session.get(Embedding, (row.text_hash, row.model_id))
    if stored is not None and not _is_unit(stored.vector):
        session.delete(stored)


def _fault(
    record: Record, row: RecordVector | None, stored: dict[str, Vector], indexer: MatchingIndexer
) -> tuple[str, str] | None:
    """What is wrong with the record's entry, in Chinese and English."""
    if record.state != RecordState.PUBLISHED:
        if row is not None and row.active:
            return "未发布，却在索引中", "is not published, but in the index"
        return None
    if row is None or not row.active:
        return "已发布，却不在索引中", "is published, but not in the index"
    if not _is_unit(row.vector) or not _sentences_fit(row):
        return "向量已损坏", "has a damaged vector"
    known = stored.get(row.text_hash)
    if known is not None and not np.array_equal(known, row.vector):
        return "向量与其文本的向量不同", "has another vector than its text"
    if not indexer.is_current(record, row):
        return "索引条目已过时", "has an outdated index entry"
    return None


def _is_unit(vector: Vector) -> bool:
    return bool(abs(float(np.linalg.norm(vector)) - 1.0) < _LENGTH_TOLERANCE)


def _sentences_fit(row: RecordVector) -> bool:
    count, size = len(row.sentences), len(row.sentence_vectors)
    if size % SENTENCE_TYPE.itemsize or (count == 0) != (size == 0):
        return False
    return count == 0 or (
        size % (count * SENTENCE_TYPE.itemsize) == 0
        and bool(np.isfinite(np.frombuffer(row.sentence_vectors, dtype=SENTENCE_TYPE)).all())
    )


def _entries(session: Session, model_id: str, ids: Collection[UUID]) -> dict[UUID, RecordVector]:
    """The entry of each record by this model; by another one where that alone is active, or where there is no other."""
    found: dict[UUID, RecordVector] = {}
    for row in session.scalars(select(RecordVector).where(RecordVector.record_id.in_(ids))):
        known = found.get(row.record_id)
        if known is None or (row.active, row.model_id == model_id) > (
            known.active,
            known.model_id == model_id,
        ):
            found[row.record_id] = row
    return found
