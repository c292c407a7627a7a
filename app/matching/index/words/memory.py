"""The in-memory word index of a process; it follows the search documents as FAISS follows vectors."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from app.database import Database
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.search.full_text import SearchDocument
from app.matching.embedding.vector_store import chunks
from app.matching.index.base import Hit, IndexFilter
from app.matching.index.change_logs import Position, document_changes
from app.matching.index.columns import FilterColumns, Mask, description_of
from app.matching.index.read_write_lock import ReadWriteLock
from app.matching.index.words.base import LexicalIndex
from app.matching.index.words.postings import InvertedIndex
from app.matching.models import RecordVector
from app.matching.text.bm25 import CorpusStats

T = TypeVar("T")

AnyRow = Row[*tuple[Any, ...]]
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


class _Library:
    """The published documents of one kind. A changed document gets a new slot; its old slot stays empty."""

    def __init__(self) -> None:
        self.inverted = InvertedIndex()
        self.columns = FilterColumns()
        self.numbers: list[int] = []
        self.keys: list[bytes] = []
        self._places: dict[bytes, int] = {}

    def put(self, rows: Sequence[AnyRow], *, more_to_come: bool = False) -> range:
        """Add published documents and return their slots. Documents without a vector count, but are never found."""
        slots = range(len(self.keys), len(self.keys) + len(rows))
        self.inverted.add([row.member_words for row in rows], more_to_come=more_to_come)
        self.numbers.extend(row.number for row in rows)
        self.keys.extend(row.record_id.bytes for row in rows)
        self._places.update(zip(self.keys[slots.start :], slots, strict=True))
        self.columns.put(slots, [description_of(row) for row in rows])
        self.columns.take_out([slot for slot, row in zip(slots, rows, strict=True) if not row.active])
        return slots

    def take_out(self, slots: Sequence[int]) -> None:
        self.inverted.take_out(slots)
        self.columns.take_out(slots)
        for slot in slots:
            self._places.pop(self.keys[slot], None)

    def scores(
        self, counts: Mapping[str, int], record_ids: Sequence[UUID], stats: CorpusStats
    ) -> list[float]:
        places = [self._places.get(id_.bytes, -1) for id_ in record_ids]
        here = [place for place in places if place >= 0]
        scores = iter(self.inverted.scores(counts, stats, np.array(here, np.int32)).tolist())
        return [next(scores) if place >= 0 else 0.0 for place in places]


class _Libraries:
    """The documents of all three kinds, and the slot of each."""

    def __init__(self) -> None:
        self.by_kind = {kind.value: _Library() for kind in RecordKind}
        self.position: Position | None = None
        # By document number: its kind (position in `by_kind`; -1: absent) and its slot.
        self._kinds = np.full(0, -1, np.int8)
        self._slots = np.zeros(0, np.int32)

    def put(self, rows: Sequence[AnyRow], *, more_to_come: bool = False) -> None:
        for place, (kind, library) in enumerate(self.by_kind.items()):
            mine = [row for row in rows if row.kind == kind and row.state == RecordState.PUBLISHED]
            if mine:
                slots = library.put(mine, more_to_come=more_to_come)
                numbers = [row.number for row in mine]
                self._grow(max(numbers) + 1)
                self._kinds[numbers], self._slots[numbers] = place, slots

    def take_out(self, numbers: Collection[int]) -> None:
        for place, library in enumerate(self.by_kind.values()):
            mine = self._here(place, numbers)
            library.take_out(self._slots[mine].tolist())
            self._kinds[mine] = -1

    def slots(self, kind: RecordKind, numbers: Collection[int]) -> list[int]:
        found: list[int] = self._slots[self._here(list(self.by_kind).index(kind), numbers)].tolist()
        return found

    def _here(self, place: int, numbers: Collection[int]) -> NDArray[np.int64]:
        known = np.fromiter((number for number in numbers if number < len(self._kinds)), np.int64)
        found: NDArray[np.int64] = known[self._kinds[known] == place]
        return found

    def _grow(self, size: int) -> None:
        if size > len(self._kinds):
            kinds, slots = np.full(size + size // 4, -1, np.int8), np.zeros(size + size // 4, np.int32)
            kinds[: len(self._kinds)], slots[: len(self._slots)] = self._kinds, self._slots
            self._kinds, self._slots = kinds, slots


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
        self._libraries = _Libraries()

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

        def best(known: _Libraries) -> list[Hit]:
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

    def _answer(self, ask: Callable[[_Libraries], T]) -> T:
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


def _read_all(session: Session, documents: Documents) -> _Libraries:
    libraries = _Libraries()
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
