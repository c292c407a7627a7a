"""The change of the model with each index and a replica: answers of the old space, then those of a store made anew."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from milvus_lite.adapter.grpc.server import start_server_in_thread
from sqlalchemy import delete, select

from app.bootstrap.services import build_services, close
from app.database import Database
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.index import IndexFilter
from app.matching.matcher import Matcher
from app.matching.models import Embedding, EmbeddingSpace, RecordVector
from app.matching.tools.checkpoint import Checkpoint
from app.matching.tools.reindex import reindex
from app.services import Services
from app.settings import Settings
from app.store.transfer import transfer
from tests.matching.spaces.conftest import LEAST, NEW, OLD, TITLES, Store
from tests.replica.standby import Standby, standby_of
from tests.support.embedders import BigramEmbedder, TrigramEmbedder
from tests.support.http import ok
from tests.support.services import demo_settings

BACK_ENDS = ("memory", "milvus", "pgvector", "pgvector-replica")

_ALL = IndexFilter(RecordKind.ACHIEVEMENT)

Found = list[tuple[UUID | None, float]]
"""Records with their scores, best first."""

TEXTS = ("储罐内壁需要耐盐雾的防腐涂料", "轴承状态监测", "graphene coating 石墨烯")


@pytest.fixture(params=BACK_ENDS)
def back_end(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def standby(back_end: str, stack: ExitStack, request: pytest.FixtureRequest) -> Standby | None:
    if not back_end.endswith("-replica"):
        return None
    return stack.enter_context(standby_of(request.getfixturevalue("postgres_url")))


@pytest.fixture
def settings(
    back_end: str, stack: ExitStack, standby: Standby | None, tmp_path: Path, request: pytest.FixtureRequest
) -> Settings:
    others: dict[str, Any] = {}
    if back_end == "milvus":
        server, engine, port = start_server_in_thread(str(tmp_path / "milvus"), port=0)
        stack.callback(engine.close)
        stack.callback(lambda: server.stop(grace=None).wait())
        others["index"] = f"milvus://127.0.0.1:{port}"
    elif back_end.startswith("pgvector"):
        others["index"] = "database"
    if standby is not None:
        others["database_read_url"] = standby.url()
    on_postgresql = back_end.startswith("pgvector")
    return demo_settings(
        home=tmp_path / "home",
        database_url=request.getfixturevalue("postgres_url" if on_postgresql else "sqlite_url"),
        model=OLD,
        worker_in_service=False,
        log_json=False,
        push_threshold=LEAST,
        **others,
    )


def answers(services: Services) -> dict[str, Found]:
    """What the process finds for every demand, and for texts in both directions."""
    matcher = services[Matcher]
    found = {}
    with services[Database].reading() as session:
        for demand in session.scalars(select(Demand).order_by(Demand.id)):
            found[str(demand.id)] = matcher.for_demand(session, demand, grouped=False)
        for kind in (RecordKind.ACHIEVEMENT, RecordKind.DEMAND):
            for text in TEXTS:
                found[f"{kind}: {text}"] = matcher.for_text(session, text, looking_for=kind)
    return {
        asked: [
            (one.demand_id if asked.startswith(RecordKind.DEMAND) else one.achievement_id, one.score)
            for one in answer.items
        ]
        for asked, answer in found.items()
    }


def entries(database: Database) -> dict[UUID, tuple[Any, ...]]:
    """What the new model's space says of each record that is in it."""
    with database.reading() as session:
        query = select(RecordVector).where(RecordVector.model_id == NEW, RecordVector.active)
        return {
            row.record_id: (
                row.kind, row.text_hash, row.region, row.trl, row.field_codes, row.language, row.owner_org_id,
                row.valid_until, row.sentences, row.sentence_vectors, row.traits,
                np.asarray(row.vector).tobytes(),
            )
            for row in session.scalars(query)
        }  # fmt: skip


