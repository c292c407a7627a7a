"""Candidates by words on both databases, against BM25 counted by hand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from app.database import Database, new_id
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.search.full_text import SearchDocument
from app.matching.index import IndexFilter, LexicalIndex, open_lexical
from app.matching.index.words.base import MAX_WORDS
from app.matching.models import RecordVector
from app.matching.text.bm25 import CorpusStats, bm25
from app.settings import Settings
from tests.matching.index.vector_stores import MODEL, Stored, put

ALL = IndexFilter(RecordKind.ACHIEVEMENT)

# Words as they are cut from records: Chinese, grades, numbers with units, and signs that mean something to FTS5.
VOCABULARY = (
    "铝合金",
    "压铸",
    "密封",
    "qt400-18",
    "0.4mpa",
    "300mg/m3",
    "c++",
    "60%",
    "80°c",
    "adc12",
    "泵",
    "in",
)


@dataclass(frozen=True)
class Document:
    words: tuple[str, ...]
    record: Stored
    state: RecordState = RecordState.PUBLISHED


@pytest.fixture(params=["sqlite", "sqlite-milvus", "postgresql", "postgresql-database"])
def database_url(request: pytest.FixtureRequest) -> str:
    """What follows the database in the name is where the index is, see `lexical`."""
    kind, _, place = request.param.partition("-")
    url: str = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    return f"{url}#{place}" if place else url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    url, _, place = database_url.partition("#")
    database = Database(url, policy={"index": place or "memory"})
    yield database
    database.dispose()


@pytest.fixture
def lexical(database: Database, tmp_path: Path) -> Iterator[LexicalIndex]:
    with database.reading() as session:
        place = session.info["index"]
    address = f"milvus://{tmp_path}/milvus.db" if place == "milvus" else place
    index = open_lexical(Settings(_env_file=None, home=tmp_path, index=address), database, MODEL)
    yield index
    index.close()


def document(*words: str, state: RecordState = RecordState.PUBLISHED, **facts: Any) -> Document:
    return Document(words, Stored(new_id(), seed=1, **facts), state)


def write(database: Database, documents: Sequence[Document]) -> None:
    """A record has a vector exactly while it is published."""
    with database.unit_of_work() as session:
        for one in documents:
            session.add(
                SearchDocument(
                    record_id=one.record.record_id,
                    kind=one.record.kind.value,
                    state=one.state.value,
                    # What strangers may read must not count a second time.
                    member_words=" ".join(one.words),
                    length=len(one.words),
                )
            )
            session.flush()
            if one.state is RecordState.PUBLISHED:
                put(session, one.record)


def library(documents: Sequence[Document], kind: RecordKind = RecordKind.ACHIEVEMENT) -> list[Document]:
    return [one for one in documents if one.record.kind is kind and one.state is RecordState.PUBLISHED]


def brute_force(
    documents: Sequence[Document], query: Sequence[str], filter: IndexFilter
) -> dict[UUID, float]:
    published = library(documents, filter.kind)
    counts = [Counter(one.words) for one in published]
    scores = bm25(query, counts, CorpusStats.of(counts))
    return {
        one.record.record_id: score
        for one, score in zip(published, scores, strict=True)
        if score > 0 and one.record.passes(filter)
    }


words_of = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=25).map(tuple)
documents_of = st.lists(
    st.builds(
        lambda words, state, kind, trl: document(*words, state=state, kind=kind, trl=trl),
        words_of,
        st.sampled_from([RecordState.PUBLISHED] * 4 + [RecordState.DRAFT, RecordState.WITHDRAWN]),
        st.sampled_from([RecordKind.ACHIEVEMENT] * 3 + [RecordKind.DEMAND]),
        st.none() | st.integers(1, 9),
    ),
    max_size=14,
)


@given(
    documents=documents_of,
    query=st.lists(st.sampled_from([*VOCABULARY, "没有的词"]), max_size=12),
    k=st.integers(1, 20),
    min_trl=st.none() | st.integers(1, 9),
)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_scores_are_those_of_brute_force(
    database: Database,
    lexical: LexicalIndex,
    documents: list[Document],
    query: list[str],
    k: int,
    min_trl: int | None,
) -> None:
    with database.unit_of_work() as session:
        session.execute(delete(SearchDocument))
        session.execute(delete(RecordVector))
    write(database, documents)
    filter = replace(ALL, min_trl=min_trl)
    wanted = brute_force(documents, query, filter)
    with database.reading() as session:
        hits = lexical.search(session, query, k, filter)
    assert len(hits) == min(k, len(wanted))
    best = sorted(wanted.values(), reverse=True)[:k]
    np.testing.assert_allclose([hit.score for hit in hits], best, rtol=1e-9)
    for hit in hits:
        assert hit.score == pytest.approx(wanted[hit.record_id])


@given(documents=documents_of)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_statistics_are_those_of_the_published_documents(
    database: Database, lexical: LexicalIndex, documents: list[Document]
) -> None:
    with database.unit_of_work() as session:
        session.execute(delete(SearchDocument))
        session.execute(delete(RecordVector))
    write(database, documents)
    for kind in RecordKind:
        exact = CorpusStats.of([Counter(one.words) for one in library(documents, kind)])
        with database.reading() as session:
            found = lexical.statistics(session, kind, VOCABULARY)
        assert (found.n_docs, found.avgdl) == (exact.n_docs, pytest.approx(exact.avgdl))
        assert {word: df for word, df in found.df.items() if df} == dict(exact.df)


def test_every_part_of_the_filter_holds(database: Database, lexical: LexicalIndex) -> None:
    mine, far, old, other, withdrawn = (
        document("压铸", region="370102", fields=("401",)),
        document("压铸", region="110105", fields=("501",)),
        document("压铸", region="370102", fields=("402",), valid_until=date(2026, 1, 1)),
        document("压铸", kind=RecordKind.DEMAND, region="370102"),
        document("压铸", state=RecordState.WITHDRAWN, region="370102"),
    )
    write(database, [mine, far, old, other, withdrawn])

    def found(**parts: Any) -> set[UUID]:
        with database.reading() as session:
            hits = lexical.search(session, ["压铸"], 10, replace(ALL, **parts))
        return {hit.record_id for hit in hits}

    def ids(*documents: Document) -> set[UUID]:
        return {one.record.record_id for one in documents}

    assert found() == ids(mine, far, old)
    assert found(region="370000") == ids(mine, old)
    assert found(fields=("40",)) == ids(mine, old)
    assert found(valid_on=date(2026, 1, 2)) == ids(mine, far)
    assert found(exclude_ids=frozenset(ids(mine))) == ids(far, old)
    assert found(only_ids=frozenset(ids(mine))) == ids(mine)
    assert found(only_ids=frozenset()) == set()
    assert found(kind=RecordKind.MANAGER) == set()


def test_a_narrow_filter_is_answered_from_the_end_of_a_long_list(
    database: Database, lexical: LexicalIndex
) -> None:
    documents = [document("泵", *["密封"] * number) for number in range(60)]
    documents += [document("泵", *["密封"] * 70, trl=9) for _ in range(3)]
    write(database, documents)
    with database.reading() as session:
        hits = lexical.search(session, ["泵"], 2, replace(ALL, min_trl=9))
    assert len(hits) == 2
    assert {hit.record_id for hit in hits} <= {one.record.record_id for one in documents[60:]}


def test_a_long_query_keeps_its_rarest_words(database: Database, lexical: LexicalIndex) -> None:
    rare = [f"词{number}" for number in range(MAX_WORDS)]
    documents = [document("通用", word) for word in rare] + [document("通用")]
    write(database, documents)
    with database.reading() as session:
        hits = lexical.search(session, [*rare, "通用"], 100, ALL)
    # The word that all documents hold is the forty-first: it alone finds nothing.
    assert {hit.record_id for hit in hits} == {one.record.record_id for one in documents[:-1]}


def test_given_statistics_are_used(database: Database, lexical: LexicalIndex) -> None:
    documents = [document("泵", "密封"), document("泵", "压铸", "压铸")]
    write(database, documents)
    wider = CorpusStats(n_docs=1000, avgdl=50.0, df={"泵": 900, "压铸": 2})
    with database.reading() as session:
        hits = lexical.search(session, ["泵", "压铸"], 10, ALL, stats=wider)
    exact = bm25(["泵", "压铸"], [Counter(one.words) for one in reversed(documents)], wider)
    assert [hit.score for hit in hits] == pytest.approx(exact)


def test_a_word_newer_than_the_statistics_is_found_first(database: Database, lexical: LexicalIndex) -> None:
    documents = [document("泵", "密封"), document("泵", "adc12")]
    write(database, documents)
    old = CorpusStats(n_docs=50, avgdl=2.0, df={"泵": 40, "密封": 9})
    with database.reading() as session:
        hits = lexical.search(session, ["泵", "密封", "adc12"], 1, ALL, stats=old)
    assert [hit.record_id for hit in hits] == [documents[1].record.record_id]


def test_the_words_of_a_document_come_back_with_repeats(database: Database, lexical: LexicalIndex) -> None:
    documents = [document("泵", "c++", "泵"), document("密封", state=RecordState.DRAFT)]
    write(database, documents)
    with database.reading() as session:
        found = lexical.documents(session, [*(d.record.record_id for d in documents), new_id()])
    assert found == {one.record.record_id: list(one.words) for one in documents}


def test_a_rewritten_document_is_found_by_its_new_words_alone(
    database: Database, lexical: LexicalIndex
) -> None:
    one = document("泵", "密封")
    write(database, [one])
    with database.unit_of_work() as session:
        stored = session.query(SearchDocument).one()
        stored.member_words, stored.length = "压铸", 1
    with database.reading() as session:
        assert lexical.search(session, ["泵"], 5, ALL) == []
        assert len(lexical.search(session, ["压铸"], 5, ALL)) == 1


def test_nothing_is_found_by_nothing(database: Database, lexical: LexicalIndex) -> None:
    write(database, [document("泵")])
    with database.reading() as session:
        assert lexical.search(session, [], 5, ALL) == []
        assert lexical.search(session, ["泵"], 0, ALL) == []
        assert lexical.search(session, ["没有的词"], 5, ALL) == []
        assert lexical.documents(session, []) == {}


def test_another_database_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database.engine.dialect, "name", "oracle")
    with pytest.raises(ValueError, match="oracle"):
        open_lexical(Settings(_env_file=None), database, MODEL)
