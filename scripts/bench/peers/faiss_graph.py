"""FAISS alone: a graph (HNSW) with several numbers of records in hand, and exact search; vectors without words."""

import time
from typing import Any

import faiss

from peers.measures import one_thread, recall, resident_mb, times
from peers.stored_rows import NEIGHBOURS, CrowdFile, all_rows, brute_force

# How many a bare graph keeps in hand: with the usual 128 it loses a quarter of these neighbours.
HNSW_EF_SEARCH = (128, 512, 2048)


def measure(crowd: CrowdFile) -> dict[str, Any]:
    one_thread()
    database, real = crowd.database(), crowd.real
    ids, matrix, _ = all_rows(database)
    start = resident_mb()
    index = faiss.IndexHNSWFlat(real.dimension, 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 64
    began = time.perf_counter()
    index.add(matrix)
    built = time.perf_counter() - began
    queries = real.queries
    exact = brute_force(database, queries, NEIGHBOURS)["none"]
    found: dict[str, Any] = {}
    for ef_search in HNSW_EF_SEARCH:
        index.hnsw.efSearch = ef_search
        hits: list[list[str]] = []
        found[f"search by vectors, efSearch {ef_search}"] = times(
            [
                lambda q=query, hits=hits: hits.append(
                    [ids[row] for row in index.search(q[None], NEIGHBOURS)[1][0]]
                )
                for query in queries
            ]
        )
        found[f"recall, efSearch {ef_search}"] = recall(hits, exact)
    flat = faiss.IndexFlatIP(real.dimension)
    flat.add(matrix)
    return {
        "seconds": {"build": round(built, 1)},
        "rss_mb": {"start": start, "with index": resident_mb()},
        **found,
        "flat, exact": times([lambda q=query: flat.search(q[None], NEIGHBOURS) for query in queries[:50]]),
    }
