"""Stored impressions and judgements: once, as shown, and deleted after a time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.database import Database
from app.matching.feedback.impressions import (
    ShownPair,
    delete_old_impressions,
    is_recorded,
    record_impression,
)
from app.matching.feedback.judgements import judge, retract
from app.matching.feedback.models import Impression, Judgement
from app.matching.models import Pair
from app.matching.training.examples import collect_examples
from tests.matching.training.usage import BEGIN, END, SURFACE, Town, build

LATER = BEGIN + timedelta(hours=1)


@pytest.fixture
def town(database: Database) -> Town:
    return build(database, demands=1, achievements=3, viewers=2)


def shown(town: Town, *, whole: float = 0.25) -> list[ShownPair]:
    return [
        ShownPair(position, town.demands[0], one, 0.5, {"whole": whole, "words": 0.1 * position})
        for position, one in enumerate(town.achievements, 1)
    ]


def show(database: Database, town: Town, *, viewer: UUID, whole: float = 0.25, days: int = 0) -> bool:
    with database.unit_of_work() as session:
        return record_impression(
            session,
            surface=SURFACE,
            viewer_id=viewer,
            subject_id=town.demands[0],
            pairs=shown(town, whole=whole),
            model_version="start",
            at=BEGIN + timedelta(days=days),
        )


def say(database: Database, town: Town, signal: str, **more: object) -> None:
    with database.unit_of_work() as session:
        judge(
            session,
            demand_id=town.demands[0],
            achievement_id=town.achievements[1],
            actor_id=town.viewers[0],
            signal=signal,
            **{"at": LATER, **more},  # type: ignore[arg-type]  # whatever the test wants to say
        )


def kept(database: Database) -> list[Judgement]:
    with database.reading() as session:
        found = list(session.scalars(select(Judgement).order_by(Judgement.signal)))
        session.expunge_all()
        return found


def test_the_same_list_on_one_day_is_kept_once(database: Database, town: Town) -> None:
    viewer = town.viewers[0]
    assert show(database, town, viewer=viewer)
    assert not show(database, town, viewer=viewer, whole=0.26)  # scores waver, the list is the same
    assert show(database, town, viewer=viewer, days=1)
    assert show(database, town, viewer=town.viewers[1])
    with database.reading() as session:
        assert is_recorded(session, viewer_id=viewer, subject_id=town.demands[0], pairs=shown(town), at=BEGIN)
        assert not is_recorded(
            session, viewer_id=viewer, subject_id=town.demands[0], pairs=shown(town)[:2], at=BEGIN
        )


def test_a_judgement_keeps_what_was_shown_and_not_what_is(database: Database, town: Town) -> None:
    show(database, town, viewer=town.viewers[0], whole=0.25)
    with database.unit_of_work() as session:
        session.add(
            Pair(
                demand_id=town.demands[0],
                achievement_id=town.achievements[1],
                score=0.9,
                features={"whole": 0.99},
                model_version="newer",
                index_position=1,
                demand_version=1,
                achievement_version=1,
            )
        )
    say(database, town, "accepted")
    (judgement,) = kept(database)
    assert (judgement.position, judgement.surface, judgement.model_version) == (2, SURFACE, "start")
    assert judgement.features["whole"] == 0.25
    assert judgement.shown_at == BEGIN


def test_without_a_list_the_ranked_pair_tells_the_features(database: Database, town: Town) -> None:
    say(database, town, "accepted", surface="inbox", position=4)
    (judgement,) = kept(database)
    assert judgement.features == {}
    assert (judgement.surface, judgement.position) == ("inbox", 4)
    with database.reading() as session:
        assert collect_examples(session, until=END).examples == ()  # nothing known of it: nothing to learn


def test_saying_it_again_changes_nothing(database: Database, town: Town) -> None:
    show(database, town, viewer=town.viewers[0])
    say(database, town, "declined", reason="price")
    before = [(one.id, one.judged_at) for one in kept(database)]
    say(database, town, "declined", reason="price", at=LATER + timedelta(hours=1))
    assert [(one.id, one.judged_at) for one in kept(database)] == before
    say(database, town, "declined", reason="outside_need", at=LATER + timedelta(hours=2))
    (judgement,) = kept(database)
    assert judgement.reason == "outside_need"
    say(database, town, "declined", reason="price", at=LATER)  # an event that comes late
    assert [one.reason for one in kept(database)] == ["outside_need"]


def test_what_was_taken_back_teaches_nothing_until_said_again(database: Database, town: Town) -> None:
    show(database, town, viewer=town.viewers[0])
    pair: dict[str, Any] = {"demand_id": town.demands[0], "achievement_id": town.achievements[1]}
    say(database, town, "accepted")
    for expected in (1, 0):
        with database.unit_of_work() as session:
            assert retract(session, **pair, actor_id=town.viewers[0], signals=["accepted"]) == expected
    with database.reading() as session:
        assert not any(one.answered for one in collect_examples(session, until=END).examples)
    say(database, town, "accepted", at=LATER + timedelta(minutes=1))
    with database.reading() as session:
        assert [one.value for one in collect_examples(session, until=END).examples if one.answered] == [0.9]


def test_the_furthest_that_a_pair_came_is_what_counts(database: Database, town: Town) -> None:
    show(database, town, viewer=town.viewers[0])
    for minutes, signal in enumerate(["contract_signed", "accepted", "engagement_opened"]):
        say(database, town, signal, at=LATER + timedelta(minutes=minutes))
    with database.reading() as session:
        (answered,) = (one for one in collect_examples(session, until=END).examples if one.answered)
    assert answered.value == 1.0
    assert answered.weight > 4.0  # of a contract, and corrected for its place


def test_silence_counts_only_of_those_who_answer_at_all(database: Database, town: Town) -> None:
    for viewer in town.viewers:
        show(database, town, viewer=viewer)
    say(database, town, "accepted")
    with database.reading() as session:
        examples = collect_examples(session, until=END).examples
    assert {one.viewer_id for one in examples} == {town.viewers[0]}
    assert len(examples) == 3  # one answered, two not


def test_silence_counts_only_when_there_was_time_to_answer(database: Database, town: Town) -> None:
    show(database, town, viewer=town.viewers[0])
    say(database, town, "accepted")
    with database.reading() as session:
        for days, expected in ((13, 1), (15, 3)):
            assert len(collect_examples(session, until=BEGIN + timedelta(days=days)).examples) == expected


def test_old_lists_are_forgotten_and_judgements_kept(database: Database, town: Town) -> None:
    show(database, town, viewer=town.viewers[0])
    show(database, town, viewer=town.viewers[0], days=30)
    say(database, town, "accepted")
    with database.unit_of_work() as session:
        assert (
            delete_old_impressions(session, older_than=timedelta(days=10), at=BEGIN + timedelta(days=31)) == 1
        )
    with database.reading() as session:
        assert len(session.scalars(select(Impression)).all()) == 1
        assert any(one.features["whole"] == 0.25 for one in collect_examples(session, until=END).examples)


@pytest.mark.parametrize("signal", ["liked", "unanswered"])
def test_an_unknown_signal_is_an_error(database: Database, town: Town, signal: str) -> None:
    with pytest.raises(ValueError, match="not a signal"):
        say(database, town, signal)
    assert kept(database) == []
