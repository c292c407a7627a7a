"""A reranker reads the best pairs of a list again: one score for a pair, on both sides, for as long as it holds."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.database import Database
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordState
from app.matching import matcher as matcher_module
from app.matching import pair_scorer
from app.matching.embedding import vector_store
from app.matching.handlers import _drop_pairs
from app.matching.matcher import Matcher
from app.matching.models import RerankedPair
from app.matching.reranker.cross_encoder import CrossEncoderReranker, TextPair
from app.matching.reranker.pair_values import PairValues
from app.matching.tools.bulk_ranking import match_all
from app.matching.tools.checkpoint import Checkpoint
from tests.matching.reranker.tiny_cross_encoder import make_cross_encoder
from tests.matching.small_store import RANKER, fill, index_record, matcher_on

WEIGHT = 2.0
WEIGHED = replace(RANKER, weights={**RANKER.weights, "reranked": WEIGHT})


@pytest.fixture(scope="module")
def reranker(tmp_path_factory: pytest.TempPathFactory) -> CrossEncoderReranker:
    return CrossEncoderReranker(make_cross_encoder(tmp_path_factory.mktemp("tiny") / "tiny"), device="cpu")


class Renamed:
    """The same model under another name, which counts the pairs that it reads."""

    ready = True

    def __init__(self, inner: CrossEncoderReranker, name: str) -> None:
        self._inner, self.name, self.read = inner, name, 0

    def load(self) -> None:
        return None

    def values(self, pairs: Sequence[TextPair]) -> Iterator[list[float]]:
        self.read += len(pairs)
        return self._inner.values(pairs)


def of_demand(database: Database, matcher: Matcher, id_: UUID) -> dict[UUID | None, float]:
    with database.reading() as session:
        items = matcher.for_demand(session, session.get_one(Demand, id_), grouped=False).items
    return {item.achievement_id: item.score for item in items}


def of_achievement(database: Database, matcher: Matcher, id_: UUID) -> dict[UUID | None, float]:
    with database.reading() as session:
        items = matcher.for_achievement(session, session.get_one(Achievement, id_)).items
    return {item.demand_id: item.score for item in items}


def stored(database: Database) -> dict[tuple[UUID, UUID], tuple[str, float]]:
    with database.reading() as session:
        return {
            (row.demand_id, row.achievement_id): (row.reranker, row.value)
            for row in session.scalars(select(RerankedPair))
        }


def logit(score: float) -> float:
    return math.log(score / (1 - score))


def test_a_pair_has_one_score_that_its_value_moved(
    database: Database, reranker: CrossEncoderReranker, tmp_path: Path
) -> None:
    demands, achievements = fill(database)
    demand = demands[0]
    counted = Renamed(reranker, "one")
    with matcher_on(database, tmp_path / "plain") as plain:
        before = of_demand(database, plain, demand)
    with matcher_on(
        database, tmp_path / "a", ranker=WEIGHED, pair_values=PairValues(counted, database)
    ) as one:
        after = of_demand(database, one, demand)
        assert list(after) != list(before)
        kept = stored(database)
        assert kept.keys() == {(demand, id_) for id_ in achievements}
        for id_ in achievements:
            moved = logit(after[id_]) - logit(before[id_])
            assert moved == pytest.approx(WEIGHT * kept[demand, id_][1], abs=1e-6)
        for id_ in achievements:
            assert of_achievement(database, one, id_)[demand] == pytest.approx(after[id_])
        with database.reading() as session:
            listed = one.now_of(session, session.get_one(Demand, demand), achievements)
        assert {id_: match.score for id_, match in listed.items()} == pytest.approx(after)
        assert 0 < counted.read <= len(stored(database)) == len(demands) * len(achievements)
    # Another process reads what this one stored.
    counted.read = 0
    with matcher_on(
        database, tmp_path / "b", ranker=WEIGHED, pair_values=PairValues(counted, database)
    ) as two:
        assert of_demand(database, two, demand) == after
        assert counted.read == 0


def test_only_the_first_and_the_good_are_read(
    database: Database, reranker: CrossEncoderReranker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pair_scorer, "FIRST", 4)
    demands, _ = fill(database)
    with matcher_on(database, tmp_path / "plain") as plain:
        before = of_demand(database, plain, demands[0])
    good = [id_ for id_, score in before.items() if score >= RANKER.threshold]
    assert len(good) < 4 < len(before)
    counted = Renamed(reranker, "one")
    with matcher_on(
        database, tmp_path / "a", ranker=WEIGHED, pair_values=PairValues(counted, database)
    ) as one:
        after = of_demand(database, one, demands[0])
    assert counted.read == 4
    first, others = list(before)[:4], list(before)[4:]
    assert {id_: after[id_] for id_ in others} == {id_: before[id_] for id_ in others}
    assert all(after[id_] != before[id_] for id_ in first)


def test_values_end_with_their_text_their_model_and_their_record(
    database: Database, reranker: CrossEncoderReranker, tmp_path: Path
) -> None:
    demands, achievements = fill(database)
    one, two = Renamed(reranker, "one"), Renamed(reranker, "two")
    with matcher_on(
        database, tmp_path / "a", ranker=WEIGHED, pair_values=PairValues(one, database)
    ) as matcher:
        of_demand(database, matcher, demands[0])
        of_demand(database, matcher, demands[1])
        before = stored(database)
        with database.unit_of_work() as session:
            index_record(session, session.get_one(Demand, demands[0]), topic=2, seed=900)
        of_demand(database, matcher, demands[0])
        changed = {key for key, row in stored(database).items() if row != before[key]}
        assert changed and {demand for demand, _ in changed} == {demands[0]}
    with matcher_on(
        database, tmp_path / "b", ranker=WEIGHED, pair_values=PairValues(two, database)
    ) as matcher:
        of_demand(database, matcher, demands[1])
        names = {demand: name for (demand, _), (name, _) in stored(database).items()}
        assert names == {demands[0]: "one", demands[1]: "two"}
        with database.unit_of_work() as session:
            session.get_one(Achievement, achievements[0]).state = RecordState.WITHDRAWN.value
            vector_store.deactivate(session, achievements[0])
            _drop_pairs(session, Achievement.kind, achievements[0])
        assert achievements[0] not in {achievement for _, achievement in stored(database)}
        match_all(database, matcher, progress=Checkpoint(tmp_path / "progress", "two"))
        assert {name for name, _ in stored(database).values()} == {"two"}
    with matcher_on(database, tmp_path / "off") as matcher:
        match_all(database, matcher, progress=Checkpoint(tmp_path / "progress", "off"))
    assert stored(database) == {}


def test_a_text_that_is_not_stored_is_read_and_leaves_nothing(
    database: Database, reranker: CrossEncoderReranker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.matching.candidates.loader import stored_encoded_records
    from tests.matching.index.vector_stores import MODEL

    demands, _ = fill(database)
    counted = Renamed(reranker, "one")
    with matcher_on(
        database, tmp_path / "a", ranker=WEIGHED, pair_values=PairValues(counted, database)
    ) as matcher:
        with database.reading() as session:
            same: Any = stored_encoded_records(session, MODEL, demands)[demands[0]]
        monkeypatch.setattr(matcher_module, "encode_record", lambda _indexer, _record: same)
        with database.reading() as session:
            found = matcher.for_text(session, "任意文字", looking_for=Achievement.kind)
        assert counted.read > 0
        assert stored(database) == {}
        counted.read = 0
        listed = of_demand(database, matcher, demands[0])
        assert counted.read == 0, "the process remembers what it has just read"
        shown = {item.achievement_id: item.score for item in found.items}
        assert shown == pytest.approx({id_: listed[id_] for id_ in shown}, abs=1e-6)
