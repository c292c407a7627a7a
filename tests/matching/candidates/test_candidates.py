"""Candidates in memory: never an old one, never a forbidden one, and the same answer with and without them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from app.database import Database, new_id
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import PublishMode, RecordState
from app.matching.embedding import vector_store
from app.matching.matcher import Matcher
from app.matching.prefetch import Prefetcher
from app.matching.ranking.ranker import load_ranker
from app.matching.results import MatchAnswer
from tests.matching.small_store import fill, index_record, matcher_on, publish

Answer = dict[UUID | None, tuple[float, dict[str, float], dict[str, Any]]]


@pytest.fixture
def ids(database: Database) -> tuple[list[UUID], list[UUID]]:
    return fill(database)


@pytest.fixture
def matcher(database: Database, ids: Any, tmp_path: Path) -> Iterator[Matcher]:
    with matcher_on(database, tmp_path, ranker=load_ranker()) as made:
        yield made


@contextmanager
def texts_read(database: Database) -> Iterator[list[str]]:
    """Statements that read sentence vectors."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "sentence_vectors" in statement:
            found.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield found
    event.remove(database.engine, "before_cursor_execute", note)


def of_demand(database: Database, matcher: Matcher, demand: UUID) -> MatchAnswer:
    with database.reading() as session:
        return matcher.for_demand(session, session.get_one(Demand, demand))


def by_achievement(answer: MatchAnswer) -> Answer:
    return {
        item.achievement_id: (item.score, dict(item.features), dict(item.reasons)) for item in answer.items
    }


def read_all(database: Database, matcher: Matcher) -> None:
    Prefetcher(database, matcher).run(Event())


def change(session: Any, id_: UUID, topic: int, seed: int, **changes: Any) -> None:
    record = session.get_one(Achievement, id_)
    for name, value in changes.items():
        setattr(record, name, value)
    session.flush()
    index_record(session, record, topic, seed)


def test_read_ahead_or_not_the_answer_is_the_same(
    database: Database, ids: Any, matcher: Matcher, tmp_path: Path
) -> None:
    demand = ids[0][0]
    read_all(database, matcher)
    with texts_read(database) as statements:
        warm = of_demand(database, matcher, demand)
    assert len(statements) == 1, "the demand's own"
    with matcher_on(database, tmp_path, ranker=load_ranker(), candidates_memory_mb=0) as forgetful:
        for _ in range(2):
            with texts_read(database) as statements:
                cold = of_demand(database, forgetful, demand)
            assert len(statements) == 2, "the demand's own, and the candidates'"
    assert by_achievement(cold) == by_achievement(warm)
    assert len(warm.items) == 9


def test_prefetching_ends_on_request_or_when_the_database_fails(
    database: Database, ids: Any, matcher: Matcher, tmp_path: Path
) -> None:
    actual = Event()
    actual.set()
    Prefetcher(database, matcher).run(actual)
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    Prefetcher(empty, matcher).run(Event())
    empty.dispose()
    with texts_read(database) as statements:
        assert of_demand(database, matcher, ids[0][0]).items
    assert len(statements) == 2, "nothing was read ahead"


def test_a_pair_has_the_same_score_from_either_side(database: Database, ids: Any, matcher: Matcher) -> None:
    demands, achievements = ids
    for demand in demands:
        asked = by_achievement(of_demand(database, matcher, demand))
        for achievement in achievements:
            with database.reading() as session:
                found = matcher.for_achievement(session, session.get_one(Achievement, achievement))
            (mine,) = [item for item in found.items if item.demand_id == demand]
            assert mine.score == pytest.approx(asked[achievement][0], abs=1e-6)
            assert dict(mine.features) == pytest.approx(asked[achievement][1], abs=1e-6)


def test_what_others_ask_for_moves_no_pair(database: Database, ids: Any, matcher: Matcher) -> None:
    demand = ids[0][0]
    before = by_achievement(of_demand(database, matcher, demand))
    with database.unit_of_work() as session:
        for number in range(12):
            # The first three ask for what this demand asks for.
            publish(session, Demand(id=new_id(), number=f"D-1{number}", title="同一需求"), number % 3, 200)
    assert by_achievement(of_demand(database, matcher, demand)) == before


def test_copies_of_an_achievement_stand_behind_it_and_move_no_other(
    database: Database, ids: Any, matcher: Matcher
) -> None:
    demand, original = ids[0][0], ids[1][0]
    before = of_demand(database, matcher, demand)
    with database.unit_of_work() as session:
        copies = {
            publish(session, Achievement(id=new_id(), number=f"A-1{number}", title="成果0"), 0, 100)
            for number in range(3)
        }
    after = of_demand(database, matcher, demand)
    # The records are equal: any of them may be the first.
    (first,) = {item.achievement_id for item in after.items} & (copies | {original})
    assert [item.achievement_id for item in after.items] == [
        first if item.achievement_id == original else item.achievement_id for item in before.items
    ]
    for old, new in zip(before.items, after.items, strict=True):
        assert (new.score, new.features) == (old.score, old.features)
        assert set(new.similar) - set(old.similar) == (
            (copies | {original}) - {first} if new.achievement_id == first else set()
        )


def test_a_change_is_seen_by_the_next_answer(database: Database, ids: Any, matcher: Matcher) -> None:
    (demand, *_), (first, second, *_) = ids
    with database.unit_of_work() as session:
        session.get_one(Demand, demand).min_trl = 8
    before = by_achievement(of_demand(database, matcher, demand))
    assert before[first][1]["trl"] == 0.0
    with database.unit_of_work() as session:
        change(session, first, 0, 100, trl=6)
        session.get_one(Achievement, second).state = RecordState.WITHDRAWN.value
        vector_store.deactivate(session, second)
    after = by_achievement(of_demand(database, matcher, demand))
    assert after[first][1]["trl"] == -1.0
    assert second not in after
    assert before.keys() - after.keys() == {second}


def test_excluded_managers_are_left_out_and_a_confidential_owner_stays_hidden(
    database: Database, ids: Any, matcher: Matcher
) -> None:
    (demand, *_), (first, second, *_) = ids
    read_all(database, matcher)
    with database.unit_of_work() as session:
        owner = session.get_one(Demand, demand).owner_org_id
        for id_, mode in ((first, PublishMode.PUBLIC), (second, PublishMode.CONFIDENTIAL)):
            change(session, id_, 0, 100, co_org_ids=[str(owner)], publish_mode=mode.value)
    answer = of_demand(database, matcher, demand)
    assert answer.left_out == {"same_owner": 1}
    assert first not in by_achievement(answer)
    assert second in by_achievement(answer)


def test_what_was_undone_is_not_remembered(database: Database, ids: Any, matcher: Matcher) -> None:
    (demand, *_), (first, *_) = ids
    with database.unit_of_work() as session:
        session.get_one(Demand, demand).min_trl = 8

    class Undone(Exception):
        pass

    def ask_and_undo() -> None:
        with database.unit_of_work() as session:
            change(session, first, 0, 100, trl=6)
            matcher.for_demand(session, session.get_one(Demand, demand))
            raise Undone

    with pytest.raises(Undone):
        ask_and_undo()
    with database.unit_of_work() as session:
        # On SQLite this row gets the number that the one before would have had.
        change(session, first, 0, 100, trl=7)
    assert by_achievement(of_demand(database, matcher, demand))[first][1]["trl"] == -0.5
