"""Records as matching reads them from the store, in one query each: candidates with facts, and encoded records."""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Row, Select, Text, bindparam, cast, select
from sqlalchemy.orm import Session

from app.database import BINARY, release_connection
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.libraries.search.full_text import SearchDocument
from app.matching.embedding.indexer import MatchingIndexer, PreparedRecord
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.facts.terms import terms_columns, terms_of_row
from app.matching.models import RecordVector, halves
from app.matching.ranking.similarity import TextFeatures
from app.matching.text.bm25 import words
from app.matching.text.traits import Traits

_MODELS: Mapping[RecordKind, type[Demand] | type[Achievement]] = {
    RecordKind.DEMAND: Demand,
    RecordKind.ACHIEVEMENT: Achievement,
}
# Columns of a row before its words (which may be left out) and its terms.
_OF_TEXT = 7
# Bytes of a record's objects without vectors and sentences, and of each distinct word.
_OBJECTS, _WORD = 1_500, 100


@dataclass(frozen=True, slots=True)
class EncodedRecord:
    """The text features of one record, with the sentences behind its sentence vectors."""

    text: TextFeatures
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A published record: its facts without texts, and its text features.

    `number` is the number of its index row. Word counts may be left out, see `read_candidates`.
    """

    id: UUID
    number: int
    facts: DemandFacts | AchievementFacts
    text: TextFeatures
    stored_sentences: str
    confidential: bool = False

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences behind the sentence vectors."""
        return tuple(json.loads(self.stored_sentences))

    @property
    def bytes_used(self) -> int:
        """Approximate memory in bytes."""
        vectors = self.text.vector.nbytes + self.text.sentences.nbytes
        sentences = sys.getsizeof(self.stored_sentences)
        return vectors + sentences + _WORD * len(self.text.words) + _OBJECTS


def newest_rows(
    session: Session, model_id: str, below: int | None, most: int
) -> tuple[dict[RecordKind, dict[UUID, int]], int | None]:
    """Numbers of published demands and achievements by id, from at most `most` index rows below a number, newest first.

    Also returns the number of the last of these rows; None if there is none.
    """
    v = RecordVector.__table__.c
    query = select(v.seq, v.record_id, v.kind, v.active, v.model_id).order_by(v.seq.desc()).limit(most)
    # Filtered here: SQLite would sort all matching rows before it takes the newest.
    rows = session.execute(query if below is None else query.where(v.seq < below)).all()
    found = {
        kind: {row[1]: row[0] for row in rows if row[2] == kind and row[3] and row[4] == model_id}
        for kind in _MODELS
    }
    return found, rows[-1][0] if rows else None


def read_candidates(
    session: Session, kind: RecordKind, model_id: str, numbers: Mapping[UUID, int], *, with_words: bool
) -> list[Candidate]:
    """The records whose rows still have these numbers, in no particular order.

    Without `with_words`, word counts are empty.
    """
    by_number = {number: id_ for id_, number in numbers.items()}
    rows = session.execute(
        _statement(kind, with_words=with_words, by_number=True),
        {"wanted": list(by_number), "model_id": model_id},
    ).all()
    return [
        found
        for row in rows
        if (found := _candidate(kind, by_number[row[0]], row, with_words=with_words)) is not None
    ]


def read_newer_candidates(
    session: Session, kind: RecordKind, model_id: str, ids: Sequence[UUID], *, with_words: bool
) -> list[Candidate]:
    """The same by id, whatever their numbers: this session may see other changes than the index."""
    by_text = {form: id_ for id_ in ids for form in (str(id_), id_.hex)}
    rows = session.execute(
        _statement(kind, with_words=with_words, by_number=False), {"wanted": list(ids), "model_id": model_id}
    ).all()
    return [
        found
        for row in rows
        if (found := _candidate(kind, by_text[row[1]], row, with_words=with_words)) is not None
    ]


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
                sentences=halves(packed, len(sentences)).astype(np.float32),
                words=_words(cut, found),
                language=language or "zh",
                traits=found,
            ),
            tuple(sentences),
        )
        for id_, language, vector, sentences, packed, traits, cut in rows
        for found in (Traits.from_dict(traits),)
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
    if stored is not None:
        return stored
    release_connection(session)
    return encode_record(indexer, record)


def encode_record(indexer: MatchingIndexer, record: Record) -> EncodedRecord:
    """Encode a record that is not published, or a plain text, without storing it."""
    prepared = indexer.prepare([record])[0]
    assert isinstance(prepared, PreparedRecord)
    return EncodedRecord(
        TextFeatures(
            vector=prepared.vector,
            sentences=np.asarray(prepared.sentence_vectors, dtype=np.float32),
            words=_words(
                " ".join(words(LIBRARIES[record.kind].search_texts(record).matched)), prepared.traits
            ),
            language=record.language or "zh",
            traits=prepared.traits,
        ),
        prepared.sentences,
    )


def _candidate(kind: RecordKind, id_: UUID, row: Row[Any], *, with_words: bool) -> Candidate | None:
    number, _, language, vector, packed, sentences, traits = row[:_OF_TEXT]
    terms = terms_of_row(_MODELS[kind], id_, row[_OF_TEXT + with_words :])
    if terms is None:
        return None
    facts, confidential = terms
    stated = Traits.from_json(traits)
    text = TextFeatures(
        vector=vector,
        sentences=halves(packed, len(json.loads(sentences))),
        words=_words(row[_OF_TEXT], stated) if with_words else {},
        language=language or "zh",
        traits=stated,
    )
    return Candidate(id_, number, facts, text, sentences, confidential)


def _words(cut: str, traits: Traits) -> Counter[str]:
    """Counts of a record's words, as its search document has them, without those of what it excludes."""
    counts = Counter(cut.split())
    return counts - traits.unwanted_words if traits.unwanted else counts


@cache
def _statement(kind: RecordKind, *, with_words: bool, by_number: bool) -> Select[Any]:
    """Built once: compiling a list of ids into a statement costs more than reading the rows."""
    v, document, record = RecordVector.__table__, SearchDocument.__table__, _MODELS[kind].__table__
    columns = (
        v.c.seq,
        cast(v.c.record_id, Text),
        v.c.language,
        v.c.vector,
        v.c.sentence_vectors,
        cast(v.c.sentences, Text),
        cast(v.c.traits, Text),
        *((document.c.member_words,) if with_words else ()),
        *terms_columns(_MODELS[kind]),
    )
    joined = v.join(record, record.c.id == v.c.record_id)
    if with_words:
        joined = joined.join(document, document.c.record_id == v.c.record_id)
    wanted = (v.c.seq if by_number else v.c.record_id).in_(bindparam("wanted", expanding=True))
    return (
        select(*columns)
        .select_from(joined)
        .where(wanted, v.c.active, v.c.model_id == bindparam("model_id"))
        .execution_options(**BINARY)
    )
