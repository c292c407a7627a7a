"""Where a shard's vectors lie in memory, slot by slot: flat for exact search, or in clusters for large libraries."""

import math
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from app.matching.index.base import Array
from app.matching.index.columns import Mask, Slots

# Its type stubs describe the C++ classes, not their Python wrappers, which take arrays and keywords.
_faiss: Any = faiss

# Share of the true neighbours that a search must find. A little more than is promised (0.99), because it is measured
# on a sample of queries.
RECALL = 0.995
# So many neighbours are looked for when the number of clusters to visit is chosen: what a match asks for.
_NEIGHBOURS = 100
# Vectors for each cluster's centre: more make no better centres here.
_TRAINED_ON = 48
_ITERATIONS = 8
# Queries to measure with.
ASKED = 64
_LEAST_PROBES = 8
_BLOCK = 20_000


class VectorStorage(Protocol):
    """Vectors in slots 0, 1, 2 …; which of them count is the caller's to say."""

    def __len__(self) -> int: ...

    @property
    def bytes_used(self) -> int: ...

    def add(self, vectors: Array, /) -> None:
        """Vectors [n, dimension] for the next n slots."""
        ...

    def rows(self, slots: Slots, /) -> Array:
        """The vectors of slots, [n, dimension] float32."""
        ...

    def search(self, queries: Array, k: int, allowed: Mask, count: int, /) -> tuple[Array, NDArray[np.int64]]:
        """Scores and slots, [n, k], the best first, among the slots allowed; `count` is how many those are."""
        ...


class FlatVectors:
    """Exact: every allowed vector is looked at. float32."""

    def __init__(self, dimension: int) -> None:
        self._index = _faiss.IndexFlatIP(dimension)
        self._dimension = dimension

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def bytes_used(self) -> int:
        return len(self) * self._dimension * 4

    def add(self, vectors: Array) -> None:
        self._index.add(vectors)

    def put(self, slot: int, vector: Array) -> None:
        self._matrix()[slot] = vector

    def rows(self, slots: Slots) -> Array:
        return self._matrix()[slots]

    def search(self, queries: Array, k: int, allowed: Mask, count: int) -> tuple[Array, NDArray[np.int64]]:
        parameters = None
        if count < len(self):
            bitmap = np.packbits(allowed, bitorder="little")
            parameters = _faiss.SearchParameters(sel=_faiss.IDSelectorBitmap(bitmap))
        scores, slots = self._index.search(queries, k, params=parameters)
        return scores, slots

    def _matrix(self) -> Array:
        """The index's own memory, [slots, dimension]; valid until the next `add`."""
        view: Array = _faiss.rev_swig_ptr(self._index.get_xb(), len(self) * self._dimension)
        return view.reshape(len(self), self._dimension)


class ClusteredVectors:
    """Vectors grouped around centres: a search visits the nearest groups, the more of them the narrower its filter.

    How many groups are visited is measured when the centres are made, on queries such as will be asked. Half precision
    moves a score by about 0.00001 and halves the memory; `half=False` keeps float32.
    """

    def __init__(self, sample: Array, total: int, *, half: bool = True) -> None:
        """Centres for `total` vectors, from a sample of them [n, dimension]; still without vectors."""
        dimension = int(sample.shape[1])
        self.clusters = min(cluster_count(total), len(sample))
        self.probes = self.clusters
        kind = f"IVF{self.clusters},{'SQfp16' if half else 'Flat'}"
        self._index = _faiss.index_factory(dimension, kind, _faiss.METRIC_INNER_PRODUCT)
        self._index.by_residual = False
        training = self._index.cp
        training.seed = 1
        training.niter = _ITERATIONS
        training.spherical = True
        training.min_points_per_centroid = 1
        training.max_points_per_centroid = _TRAINED_ON
        self._index.train(np.ascontiguousarray(sample, np.float32))
        self._index.set_direct_map_type(_faiss.DirectMap.Array)
        self._vector_bytes = dimension * (2 if half else 4)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def bytes_used(self) -> int:
        # Each vector has its slot's number beside it, and its place is kept by slot.
        return len(self) * (self._vector_bytes + 16)

    def add(self, vectors: Array) -> None:
        for start in range(0, len(vectors), _BLOCK):
            self._index.add(np.ascontiguousarray(vectors[start : start + _BLOCK], np.float32))

    def rows(self, slots: Slots) -> Array:
        found: Array = self._index.reconstruct_batch(np.ascontiguousarray(slots, np.int64))
        return found

    def search(self, queries: Array, k: int, allowed: Mask, count: int) -> tuple[Array, NDArray[np.int64]]:
        # The fewer pass, the farther the k-th of them lies. In the end every group is visited: exact.
        share = count / max(1, len(self))
        probes = min(self.clusters, max(_LEAST_PROBES, math.ceil(self.probes / max(share, 1e-9))))
        scores, slots = self._visit(queries, k, allowed, probes)
        if probes < self.clusters and (slots[:, -1] < 0).any():
            scores, slots = self._visit(queries, k, allowed, self.clusters)
        return scores, slots

    def choose_probes(self, live: Slots, queries: Array) -> None:
        """Set how many groups a search visits, so that it finds `RECALL` of the true neighbours among the live.

        `queries` [n, dimension] are such as will be asked, n may be 0; stand-ins are asked beside them.
        """
        self.probes = self.clusters
        if self.clusters <= _LEAST_PROBES or len(live) <= _NEIGHBOURS:
            return
        stand_ins = self._stand_ins(live)
        self.probes = max(self._probes_for(live, asked) for asked in (queries, stand_ins) if len(asked))

    def _stand_ins(self, live: Slots) -> Array:
        """Points half-way between two records, less what is usual."""
        rng = np.random.default_rng(1)
        picked = self.rows(rng.choice(live, 2 * ASKED))
        usual = self.rows(rng.choice(live, min(len(live), 4096))).mean(axis=0)
        return unit(unit(picked[::2] - usual) + unit(picked[1::2] - usual))

    def _probes_for(self, live: Slots, queries: Array) -> int:
        allowed = np.zeros(len(self), np.bool_)
        allowed[live] = True
        _, wanted = self._visit(queries, _NEIGHBOURS, allowed, self.clusters)
        probes = _LEAST_PROBES
        while probes < self.clusters:
            _, found = self._visit(queries, _NEIGHBOURS, allowed, probes)
            hits = sum(len(np.intersect1d(*pair)) for pair in zip(wanted, found, strict=True))
            if hits >= RECALL * wanted.size:
                break
            probes = math.ceil(1.25 * probes)
        return min(probes, self.clusters)

    def _visit(self, queries: Array, k: int, allowed: Mask, probes: int) -> tuple[Array, NDArray[np.int64]]:
        bitmap = np.packbits(allowed, bitorder="little")
        parameters = _faiss.SearchParametersIVF(nprobe=probes, sel=_faiss.IDSelectorBitmap(bitmap))
        scores, slots = self._index.search(queries, k, params=parameters)
        return scores, slots


def cluster_count(vectors: int) -> int:
    """The power of two next to twice the square root: as many centres as vectors in each group, roughly."""
    return 1 << max(0, round(math.log2(2.0 * math.sqrt(max(1, vectors)))))


def unit(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
