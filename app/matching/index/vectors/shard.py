"""A shard: vectors and filter columns of one kind of record in memory, by slot. Not thread-safe."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.matching.index.base import Array, Hit, IndexFilter
from app.matching.index.columns import Description, FilterColumns, Mask, Slots
from app.matching.index.vectors.clusters import ClusteredVectors, FlatVectors, VectorStorage, unit

# Up to this many records, search is exhaustive: 5 ms on one core, without training.
FLAT_UP_TO = 30_000
# Clusters are rebuilt when the library has grown by half, or a third of the slots is unused.
_GROWN, _DEAD = 1.5, 1 / 3
# The first centres come from this many vectors at least; see `nearest` for how many a cluster needs.
_SAMPLE = 200_000
_BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """The index entry of a record, as in the database; `vector` is float32 [dimension]."""

    record_id: UUID
    seq: int
    text_hash: str
    described: Description
    vector: Array


class Shard:
    """Exact search (flat) while the library is small; beyond `flat_up_to` records clusters, once `recluster` made them.

    Graph and cluster indexes lose true neighbours under a filter, because vectors of one language model crowd together:
    visiting a fixed share of the clusters found 75–87% of them under a filter of 10%. So the share grows as the filter
    narrows, up to all of them (see `nearest`).
    """

    def __init__(self, dimension: int, *, flat_up_to: int = FLAT_UP_TO, half: bool = True) -> None:
        self._dimension = dimension
        self._flat_up_to = flat_up_to
        self._half = half
        self._vectors: VectorStorage = FlatVectors(dimension)
        self._columns = FilterColumns()
        self._keys: list[bytes] = []
        self._hashes = np.zeros((0, 32), np.uint8)
        self._seqs = np.zeros(0, np.int64)
        self._slots: dict[bytes, int] = {}
        self._free: list[int] = []
        self._clustered_at = 0
        self._clustering = False
        self._counts: dict[str, int] = {}
        self._sums: dict[str, NDArray[np.float64]] = {}

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def bytes_used(self) -> int:
        """Memory of vectors and columns in bytes, without keys (about 190 bytes per record)."""
        return self._vectors.bytes_used + self._columns.bytes_used + self._hashes.nbytes + self._seqs.nbytes

    @property
    def clusters(self) -> tuple[int, int]:
        """Number of clusters, and number visited by an unfiltered search; (0, 0) if flat."""
        if isinstance(self._vectors, ClusteredVectors):
            return self._vectors.clusters, self._vectors.probes
        return 0, 0

    def put(self, entries: Sequence[IndexEntry]) -> None:
        """Add or replace records, each at most once.

        Raises:
            ValueError: a vector has another dimension; nothing was changed.
        """
        for entry in entries:
            if entry.vector.shape != (self._dimension,):
                raise ValueError(f"record {entry.record_id}: a vector of shape {entry.vector.shape}")
        if not entries:
            return
        self.remove([entry.record_id for entry in entries])
        flat = None if self._clustering else self._vectors
        slots: list[int] = []
        added: list[Array] = []
        for entry in entries:
            # Slots are reused only in a flat index, and not while clusters are trained from it.
            if self._free and isinstance(flat, FlatVectors):
                slots.append(slot := self._free.pop())
                flat.put(slot, entry.vector)
            else:
                slots.append(len(self._keys))
                self._keys.append(b"")
                added.append(entry.vector)
        if added:
            self._vectors.add(np.stack(added))
        self._describe(slots, entries)

    def remove(self, record_ids: Collection[UUID]) -> None:
        gone = [slot for id_ in record_ids if (slot := self._slots.pop(id_.bytes, None)) is not None]
        if gone:
            self._count(np.array(gone, np.int64), -1)
            self._columns.take_out(gone)
            self._free.extend(gone)

    def search(self, queries: Array, k: int, filter: IndexFilter) -> list[list[Hit]]:
        """At most `k` hits per query [n, dimension], best first."""
        allowed = self._allowed(filter)
        count = int(np.count_nonzero(allowed))
        k = min(k, count)
        if k <= 0:
            return [[] for _ in queries]
        scores, slots = self._vectors.search(queries, k, allowed, count)
        return [self._hits(*row) for row in zip(scores.tolist(), slots.tolist(), strict=True)]

    def similarities(self, queries: Array, record_ids: Sequence[UUID]) -> Array:
        """Inner products [n, m]; NaN for a missing record."""
        slots = np.array([self._slots.get(record_id.bytes, -1) for record_id in record_ids], np.int64)
        found = np.full((len(queries), len(slots)), np.nan, np.float32)
        here = slots >= 0
        if here.any():
            found[:, here] = queries @ self._vectors.rows(slots[here]).T
        return found

    def numbers(self, record_ids: Sequence[UUID]) -> list[tuple[UUID, int]]:
        """Sequence numbers of the records in this shard."""
        found = [(id_, slot) for id_ in record_ids if (slot := self._slots.get(id_.bytes)) is not None]
        seqs = self._seqs[[slot for _, slot in found]].tolist() if found else []
        return [(id_, seq) for (id_, _), seq in zip(found, seqs, strict=True)]

    def count(self, filter: IndexFilter) -> int:
        return int(np.count_nonzero(self._allowed(filter)))

    def sums(self) -> tuple[dict[str, int], dict[str, NDArray[np.float64]]]:
        """Record counts and vector sums [dimension] by language, updated with every change."""
        present = {language: count for language, count in self._counts.items() if count}
        return present, {language: self._sums[language].copy() for language in present}

    def sample(self, most: int) -> tuple[list[str], Array]:
        """Languages and vectors of at most `most` records, evenly spaced in the order of their ids."""
        keys = sorted(self._slots)
        step = max(1, -(-len(keys) // most))
        slots = np.array([self._slots[key] for key in keys[::step]], np.int64)
        rows = self._vectors.rows(slots) if len(slots) else np.zeros((0, self._dimension), np.float32)
        return self._columns.languages_of(slots), rows

    def centred(self, most: int) -> Array:
        """At most `most` records as centred unit queries."""
        counts, sums = self.sums()
        languages, rows = self.sample(most)
        if not languages:
            return rows
        means = {language: total / counts[language] for language, total in sums.items()}
        return unit(np.asarray(rows - np.stack([means[language] for language in languages]), np.float32))

    def dump(self) -> tuple[list[UUID], list[str], NDArray[np.int64], Array]:
        """Ids, text hashes, sequence numbers and vectors of every live record, in one order."""
        slots = np.fromiter(self._slots.values(), np.int64, len(self._slots))
        ids = [UUID(bytes=key) for key in self._slots]
        hashes = [self._hashes[slot].tobytes().hex() for slot in slots]
        rows = self._vectors.rows(slots) if len(slots) else np.zeros((0, self._dimension), np.float32)
        return ids, hashes, self._seqs[slots], rows

    # Clusters are built in three steps, so that the slow step needs no lock.

    def wants_clusters(self) -> bool:
        """Whether clusters should be built or rebuilt."""
        if self._clustering or len(self) <= self._flat_up_to:
            return False
        if not self._clustered_at:
            return True
        dead = len(self._keys) - len(self)
        return len(self) > _GROWN * self._clustered_at or dead > _DEAD * len(self._keys)

    def begin_clusters(self) -> tuple[Array, Slots, int]:
        """A training sample, the live slots and the number of slots; from now on, no slot is reused."""
        self._clustering = True
        live = np.flatnonzero(self._columns.live)
        picked = live[:: max(1, len(live) // _SAMPLE)]
        return self._vectors.rows(picked), live, len(self._keys)

    def make_clusters(
        self,
        begun: tuple[Array, Slots, int],
        queries: Array,
        reading: Callable[[], AbstractContextManager[None]],
    ) -> ClusteredVectors:
        """The slow step; for `queries` see `ClusteredVectors.choose_probes`.

        What slots hold does not change meanwhile, but where it lies: `reading` keeps it in place.
        """
        sample, live, total = begun
        made = ClusteredVectors(sample, len(live), half=self._half)
        for start in range(0, total, _BLOCK):
            with reading():
                rows = self._vectors.rows(np.arange(start, min(start + _BLOCK, total)))
            made.add(rows)
        made.choose_probes(live, queries)
        return made

    def end_clusters(self, made: ClusteredVectors) -> None:
        """Add what was added in the meantime, and use the new clusters from now on."""
        if len(made) < len(self._keys):
            made.add(self._vectors.rows(np.arange(len(made), len(self._keys))))
        self._vectors = made
        self._clustered_at, self._clustering = len(self), False

    def give_up_clusters(self) -> None:
        self._clustering = False

    def _hits(self, scores: list[float], slots: list[int]) -> list[Hit]:
        return [
            Hit(UUID(bytes=self._keys[slot]), score)
            for score, slot in zip(scores, slots, strict=True)
            if slot >= 0
        ]

    def _describe(self, slots: list[int], entries: Sequence[IndexEntry]) -> None:
        if len(self._keys) > len(self._seqs):
            size = max(1024, len(self._keys) + len(self._keys) // 4)
            hashes, seqs = np.zeros((size, 32), np.uint8), np.zeros(size, np.int64)
            hashes[: len(self._hashes)], seqs[: len(self._seqs)] = self._hashes, self._seqs
            self._hashes, self._seqs = hashes, seqs
        for slot, entry in zip(slots, entries, strict=True):
            key = entry.record_id.bytes
            self._keys[slot] = key
            self._slots[key] = slot
            self._hashes[slot] = np.frombuffer(bytes.fromhex(entry.text_hash), np.uint8)
            self._seqs[slot] = entry.seq
        self._columns.put(slots, [entry.described for entry in entries])
        self._count(np.asarray(slots, np.int64), +1)

    def _count(self, slots: Slots, sign: int) -> None:
        """Update counts and sums by language, so that a mean needs no pass over all vectors."""
        rows = self._vectors.rows(slots).astype(np.float64)
        languages = np.array(self._columns.languages_of(slots))
        for language in sorted(set(languages.tolist())):
            mine = languages == language
            self._counts[language] = self._counts.get(language, 0) + sign * int(np.count_nonzero(mine))
            sums = self._sums.setdefault(language, np.zeros(self._dimension))
            sums += sign * rows[mine].sum(axis=0)

    def _allowed(self, filter: IndexFilter) -> Mask:
        """The permitted slots as a mask, [slots]; read-only."""
        allowed = self._columns.allowed(filter)
        if filter.only_ids is not None:
            only = np.zeros(len(allowed), np.bool_)
            only[self._slots_of(filter.only_ids)] = True
            allowed = allowed & only
        excluded = self._slots_of(filter.exclude_ids)
        if excluded:
            allowed = allowed.copy()
            allowed[excluded] = False
        return allowed

    def _slots_of(self, record_ids: Collection[UUID]) -> list[int]:
        return [slot for id_ in record_ids if (slot := self._slots.get(id_.bytes)) is not None]
