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
from app.matching.traits import Traits
from app.matching.vectors import load_sentences, unpack_sentences
from app.matching.words import words


@dataclass(frozen=True, slots=True)
class RecordSide:
    """One record's text side, with the sentences that its sentence vectors stand for."""

    text: TextSide
    sentences: tuple[str, ...]


def stored_texts(session: Session, model_id: str, ids: Sequence[UUID]) -> dict[UUID, TextSide]:
    """Text sides of the records that are published; the others are missing from the answer."""
    return {id_: text for id_, (_, text) in numbered_texts(session, model_id, ids).items()}


def numbered_texts(session: Session, model_id: str, ids: Sequence[UUID]) -> dict[UUID, tuple[int, TextSide]]:
    """The same, with the sequence number of the row that each was read from."""
    v, document = RecordVector.__table__.c, SearchDocument.__table__.c
    rows = session.execute(
        select(v.record_id, v.seq, v.language, v.vector, v.sentence_vectors, v.traits, document.member_words)
        .join(SearchDocument.__table__, document.record_id == v.record_id)
        .where(v.record_id.in_(ids), v.active, v.model_id == model_id)
    )
    return {
        id_: (
            seq,
            TextSide(
                vector=vector,
                sentences=unpack_sentences(packed, len(vector)),
                words=Counter(cut.split()),
                language=language or "zh",
                traits=Traits.from_dict(traits),
            ),
        )
        for id_, seq, language, vector, packed, traits, cut in rows
    }


def side_of(session: Session, indexer: MatchingIndexer, model_id: str, record: Record) -> RecordSide:
    """The side of a published record as it is stored; of any other, embedded now and stored nowhere."""
    text = stored_texts(session, model_id, [record.id]).get(record.id)
    if text is not None:
        return RecordSide(text, load_sentences(session, [record.id])[record.id].texts)
    return embedded_side(indexer, record)


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
            traits=prepared.traits,
        ),
        prepared.sentences,
    )