def built_with_the_new_model(store: Store, folder: Path) -> Services:
    """The same records in a store that never had another model."""
    url = f"sqlite:///{folder}/fresh.db"
    target = Database(url)
    assert transfer(store.database, target, on_table=lambda *_: None).different == ()
    with target.unit_of_work() as session:
        for table in (EmbeddingSpace, RecordVector, Embedding):
            session.execute(delete(table))
    kept = Checkpoint(folder / "progress", NEW)
    reindex(target, MatchingIndexer(target, TrigramEmbedder()), progress=kept, ranker_version="1")
    target.dispose()
    plain = {"index": "memory", "database_read_url": None, "model": NEW, "database_url": url}
    return build_services(store.settings.model_copy(update=plain), embedder=TrigramEmbedder())


def same(found: dict[str, Found], wanted: dict[str, Found]) -> bool:
    assert {asked: [id_ for id_, _ in items] for asked, items in found.items()} == {
        asked: [id_ for id_, _ in items] for asked, items in wanted.items()
    }
    for asked, items in found.items():
        assert [score for _, score in items] == pytest.approx([score for _, score in wanted[asked]], abs=1e-6)
    return True


def test_answers_are_the_old_models_until_the_change_and_those_of_a_new_store_after_it(
    store: Store, tmp_path: Path
) -> None:
    before = answers(store.services)
    assert any(before.values())
    store.run("switch", NEW, "--hold")
    store.fill()
    assert same(answers(store.services), before), "a second space that is complete serves nobody"
    store.achievement("海洋平台重防腐涂层")
    store.change("石墨烯导电防腐底漆", of=store.achievements[1])
    store.withdraw(store.achievements[3])
    store.drain()
    by_old = answers(store.services)
    assert store.titles() == {*(TITLES[0], TITLES[2]), "石墨烯导电防腐底漆", "海洋平台重防腐涂层"}
    store.run("switch", NEW)
    with store.filler() as filler:
        while store.states()[NEW] != "serving":
            filler.step()
            assert same(answers(store.services), by_old)
    fresh = built_with_the_new_model(store, tmp_path)
    assert entries(store.database) == entries(fresh[Database]), "complete when it serves"
    assert store.follow()
    wanted = answers(fresh)
    assert wanted.keys() == by_old.keys()
    assert wanted != by_old
    assert same(answers(store.services), wanted)
    other = build_services(store.settings, embedder=BigramEmbedder())
    assert same(answers(other), wanted), "a process that starts answers the same"
    close(other)
    close(fresh)


def test_while_processes_change_over_each_finds_what_the_other_published(store: Store) -> None:
    """The words of both are one index where it is outside of the processes."""
    store.run("switch", NEW)
    store.fill()
    other = build_services(store.settings, embedder=BigramEmbedder())
    assert (store.answers_by, other[Matcher].index.model_id) == (OLD, NEW)
    published = UUID(store.achievement("盾构机刀盘耐磨堆焊"))

    def found_by_words(services: Services) -> set[UUID]:
        matcher = services[Matcher]
        with services[Database].reading() as session:
            words = ["盾构机", "刀盘", "耐磨", "堆焊"]
            hits = matcher.lexical.search(session, words, 5, _ALL)
        return {hit.record_id for hit in hits}

    assert found_by_words(other) == set(), "it has no vector of this model yet"
    assert found_by_words(store.services) == {published}
    store.drain()
    store.fill()
    assert found_by_words(other) == found_by_words(store.services) == {published}
    close(other)


@pytest.mark.parametrize("back_end", ["pgvector-replica"], indirect=True)
def test_with_a_replica_that_is_behind_everybody_reads_what_they_wrote(
    store: Store, standby: Standby
) -> None:
    standby.pause()
    store.run("switch", NEW)
    store.fill()
    title = "海洋平台重防腐涂层"
    store.achievement(title)
    store.drain()
    store.fill()
    assert store.follow()
    assert title in store.titles(), "what answers by vectors reads the primary"
    listed = ok(store.university.get("/v1/achievements", params={"q": "海洋平台"}))["items"]
    assert [one["title"] for one in listed] == [title]
    standby.resume()
    standby.catch_up()
