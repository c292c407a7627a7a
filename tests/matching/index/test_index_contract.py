"""One contract, every back end, against brute force."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from app.database import Database, new_id
from app.libraries.record.enums import RecordKind
from app.matching.embedding import vector_store
from app.matching.index import IndexFilter, VectorIndex, open_index
from app.matching.index.milvus.engine import Engine
from app.matching.index.milvus.vectors import MilvusIndex
from app.matching.index.vectors.faiss import FaissIndex
from app.matching.index.vectors.pgvector import PgVectorIndex
from app.matching.models import RecordVector
from app.settings import Settings
from app.settings.index_address import IndexKind, MilvusAddress
from tests.matching.index.vector_stores import (
    DIMENSION,
    MODEL,
    Stored,
    assert_same,
    expected,
    filters,
    put,
    record_ids,
    remove,
    some,
    store,
    stored_records,
    unit,
    units,
)
from tests.support.paths import REPOSITORY

ALL = IndexFilter(RecordKind.ACHIEVEMENT)

Opener = Callable[[Database], VectorIndex]


def _with_graph(database: Database) -> VectorIndex:
    """PostgreSQL with a graph index from the first record on."""
    index = PgVectorIndex(MODEL, DIMENSION, graph_above=-1)
    with database.unit_of_work() as session:
        index.rebuild(session)
    return index


def _in_clusters(database: Database) -> VectorIndex:
    """FAISS in clusters from the fifth record on; in full precision, so that scores can be compared."""
    return FaissIndex(database, MODEL, DIMENSION, flat_up_to=4, half=False, in_background=False)


def _in_milvus(database: Database) -> VectorIndex:
    """Milvus Lite, which lies beside the database."""
    url = database.engine.url.database
    assert url is not None
    engine = Engine(MilvusAddress(f"{url}-milvus.db", "", is_file=True), None)
    return MilvusIndex(engine, database, MODEL, DIMENSION, lock_file=f"{url}-milvus.lock")


HISTORIES = ("faiss", "faiss-clusters", "faiss-postgresql", "pgvector", "pgvector-graph")
"""Milvus Lite takes ten times as long for a change; it has fewer histories."""


@pytest.fixture(params=[*HISTORIES, "milvus"])
def store_and_opener(request: pytest.FixtureRequest) -> tuple[str, Opener]:
    openers: dict[str, tuple[str, Opener]] = {
        "faiss": ("sqlite_url", lambda database: FaissIndex(database, MODEL, DIMENSION)),
        "faiss-clusters": ("sqlite_url", _in_clusters),
        "faiss-postgresql": ("postgres_url", lambda database: FaissIndex(database, MODEL, DIMENSION)),
        "pgvector": ("postgres_url", lambda _: PgVectorIndex(MODEL, DIMENSION)),
        "pgvector-graph": ("postgres_url", _with_graph),
        "milvus": ("sqlite_url", _in_milvus),
    }
    fixture, opener = openers[request.param]
    return request.getfixturevalue(fixture), opener


@pytest.fixture
def database(store_and_opener: tuple[str, Opener]) -> Iterator[Database]:
    database = Database(store_and_opener[0])
    yield database
    database.dispose()


@pytest.fixture
def opener(store_and_opener: tuple[str, Opener]) -> Opener:
    return store_and_opener[1]


@pytest.fixture
def index(database: Database, opener: Opener) -> Iterator[VectorIndex]:
    index = opener(database)
    yield index
    index.close()


RELAXED: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}

operations = st.lists(
    st.one_of(
        st.tuples(st.just("store"), stored_records),
        st.tuples(st.just("undo"), stored_records),
        st.tuples(st.just("remove"), record_ids),
        st.tuples(st.just("search"), st.tuples(filters, st.integers(1, 20), st.integers(0, 99))),
    ),
    min_size=4,
    max_size=30,
)


@pytest.mark.parametrize("store_and_opener", HISTORIES, indirect=True)
@given(operations=operations)
@settings(max_examples=25, **RELAXED)
def test_any_history_of_changes_is_answered_as_by_brute_force(
    database: Database, opener: Opener, operations: list[tuple[str, Any]]
) -> None:
    _history(database, opener, operations)


@pytest.mark.parametrize("store_and_opener", ["milvus"], indirect=True)
@given(operations=operations)
@settings(max_examples=4, **RELAXED)
def test_any_history_is_answered_by_milvus_as_by_brute_force(
    database: Database, opener: Opener, operations: list[tuple[str, Any]]
) -> None:
    _history(database, opener, operations)


def _history(database: Database, opener: Opener, operations: list[tuple[str, Any]]) -> None:
    with database.unit_of_work() as session:
        session.execute(delete(RecordVector))
    index = opener(database)
    present: dict[Any, Stored] = {}
    for what, argument in operations:
        if what == "store":
            store(database, argument)
            present[argument.record_id] = argument
        elif what == "undo":
            with database.reading() as session:
                put(session, argument)
        elif what == "remove":
            remove(database, argument)
            present.pop(argument, None)
        else:
            filter, k, seed = argument
            query = unit(seed)
            with database.reading() as session:
                found = index.search(session, query, k, filter)
                assert index.count(session, filter) == sum(r.passes(filter) for r in present.values())
            assert_same(found, expected(list(present.values()), query, k, filter))
    index.close()


def test_a_search_sees_what_another_session_committed_before_it(
    database: Database, index: VectorIndex
) -> None:
    first, second = some(2)
    store(database, first)
    with database.reading() as early:
        assert [hit.record_id for hit in index.search(early, unit(0), 5, ALL)] == [first.record_id]
    store(database, second)
    with database.reading() as session:
        assert_same(index.search(session, unit(0), 5, ALL), expected([first, second], unit(0), 5, ALL))
        assert index.position(session) == vector_store.position(session)


def test_what_is_not_committed_is_not_found_and_what_is_undone_never_is(
    database: Database, index: VectorIndex
) -> None:
    (record,) = some(1)

    def fail_after_storing() -> None:
        with database.unit_of_work() as writing:
            put(writing, record)
            with database.reading() as other:
                assert index.search(other, unit(0), 5, ALL) == []
            index.search(writing, unit(0), 5, ALL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_storing()
    with database.reading() as session:
        assert index.search(session, unit(0), 5, ALL) == []
        assert index.count(session, ALL) == 0


def test_a_changed_record_is_found_by_its_new_vector_alone(database: Database, index: VectorIndex) -> None:
    old, other = some(2)
    store(database, old, other)
    with database.reading() as session:
        index.search(session, unit(0), 1, ALL)
    new = replace(old, seed=500, region="370102")
    store(database, new)
    with database.reading() as session:
        assert_same(index.search(session, unit(500), 5, ALL), expected([new, other], unit(500), 5, ALL))
        jinan = replace(ALL, region="370100")
        assert [hit.record_id for hit in index.search(session, unit(0), 5, jinan)] == [new.record_id]


def test_a_withdrawn_record_is_gone_until_it_is_published_again(
    database: Database, index: VectorIndex
) -> None:
    records = some(3)
    store(database, *records)
    remove(database, records[1].record_id)
    remove(database, records[1].record_id)
    remove(database, new_id())
    with database.reading() as session:
        assert_same(index.search(session, unit(1), 5, ALL), expected(records[::2], unit(1), 5, ALL))
    store(database, records[1])
    with database.reading() as session:
        assert index.search(session, unit(1), 1, ALL)[0].record_id == records[1].record_id


def test_vectors_of_another_model_are_not_compared(database: Database, index: VectorIndex) -> None:
    mine, other = some(2)
    store(database, mine)
    store(database, other, model_id="another model")
    with database.reading() as session:
        assert [hit.record_id for hit in index.search(session, unit(1), 5, ALL)] == [mine.record_id]
    store(database, mine, model_id="another model")
    with database.reading() as session:
        assert index.search(session, unit(0), 5, ALL) == []


def test_several_queries_are_answered_together_or_one_by_one(database: Database, index: VectorIndex) -> None:
    records = some(30)
    store(database, *records)
    queries = units(101, 102, 103)
    with database.reading() as session:
        assert_same(index.search(session, queries, 7, ALL), expected(records, queries, 7, ALL))
        for found, query in zip(index.search_many(session, queries, 7, ALL), queries, strict=True):
            assert_same(found, expected(records, query, 7, ALL))


def test_similarities_of_named_records(database: Database, index: VectorIndex) -> None:
    records = [*some(4), Stored(new_id(), seed=9, kind=RecordKind.DEMAND)]
    store(database, *records)
    gone = records.pop(2)
    remove(database, gone.record_id)
    asked = [record.record_id for record in reversed(records)]
    matrix = np.stack([record.vector for record in reversed(records)])
    with database.reading() as session:
        found = index.similarities(session, unit(50), asked)
        np.testing.assert_allclose(found, matrix @ unit(50), atol=1e-5)
        many = index.similarities(session, units(50, 51), asked)
        np.testing.assert_allclose(many, units(50, 51) @ matrix.T, atol=1e-5)
        absent = index.similarities(session, unit(50), [gone.record_id, new_id()])
        assert np.isnan(absent).all()
        assert index.similarities(session, unit(50), []).shape == (0,)


def test_numbers_of_the_present_rows(database: Database, index: VectorIndex) -> None:
    kept, gone, other = some(3)
    store(database, kept, gone)
    store(database, other, model_id="another model")
    remove(database, gone.record_id)
    store(database, replace(kept, seed=70))
    with database.reading() as session:
        newest = vector_store.position(session)
        asked = [gone.record_id, kept.record_id, other.record_id, new_id()]
        assert index.numbers(session, asked, RecordKind.ACHIEVEMENT) == {kept.record_id: newest}
        assert index.numbers(session, asked, RecordKind.DEMAND) == {}
        assert index.numbers(session, [], RecordKind.ACHIEVEMENT) == {}


@pytest.mark.parametrize("k", [0, 1, 1000])
def test_it_never_answers_more_than_asked_or_than_there_is(
    database: Database, index: VectorIndex, k: int
) -> None:
    records = some(3)
    store(database, *records)
    with database.reading() as session:
        assert len(index.search(session, unit(1), k, ALL)) == min(k, 3)
        assert index.search(session, unit(1), 5, replace(ALL, only_ids=frozenset())) == []
        assert index.search(session, unit(1), 5, IndexFilter(RecordKind.MANAGER)) == []


def test_a_query_of_another_dimension_is_refused(database: Database, index: VectorIndex) -> None:
    with database.reading() as session, pytest.raises(ValueError, match="dimension 24"):
        index.search(session, unit(0, DIMENSION + 1), 5, ALL)


def test_a_record_ends_after_its_last_day(database: Database, index: VectorIndex) -> None:
    store(database, Stored(new_id(), seed=1, valid_until=date(2026, 6, 30)))
    with database.reading() as session:
        for day, count in ((date(2026, 6, 30), 1), (date(2026, 7, 1), 0)):
            assert index.count(session, replace(ALL, valid_on=day)) == count


def test_rebuild_changes_no_answer(database: Database, index: VectorIndex) -> None:
    records = some(20)
    store(database, *records)
    remove(database, records.pop().record_id)
    with database.unit_of_work() as session:
        index.rebuild(session)
    with database.reading() as session:
        assert_same(index.search(session, unit(3), 6, ALL), expected(records, unit(3), 6, ALL))


def test_the_status_says_where_it_stands(database: Database, index: VectorIndex) -> None:
    store(database, *some(3), Stored(new_id(), seed=9, kind=RecordKind.DEMAND))
    with database.reading() as session:
        index.search(session, unit(1), 1, ALL)
        status = index.status(session)
    assert status["model_id"] == MODEL
    assert status["dimension"] == DIMENSION
    assert status["records"] == {"achievement": 3, "demand": 1, "manager": 0}
    assert status["behind"] == 0
    assert status["position"] > 0


def test_the_graph_on_postgresql_is_made_only_above_the_limit(postgres_url: str) -> None:
    database = Database(postgres_url)
    store(database, *some(40))
    for limit, graphs in ((39, ["achievement"]), (40, [])):
        index = PgVectorIndex(MODEL, DIMENSION, graph_above=limit)
        with database.unit_of_work() as session:
            index.rebuild(session)
        with database.reading() as session:
            assert index.status(session)["graphs"] == graphs
    database.dispose()


def test_a_large_graph_finds_nearly_all_neighbours_under_a_filter(postgres_url: str) -> None:
    database = Database(postgres_url)
    records = [replace(record, trl=number % 9 + 1) for number, record in enumerate(some(1500))]
    store(database, *records)
    index = PgVectorIndex(MODEL, DIMENSION, graph_above=100)
    mature = replace(ALL, min_trl=9)
    found = wanted = 0
    with database.unit_of_work() as session:
        index.rebuild(session)
    with database.reading() as session:
        for seed in range(9000, 9010):
            hits = {hit.record_id for hit in index.search(session, unit(seed), 50, mature)}
            found += len(hits & {hit.record_id for hit in expected(records, unit(seed), 50, mature)})
            wanted += 50
    assert found >= 0.99 * wanted
    database.dispose()


# What only an index in memory can get wrong.


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.dispose()


@pytest.fixture
def faiss_index(sqlite: Database) -> Iterator[FaissIndex]:
    index = FaissIndex(sqlite, MODEL, DIMENSION)
    yield index
    index.close()


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def either(request: pytest.FixtureRequest) -> Iterator[Database]:
    database = Database(request.getfixturevalue(request.param))
    yield database
    database.dispose()


@pytest.fixture
def memory_index(either: Database) -> Iterator[FaissIndex]:
    index = FaissIndex(either, MODEL, DIMENSION)
    yield index
    index.close()


def _answers(database: Database, index: VectorIndex, records: list[Stored]) -> None:
    with database.reading() as session:
        for seed in range(700, 705):
            assert_same(index.search(session, unit(seed), 8, ALL), expected(records, unit(seed), 8, ALL))


def test_a_snapshot_saves_reading_every_vector(
    sqlite: Database, faiss_index: FaissIndex, tmp_path: Path
) -> None:
    records = some(30)
    store(sqlite, *records)
    faiss_index.follow()
    faiss_index.save(tmp_path)
    fresh = FaissIndex(sqlite, MODEL, DIMENSION)
    assert fresh.load(tmp_path) == 30
    _answers(sqlite, fresh, records)
    fresh.close()


def test_changes_after_a_snapshot_are_not_lost(
    either: Database, memory_index: FaissIndex, tmp_path: Path
) -> None:
    records = some(30)
    store(either, *records)
    memory_index.follow()
    memory_index.save(tmp_path)
    remove(either, records.pop(0).record_id)
    records[0] = replace(records[0], seed=4000)
    added = some(2, first=5000)
    store(either, records[0], *added)
    fresh = FaissIndex(either, MODEL, DIMENSION)
    assert fresh.load(tmp_path) == 28
    _answers(either, fresh, records + added)
    store(either, *some(1, first=6000))
    assert fresh.follow() > 0
    fresh.close()


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "flipped", "text"])
def test_a_damaged_snapshot_counts_as_none(
    sqlite: Database, faiss_index: FaissIndex, tmp_path: Path, damage: str
) -> None:
    records = some(30)
    store(sqlite, *records)
    faiss_index.follow()
    faiss_index.save(tmp_path)
    (file,) = tmp_path.glob("vectors*")
    content = bytearray(file.read_bytes())
    if damage == "missing":
        file.unlink()
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
        file.write_bytes(content)
    else:
        file.write_bytes({"empty": b"", "cut": bytes(content[:-700]), "text": b"not an archive"}[damage])
    fresh = FaissIndex(sqlite, MODEL, DIMENSION)
    assert fresh.load(tmp_path) == 0
    _answers(sqlite, fresh, records)
    fresh.close()


def test_a_snapshot_of_another_database_or_model_is_never_used(
    sqlite: Database, faiss_index: FaissIndex, sqlite_template: Path, tmp_path: Path
) -> None:
    foreign = Database(f"sqlite:///{tmp_path / 'foreign.db'}")
    (tmp_path / "foreign.db").write_bytes(sqlite_template.read_bytes())
    mine = some(30)
    store(sqlite, *mine)
    # The same sequence numbers and texts, but other records.
    store(foreign, *some(30))
    index = FaissIndex(foreign, MODEL, DIMENSION)
    index.follow()
    index.save(tmp_path / "index")
    assert faiss_index.load(tmp_path / "index") == 0
    _answers(sqlite, faiss_index, mine)
    assert FaissIndex(foreign, "another model", DIMENSION).load(tmp_path / "index") == 0
    index.close()
    foreign.dispose()


def test_a_database_restored_to_an_older_state_is_read_again(
    sqlite: Database, faiss_index: FaissIndex
) -> None:
    records = some(10)
    store(sqlite, *records)
    faiss_index.follow()
    with sqlite.unit_of_work() as session:
        gone = [record.record_id for record in records[6:]]
        session.execute(delete(RecordVector).where(RecordVector.record_id.in_(gone)))
    _answers(sqlite, faiss_index, records[:6])


def test_searches_beside_writers_see_every_commit(either: Database, memory_index: FaissIndex) -> None:
    stop = Event()

    def search_on() -> int:
        searches = 0
        while not stop.is_set():
            with either.reading() as session:
                hits = memory_index.search(session, unit(searches), 10, ALL)
            assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
            searches += 1
        return searches

    def write(first: int) -> None:
        for record in some(25, first=first):
            store(either, record)
            with either.reading() as session:
                assert memory_index.search(session, record.vector, 1, ALL)[0].record_id == record.record_id
            if record.seed % 3 == 0:
                remove(either, record.record_id)
                with either.reading() as session:
                    found = memory_index.search(session, record.vector, 3, ALL)
                assert record.record_id not in {hit.record_id for hit in found}

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(search_on) for _ in range(2)]
        try:
            for writer in [pool.submit(write, first) for first in (0, 1000)]:
                writer.result(timeout=60)
        finally:
            stop.set()
        assert all(reader.result(timeout=60) > 0 for reader in readers)
    with either.reading() as session:
        kept = sum(number % 3 != 0 for first in (0, 1000) for number in range(first, first + 25))
        assert memory_index.count(session, ALL) == kept


@pytest.mark.slow
def test_a_change_made_by_another_process_is_seen(sqlite: Database, faiss_index: FaissIndex) -> None:
    _answers(sqlite, faiss_index, [])
    program = (
        "import sys; from app.database import Database; from tests.matching.index.vector_stores import store, some; "
        "records = some(3); database = Database(sys.argv[1]); store(database, *records); "
        "print(*(record.record_id for record in records))"
    )
    url = sqlite.engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", program, url],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    with sqlite.reading() as session:
        found = faiss_index.search(session, unit(0), 5, ALL)
    assert {str(hit.record_id) for hit in found} == set(done.stdout.split())


def test_the_settings_decide_the_back_end(
    sqlite: Database, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(_env_file=None, home=tmp_path)
    in_database = Settings(_env_file=None, home=tmp_path, index=IndexKind.DATABASE)
    postgres = Database(postgres_url)
    for chosen, database, expected_class in (
        (settings, sqlite, FaissIndex),
        (settings, postgres, FaissIndex),
        (in_database, postgres, PgVectorIndex),
    ):
        index = open_index(chosen, database, MODEL, DIMENSION)
        assert isinstance(index, expected_class)
        index.close()
    with pytest.raises(ValueError, match="PostgreSQL"):
        open_index(in_database, sqlite, MODEL, DIMENSION)
    monkeypatch.setattr(sqlite.engine.dialect, "name", "oracle")
    with pytest.raises(ValueError, match="oracle"):
        open_index(settings, sqlite, MODEL, DIMENSION)
    postgres.dispose()
