"""The cluster index beside plain FAISS indexes: recall of the 80 nearest and time, with filters, all in one run.

    OMP_NUM_THREADS=1 python scripts/bench/clusters.py --cache FILE [--size 100000] [--blur 1] [--rounds 3]

FILE of --cache is written by `matching.py`. The vectors are those of its crowd; --blur multiplies their noise: with 2
hardly any groups are left. Probes are chosen with the first 64 demands, the other 236 are asked. Times are of the
processor, one query at a time, one thread; the ratio is that of two medians of the same run.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from crowd import Array, Real
from crowd_store import Maker
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from app.matching.index.vectors.clusters import ASKED, ClusteredVectors, FlatVectors

NEIGHBOURS = 80
SAMPLE = 200_000
FIXED_PROBES = 128

# Its type stubs describe the C++ classes, not their Python wrappers.
_faiss: Any = faiss

Mask = NDArray[np.bool_]
Search = Callable[[Array, int, Mask, int], tuple[Array, NDArray[np.int64]]]


class PlainClusters:
    """IndexIVFFlat in float32 with a number of probes given beforehand, for any filter or divided by its share."""

    def __init__(self, rows: Array, clusters: int) -> None:
        self._size = len(rows)
        self._index = _faiss.index_factory(rows.shape[1], f"IVF{clusters},Flat", _faiss.METRIC_INNER_PRODUCT)
        self._index.train(rows[:: max(1, len(rows) // SAMPLE)])
        self._index.add(rows)

    def search(self, probes: int, *, scaled: bool) -> Search:
        def visit(queries: Array, k: int, allowed: Mask, count: int) -> tuple[Array, NDArray[np.int64]]:
            wanted = math.ceil(probes * self._size / count) if scaled else probes
            selector = _faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
            parameters = _faiss.SearchParametersIVF(nprobe=min(wanted, self._index.nlist), sel=selector)
            found: tuple[Array, NDArray[np.int64]] = self._index.search(queries, k, params=parameters)
            return found

        return visit


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--blur", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    threadpool_limits(limits=1)
    _faiss.omp_set_num_threads(1)
    real = Real.load(asked.cache)
    rows, topics = _crowd(real, asked.size, asked.blur)
    queries = real.queries
    clusters = ClusteredVectors(rows[:: max(1, len(rows) // SAMPLE)], len(rows))
    clusters.add(rows)
    clusters.choose_probes(np.arange(len(rows)), queries[:ASKED])
    plain, flat = PlainClusters(rows, clusters.clusters), FlatVectors(rows.shape[1])
    flat.add(rows)
    methods: dict[str, Search] = {
        "clusters": clusters.search,
        "IVFFlat, the same probes / share": plain.search(clusters.probes, scaled=True),
        f"IVFFlat, {FIXED_PROBES} / share": plain.search(FIXED_PROBES, scaled=True),
        f"IVFFlat, {FIXED_PROBES}": plain.search(FIXED_PROBES, scaled=False),
        "flat": flat.search,
    }
    sys.stdout.write(f"{asked.size:,} vectors: {clusters.probes} of {clusters.clusters} clusters visited\n")
    for name, allowed in _filters(topics).items():
        for line in _compared(methods, rows, queries[ASKED:], allowed, asked.rounds):
            sys.stdout.write(f"{name:<16}{line}\n")
            sys.stdout.flush()


def _crowd(real: Real, size: int, blur: float) -> tuple[Array, NDArray[np.int64]]:
    """Vectors, and the topic of each by number."""
    maker = Maker(real.sources, seed=1)
    rng = np.random.default_rng([7, size])
    parts, topics = [], []
    for start in range(0, size, 50_000):
        rows, groups = maker.vectors(min(50_000, size - start), rng, blur * maker.noise)
        parts.append(np.asarray(rows, np.float32))
        topics += [int(group[0]) for group in groups]
    return np.concatenate(parts), np.array(topics)


def _filters(topics: NDArray[np.int64]) -> dict[str, Mask]:
    rng = np.random.default_rng(3)
    drawn = rng.random(len(topics))
    names = np.unique(topics)
    chosen = rng.choice(names, max(1, len(names) // 10), replace=False)
    return {
        "none": np.ones(len(topics), np.bool_),
        "50%": drawn < 0.5,
        "10%": drawn < 0.1,
        "1%": drawn < 0.01,
        "1 topic in 10": np.isin(topics, chosen),
    }


def _compared(
    methods: dict[str, Search], rows: Array, queries: Array, allowed: Mask, rounds: int
) -> list[str]:
    slots = np.flatnonzero(allowed)
    passing = rows[slots]
    exact = [
        set(slots[np.argpartition(-(passing @ query), NEIGHBOURS)[:NEIGHBOURS]].tolist()) for query in queries
    ]
    times: dict[str, list[float]] = {name: [] for name in methods}
    found: dict[str, list[Any]] = {}
    for _ in range(rounds):
        for name, search in methods.items():
            found[name] = []
            for query in queries:
                began = time.process_time()
                _, hits = search(query[None], NEIGHBOURS, allowed, len(slots))
                times[name].append(1000 * (time.process_time() - began))
                found[name].append(set(hits[0].tolist()))
    first = float(np.median(times["clusters"]))
    lines = []
    for name in methods:
        shares = [len(mine & wanted) / NEIGHBOURS for mine, wanted in zip(found[name], exact, strict=True)]
        median = float(np.median(times[name]))
        lines.append(f"{name:<34} recall {np.mean(shares):.4f}  {median:7.2f} ms, {median / first:.2f} times")
    return lines


if __name__ == "__main__":
    main()
