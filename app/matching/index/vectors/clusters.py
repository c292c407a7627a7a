"""Storage of a shard's vectors by slot: flat for exact search, or in clusters for large libraries."""

import math
from collections.abc import Sequence
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
# How many candidates are compared exactly for each neighbour that is asked for: the fewest that suffice are measured.
_CANDIDATES_EACH = (2, 3, 4, 6, 8, 12, 16, 24, 32)
# A code has 4 bits, so 16 values, for each two components; more rounds of training do not improve them here.
_CODE_VALUES = 16
_CODE_ITERATIONS = 4
# Up to this many allowed vectors all are compared exactly, which is no slower than visiting clusters.
_COMPARED_UP_TO = 1_000
_BLOCK = 20_000


# Queries [n, dimension] and the slots of their true neighbours [n, `_NEIGHBOURS`].
_Sample = tuple[Array, NDArray[np.int64]]


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

    In its cluster a vector is a code of 4 bits for each two components. Codes are compared 32 at a time in the
    processor's registers; the likeliest candidates are then compared exactly. The numbers of visited clusters and of
    candidates are measured after training, on realistic queries. Half precision changes a score by about 0.00001 and
    halves the memory of the vectors; `half=False` keeps float32.
    """

    def __init__(self, sample: Array, total: int, *, half: bool = True) -> None:
        """Train centres and codes for `total` vectors from a sample [n, dimension]; the result holds no vectors yet."""
        dimension = int(sample.shape[1])
        self.clusters = min(cluster_count(total), len(sample))
        self.probes = self.clusters
        self.candidates_each = _CANDIDATES_EACH[-1]
        codes = dimension // 2 if dimension % 2 == 0 else dimension
        self._codes = _faiss.index_factory(
            dimension, f"IVF{self.clusters},PQ{codes}x4fs", _faiss.METRIC_INNER_PRODUCT
        )
        self._codes.by_residual = False
        training = self._codes.cp
        training.seed = 1
        training.niter = _ITERATIONS
        training.spherical = True
        training.min_points_per_centroid = 1
        training.max_points_per_centroid = _TRAINED_ON
        self._codes.pq.cp.niter = _CODE_ITERATIONS
        self._codes.pq.cp.min_points_per_centroid = 1
        # A tiny sample is repeated: codes need as many training vectors as they have values.
        self._codes.train(np.resize(sample, (max(len(sample), _CODE_VALUES), dimension)).astype(np.float32))
        self._vectors = _faiss.index_factory(
            dimension, "SQfp16" if half else "Flat", _faiss.METRIC_INNER_PRODUCT
        )
        self._vectors.train(np.ascontiguousarray(sample, np.float32))
        self._index = _faiss.IndexRefine(self._codes, self._vectors)
        # A vector with its number, and the code.
        self._bytes_each = dimension * (2 if half else 4) + codes // 2 + 8

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def bytes_used(self) -> int:
        return len(self) * self._bytes_each

    def add(self, vectors: Array) -> None:
        for start in range(0, len(vectors), _BLOCK):
            self._index.add(np.ascontiguousarray(vectors[start : start + _BLOCK], np.float32))

    def rows(self, slots: Slots) -> Array:
        found: Array = self._vectors.reconstruct_batch(np.ascontiguousarray(slots, np.int64))
        return found

    def search(self, queries: Array, k: int, allowed: Mask, count: int) -> tuple[Array, NDArray[np.int64]]:
        if count <= _COMPARED_UP_TO:
            return self._compared(queries, k, allowed)
        # The fewer records pass, the farther away the k-th lies. In the limit all clusters are visited.
        share = count / max(1, len(self))
        probes = min(self.clusters, max(_LEAST_PROBES, math.ceil(self.probes / max(share, 1e-9))))
        scores, slots = self._visit(queries, k, allowed, probes)
        if probes < self.clusters and (slots[:, -1] < 0).any():
            scores, slots = self._visit(queries, k, allowed, self.clusters)
        return scores, slots

    def choose_probes(self, live: Slots, queries: Array) -> None:
        """Set the numbers of visited clusters and of candidates to reach the target `RECALL` among the live vectors.

        `queries` [n, dimension] are realistic queries; n may be 0, since synthetic queries are added.
        """
        self.probes, self.candidates_each = self.clusters, _CANDIDATES_EACH[-1]
        if len(live) <= _COMPARED_UP_TO:
            return
        allowed = np.zeros(len(self), np.bool_)
        allowed[live] = True
        # Each kind of query has to reach the target by itself.
        samples = [
            (asked, self._exact(asked, allowed)) for asked in (queries, self._stand_ins(live)) if len(asked)
        ]
        self.candidates_each = self._fewest_candidates(samples, allowed)
        self.probes = self._fewest_probes(samples, allowed)

    def _stand_ins(self, live: Slots) -> Array:
        """Synthetic queries: centred midpoints of two records."""
        rng = np.random.default_rng(1)
        picked = self.rows(rng.choice(live, 2 * ASKED))
        usual = self.rows(rng.choice(live, min(len(live), 4096))).mean(axis=0)
        return unit(unit(picked[::2] - usual) + unit(picked[1::2] - usual))

    def _fewest_candidates(self, samples: Sequence[_Sample], allowed: Mask) -> int:
        """With all clusters visited; half of what may be missed is left to the number of clusters."""
        for each in _CANDIDATES_EACH:
            self.candidates_each = each
            if self._least_recall(samples, allowed, self.clusters) >= (1 + RECALL) / 2:
                break
        return self.candidates_each

    def _fewest_probes(self, samples: Sequence[_Sample], allowed: Mask) -> int:
        probes = _LEAST_PROBES
        while probes < self.clusters and self._least_recall(samples, allowed, probes) < RECALL:
            probes = math.ceil(1.25 * probes)
        return min(probes, self.clusters)

    def _least_recall(self, samples: Sequence[_Sample], allowed: Mask, probes: int) -> float:
        """The lowest share of the true neighbours that a search finds, 0–1, of all samples."""
        return min(
            sum(
                len(np.intersect1d(*pair))
                for pair in zip(wanted, self._visit(queries, _NEIGHBOURS, allowed, probes)[1], strict=True)
            )
            / wanted.size
            for queries, wanted in samples
        )

    def _exact(self, queries: Array, allowed: Mask) -> NDArray[np.int64]:
        """The slots of the true neighbours, [n, `_NEIGHBOURS`]."""
        parameters = _faiss.SearchParameters(
            sel=_faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        )
        slots: NDArray[np.int64] = self._vectors.search(queries, _NEIGHBOURS, params=parameters)[1]
        return slots

    def _compared(self, queries: Array, k: int, allowed: Mask) -> tuple[Array, NDArray[np.int64]]:
        """Exact search among few allowed slots, at least k."""
        slots = np.flatnonzero(allowed)
        scores = np.asarray(queries, np.float32) @ self.rows(slots).T
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, best, axis=1), slots[best]

    def _visit(self, queries: Array, k: int, allowed: Mask, probes: int) -> tuple[Array, NDArray[np.int64]]:
        bitmap = np.packbits(allowed, bitorder="little")
        visited = _faiss.SearchParametersIVF(nprobe=probes, sel=_faiss.IDSelectorBitmap(bitmap))
        parameters = _faiss.IndexRefineSearchParameters(
            # Codes err as much where few neighbours are asked for, so the candidates stay as many as were measured.
            k_factor=self.candidates_each * _NEIGHBOURS / min(k, _NEIGHBOURS),
            base_index_params=visited,
        )
        scores, slots = self._index.search(queries, k, params=parameters)
        return scores, slots


def cluster_count(vectors: int) -> int:
    """The power of two nearest to twice the square root: about as many clusters as vectors per cluster."""
    return 1 << max(0, round(math.log2(2.0 * math.sqrt(max(1, vectors)))))


def unit(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
