"""Words on SQLite: FTS5 says where they occur; the scores are counted here, over one library instead of the table."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.libraries.kinds import RecordKind
from app.libraries.search import SearchDocument
from app.matching.index.base import Hit, IndexFilter, conditions
from app.matching.index.lexical import LexicalIndex, chunks, of_library
from app.matching.models import RecordVector
from app.matching.vectors import position
from app.matching.words import K1, B, CorpusStats

Numbers = NDArray[np.int64]

_SPARE = 50


@dataclass(frozen=True, slots=True)
class _Library:
    """Published documents of one kind: numbers (ascending) and lengths in words, [n]."""

    numbers: Numbers
    lengths: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Postings:
    """One entry for each word in each document: places in the query and in the library, and how often."""

    word: Numbers
    document: Numbers
    tf: Numbers


class SqliteLexicalIndex(LexicalIndex):
    def __init__(self) -> None:
        # A record that is published, changed or taken back moves the index's position: until then this holds.
        self._libraries: dict[RecordKind, tuple[int, _Library]] = {}

    def _library(self, session: Session, kind: RecordKind) -> _Library:
        here = position(session)
        known = self._libraries.get(kind)
        if known is None or known[0] != here:
            known = (here, _read_library(session, kind))
            self._libraries[kind] = known
        return known[1]

    def statistics(self, session: Session, kind: RecordKind, words: Collection[str], /) -> CorpusStats:
        library = self._library(session, kind)
        asked = sorted(set(words))
        holding = np.bincount(_postings(session, library, asked).word, minlength=len(asked))
        avgdl = float(library.lengths.mean()) if len(library.lengths) else 0.0
        return CorpusStats(len(library.numbers), avgdl, dict(zip(asked, holding.tolist(), strict=True)))

    def _ranked(
        self, session: Session, weights: Mapping[str, float], stats: CorpusStats, k: int, filter: IndexFilter
    ) -> list[Hit]:
        library = self._library(session, filter.kind)
        postings = _postings(session, library, list(weights))
        # Where there is no document there is no mean length, and none to divide by it.
        factor = K1 * (1.0 - B) + (K1 * B / (stats.avgdl or 1.0)) * library.lengths[postings.document]
        weight = np.fromiter(weights.values(), np.float64)[postings.word]
        parts = weight * postings.tf * (K1 + 1.0) / (postings.tf + factor)
        scores = np.asarray(
            np.bincount(postings.document, weights=parts, minlength=len(library.numbers)), np.float64
        )
        found = np.flatnonzero(np.bincount(postings.document, minlength=len(library.numbers)))
        # The best first; of equals the older.
        ranked = found[np.argsort(-scores[found], kind="stable")]
        return list(_passing(session, library.numbers[ranked], scores[ranked], k, filter))


def _read_library(session: Session, kind: RecordKind) -> _Library:
    numbers, lengths = session.execute(
        select(func.group_concat(SearchDocument.number), func.group_concat(SearchDocument.length)).where(
            *of_library(kind)
        )
    ).one()
    order = np.argsort(_parsed(numbers), kind="stable")
    return _Library(_parsed(numbers)[order], _parsed(lengths)[order].astype(np.float64))


def _postings(session: Session, library: _Library, words: Sequence[str]) -> _Postings:
    # A view of the full-text index by word; it lives with the connection and holds nothing itself.
    session.execute(
        text(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_terms USING fts5vocab(main, search_fts, instance)"
        )
    )
    # All words in one statement, and one text of numbers for each instead of a row for each occurrence: a common
    # word occurs hundreds of thousands of times. The order of a CROSS JOIN is kept: word by word, by the index.
    of_words = text(
        "SELECT word.key, group_concat(doc) FROM json_each(:words) AS word CROSS JOIN temp.search_terms AS found "
        "ON found.term = word.value WHERE found.col = 'member_words' GROUP BY word.key"
    )
    rows = session.execute(of_words, {"words": json.dumps(list(words), ensure_ascii=False)})
    numbers_of = {int(word): _parsed(numbers) for word, numbers in rows}
    found = [numbers_of.get(word, _parsed(None)) for word in range(len(words))]
    size = max(1, len(library.numbers))
    places = np.full(int(library.numbers.max(initial=0)) + 1, -1, np.int64)
    places[library.numbers] = np.arange(len(library.numbers))
    cells = [
        word * size + place[place >= 0]
        for word, numbers in enumerate(found)
        for place in [places[numbers[numbers < len(places)]]]
    ]
    # One cell for a word in a document. They come nearly in order, so that sorting costs little.
    ordered = np.sort(np.concatenate([np.zeros(0, np.int64), *cells]), kind="stable")
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    return _Postings(ordered[starts] // size, ordered[starts] % size, np.diff(starts, append=len(ordered)))


def _passing(
    session: Session, numbers: Numbers, scores: NDArray[np.float64], k: int, filter: IndexFilter
) -> Iterator[Hit]:
    """The first `k` that pass the filter. Asked in growing batches: mostly the first one is enough."""
    start, size = 0, k + _SPARE
    while k > 0 and start < len(numbers):
        batch = numbers[start : start + size].tolist()
        ids = _passing_ids(session, batch, filter)
        for number, score in zip(batch, scores[start : start + size].tolist(), strict=True):
            if k > 0 and number in ids:
                yield Hit(ids[number], score)
                k -= 1
        start, size = start + size, min(4 * size, 20_000)


def _passing_ids(session: Session, numbers: Sequence[int], filter: IndexFilter) -> dict[int, UUID]:
    """Which of these documents are of records that pass the filter."""
    found: dict[int, UUID] = {}
    for chunk in chunks(numbers):
        rows = session.execute(
            select(SearchDocument.number, SearchDocument.record_id)
            .join(RecordVector, RecordVector.record_id == SearchDocument.record_id)
            .where(SearchDocument.number.in_(chunk), RecordVector.active, *conditions(filter))
        )
        for number, record_id in rows:
            allowed = filter.only_ids is None or record_id in filter.only_ids
            if allowed and record_id not in filter.exclude_ids:
                found[number] = record_id
    return found


def _parsed(numbers: str | None) -> Numbers:
    """``3,5,8`` → an array; None (no row) → an empty one."""
    return np.fromstring(numbers or "", dtype=np.int64, sep=",")
