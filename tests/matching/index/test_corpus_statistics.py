"""Word statistics of the store: kept up by the index of words, they are what reading every record gives."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.database import Database, new_id
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.search.full_text import SearchDocument
from app.matching.index import open_index, open_lexical
from app.matching.index.words.corpus_statistics import CorpusStatisticsCache
from app.matching.text.bm25 import CorpusStats
from app.settings import Settings
from tests.matching.index.vector_stores import DIMENSION, MODEL, Stored, put, remove


@dataclass
class Store:
    database: Database
    source: CorpusStatisticsCache

    def publish(self, *records: Stored) -> None:
        with self.database.unit_of_work() as session:
            for record in records:
                document = session.query(SearchDocument).filter_by(record_id=record.record_id).one_or_none()
                document = document or SearchDocument(record_id=record.record_id, kind=record.kind.value)
                document.state = RecordState.PUBLISHED.value
                words = ["泵", f"词{record.seed % 7}", *["密封"] * (record.seed % 3)]
                document.member_words, document.length = " ".join(words), len(words)
                session.add(document)
                session.flush()
                put(session, record)

    def withdraw(self, record_id: UUID) -> None:
        remove(self.database, record_id)
        with self.database.unit_of_work() as session:
            session.query(SearchDocument).filter_by(
                record_id=record_id
            ).one().state = RecordState.WITHDRAWN.value

    def current(self) -> CorpusStats:
        with self.database.reading() as session:
            return self.source.current(session)

    def read_anew(self) -> CorpusStats:
        """From every published achievement."""
        with self.database.reading() as session:
            documents = session.query(SearchDocument).filter_by(
                kind=RecordKind.ACHIEVEMENT.value, state=RecordState.PUBLISHED.value
            )
            return CorpusStats.of(Counter(document.member_words.split()) for document in documents)


@pytest.fixture
def store(database: Database, tmp_path: Path) -> Iterator[Store]:
    settings = Settings(_env_file=None, home=tmp_path)
    index = open_index(settings, database, MODEL, DIMENSION)
    lexical = open_lexical(settings, database, MODEL)
    yield Store(database, CorpusStatisticsCache(index, lexical))
    lexical.close()
    index.close()


def assert_same(one: CorpusStats, other: CorpusStats) -> None:
    assert (one.n_docs, one.avgdl) == (other.n_docs, pytest.approx(other.avgdl))
    assert dict(one.df) == dict(other.df)


def some(count: int, first: int, **facts: Any) -> list[Stored]:
    return [Stored(new_id(), seed=first + number, **facts) for number in range(count)]


def test_statistics_that_are_kept_up_are_those_of_reading_every_record(store: Store) -> None:
    assert_same(store.current(), store.read_anew())
    achievements = [*some(9, 0), *some(4, 50, language="en"), *some(2, 60, language=None)]
    demands = some(5, 100, kind=RecordKind.DEMAND)
    store.publish(*achievements, *demands, *some(1, 200, kind=RecordKind.MANAGER))
    assert_same(store.current(), store.read_anew())
    store.publish(replace(achievements[0], seed=300, language="en"), replace(demands[1], seed=301))
    store.withdraw(achievements[3].record_id)
    store.withdraw(demands[0].record_id)
    assert_same(store.current(), store.read_anew())


def test_what_others_ask_for_moves_no_statistics(store: Store) -> None:
    store.publish(*some(6, 0))
    before = store.read_anew()
    store.publish(*some(9, 100, kind=RecordKind.DEMAND), *some(2, 200, kind=RecordKind.MANAGER))
    assert_same(store.current(), before)


def test_statistics_are_renewed_when_enough_has_changed(store: Store) -> None:
    store.publish(*some(100, 0))
    before = store.current()
    store.publish(*some(1, 500))
    assert store.current() is before
    store.publish(*some(2, 600))
    assert store.current() is not before
