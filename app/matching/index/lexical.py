"""Candidates by words: exact BM25 over the search documents of one library's published records, on both databases."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    CTE,
    Double,
    Text,
    Uuid,
    all_,
    any_,
    cast,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from app.db import Database
from app.libraries.kinds import RecordKind, RecordState
from app.libraries.search import SearchDocument
from app.matching.index.base import Hit, IndexFilter, conditions
from app.matching.models import RecordVector
from app.matching.words import K1, B, CorpusStats

T = TypeVar("T")

# A word costs what its documents cost to read, and says the less the more of them there are. Of a long text the
# forty rarest words carry nearly all of the score; the others would cost most of the time.
MAX_WORDS = 40

_CHUNK = 500
_FIRST_BATCH = 500

_PUBLISHED = (SearchDocument.state == RecordState.PUBLISHED.value,)


class LexicalIndex(Protocol):
    def search(
        self,
        session: Session,
        words: Sequence[str],
        k: int,
        filter: IndexFilter,
        /,
        *,
        stats: CorpusStats | None = None,
    ) -> list[Hit]:
        """At most `k` records that share a word with the query, by BM25 (a repeated word counts repeatedly).

        Records that are not published, or have no vector, are never found. Words beyond the `MAX_WORDS` rarest are
        left out. `stats` saves counting when the caller has the library's statistics already.
        """
        ...

    def statistics(self, session: Session, kind: RecordKind, words: Collection[str], /) -> CorpusStats:
        """The library's published documents, their mean length, and how many hold each of the words."""
        ...

    def documents(self, session: Session, record_ids: Collection[UUID], /) -> dict[UUID, list[str]]:
        """The words of records, in reading order with repeats; a record without a search document is left out."""
        ...


def open_lexical(database: Database) -> LexicalIndex:
    """The index that belongs to the database.

    Raises:
        ValueError: there is none for this kind of database.
    """
    dialect = database.engine.dialect.name
    if dialect not in _BACK_ENDS:
        raise ValueError(f"no index of words for {dialect} (没有适用于 {dialect} 的词索引)")
    return _BACK_ENDS[dialect]()


class _Documents:
    def documents(self, session: Session, record_ids: Collection[UUID], /) -> dict[UUID, list[str]]:
        found: dict[UUID, list[str]] = {}
        for chunk in _chunks(sorted(set(record_ids))):
            rows = session.execute(
                select(SearchDocument.record_id, SearchDocument.member_words).where(
                    SearchDocument.record_id.in_(chunk)
                )
            )
            found.update((record_id, member_words.split()) for record_id, member_words in rows)
        return found


@dataclass(frozen=True, slots=True)
class _Postings:
    """Where words occur, one entry an occurrence: the word's place in the query, the document's in the library."""

    word: NDArray[np.int64]
    document: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Library:
    """Published documents of one kind: numbers (ascending) and lengths in words, [n]."""

    numbers: NDArray[np.int64]
    lengths: NDArray[np.float64]


