"""Clusters of vectors: they find nearly all of what brute force finds, whatever the filter, and follow changes."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from app.database import Database, new_id
from app.libraries.record.enums import RecordKind
from app.matching.index import IndexFilter
from app.matching.index.columns import Description
from app.matching.index.vectors.clusters import cluster_count
from app.matching.index.vectors.faiss import FaissIndex
from app.matching.index.vectors.shard import IndexEntry, Shard
from tests.matching.index.vector_stores import (
    DIMENSION,
    MODEL,
    Stored,
    assert_same,
    expected,
    remove,
    some,
    store,
    unit,
)

ALL = IndexFilter(RecordKind.ACHIEVEMENT)
WIDTH = 48


def crowd(count: int, seed: int) -> NDArray[np.float32]:
    """Vectors that crowd together as those of a language model do: a common part, a topic, something of their own."""
    rng = np.random.default_rng(seed)
    topics = rng.standard_normal((40, WIDTH)) * 0.5
    rows = 2.0 + topics[rng.integers(0, 40, count)] + rng.standard_normal((count, WIDTH)) * 0.4
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def entries(rows: NDArray[np.float32], first: int = 0) -> list[IndexEntry]:
    """Every tenth is in English, every fiftieth of field 50."""
    return [
        IndexEntry(
            UUID(int=first + number),
            first + number,
            f"{number:064x}",
            Description(
                None,
                "|50|" if number % 50 == 0 else "|40|",
                "370102",
                number % 9 + 1,
                "en" if number % 10 == 0 else "zh",
                None,
            ),
            row,
        )
        for number, row in enumerate(rows)
    ]


def clustered(rows: NDArray[np.float32], queries: NDArray[np.float32]) -> Shard:
    shard = Shard(WIDTH, flat_up_to=100)
    shard.put(entries(rows))
    cluster(shard, queries)
    return shard


def cluster(shard: Shard, queries: NDArray[np.float32]) -> None:
    assert shard.wants_clusters()
    shard.end_clusters(shard.make_clusters(shard.begin_clusters(), queries, nullcontext))


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"languages": frozenset({"en"})},
        {"fields": ("50",)},
        {"min_trl": 9},
        {"min_trl": 7, "languages": frozenset({"zh"})},
    ],
    ids=str,
)
def test_nearly_all_true_neighbours_are_found_under_any_filter(parts: dict[str, Any]) -> None:
    rows = crowd(6000, seed=1)
    queries = crowd(300, seed=2) - rows.mean(axis=0)
    shard, exact = clustered(rows, queries[:100]), Shard(WIDTH)
    exact.put(entries(rows))
    clusters, probes = shard.clusters
    assert clusters == cluster_count(6000)
    assert probes < clusters
    filter = IndexFilter(RecordKind.ACHIEVEMENT, **parts)
    found, wanted = (one.search(queries[100:], 50, filter) for one in (shard, exact))
    shares = [
        len({hit.record_id for hit in some} & {hit.record_id for hit in all_}) / len(all_)
        for some, all_ in zip(found, wanted, strict=True)
    ]
    assert np.mean(shares) >= 0.99
    assert [len(one) for one in found] == [len(one) for one in wanted]
    for one, other in zip(found, wanted, strict=True):
        # Half precision: the same record has nearly the same score.
        exact_scores = {hit.record_id: hit.score for hit in other}
        assert all(
            hit.score == pytest.approx(exact_scores[hit.record_id], abs=1e-3)
            for hit in one
            if hit.record_id in exact_scores
        )


@pytest.mark.parametrize("k", [1, 5, 20])
def test_fewer_neighbours_are_found_as_surely(k: int) -> None:
    rows = crowd(6000, seed=1)
    queries = crowd(200, seed=2) - rows.mean(axis=0)
    shard, exact = clustered(rows, queries[:100]), Shard(WIDTH)
    exact.put(entries(rows))
    found, wanted = (one.search(queries[100:], k, ALL) for one in (shard, exact))
    hits = [
        len({hit.record_id for hit in some} & {hit.record_id for hit in all_})
        for some, all_ in zip(found, wanted, strict=True)
    ]
    assert np.mean(hits) >= 0.99 * k


def test_a_question_is_answered_alike_alone_and_among_others() -> None:
    rows = crowd(4000, seed=5)
    queries = crowd(40, seed=6) - rows.mean(axis=0)
    shard = clustered(rows, queries[:0])
    together = shard.search(queries, 20, ALL)
    assert [shard.search(query[None], 20, ALL)[0] for query in queries] == together


def test_vectors_of_an_odd_number_of_components_are_clustered_too() -> None:
    rows = crowd(2000, seed=7)[:, :47]
    rows = np.ascontiguousarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    shard = Shard(47, flat_up_to=100)
    shard.put(entries(rows))
    cluster(shard, rows[:0])
    found = shard.search(rows[:50], 1, ALL)
    assert [hits[0].record_id for hits in found] == [UUID(int=number) for number in range(50)]


def test_clusters_are_rebuilt_when_the_library_has_grown_or_changed() -> None:
    rows = crowd(900, seed=3)
    shard = clustered(rows[:500], rows[:0])
    assert not shard.wants_clusters()
    shard.put(entries(rows[500:800], first=500))
    assert shard.wants_clusters()
    cluster(shard, rows[:0])
    assert shard.count(ALL) == 800
    for _ in range(2):
        # Records that change leave their old places empty.
        shard.put(entries(rows[:300]))
    assert shard.wants_clusters()
    cluster(shard, rows[:0])
    hit = shard.search(rows[100:101], 1, ALL)[0][0]
    assert (hit.record_id, hit.score) == (UUID(int=100), pytest.approx(1.0, abs=1e-3))


def test_what_changes_while_clusters_are_made_is_in_them() -> None:
    rows = crowd(400, seed=4)
    shard = Shard(WIDTH, flat_up_to=100)
    shard.put(entries(rows[:300]))
    shard.remove([UUID(int=7)])
    begun = shard.begin_clusters()
    assert not shard.wants_clusters()
    made = shard.make_clusters(begun, rows[:0], nullcontext)
    shard.put(entries(rows[300:], first=300))
    shard.remove([UUID(int=8)])
    shard.put(entries(rows[399:400], first=9))
    shard.end_clusters(made)
    found = shard.search(rows[399:400], 400, ALL)[0]
    assert len(found) == 398
    assert {hit.record_id for hit in found[:2]} == {UUID(int=9), UUID(int=399)}
    assert not {UUID(int=7), UUID(int=8)} & {hit.record_id for hit in found}


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.dispose()


def test_searches_go_on_while_clusters_are_made_beside_them(sqlite: Database) -> None:
    index = FaissIndex(sqlite, MODEL, DIMENSION, flat_up_to=50, half=False)
    records = some(60)
    store(sqlite, *records)
    removed = records.pop()
    for turn in range(30):
        with sqlite.reading() as session:
            assert index.count(session, ALL) == len(records) + (turn == 0)
        if turn == 0:
            remove(sqlite, removed.record_id)
        records += (new := some(1, first=1000 + turn))
        store(sqlite, *new)
    index.settle()
    with sqlite.reading() as session:
        assert index.status(session)["clusters"]["achievement"][0] > 0
        assert_same(index.search(session, unit(3), 100, ALL), expected(records, unit(3), 100, ALL))
    index.close()


def test_a_snapshot_of_clusters_spares_reading_vectors(sqlite: Database, tmp_path: Path) -> None:
    records = [Stored(new_id(), seed=number) for number in range(20)]
    store(sqlite, *records)
    first = FaissIndex(sqlite, MODEL, DIMENSION, flat_up_to=10)
    first.follow()
    first.save(tmp_path)
    second = FaissIndex(sqlite, MODEL, DIMENSION, flat_up_to=10)
    assert second.load(tmp_path) == len(records)
    with sqlite.reading() as session:
        assert second.search(session, unit(5), 1, ALL)[0].record_id == records[5].record_id
    first.close()
    second.close()
