"""The in-memory word index of a process; it follows the search documents as FAISS follows vectors."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from app.database import Database
from app.libraries.record.enums import RecordKind
from app.libraries.search.full_text import SearchDocument
from app.matching.embedding.vector_store import chunks
from app.matching.index.base import Hit, IndexFilter
from app.matching.index.change_logs import document_changes
from app.matching.index.columns import Mask
from app.matching.index.read_write_lock import ReadWriteLock
from app.matching.index.words.base import LexicalIndex
from app.matching.index.words.documents import AnyRow, WordLibraries
from app.matching.models import RecordVector
from app.matching.text.bm25 import CorpusStats

T = TypeVar("T")
Documents = Select[*tuple[Any, ...]]

_COLUMNS: tuple[Any, ...] = (
    SearchDocument.number,
    SearchDocument.record_id,
    SearchDocument.kind,
    SearchDocument.state,
    SearchDocument.member_words,
    RecordVector.active,
    RecordVector.owner_org_id,
    RecordVector.field_codes,
    RecordVector.region,
    RecordVector.trl,
    RecordVector.language,
    RecordVector.valid_until,
)

_BATCH = 2000


class MemoryLexicalIndex(LexicalIndex):
    """Word index in memory. Thread-safe. Before each search, it reads what was committed since the last one.

    It uses its own connections, so it does not see uncommitted changes of the caller's session, like the vector index.
    """

    in_memory = True

    def __init__(self, database: Database, model_id: str) -> None:
        """`model_id`: only records with a vector of this model are found."""
        self._documents = _documents_with(model_id)
        self._source = Database(database.engine.url.render_as_string(hide_password=False))
        self._log = document_changes(self._source)
        self._lock = ReadWriteLock()
        self._following = Lock()
        self._libraries = WordLibraries()

    def statistics(self, _session: Session, kind: RecordKind, words: Collection[str], /) -> CorpusStats:
        return self._answer(lambda known: known.by_kind[kind].inverted.statistics(sorted(set(words))))

    def all_statistics(self, _session: Session, kind: RecordKind, /) -> CorpusStats:
        return self._answer(lambda known: known.by_kind[kind].inverted.all_statistics())

    def scores(
        self,
        _session: Session,
        kind: RecordKind,
        counts: Mapping[str, int],
        record_ids: Sequence[UUID],
        /,
        *,
        stats: CorpusStats,
    ) -> list[float] | None:
        return self._answer(lambda known: known.by_kind[kind].scores(counts, record_ids, stats))

    def bytes_used(self) -> int:
        """Memory of postings and columns in bytes, without numbers and ids (about 200 bytes per record)."""
        with self._lock.reading():
            return sum(
                library.inverted.bytes_used + library.columns.bytes_used
                for library in self._libraries.by_kind.values()
            )

    def close(self) -> None:
        self._log.close()
        self._source.dispose()

    def follow(self) -> None:
        """Read what was committed since the last time."""
        if self._log.since(self._libraries.position) is None:
            return
        with self._following, self._source.reading() as session:
            changes = self._log.since(self._libraries.position)
            if changes is None:
                return
            if changes.keys is None:
                libraries = _read_all(session, self._documents)
                libraries.position = changes.position
                with self._lock.writing():
                    self._libraries = libraries
                return
            libraries = self._libraries
            rows = [
                row
                for chunk in chunks(changes.keys)
                for row in session.execute(self._documents.where(SearchDocument.number.in_(chunk)))
            ]
            with self._lock.writing():
                libraries.take_out(changes.keys)
                libraries.put(rows)
                libraries.position = changes.position

    def _ranked(
        self, _session: Session, weights: Mapping[str, float], stats: CorpusStats, k: int, filter: IndexFilter
    ) -> list[Hit]:
        only = None if filter.only_ids is None else self._numbers(filter.only_ids)
        excluded = self._numbers(filter.exclude_ids)

        def best(known: WordLibraries) -> list[Hit]:
            library = known.by_kind[filter.kind]
            allowed = _allowed(
                library.columns.allowed(filter),
                None if only is None else known.slots(filter.kind, only),
                known.slots(filter.kind, excluded),
            )
            slots, scores = library.inverted.best(weights, stats, k, allowed)
            # Best first; ties by age, older first.
            ranked = sorted(
                zip(slots.tolist(), scores.tolist(), strict=True),
                key=lambda found: (-found[1], library.numbers[found[0]]),
            )
            return [Hit(UUID(bytes=library.keys[slot]), score) for slot, score in ranked[:k]]

        return self._answer(best)

    def _answer(self, ask: Callable[[WordLibraries], T]) -> T:
        self.follow()
        with self._lock.reading():
            return ask(self._libraries)

    def _numbers(self, record_ids: Collection[UUID]) -> list[int]:
        if not record_ids:
            return []
        with self._source.reading() as session:
            return [
                number
                for chunk in chunks(sorted(record_ids))
                for number in session.scalars(
                    select(SearchDocument.number).where(SearchDocument.record_id.in_(chunk))
                )
            ]


def _read_all(session: Session, documents: Documents) -> WordLibraries:
    libraries = WordLibraries()
    for rows in _batches(session, documents):
        libraries.put(rows, more_to_come=True)
    for library in libraries.by_kind.values():
        library.inverted.merge()
    return libraries


def _batches(session: Session, documents: Documents) -> Iterator[Sequence[AnyRow]]:
    last = -1
    query = documents.limit(_BATCH)
    while rows := session.execute(query.where(SearchDocument.number > last)).all():
        yield rows
        last = rows[-1].number


def _documents_with(model_id: str) -> Documents:
    """All documents by number, each with its record's row in the space of this model, if it has one."""
    of_record = RecordVector.record_id == SearchDocument.record_id
    joined = and_(of_record, RecordVector.model_id == model_id)
    return select(*_COLUMNS).outerjoin(RecordVector, joined).order_by(SearchDocument.number)


def _allowed(allowed: Mask, only: Sequence[int] | None, excluded: Sequence[int]) -> Mask:
    if only is not None:
        mask = np.zeros(len(allowed), np.bool_)
        mask[only] = True
        allowed = allowed & mask
    if excluded:
        allowed = allowed.copy()
        allowed[excluded] = False
    return allowed
