"""Indexes in memory follow PostgreSQL in the order of commits, which is not the order of numbers."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from app.database import Database
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.search.full_text import SearchDocument
from app.matching.embedding import vector_store
from app.matching.index import Hit, IndexFilter
from app.matching.index.vectors.faiss import FaissIndex
from app.matching.index.words.memory import MemoryLexicalIndex
from app.matching.models import RecordVector
from tests.matching.index.vector_stores import DIMENSION, MODEL, Stored, put, some, unit

ALL = IndexFilter(RecordKind.ACHIEVEMENT)

pytestmark = pytest.mark.postgresql


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    yield database
    database.dispose()


class Followers:
    """Both indexes of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._vectors = FaissIndex(database, MODEL, DIMENSION)
        self._words = MemoryLexicalIndex(database, MODEL)

    def found(self) -> tuple[set[Stored], set[Stored]]:
        """The records that vectors find, and those that words find, each with the seed that it was stored with."""
        with self._database.reading() as session:
            by_vector = self._vectors.search(session, unit(0), 1000, ALL)
            by_word = self._words.search(session, ["泵"], 1000, ALL)
            seeds = {hit.record_id: self._seed(session, hit) for hit in by_vector}
        return (
            {Stored(id_, seed) for id_, seed in seeds.items()},
            {Stored(hit.record_id, seeds[hit.record_id]) for hit in by_word if hit.record_id in seeds},
        )

    def _seed(self, session: Session, hit: Hit) -> int:
        """Which vector the index has: the one whose product with itself is one."""
        for seed in range(200):
            (similarity,) = self._vectors.similarities(session, unit(seed), [hit.record_id])
            if similarity > 0.99:
                return seed
        raise AssertionError(f"{hit.record_id} has the vector of no seed")

    def close(self) -> None:
        self._vectors.close()
        self._words.close()


@pytest.fixture
def followers(postgres: Database) -> Iterator[Followers]:
    made = Followers(postgres)
    yield made
    made.close()


def _write(session: Session, record: Stored) -> None:
    document = session.query(SearchDocument).filter_by(record_id=record.record_id).one_or_none()
    if document is None:
        document = SearchDocument(record_id=record.record_id, kind=record.kind.value)
        session.add(document)
    document.state, document.member_words, document.length = RecordState.PUBLISHED.value, "泵", 1
    session.flush()
    put(session, record)


def _remove(session: Session, record: Stored) -> None:
    session.query(SearchDocument).filter_by(
        record_id=record.record_id
    ).one().state = RecordState.WITHDRAWN.value
    vector_store.deactivate(session, record.record_id)


def test_a_commit_with_lower_numbers_after_one_with_higher_is_seen(
    postgres: Database, followers: Followers
) -> None:
    first, second = some(2)
    followers.found()
    with postgres.unit_of_work() as slow:
        _write(slow, first)
        with postgres.unit_of_work() as fast:
            _write(fast, second)
        assert followers.found() == ({second}, {second})
    assert followers.found() == ({first, second}, {first, second})


TRANSACTIONS = 3
# A step of one of the transactions that are open side by side: a record of its own is written or removed, or it ends.
_STEPS = st.lists(
    st.tuples(st.integers(0, TRANSACTIONS - 1), st.sampled_from(["write", "remove", "commit", "roll back"])),
    max_size=25,
)


@given(steps=_STEPS)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_order_of_commits_is_followed(
    postgres: Database, followers: Followers, steps: list[tuple[int, str]]
) -> None:
    with postgres.unit_of_work() as session:
        session.execute(delete(SearchDocument))
        session.execute(delete(RecordVector))
    ids = [record.record_id for record in some(TRANSACTIONS)]
    committed: dict[int, Stored] = {}
    with (
        Session(postgres.engine) as one,
        Session(postgres.engine) as two,
        Session(postgres.engine) as three,
    ):
        sessions = (one, two, three)
        pending: dict[int, Stored | None] = {}
        for seed, (number, step) in enumerate(steps, start=1):
            session, now = sessions[number], pending.get(number, committed.get(number))
            if step == "write":
                pending[number] = Stored(ids[number], seed)
                _write(session, Stored(ids[number], seed))
            elif step == "remove" and now is not None:
                pending[number] = None
                _remove(session, now)
            elif step == "commit":
                session.commit()
                if number in pending:
                    after = pending.pop(number)
                    committed.pop(number, None)
                    committed.update({number: after} if after else {})
            elif step == "roll back":
                session.rollback()
                pending.pop(number, None)
            wanted = set(committed.values())
            assert followers.found() == (wanted, wanted)


def test_followers_survive_a_restart_of_the_database(postgres: Database, followers: Followers) -> None:
    first, second = some(2)
    with postgres.unit_of_work() as session:
        _write(session, first)
    assert followers.found() == ({first}, {first})
    with postgres.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    with postgres.unit_of_work() as session:
        _write(session, second)
    assert followers.found() == ({first, second}, {first, second})
