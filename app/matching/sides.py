"""Records as text signals see them: vectors, sentences, word counts; read from the store in one query."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.libraries.record import Record
from app.libraries.search import SearchDocument
from app.matching.indexer import MatchingIndexer, PreparedRecord
from app.matching.models import RecordVector
from app.matching.records import facts_of
from app.matching.signals import TextSide
from app.matching.text import whole_text
from app.matching.vectors import unpack_sentences
from app.matching.words import words


@dataclass(frozen=True, slots=True)
class RecordSide:
    """One record's text side, with the sentences that its sentence vectors stand for."""

    text: TextSide
    sentences: tuple[str, ...]


def stored_sides(session: Session, model_id: str, ids: Sequence[UUID]) -> dict[UUID, RecordSide]:
    """Sides of the records that are published; the others are missing from the answer."""
    rows = session.execute(
        select(
            RecordVector.record_id,
            RecordVector.language,
            RecordVector.vector,
            RecordVector.sentences,
            RecordVector.sentence_vectors,
            SearchDocument.member_words,
        )
        .join(SearchDocument, SearchDocument.record_id == RecordVector.record_id)
        .where(RecordVector.record_id.in_(ids), RecordVector.active, RecordVector.model_id == model_id)
    )
    return {
        id_: RecordSide(
            TextSide(
                vector=vector,
                sentences=unpack_sentences(packed, len(vector)),
                words=Counter(cut.split()),
                language=language or "zh",
            ),
            tuple(sentences),
        )
        for id_, language, vector, sentences, packed, cut in rows
    }


def embedded_side(indexer: MatchingIndexer, record: Record) -> RecordSide:
    """The side of a record that is not published, or of a mere text; stored nowhere."""
    prepared = indexer.prepare([record])[0]
    assert isinstance(prepared, PreparedRecord)
    return RecordSide(
        TextSide(
            vector=prepared.vector,
            sentences=np.asarray(prepared.sentence_vectors, dtype=np.float32),
            words=Counter(words(whole_text(facts_of(record)))),
            language=record.language or "zh",
        ),
        prepared.sentences,
    )