class SqliteLexicalIndex(_Documents):
    """FTS5 says where words occur; the scores are counted here, over one library instead of the whole table."""

    def search(
        self,
        session: Session,
        words: Sequence[str],
        k: int,
        filter: IndexFilter,
        /,
        *,
        stats: CorpusStats | None = None,
    ) -> list[Hit]:
        counts = Counter(words)
        if k <= 0 or not counts:
            return []
        stats = stats or self.statistics(session, filter.kind, counts)
        chosen = _rarest(counts, stats)
        library = self._library(session, filter.kind)
        postings = self._postings(session, library, chosen)
        weights = np.array([counts[word] * stats.idf(word) for word in chosen])
        numbers, scores = _scored(postings, library, weights, stats)
        return list(self._passing(session, numbers, scores, k, filter))

    def statistics(self, session: Session, kind: RecordKind, words: Collection[str], /) -> CorpusStats:
        library = self._library(session, kind)
        asked = sorted(set(words))
        postings = self._postings(session, library, asked)
        # One number for a word in a document, so that repeats fall together.
        in_documents = np.unique(postings.word * max(1, len(library.numbers)) + postings.document)
        holding = np.bincount(in_documents // max(1, len(library.numbers)), minlength=len(asked))
        df = {word: int(count) for word, count in zip(asked, holding.tolist(), strict=True)}
        avgdl = float(library.lengths.mean()) if len(library.lengths) else 0.0
        return CorpusStats(len(library.numbers), avgdl, df)

    def _library(self, session: Session, kind: RecordKind) -> _Library:
        rows = session.execute(
            select(SearchDocument.number, SearchDocument.length)
            .where(SearchDocument.kind == kind.value, *_PUBLISHED)
            .order_by(SearchDocument.number)
        ).all()
        table = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2)
        return _Library(table[:, 0], table[:, 1].astype(np.float64))

    def _postings(self, session: Session, library: _Library, words: Sequence[str]) -> _Postings:
        # A view of the full-text index by word; it lives with the connection and holds nothing itself.
        session.execute(
            text(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_terms "
                "USING fts5vocab(main, search_fts, instance)"
            )
        )
        of_word = text("SELECT doc FROM temp.search_terms WHERE term = :word AND col = 'member_words'")
        found = [np.fromiter(session.execute(of_word, {"word": word}).scalars(), np.int64) for word in words]
        word = np.repeat(np.arange(len(found)), [len(documents) for documents in found])
        number = np.concatenate([np.zeros(0, np.int64), *found])
        place = np.searchsorted(library.numbers, number)
        here = place < len(library.numbers)
        here[here] = library.numbers[place[here]] == number[here]
        return _Postings(word[here], place[here])

    def _passing(
        self,
        session: Session,
        numbers: NDArray[np.int64],
        scores: NDArray[np.float64],
        k: int,
        filter: IndexFilter,
    ) -> Iterator[Hit]:
        """The first `k` that pass the filter. Asked in growing batches: mostly the first one is enough."""
        start, size = 0, max(_FIRST_BATCH, 2 * k)
        while k > 0 and start < len(numbers):
            batch = numbers[start : start + size].tolist()
            ids = _passing_ids(session, batch, filter)
            for number, score in zip(batch, scores[start : start + size].tolist(), strict=True):
                if k > 0 and number in ids:
                    yield Hit(ids[number], score)
                    k -= 1
            start, size = start + size, min(4 * size, 20_000)


class PostgresLexicalIndex(_Documents):
    """The index of words finds the documents; how often each holds a word is counted from its text."""

    def search(
        self,
        session: Session,
        words: Sequence[str],
        k: int,
        filter: IndexFilter,
        /,
        *,
        stats: CorpusStats | None = None,
    ) -> list[Hit]:
        counts = Counter(words)
        if k <= 0 or not counts:
            return []
        stats = stats or self.statistics(session, filter.kind, counts)
        chosen = _rarest(counts, stats)
        if not chosen:
            return []
        found = _holding(chosen, filter)
        word = func.unnest(found.c.words).table_valued("word").render_derived().lateral()
        counted = (
            select(found.c.record_id, found.c.number, found.c.length, word.c.word, func.count().label("tf"))
            .join(word, word.c.word == any_(literal(chosen, ARRAY(Text))))
            .group_by(found.c.record_id, found.c.number, found.c.length, word.c.word)
            .subquery()
        )
        weights = (
            func.unnest(
                literal(chosen, ARRAY(Text)),
                literal([counts[word] * stats.idf(word) for word in chosen], ARRAY(Double)),
            )
            .table_valued("word", "weight")
            .render_derived()
        )
        # Where no document has a word there is no mean length, and no document to divide by it.
        factor = K1 * (1.0 - B) + (K1 * B / (stats.avgdl or 1.0)) * counted.c.length
        tf = cast(counted.c.tf, Double)
        score = func.sum(weights.c.weight * tf * (K1 + 1.0) / (tf + factor))
        rows = session.execute(
            select(counted.c.record_id, score)
            .join(weights, weights.c.word == counted.c.word)
            .group_by(counted.c.record_id, counted.c.number)
            .order_by(score.desc(), counted.c.number)
            .limit(k)
        )
        return [Hit(record_id, value) for record_id, value in rows]

    def statistics(self, session: Session, kind: RecordKind, words: Collection[str], /) -> CorpusStats:
        library = (SearchDocument.kind == kind.value, *_PUBLISHED)
        total, mean = session.execute(
            select(func.count(), func.avg(SearchDocument.length)).where(*library)
        ).one()
        asked = sorted(set(words))
        queries = [_ts_query([word]) for word in asked]
        pairs = func.unnest(literal(asked, ARRAY(Text)), literal(queries, ARRAY(Text)))
        word = pairs.table_valued("word", "query").render_derived()
        holding = (
            select(func.count())
            .select_from(SearchDocument)
            .where(*library, _TERMS.bool_op("@@")(cast(word.c.query, TSQUERY)))
            .correlate(word)
            .scalar_subquery()
        )
        df = {row[0]: row[1] for row in session.execute(select(word.c.word, holding))}
        return CorpusStats(total, float(mean or 0.0), df)


