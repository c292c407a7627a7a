"""All demands at once: what the worker would store demand by demand, and a run that goes on where it was broken off."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select

from app.accounts.models import Organisation
from app.db import Database, new_id
from app.events import Event
from app.libraries.achievements.models import Achievement
from app.libraries.assigning import fill_defaults
from app.libraries.demands.models import Demand
from app.libraries.kinds import RecordState
from app.libraries.search import SearchDocument
from app.matching import batch, vectors
from app.matching.batch import match_all
from app.matching.handlers import ranked, store_ranked
from app.matching.index import open_index, open_lexical
from app.matching.models import Pair
from app.matching.pairs import Matcher
from app.matching.progress import Progress
from app.matching.ranker import Ranker
from app.matching.recommending import ManagerLookups
from app.settings import Settings
from tests.matching.vector_stores import DIMENSION, MODEL, unit

# Words decide whether a pair is good, whole texts which is the better one.
RANKER = Ranker("made up", base=-3.0, weights={"whole": 0.5, "words": 6.0}, threshold=0.5)
TOPICS = ("压铸 铝合金 模具", "密封 泵 阀门", "视觉 检测 缺陷")


class NoEmbedder:
    """Every record is stored with its vectors: nothing is embedded."""

    model_id = MODEL
    dimension = DIMENSION


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
            vectors.deactivate(session, id_)


def publish(session: Any, record: Demand | Achievement, topic: int, seed: int) -> UUID:
    owner = Organisation(id=new_id(), name=f"单位{new_id()}", kind="enterprise", region="370102", aliases=[])
    session.add(owner)
    session.flush()
    record.owner_org_id = owner.id
    fill_defaults(record)
    record.state, record.published_at = RecordState.PUBLISHED.value, datetime(2026, 1, 1, tzinfo=UTC)
    session.add(record)
    session.flush()
    words = TOPICS[topic].split()
    session.add(
        SearchDocument(
            record_id=record.id,
            kind=record.kind.value,
            state=record.state,
            member_words=" ".join(words),
            length=len(words),
        )
    )
    vector = unit(topic) + 0.3 * unit(seed)
    vector = np.asarray(vector / np.linalg.norm(vector), np.float32)
    vectors.store_vector(
        session,
        record_id=record.id,
        kind=record.kind,
        model_id=MODEL,
        text_hash=f"{seed:064x}",
        vector=vector,
        sentences=[TOPICS[topic]],
        sentence_vectors=vector[None, :],
        owner_org_id=owner.id,
        language="zh",
    )
    return record.id


@pytest.fixture
def library(database: Database, tmp_path: Path) -> Iterator[Library]:
    with database.unit_of_work() as session:
        achievements = [
            publish(session, Achievement(id=new_id(), number=f"A-{n}", title=f"成果{n}"), n % 3, 100 + n)
            for n in range(9)
        ]
        demands = [
            publish(session, Demand(id=new_id(), number=f"D-{n}", title=f"需求{n}"), n % 3, 200 + n)
            for n in range(7)
        ]
    index = open_index(Settings(_env_file=None, home=tmp_path), database, MODEL, DIMENSION)
    lexical = open_lexical(database)
    matcher = Matcher(
        embedder=NoEmbedder(),
        index=index,
        lexical=lexical,
        ranker=RANKER,
        indexer=None,
        lookups=ManagerLookups(open_load=lambda _session, _ids: {}),
        candidates=80,
    )
    yield Library(database, matcher, demands, achievements)
    lexical.close()
    index.close()


def run(library: Library, path: Path, version: str = "1", steps: list[tuple[int, int]] | None = None) -> Any:
    return match_all(
        library.database,
        library.matcher,
        progress=Progress(path, version),
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
    monkeypatch.setattr(batch, "_CHUNK", 2)

    class Stopped(Exception):
        pass

    def stop(done: int, _all: int) -> None:
        if done == 4:
            raise Stopped

    path = tmp_path / "folder" / "progress"
    with pytest.raises(Stopped):
        match_all(library.database, library.matcher, progress=Progress(path, "1"), on_progress=stop)
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
    kept = Progress(path, "1")
    kept.read()
    kept.add(library.demands[:5])
    again = Progress(path, "1")
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
        library.database, library.matcher, progress=Progress(tmp_path / "p", "1"), on_progress=take_back
    )
    assert (done.demands, done.gone) == (6, 1)
    assert gone not in {demand for demand, _ in library.pairs()}
