"""txtai's hybrid search with our vectors and our words."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from crowd import Array
from txtai import Embeddings

from peers.measures import one_thread, quality, resident_mb, times
from peers.stored_rows import SHOWN, CrowdFile, all_rows


def measure(crowd: CrowdFile) -> dict[str, Any]:
    """Hybrid search with our vectors and our words: dense IVF and BM25, one weight for both, as it comes."""
    one_thread()
    ids, matrix, words = all_rows(crowd.database())
    queries = {" ".join(text.words): text.vector for text in crowd.real.demands}
    place = [0]

    def vectors(texts: Sequence[str]) -> Array:
        if place[0] < len(matrix):
            place[0] += len(texts)
            return matrix[place[0] - len(texts) : place[0]]
        return np.stack([queries[text] for text in texts])

    start = resident_mb()
    embeddings = Embeddings(
        method="external",
        transform=vectors,
        hybrid=True,
        scoring={
            "method": "bm25",
            "terms": True,
            "normalize": True,
            "tokenizer": {"whitespace": True, "lowercase": False},
        },
    )
    began = time.perf_counter()
    embeddings.index((id_, text, None) for id_, text in zip(ids, words, strict=True))
    built = time.perf_counter() - began
    for query in list(queries)[:10]:
        embeddings.search(query, SHOWN)
    ranked: list[list[str]] = []
    found_in = times(
        [
            lambda q=query: ranked.append([found[0] for found in embeddings.search(q, SHOWN)])
            for query in queries
        ]
    )
    return {
        "seconds": {"build": round(built, 1)},
        "rss_mb": {"start": start, "with index": resident_mb()},
        "20 ids": found_in,
        **quality(ranked, crowd.answers()),
    }
