"""Switching rankers: one command, everywhere at once, and back to the last byte."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.access.principal import SYSTEM
from app.accounts.models import AuditEntry
from app.database import Database
from app.errors import Conflict, NotFound
from app.events.outbox import Event
from app.matching.ranking import registry
from app.matching.ranking.models import RankerActivation, RankerModel
from app.matching.ranking.ranker import Ranker, load_ranker
from app.matching.ranking.registry import ActiveRanker
from tests.matching.training.test_fit import judged

SHIPPED = load_ranker()
FIRST = replace(SHIPPED, version="first", base=SHIPPED.base + 0.123456789012345, threshold=0.25)
SECOND = replace(SHIPPED, version="second", base=SHIPPED.base - 1 / 3)


@pytest.fixture
def registered(database: Database) -> Database:
    with database.unit_of_work() as session:
        for ranker in (FIRST, SECOND):
            registry.register(session, ranker, state=registry.TRAINED)
    return database


def use(database: Database, version: str) -> None:
    with database.unit_of_work() as session:
        registry.use(session, version, shipped=SHIPPED, principal=SYSTEM)


def back(database: Database) -> str:
    with database.unit_of_work() as session:
        return registry.rollback(session, shipped=SHIPPED, principal=SYSTEM)


def current(database: Database, process: ActiveRanker) -> Ranker:
    with database.reading() as session:
        return process.current(session)


def scores(ranker: Ranker) -> list[str]:
    """To the last bit."""
    return [ranker.score(one.features).hex() for one in judged(50)]


def test_every_process_follows_at_its_next_answer(registered: Database) -> None:
    here, there = ActiveRanker(SHIPPED), ActiveRanker(SHIPPED)
    for ranker in (FIRST, SECOND, SHIPPED):
        use(registered, ranker.version)
        assert current(registered, here) == ranker == current(registered, there)


def test_a_rollback_restores_scores_to_the_last_byte(registered: Database) -> None:
    process = ActiveRanker(SHIPPED)
    before = scores(current(registered, process))
    use(registered, "first")
    first = scores(current(registered, process))
    use(registered, "second")
    assert scores(current(registered, process)) != first
    assert back(registered) == "first"
    assert scores(current(registered, process)) == first
    assert back(registered) == SHIPPED.version
    assert scores(current(registered, process)) == before
    with pytest.raises(Conflict) as nothing_before:
        back(registered)
    assert nothing_before.value.problem_code == "no_model_before"


def test_after_a_rollback_one_goes_on_from_there(registered: Database) -> None:
    use(registered, "first")
    back(registered)
    use(registered, "second")
    assert back(registered) == SHIPPED.version


def test_a_switch_leaves_an_event_and_an_entry_in_the_audit(registered: Database) -> None:
    use(registered, "first")
    with registered.reading() as session:
        event = session.scalars(select(Event)).one()
        entry = session.scalars(select(AuditEntry)).one()
        actual = {"version": "first", "before": SHIPPED.version}
        assert (event.name, event.payload) == ("model.promoted", actual)
        assert (entry.action, entry.details) == ("model.use", f"{SHIPPED.version} → first")


@pytest.mark.parametrize(("version", "error"), [("nobody", NotFound), (SHIPPED.version, Conflict)])
def test_what_cannot_be_used_is_refused(registered: Database, version: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        use(registered, version)


def newer_release(database: Database) -> None:
    document: dict[str, Any] = SHIPPED.to_dict() | {"version": "of-tomorrow"}
    document["weights"] = {**document["weights"], "a_feature_of_tomorrow": 1.0}
    with database.unit_of_work() as session:
        session.add(RankerModel(version="of-tomorrow", document=document, state="trained"))


def test_a_model_that_this_release_cannot_read_is_not_used(registered: Database) -> None:
    newer_release(registered)
    with pytest.raises(Conflict, match="a_feature_of_tomorrow"):
        use(registered, "of-tomorrow")


def test_one_that_a_newer_release_made_active_leaves_this_process_as_it_was(registered: Database) -> None:
    process = ActiveRanker(SHIPPED)
    use(registered, "first")
    assert current(registered, process) == FIRST
    newer_release(registered)
    with registered.unit_of_work() as session:
        session.add(RankerActivation(seq=3, version="of-tomorrow", why="use"))
    assert current(registered, process) == FIRST


def test_one_version_is_one_ranker(registered: Database) -> None:
    with registered.unit_of_work() as session:
        registry.register(session, FIRST, state=registry.TRAINED)  # the same again
        with pytest.raises(Conflict):
            registry.register(session, replace(FIRST, base=0.0), state=registry.TRAINED)
