"""Index entries of one space, compared with the records and texts that they were made of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.libraries.record.enums import RecordState
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.matching.embedding import vector_store
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.models import SENTENCE_TYPE, Embedding, RecordVector, Vector

# A vector of length 1 in float32.
_LENGTH_TOLERANCE = 1e-3

STALE = ""
"""The hash of no text: an entry with it is stored again."""

Fault = tuple[str, str]
"""What is wrong with an entry, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class EntriesOfSpace:
    """The entries of some records by one model. Without `indexer`, its model is not at hand: texts are not compared."""

    model_id: str
    rows: Mapping[UUID, RecordVector]
    stored: Mapping[str, Vector]
    indexer: MatchingIndexer | None

    def fault(self, record: Record) -> Fault | None:
        row = self.rows.get(record.id)
        if record.state != RecordState.PUBLISHED:
            if row is not None and row.active:
                return "未发布，却在索引中", "is not published, but in the index"
            return None
        if row is None or not row.active:
            return "已发布，却不在索引中", "is published, but not in the index"
        if not is_unit(row.vector) or not _sentences_fit(row):
            return "向量已损坏", "has a damaged vector"
        if row.of_change is not None and row.of_change >= row.seq:
            return "所对应的变更晚于其自身", "is said to reflect a change that came after it"
        known = self.stored.get(row.text_hash)
        if known is not None and not np.array_equal(known, row.vector):
            return "向量与其文本的向量不同", "has another vector than its text"
        if self.indexer is not None and not self.indexer.is_current(record, row):
            return "索引条目已过时", "has an outdated index entry"
        return None


def entries_of(
    session: Session, model_id: str, rows: Mapping[UUID, RecordVector], indexer: MatchingIndexer | None
) -> EntriesOfSpace:
    """These rows with the stored vectors of their texts."""
    stored = vector_store.known_embeddings(session, model_id, {row.text_hash for row in rows.values()})
    return EntriesOfSpace(model_id, rows, stored, indexer)


def rows_of_model(session: Session, model_id: str, ids: Collection[UUID]) -> dict[UUID, RecordVector]:
    query = select(RecordVector).where(RecordVector.record_id.in_(ids), RecordVector.model_id == model_id)
    return {row.record_id: row for row in session.scalars(query)}


def without_record(session: Session, model_id: str) -> Sequence[UUID]:
    """Active entries of records that do not exist."""
    kept = [
        exists(select(library.model.id).where(library.model.id == RecordVector.record_id))
        for library in LIBRARIES.values()
    ]
    query = select(RecordVector.record_id).where(
        RecordVector.model_id == model_id, RecordVector.active, ~or_(*kept)
    )
    return session.scalars(query.order_by(RecordVector.record_id)).all()


def published_among(session: Session, ids: Collection[UUID]) -> set[UUID]:
    return {
        record_id
        for library in LIBRARIES.values()
        for record_id in session.scalars(
            select(library.model.id).where(
                library.model.id.in_(ids), library.model.state == RecordState.PUBLISHED.value
            )
        )
    }


def forget_damaged(session: Session, row: RecordVector) -> None:
    """Forget the stored vector of the entry's text if it is none, so that the text is embedded again."""
    stored = session.get(Embedding, (row.text_hash, row.model_id))
    if stored is not None and not is_unit(stored.vector):
        session.delete(stored)


def is_unit(vector: Vector) -> bool:
    return bool(abs(float(np.linalg.norm(vector)) - 1.0) < _LENGTH_TOLERANCE)


def _sentences_fit(row: RecordVector) -> bool:
    count, size = len(row.sentences), len(row.sentence_vectors)
    if size % SENTENCE_TYPE.itemsize or (count == 0) != (size == 0):
        return False
    return count == 0 or (
        size % (count * SENTENCE_TYPE.itemsize) == 0
        and bool(np.isfinite(np.frombuffer(row.sentence_vectors, dtype=SENTENCE_TYPE)).all())
    )
