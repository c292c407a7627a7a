"""All demands at once: what the worker would store demand by demand, and a run that goes on where it was broken off."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.database import Database
from app.events.outbox import Event
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordState
from app.matching.embedding import vector_store
from app.matching.matcher import Matcher
from app.matching.models import Pair
from app.matching.stored_rankings import ranked, store_ranked
from app.matching.tools import bulk_ranking
from app.matching.tools.bulk_ranking import match_all
from app.matching.tools.checkpoint import Checkpoint
from tests.matching.small_store import fill, matcher_on


@dataclass
class Library:
    database: Database
    matcher: Matcher
    demands: list[UUID]
    achievements: list[UUID]

    def pairs(self) -> dict[tuple[UUID, UUID], tuple[float, dict[str, Any]]]:
        with self.database.reading() as session:
            return {
                (pair.demand_id, pair.achievement_id): (round(pair.score, 6), pair.reasons)
                for pair in session.scalars(select(Pair))
            }

    def ranked_events(self) -> list[UUID | None]:
        with self.database.reading() as session:
            return list(session.scalars(select(Event.subject_id).where(Event.name == "pairs.ranked")))

    def withdraw(self, id_: UUID) -> None:
        with self.database.unit_of_work() as session:
            session.get_one(Demand, id_).state = RecordState.WITHDRAWN.value
            vector_store.deactivate(session, id_)


@pytest.fixture
def library(database: Database, tmp_path: Path) -> Iterator[Library]:
    demands, achievements = fill(database)
    with matcher_on(database, tmp_path) as matcher:
        yield Library(database, matcher, demands, achievements)


def run(library: Library, path: Path, version: str = "1", steps: list[tuple[int, int]] | None = None) -> Any:
    return match_all(
        library.database,
        library.matcher,
        progress=Checkpoint(path, version),
        on_progress=lambda done, all_: (steps if steps is not None else []).append((done, all_)),
    )


def test_the_pairs_are_those_that_the_worker_stores(library: Library, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    done = run(library, tmp_path / "progress", steps=steps)
    together = library.pairs()
    assert (done.demands, done.pairs, done.skipped, done.gone) == (7, len(together), 0, 0)
    # Every demand has the three achievements of its topic.
    assert {
        demand: sum(pair[0] == demand for pair in together) for demand in library.demands
    } == dict.fromkeys(library.demands, 3)
    assert (steps[0], steps[-1]) == ((0, 7), (7, 7))
    assert sorted(map(str, library.ranked_events())) == sorted(map(str, library.demands))
    for id_ in library.demands:
        with library.database.unit_of_work() as session:
            store_ranked(session, id_, ranked(session, library.matcher, session.get_one(Demand, id_)))
    assert library.pairs() == together


def test_a_run_that_was_broken_off_goes_on_where_it_stopped(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_ranking, "_CHUNK", 2)

    class Stopped(Exception):
        pass

    def stop(done: int, _all: int) -> None:
        if done == 4:
            raise Stopped

    path = tmp_path / "folder" / "progress"
    with pytest.raises(Stopped):
        match_all(library.database, library.matcher, progress=Checkpoint(path, "1"), on_progress=stop)
    assert len(library.ranked_events()) == 4
    with path.open("a") as file:
        file.write("half a li")
    library.withdraw(next(id_ for id_ in library.demands if id_ not in library.ranked_events()))
    done = run(library, path)
    assert (done.demands, done.skipped) == (2, 4)
    assert len(library.ranked_events()) == 6
    assert not path.exists()


def test_progress_of_another_ranker_counts_for_nothing(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "progress"
    kept = Checkpoint(path, "1")
    kept.read()
    kept.add(library.demands[:5])
    again = Checkpoint(path, "1")
    again.read()
    assert again.done == {id_.hex for id_ in library.demands[:5]}
    done = run(library, path, version="2")
    assert (done.demands, done.skipped) == (7, 0)


def test_a_demand_that_was_taken_back_meanwhile_gets_no_pairs(library: Library, tmp_path: Path) -> None:
    gone = library.demands[0]

    def take_back(done: int, _all: int) -> None:
        if done == 0:
            library.withdraw(gone)

    done = match_all(
        library.database, library.matcher, progress=Checkpoint(tmp_path / "p", "1"), on_progress=take_back
    )
    assert (done.demands, done.gone) == (6, 1)
    assert gone not in {demand for demand, _ in library.pairs()}
