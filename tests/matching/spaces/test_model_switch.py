"""`sanku model switch`: the service answers as before until the other model's space is complete, then by that one."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from app.accounts.access.principal import SYSTEM
from app.bootstrap.services import build_services, close
from app.database import Database
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.matcher import Matcher
from app.matching.models import Pair, RecordVector
from app.matching.ranking import registry
from app.matching.ranking.ranker import load_ranker, ranker_file
from app.matching.spaces.opened_models import OpenedModels
from app.matching.spaces.removal import unregistered_models
from app.matching.training.refit import keep
from app.store.consistency.verification import StoreParts, check_store
from app.store.transfer import transfer
from tests.matching.spaces.conftest import LEAST, NEW, OLD, OTHER, TITLES, Store, opened
from tests.support.callers import Caller
from tests.support.embedders import BigramEmbedder


def test_answers_are_the_same_until_the_space_is_complete_and_by_the_other_model_then(store: Store) -> None:
    before = store.matches()
    assert len(before) == 4
    assert "filling" in store.run("switch", NEW)
    with store.filler() as filler:
        while filler.step() or len(store.rows(NEW)) < 6:
            assert store.matches() == before
        filler.step()
    assert store.states() == {OLD: "kept", NEW: "serving"}
    assert store.matches() == before, "this process has yet to follow"
    assert store.follow()
    assert store.answers_by == NEW
    assert store.titles() == set(TITLES)
    assert dict(store.matches()) != dict(before)
    assert not store.follow(), "there is nowhere to go"
    other = build_services(store.settings, embedder=BigramEmbedder())
    assert other[Matcher].index.model_id == NEW, "a process that starts takes the model that serves"
    with other[Database].reading() as session:
        assert other[Matcher].index.status(session)["records"] == {
            "demand": 1,
            "achievement": 4,
            "manager": 1,
        }
    close(other)


def test_what_is_published_changed_or_withdrawn_meanwhile_is_right_at_once_after_it(store: Store) -> None:
    store.run("switch", NEW, "--hold")
    store.fill()
    assert store.states() == {OLD: "serving", NEW: "filling"}, "a held space waits"
    store.achievement("海洋平台重防腐涂层")
    store.change("石墨烯导电防腐底漆", of=store.achievements[1])
    store.withdraw(store.achievements[3])
    assert json.loads(store.run("status", "--json"))["spaces"][1]["done"] == 4
    assert "filling" in store.run("switch", NEW)
    store.drain()
    store.fill()
    store.achievement("桥梁钢结构长效防腐体系")  # after the change, by a process that has yet to follow
    assert store.follow()
    assert store.titles() == {
        "水性环氧防腐涂层制备技术",
        "石墨烯导电防腐底漆",
        "储罐内壁耐盐雾涂料",
        "海洋平台重防腐涂层",
        "桥梁钢结构长效防腐体系",
    }


def test_records_that_only_another_process_knows_come_to_both_spaces(store: Store) -> None:
    store.run("switch", NEW)
    store.drain()
    store.fill()
    other = build_services(store.settings, embedder=BigramEmbedder())
    assert other[Matcher].index.model_id == NEW
    store.achievement("桥梁钢结构长效防腐体系")  # this process still answers by the old model
    assert len(store.rows(OLD)) == len(store.rows(NEW)) + 1
    store.drain()
    store.fill()
    assert store.rows(OLD) == store.rows(NEW)
    assert store.follow()
    store.withdraw(store.achievements[0])
    published = store.achievement("化工储罐内衬")
    store.drain()
    store.fill()
    assert store.rows(OLD) == store.rows(NEW), "the way back stays open"
    assert len(store.rows(OLD)) == 8
    assert store.run("switch", OLD) == f"{OLD}: serving (使用中)\n"
    assert store.follow()
    assert "化工储罐内衬" in store.titles(), published
    close(other)


def test_the_way_back_gives_the_answers_of_before(store: Store) -> None:
    before = store.matches()
    store.run("switch", NEW)
    store.drain()
    store.fill()
    store.follow()
    assert store.matches() != before
    assert store.run("switch", OLD, model=NEW) == f"{OLD}: serving (使用中)\n"
    store.follow()
    assert store.matches() == before


def test_pairs_are_ranked_again_and_no_push_is_cancelled(store: Store) -> None:
    def scores() -> dict[str, float]:
        with store.database.reading() as session:
            return {
                str(id_): score for id_, score in session.execute(select(Pair.achievement_id, Pair.score))
            }

    pushes, pairs = store.pushes(), scores()
    assert pushes
    store.run("switch", NEW)
    store.fill()
    store.drain()
    assert scores() == pairs, "a worker that has yet to follow ranks nothing"
    store.follow()
    store.let_time_pass()
    store.drain()
    by_new = dict(store.matches())
    found = scores()
    assert found.keys() == pairs.keys()
    not_good = store.achievements[3]
    assert by_new[TITLES[3]] < LEAST < pairs[not_good]
    assert found[not_good] == pairs[not_good], "what another model finds less good stays"
    assert {found[id_] for id_ in store.achievements[:3]} == {by_new[title] for title in TITLES[:3]}
    assert store.pushes() == pushes


def test_events_go_first(store: Store) -> None:
    store.run("switch", NEW)
    store.achievement("桥梁钢结构长效防腐体系")
    with store.filler() as filler:
        assert not filler.step()
        assert store.rows(NEW) == {}
        store.drain()
        assert filler.step()
    assert store.rows(NEW) != {}


def test_two_workers_share_the_work(store: Store) -> None:
    for number in range(40):
        store.achievement(f"第{number}号防腐涂层")
    store.drain()
    store.run("switch", NEW, "--hold")
    faults: list[BaseException] = []

    def work() -> None:
        try:
            store.fill()
        except BaseException as fault:
            faults.append(fault)
            raise

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    assert store.rows(NEW) == store.rows(OLD)
    assert len(store.rows(NEW)) == 46


def test_cancel_removes_the_second_space_and_nothing_else(store: Store) -> None:
    store.run("switch", NEW, "--hold")
    store.fill()
    assert f"{NEW}: removed" in store.run("cancel")
    assert store.states() == {OLD: "serving"}
    assert store.rows(NEW) == {}
    store.achievement("桥梁钢结构长效防腐体系")
    assert store.titles() == {*TITLES, "桥梁钢结构长效防腐体系"}, "no change is missed"
    refused = store.command("cancel")
    assert refused.exit_code != 0
    store.drain()
    store.run("switch", NEW)
    store.fill()
    assert store.states()[NEW] == "serving"


def test_drop_removes_the_model_of_before_once_the_settings_name_the_new_one(store: Store) -> None:
    store.run("switch", NEW)
    store.fill()
    store.follow()
    refused = store.command("drop")
    assert "SANKU_MODEL" in str(refused.exception)
    assert store.states() == {OLD: "kept", NEW: "serving"}
    after = store.matches()
    store.run("drop", model=NEW)
    assert store.states() == {NEW: "serving"}
    assert store.rows(OLD) == {}
    with store.database.reading() as session:
        assert unregistered_models(session) == []
        left = session.execute(text("SELECT DISTINCT model_id FROM embeddings")).scalars().all()
    assert left == [NEW]
    assert store.matches() == after
    with pytest.raises(RuntimeError, match=r"SANKU_MODEL is bigrams.*请设置 SANKU_MODEL"):
        build_services(store.settings, embedder=BigramEmbedder())


def test_what_cannot_be_is_refused_with_a_word_what_to_do(store: Store) -> None:
    assert "already" in str(store.command("switch", OLD).exception)
    with store.database.unit_of_work() as session:
        session.execute(update(RecordVector).where(RecordVector.kind == "demand").values(model_id="another"))
    assert "sanku reindex" in str(store.command("switch", NEW).exception)
    assert store.states() == {}
    with store.database.unit_of_work() as session:
        session.execute(update(RecordVector).values(model_id=OLD))
    store.run("switch", NEW)
    assert "sanku model cancel" in str(store.command("switch", OTHER).exception)
    assert store.command("drop").exit_code != 0, "a space that never served is cancelled"


def test_without_a_second_model_there_is_nothing_to_tell(store: Store) -> None:
    assert "SANKU_MODEL" in store.run("status")
    assert opened(store.settings).model_id == OLD
    with store.filler() as filler:
        assert not filler.step()
    assert not store.follow()
    assert store.services[OpenedModels].of_settings.model_id == OLD


def test_both_spaces_are_part_of_the_store(store: Store, tmp_path: Path) -> None:
    store.run("switch", NEW)
    store.withdraw(store.achievements[0])
    store.drain()
    store.fill()
    store.withdraw(store.achievements[1])
    assert store.follow()
    store.drain()
    indexer = store.services[MatchingIndexer]
    assert indexer.model_id == NEW
    checked = check_store(
        StoreParts(store.database, store.settings, indexer, store.services[OpenedModels], None)
    )
    assert [one for result in checked if result.name == "vectors" for one in result.differences] == []
    target = Database(f"sqlite:///{tmp_path}/moved.db")
    assert transfer(store.database, target, on_table=lambda *_: None).different == ()
    target.dispose()
    moved = store.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/moved.db"})
    elsewhere = build_services(moved, embedder=BigramEmbedder())
    assert elsewhere[Matcher].index.model_id == NEW
    with elsewhere[Database].reading() as session:
        assert elsewhere[Matcher].index.status(session)["records"]["achievement"] == 2
    close(elsewhere)


def test_a_ranker_counts_for_the_model_that_it_was_fitted_to(store: Store) -> None:
    trained = replace(load_ranker(), version="trained-by-old")
    fitted = replace(load_ranker(), version="fitted-to-new", embedding_model=NEW)
    keep(fitted, ranker_file(store.settings.home_path / "models", NEW))
    with store.database.unit_of_work() as session:
        registry.register(session, trained, state=registry.TRAINED)
        registry.use(session, trained.version, shipped=load_ranker(), principal=SYSTEM)

    def used() -> str:
        with store.database.reading() as session:
            return str(store.services[Matcher].ranker(session).version)

    assert used() == "trained-by-old"
    store.run("switch", NEW)
    store.drain()
    store.fill()
    assert used() == "trained-by-old"
    store.follow()
    assert used() == "fitted-to-new"
    store.run("switch", OLD)
    store.follow()
    assert used() == "trained-by-old"


def test_operators_see_how_far_the_second_space_is(store: Store, as_operator: Caller) -> None:
    assert as_operator.get("/v1/models").json()["spaces"] == []
    store.run("switch", NEW, "--hold")
    store.drain()
    store.fill()
    store.achievement("桥梁钢结构长效防腐体系")
    serving, filling = as_operator.get("/v1/models").json()["spaces"]
    assert (serving["model_id"], serving["state"], serving["done"], serving["records"]) == (
        OLD,
        "serving",
        7,
        7,
    )
    assert (filling["model_id"], filling["state"], filling["done"], filling["records"]) == (
        NEW,
        "filling",
        6,
        7,
    )
    assert filling["held"]
    assert filling["seconds_left"] is not None
    assert store.company.get("/v1/models").status_code == 403
