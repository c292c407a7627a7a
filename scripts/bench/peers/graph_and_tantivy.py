"""FAISS's graph for vectors and tantivy for words, put together by rank fusion in Python."""

import tempfile
import time
from typing import Any

import faiss
import numpy as np
import tantivy

from peers.measures import fused, one_thread, quality, recall, resident_mb, times
from peers.stored_rows import NEIGHBOURS, SHOWN, CrowdFile, all_rows, brute_force

EF_SEARCH = (128, 512, 2048)


def measure(crowd: CrowdFile) -> dict[str, Any]:
    """20 ids by both, with several numbers of records in hand of the graph; words are those of the service."""
    one_thread()
    database, real = crowd.database(), crowd.real
    ids, matrix, words = all_rows(database)
    exact = brute_force(database, real.queries, NEIGHBOURS)["none"]
    start = resident_mb()
    began = time.perf_counter()
    graph = faiss.IndexHNSWFlat(real.dimension, 32, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = 64
    graph.add(matrix)
    with tempfile.TemporaryDirectory() as folder:
        schema = _schema()
        index = tantivy.Index(schema, path=folder)
        index.register_tokenizer(
            "spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        )
        writer = index.writer(heap_size=256_000_000, num_threads=1)
        for row, text in enumerate(words):
            writer.add_document(tantivy.Document(words=text, row=row))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        built = time.perf_counter() - began
        searcher = index.searcher()

        def by_words(text: list[str]) -> list[str]:
            terms = [
                (tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", w)) for w in sorted({*text})
            ]
            hits = searcher.search(tantivy.Query.boolean_query(terms), NEIGHBOURS // 2, count=False).hits
            return [ids[searcher.doc(place)["row"][0]] for _, place in hits]

        def by_vector(vector: Any) -> list[str]:
            return [ids[row] for row in graph.search(np.asarray(vector)[None], NEIGHBOURS)[1][0] if row >= 0]

        found: dict[str, Any] = {
            "seconds": {"build": round(built, 1)},
            "rss_mb": {"start": start, "with index": resident_mb()},
            "words alone": times([lambda t=text.words: by_words(t) for text in real.demands]),
        }
        for ef in EF_SEARCH:
            graph.hnsw.efSearch = ef
            ranked: list[list[str]] = []
            found[f"20 ids, efSearch {ef}"] = times(
                [
                    lambda t=text, r=ranked: r.append(fused([by_vector(t.vector), by_words(t.words)], SHOWN))
                    for text in real.demands
                ]
            )
            found[f"quality, efSearch {ef}"] = quality(ranked, crowd.answers())
            found[f"recall, efSearch {ef}"] = recall([by_vector(q) for q in real.queries], exact)
    return found


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="spaces", index_option="freq")
    builder.add_unsigned_field("row", stored=True)
    return builder.build()
