"""LanceDB: a table on disk with an index of vectors and one of words, its hybrid search with rank fusion."""

import tempfile
import time
from collections.abc import Callable
from typing import Any

import lancedb
import pyarrow as pa

from peers.measures import quality, recall, resident_mb, times
from peers.stored_rows import NEIGHBOURS, SHOWN, CrowdFile, all_rows, brute_force

# How many neighbours the graph keeps in hand: LanceDB's usual number, and enough for a recall like the service's.
EF = (120, 480)


def measure(crowd: CrowdFile) -> dict[str, Any]:
    """20 ids by vectors and words; 80 ids by vectors alone, with their recall. Uses all cores, as LanceDB does.

    The table lies in a temporary folder. Vectors: a graph in clusters with bytes for components (IVF_HNSW_SQ), all
    clusters visited. Words: as the service cuts them, parted by spaces.
    """
    database, real = crowd.database(), crowd.real
    ids, matrix, words = all_rows(database)
    rows = pa.table(
        {
            "id": ids,
            "words": words,
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), matrix.shape[1]),
        }
    )
    exact = brute_force(database, real.queries, NEIGHBOURS)["none"]
    found: dict[str, Any] = {"rss_mb": {"start": resident_mb()}}
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        table = lancedb.connect(folder).create_table("achievements", rows)
        table.create_index("dot", index_type="IVF_HNSW_SQ", vector_column_name="vector")
        table.create_fts_index(
            "words",
            base_tokenizer="whitespace",
            lower_case=False,
            stem=False,
            remove_stop_words=False,
            ascii_folding=False,
        )
        found["seconds"] = {"build": round(time.perf_counter() - began, 1)}
        questions = [(text.vector, " ".join(text.words)) for text in real.demands]

        def both(vector: Any, text: str, ef: int) -> list[str]:
            query = table.search(query_type="hybrid").vector(vector).text(text).distance_type("dot").ef(ef)
            return [row["id"] for row in query.nprobes(1000).select(["id"]).limit(SHOWN).to_list()]

        def nearest(vector: Any, ef: int) -> list[str]:
            query = table.search(vector, query_type="vector").distance_type("dot").ef(ef).nprobes(1000)
            return [row["id"] for row in query.select(["id"]).limit(NEIGHBOURS).to_list()]

        for vector, text in questions[:10]:
            both(vector, text, EF[0])
        for ef in EF:
            found[f"20 ids, ef {ef}"], ranked = _asked(
                [lambda q=q, e=ef: both(q[0], q[1], e) for q in questions]
            )
            found[f"quality, ef {ef}"] = quality(ranked, crowd.answers())
            found[f"vectors alone, ef {ef}"], hits = _asked(
                [lambda q=q, e=ef: nearest(q[0], e) for q in questions]
            )
            found[f"recall, ef {ef}"] = recall(hits, exact)
        found["rss_mb"]["with index"] = resident_mb()
    return found


def _asked(work: list[Callable[[], list[str]]]) -> tuple[dict[str, float], list[list[str]]]:
    answers: list[list[str]] = []
    return times([lambda one=one: answers.append(one()) for one in work]), answers
