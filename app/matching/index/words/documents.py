"""The published documents of a library in memory, by slots, with their postings and what filters read."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from app.libraries.record.enums import RecordKind, RecordState
from app.matching.index.change_logs import Position
from app.matching.index.columns import FilterColumns, description_of
from app.matching.index.words.postings import InvertedIndex
from app.matching.text.bm25 import CorpusStats

AnyRow = Row[*tuple[Any, ...]]


class WordLibrary:
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


class WordLibraries:
    """The documents of all three kinds, and the slot of each."""

    def __init__(self) -> None:
        self.by_kind = {kind.value: WordLibrary() for kind in RecordKind}
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
