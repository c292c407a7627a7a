"""Encoded records: vectors, sentences and word counts, read from the store in one query."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.libraries.record.models import Record
from app.libraries.search.full_text import SearchDocument
from app.matching.embedding.indexer import MatchingIndexer, PreparedRecord
from app.matching.embedding.vector_store import halves
from app.matching.facts.from_records import facts_of
from app.matching.models import RecordVector
from app.matching.ranking.similarity import TextFeatures
from app.matching.text.bm25 import words
from app.matching.text.passages import whole_text
from app.matching.text.traits import Traits


@dataclass(frozen=True, slots=True)
class EncodedRecord:
    """The text features of one record, with the sentences behind its sentence vectors."""

    text: TextFeatures
    sentences: tuple[str, ...]


def stored_text_features(session: Session, model_id: str, ids: Sequence[UUID]) -> dict[UUID, TextFeatures]:
    """Text features of the records that are published; the result omits the others."""
    return {id_: side.text for id_, side in stored_encoded_records(session, model_id, ids).items()}


def stored_encoded_records(session: Session, model_id: str, ids: Sequence[UUID]) -> dict[UUID, EncodedRecord]:
    """Encoded records of those that are published, with their sentences."""
    rows = session.execute(_STORED, {"ids": list(ids), "model_id": model_id})
    return {
        id_: EncodedRecord(
            TextFeatures(
                vector=vector,
                sentences=halves(packed, len(vector)).astype(np.float32),
                words=Counter(cut.split()),
                language=language or "zh",
                traits=Traits.from_dict(traits),
            ),
            tuple(sentences),
        )
        for id_, language, vector, sentences, packed, traits, cut in rows
    }


def _stored() -> Select[Any]:
    v, document = RecordVector.__table__, SearchDocument.__table__
    return (
        select(
            v.c.record_id,
            v.c.language,
            v.c.vector,
            v.c.sentences,
            v.c.sentence_vectors,
            v.c.traits,
            document.c.member_words,
        )
        .join(document, document.c.record_id == v.c.record_id)
        .where(
            v.c.record_id.in_(bindparam("ids", expanding=True)),
            v.c.active,
            v.c.model_id == bindparam("model_id"),
        )
    )


# Built once, because each match executes it.
_STORED = _stored()


def encoded_record_of(
    session: Session, indexer: MatchingIndexer, model_id: str, record: Record
) -> EncodedRecord:
    """The stored encoding of a published record; any other record is encoded now, without storing it."""
    stored = stored_encoded_records(session, model_id, [record.id]).get(record.id)
    return encode_record(indexer, record) if stored is None else stored


def encode_record(indexer: MatchingIndexer, record: Record) -> EncodedRecord:
    """Encode a record that is not published, or a plain text, without storing it."""
    prepared = indexer.prepare([record])[0]
    assert isinstance(prepared, PreparedRecord)
    return EncodedRecord(
        TextFeatures(
            vector=prepared.vector,
            sentences=np.asarray(prepared.sentence_vectors, dtype=np.float32),
            words=Counter(words(whole_text(facts_of(record)))),
            language=record.language or "zh",
            traits=prepared.traits,
        ),
        prepared.sentences,
    )
