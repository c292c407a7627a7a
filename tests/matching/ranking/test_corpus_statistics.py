"""What is usual in the store: kept up by the indexes, it is what reading every record gives."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from app.database import Database, new_id
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.search.full_text import SearchDocument
from app.matching.index import open_index, open_lexical
from app.matching.ranking.baseline import SAMPLE
from app.matching.ranking.corpus_statistics import CorpusStatisticsCache, StoreStatistics
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

    def current(self) -> StoreStatistics:
        with self.database.reading() as session:
            return self.source.current(session)

    def read_anew(self) -> StoreStatistics:
        with self.database.reading() as session:
            return self.source.without(session, [])


@pytest.fixture
def store(database: Database, tmp_path: Path) -> Iterator[Store]:
    index = open_index(Settings(_env_file=None, home=tmp_path), database, MODEL, DIMENSION)
    lexical = open_lexical(database)
    yield Store(database, CorpusStatisticsCache(index, lexical))
    lexical.close()
    index.close()


def assert_same(one: StoreStatistics, other: StoreStatistics) -> None:
    for mine, theirs in (
        (one.pairs.demands, other.pairs.demands),
        (one.pairs.achievements, other.pairs.achievements),
        (one.managers, other.managers),
    ):
        assert mine.means.keys() == theirs.means.keys()
        for language, mean in mine.means.items():
            np.testing.assert_allclose(mean, theirs.means[language], atol=1e-6)
        np.testing.assert_allclose(mine.sample, theirs.sample, atol=1e-5)
    words, theirs_ = one.pairs.achievement_words, other.pairs.achievement_words
    assert (words.n_docs, words.avgdl) == (theirs_.n_docs, pytest.approx(theirs_.avgdl))
    assert dict(words.df) == dict(theirs_.df)


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


@pytest.mark.slow
def test_the_sample_of_a_larger_library_is_evenly_spaced(store: Store) -> None:
    store.publish(*some(SAMPLE + 5, 0))
    found = store.current()
    assert len(found.pairs.achievements.sample) == -(-(SAMPLE + 5) // 2)
    assert_same(found, store.read_anew())


def test_statistics_are_renewed_when_enough_has_changed(store: Store) -> None:
    store.publish(*some(100, 0))
    before = store.current()
    store.publish(*some(1, 500))
    assert store.current() is before
    store.publish(*some(2, 600))
    assert store.current() is not before