# The expression must be the full-text index's own for it to be used.
_WORDS = func.string_to_array(SearchDocument.member_words, literal_column("' '"), type_=ARRAY(Text))
_TERMS = func.array_to_tsvector(_WORDS)


def _holding(chosen: Sequence[str], filter: IndexFilter) -> CTE:
    """Documents that hold one of the words and pass the filter: record_id, number, length, words."""
    found = (
        select(
            SearchDocument.record_id,
            SearchDocument.number,
            SearchDocument.length,
            _WORDS.label("words"),
        )
        .join(RecordVector, RecordVector.record_id == SearchDocument.record_id)
        .where(
            SearchDocument.kind == filter.kind.value,
            *_PUBLISHED,
            _TERMS.bool_op("@@")(cast(literal(_ts_query(chosen)), TSQUERY)),
            *conditions(filter),
        )
    )
    if filter.only_ids is not None:
        found = found.where(SearchDocument.record_id == any_(literal(list(filter.only_ids), ARRAY(Uuid()))))
    if filter.exclude_ids:
        found = found.where(
            SearchDocument.record_id != all_(literal(list(filter.exclude_ids), ARRAY(Uuid())))
        )
    return found.cte("holding")


def _ts_query(words: Sequence[str]) -> str:
    """Documents that hold any of the words; each is quoted, for it may hold signs that mean something there."""
    return " | ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words)


def _rarest(counts: Mapping[str, int], stats: CorpusStats) -> list[str]:
    """The query's rarest words that the library has, in a fixed order."""
    df = {word: stats.df.get(word, 0) for word in counts}
    return sorted((word for word in counts if df[word] > 0), key=lambda word: (df[word], word))[:MAX_WORDS]


def _scored(
    postings: _Postings, library: _Library, weights: NDArray[np.float64], stats: CorpusStats
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers and BM25 scores of all documents with a word of the query, the best first, the older first of equals."""
    size = max(1, len(library.numbers))
    cells, tf = np.unique(postings.word * size + postings.document, return_counts=True)
    word, document = cells // size, cells % size
    factor = K1 * (1.0 - B) + (K1 * B / (stats.avgdl or 1.0)) * library.lengths
    parts = weights[word] * tf * (K1 + 1.0) / (tf + factor[document])
    scores = np.bincount(document, weights=parts, minlength=len(library.numbers))
    hit = np.unique(document)
    ranked = hit[np.argsort(-scores[hit], kind="stable")]
    return library.numbers[ranked], scores[ranked]


def _passing_ids(session: Session, numbers: Sequence[int], filter: IndexFilter) -> dict[int, UUID]:
    """Which of these documents are of records that pass the filter."""
    found: dict[int, UUID] = {}
    for chunk in _chunks(numbers):
        rows = session.execute(
            select(SearchDocument.number, SearchDocument.record_id)
            .join(RecordVector, RecordVector.record_id == SearchDocument.record_id)
            .where(SearchDocument.number.in_(chunk), *conditions(filter))
        )
        for number, record_id in rows:
            allowed = filter.only_ids is None or record_id in filter.only_ids
            if allowed and record_id not in filter.exclude_ids:
                found[number] = record_id
    return found


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


_BACK_ENDS: Mapping[str, Callable[[], LexicalIndex]] = {
    "sqlite": SqliteLexicalIndex,
    "postgresql": PostgresLexicalIndex,
}
