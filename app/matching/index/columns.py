"""Filter columns of records in memory, by slot. One writer or many readers at a time."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from app.matching.embedding.vector_store import unpack_codes
from app.matching.index.base import IndexFilter

Mask = NDArray[np.bool_]
Slots = NDArray[np.int64]

_UNKNOWN_TRL = -1
_NO_END = date.max.toordinal()
# A mask takes one byte per slot: with a million records, the cached masks take 16 MB.
_KEPT_MASKS = 16


@dataclass(frozen=True, slots=True)
class Description:
    """The filter columns of one record, as in the database."""

    owner_org_id: UUID | None
    field_codes: str
    region: str | None
    trl: int | None
    language: str | None
    valid_until: date | None


def description_of(row: Row[Any]) -> Description:
    """From any row that includes these columns of `RecordVector`."""
    return Description(row.owner_org_id, row.field_codes, row.region, row.trl, row.language, row.valid_until)


class _Codes:
    """Values encoded as small numbers, so that a filter tests each distinct value once instead of every record."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}

    @property
    def count(self) -> int:
        return len(self._numbers)

    def number(self, value: Any) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    def known(self, values: Collection[Any]) -> list[int]:
        return [self._numbers[value] for value in values if value in self._numbers]

    def values(self, numbers: Collection[int]) -> list[Any]:
        return [value for value, number in self._numbers.items() if number in numbers]

    def where(self, passes: Callable[[Any], bool]) -> Mask:
        """The numbers whose value passes."""
        return np.fromiter((passes(value) for value in self._numbers), np.bool_, len(self._numbers))


class FilterColumns:
    """Slots 0, 1, 2 …; each live slot holds a record. About 23 bytes per slot."""

    def __init__(self) -> None:
        self._size = 0
        self._live = np.zeros(0, np.bool_)
        self._owner = np.zeros(0, np.int32)
        self._fields = np.zeros(0, np.int32)
        self._region = np.zeros(0, np.int32)
        self._language = np.zeros(0, np.int16)
        self._trl = np.zeros(0, np.int8)
        self._until = np.zeros(0, np.int32)
        self._owners, self._field_codes, self._regions, self._languages = (_Codes() for _ in range(4))
        self._masks: OrderedDict[IndexFilter, Mask] = OrderedDict()
        # Concurrent searches cache masks.
        self._keeping = Lock()

    def __len__(self) -> int:
        return self._size

    @property
    def live(self) -> Mask:
        return self._live[: self._size]

    @property
    def bytes_used(self) -> int:
        return sum(column.nbytes for column in self._columns().values())

    def put(self, slots: Sequence[int], descriptions: Sequence[Description]) -> None:
        """Set the records of these slots and make them live; slots at the end extend the table."""
        if not slots:
            return
        self._grow(max(slots) + 1)
        rows = np.asarray(slots, np.int64)
        self._owner[rows] = [self._owners.number(description.owner_org_id) for description in descriptions]
        self._fields[rows] = [
            self._field_codes.number(description.field_codes) for description in descriptions
        ]
        self._region[rows] = [self._regions.number(description.region) for description in descriptions]
        self._language[rows] = [self._languages.number(description.language) for description in descriptions]
        self._trl[rows] = [
            _UNKNOWN_TRL if description.trl is None else description.trl for description in descriptions
        ]
        self._until[rows] = [
            description.valid_until.toordinal() if description.valid_until else _NO_END
            for description in descriptions
        ]
        self._live[rows] = True
        self._forget()

    def take_out(self, slots: Sequence[int]) -> None:
        if slots:
            self._live[np.asarray(slots, np.int64)] = False
            self._forget()

    def languages_of(self, slots: Slots) -> list[str]:
        """The language of each slot; Chinese if unknown."""
        names = [name or "zh" for name in self._languages.values(range(self._languages.count))]
        return [names[number] for number in self._language[slots].tolist()]

    def allowed(self, filter: IndexFilter) -> Mask:
        """Live slots that pass the filter without `only_ids` and `exclude_ids`, [slots]; read-only."""
        # Each demand excludes its own owner; the rest is shared by many searches.
        usual = replace(filter, exclude_owner_ids=frozenset(), exclude_ids=frozenset(), only_ids=None)
        with self._keeping:
            mask = self._masks.get(usual)
            if mask is None:
                mask = self._masks[usual] = self._passing(usual)
            self._masks.move_to_end(usual)
            while len(self._masks) > _KEPT_MASKS:
                self._masks.popitem(last=False)
        owners = self._owners.known(filter.exclude_owner_ids)
        if owners:
            mask = mask.copy()
            for owner in owners:
                mask &= self._owner[: self._size] != owner
        return mask

    def _passing(self, filter: IndexFilter) -> Mask:
        size = self._size
        mask = self.live.copy()
        if filter.fields:
            wanted = filter.fields
            passing = self._field_codes.where(
                lambda packed: any(code.startswith(wanted) for code in unpack_codes(packed))
            )
            mask &= passing[self._fields[:size]]
        if filter.region:
            prefix = filter.region_prefix()
            passing = self._regions.where(lambda region: region is not None and region.startswith(prefix))
            mask &= passing[self._region[:size]]
        if filter.languages:
            passing = self._languages.where(lambda language: language in filter.languages)
            mask &= passing[self._language[:size]]
        if filter.min_trl is not None:
            trl = self._trl[:size]
            mask &= (trl >= filter.min_trl) & (trl != _UNKNOWN_TRL)
        if filter.valid_on is not None:
            mask &= self._until[:size] >= filter.valid_on.toordinal()
        return mask

    def _forget(self) -> None:
        self._masks.clear()

    def _columns(self) -> dict[str, NDArray[Any]]:
        names = ("_live", "_owner", "_fields", "_region", "_language", "_trl", "_until")
        return {name: getattr(self, name) for name in names}

    def _grow(self, size: int) -> None:
        if size > len(self._live):
            for name, column in self._columns().items():
                grown = np.zeros(max(1024, size + size // 4), column.dtype)
                grown[: self._size] = column[: self._size]
                setattr(self, name, grown)
        self._size = max(self._size, size)
