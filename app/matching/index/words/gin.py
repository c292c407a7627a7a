"""The word index on PostgreSQL: GIN finds the documents, and word counts come from their texts."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Double,
    Integer,
    Text,
    Uuid,
    all_,
    any_,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session
from sqlalchemy.sql import TableValuedAlias

from app.libraries.record.enums import RecordKind
from app.libraries.search.full_text import SearchDocument
from app.matching.index.base import Hit, IndexFilter, conditions
from app.matching.index.words.base import LexicalIndex, of_library
from app.matching.models import RecordVector
from app.matching.text.bm25 import K1, B, CorpusStats

_BATCH = 2000

# Must equal the expression of the full-text index, or the index is not used.
_TERMS = func.array_to_tsvector(
    func.string_to_array(SearchDocument.member_words, literal_column("' '"), type_=ARRAY(Text))
)


class PostgresLexicalIndex(LexicalIndex):
    def __init__(self, model_id: str) -> None:
        """`model_id`: only records with a vector of this model are found."""
        self._model_id = model_id

    def statistics(self, session: Session, kind: RecordKind, words: Collection[str], /) -> CorpusStats:
        total, mean = session.execute(
            select(func.count(), func.avg(SearchDocument.length)).where(*of_library(kind))
        ).one()
        asked = sorted(set(words))
        queries = [_ts_query(word) for word in asked]
        pairs = func.unnest(literal(asked, ARRAY(Text)), literal(queries, ARRAY(Text)))
        word = pairs.table_valued("word", "query").render_derived()
        holding = (
            select(func.count())
            .select_from(SearchDocument)
            .where(*of_library(kind), _TERMS.bool_op("@@")(cast(word.c.query, TSQUERY)))
            .correlate(word)
            .scalar_subquery()
        )
        df = {row[0]: row[1] for row in session.execute(select(word.c.word, holding))}
        return CorpusStats(total, float(mean or 0.0), df)

    def all_statistics(self, session: Session, kind: RecordKind, /) -> CorpusStats:
        # Counted here: ts_stat takes longer than transferring the documents.
        words = session.scalars(
            select(SearchDocument.member_words).where(*of_library(kind)).execution_options(yield_per=_BATCH)
        )
        return CorpusStats.of(Counter(cut.split()) for cut in words)

    def close(self) -> None:
        return None

    def _ranked(
        self, session: Session, weights: Mapping[str, float], stats: CorpusStats, k: int, filter: IndexFilter
    ) -> list[Hit]:
        word = _word_table(weights)
        holding = (
            select(
                SearchDocument.number, SearchDocument.record_id, SearchDocument.length, _times(word.c.word)
            )
            .join(RecordVector, RecordVector.record_id == SearchDocument.record_id)
            .where(
                *of_library(filter.kind),
                _TERMS.bool_op("@@")(cast(word.c.query, TSQUERY)),
                RecordVector.active,
                RecordVector.model_id == self._model_id,
                *conditions(filter),
                *_named(filter),
            )
            .correlate(word)
            # Prevents the planner from counting again at each use of `times`.
            .offset(literal_column("0", Integer))
            .lateral()
        )
        # Without documents there is no mean length, and no division by it.
        factor = K1 * (1.0 - B) + (K1 * B / (stats.avgdl or 1.0)) * holding.c.length
        score = func.sum(word.c.weight * holding.c.times * (K1 + 1.0) / (holding.c.times + factor))
        rows = session.execute(
            select(holding.c.record_id, score)
            .select_from(word.join(holding, true()))
            .group_by(holding.c.record_id, holding.c.number)
            # Best first; ties by age, older first.
            .order_by(score.desc(), holding.c.number)
            .limit(k)
        )
        return [Hit(record_id, value) for record_id, value in rows]


def _word_table(weights: Mapping[str, float]) -> TableValuedAlias:
    """The words of a query as a table: `word`, its `query` and its `weight`."""
    words = list(weights)
    return (
        func.unnest(
            literal(words, ARRAY(Text)),
            literal([_ts_query(word) for word in words], ARRAY(Text)),
            literal(list(weights.values()), ARRAY(Double)),
        )
        .table_valued(column("word", Text), column("query", Text), column("weight", Double))
        .render_derived()
    )


def _times(word: ColumnElement[str]) -> ColumnElement[Any]:
    """Number of occurrences of the word: splitting the text at the word gives one part more.

    Spaces are doubled first, so that adjacent words do not share one.
    """
    gap: ColumnElement[str] = literal_column("' '", Text)
    spaced = gap + func.replace(SearchDocument.member_words, " ", "  ") + gap
    parts = func.string_to_array(spaced, gap + word + gap, type_=ARRAY(Text))
    return cast(func.cardinality(parts) - 1, Double).label("times")


def _named(filter: IndexFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filter.only_ids is not None:
        found.append(SearchDocument.record_id == any_(literal(list(filter.only_ids), ARRAY(Uuid()))))
    if filter.exclude_ids:
        found.append(SearchDocument.record_id != all_(literal(list(filter.exclude_ids), ARRAY(Uuid()))))
    return found


def _ts_query(word: str) -> str:
    """The word quoted for tsquery, where some characters are operators."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
