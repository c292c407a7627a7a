"""Storage of a shard's vectors by slot: flat for exact search, or in clusters for large libraries."""

import math
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from app.matching.index.base import Array
from app.matching.index.columns import Mask, Slots

# faiss's type stubs describe the C++ classes, not the Python wrappers, which take arrays and keywords.
_faiss: Any = faiss

# Target recall of a search: a little above the documented 0.99, because it is measured on a sample of queries.
RECALL = 0.995
# Number of neighbours for measuring recall: as many as a match requests.
_NEIGHBOURS = 100
# Training vectors per centre; more do not improve the centres here.
_TRAINED_ON = 48
_ITERATIONS = 8
# Number of queries for measuring recall.
ASKED = 64
_LEAST_PROBES = 8
_BLOCK = 20_000


class VectorStorage(Protocol):
    """Vectors in slots 0, 1, 2 …; the caller decides which slots are live."""

    def __len__(self) -> int: ...

    @property
    def bytes_used(self) -> int: ...

    def add(self, vectors: Array, /) -> None:
        """Append vectors [n, dimension] in the next n slots."""
        ...

    def rows(self, slots: Slots, /) -> Array:
        """The vectors of slots, [n, dimension] float32."""
        ...

    def search(self, queries: Array, k: int, allowed: Mask, count: int, /) -> tuple[Array, NDArray[np.int64]]:
        """Scores and slots [n, k], best first, among the allowed slots, whose number is `count`."""
        ...


class FlatVectors:
    """Exact search over all allowed vectors, in float32."""

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
        """View of the index's memory, [slots, dimension]; valid until the next `add`."""
        view: Array = _faiss.rev_swig_ptr(self._index.get_xb(), len(self) * self._dimension)
        return view.reshape(len(self), self._dimension)


class ClusteredVectors:
    """Vectors in clusters: a search visits the nearest clusters, and more of them under a narrow filter.

    The number of visited clusters is measured after training, on realistic queries. Half precision changes a score by
    about 0.00001 and halves the memory; `half=False` keeps float32.
    """

    def __init__(self, sample: Array, total: int, *, half: bool = True) -> None:
        """Train centres for `total` vectors from a sample [n, dimension]; the result holds no vectors yet."""
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
        # Each vector is stored with its slot number, and its position is indexed by slot.
        return len(self) * (self._vector_bytes + 16)

    def add(self, vectors: Array) -> None:
        for start in range(0, len(vectors), _BLOCK):
            self._index.add(np.ascontiguousarray(vectors[start : start + _BLOCK], np.float32))

    def rows(self, slots: Slots) -> Array:
        found: Array = self._index.reconstruct_batch(np.ascontiguousarray(slots, np.int64))
        return found

    def search(self, queries: Array, k: int, allowed: Mask, count: int) -> tuple[Array, NDArray[np.int64]]:
        # The fewer records pass, the farther away the k-th lies. In the limit all clusters are visited: exact.
        share = count / max(1, len(self))
        probes = min(self.clusters, max(_LEAST_PROBES, math.ceil(self.probes / max(share, 1e-9))))
        scores, slots = self._visit(queries, k, allowed, probes)
        if probes < self.clusters and (slots[:, -1] < 0).any():
            scores, slots = self._visit(queries, k, allowed, self.clusters)
        return scores, slots

    def choose_probes(self, live: Slots, queries: Array) -> None:
        """Set the number of visited clusters to reach the target `RECALL` among the live vectors.

        `queries` [n, dimension] are realistic queries; n may be 0, since synthetic queries are added.
        """
        self.probes = self.clusters
        if self.clusters <= _LEAST_PROBES or len(live) <= _NEIGHBOURS:
            return
        stand_ins = self._stand_ins(live)
        self.probes = max(self._probes_for(live, asked) for asked in (queries, stand_ins) if len(asked))

    def _stand_ins(self, live: Slots) -> Array:
        """Synthetic queries: centred midpoints of two records."""
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
    """The power of two nearest to twice the square root: about as many clusters as vectors per cluster."""
    return 1 << max(0, round(math.log2(2.0 * math.sqrt(max(1, vectors)))))


def unit(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
