"""`sanku reindex` on a store of before, with the service running beside it."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.cli import main
from app.database import Database
from app.events.outbox import Event
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.models import RecordVector
from app.matching.text.legible import legible
from app.matching.tools import reindex as tool
from app.observability import configure_logging
from app.settings import Settings
from tests.faults.processes import exit_of
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload

OLD = "the model of before"

Command = Callable[..., dict[str, Any]]


def reindex_until_killed(environment: dict[str, str], *options: str) -> None:
    """Two transactions are whole; the third is never committed. Runs in a process of its own."""
    for name in [name for name in os.environ if name.startswith("SANKU_")]:
        del os.environ[name]
    os.environ.update(environment)
    sys.argv = ["sanku", "reindex", *options]
    tool._CHUNK = 1
    commit, stored = Session.commit, []

    def counted(session: Session) -> None:
        stored.append(session)
        if len(stored) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(session)

    Session.commit = counted  # type: ignore[method-assign, assignment]
    main()


OTHER_COATING = {
    "title": "石墨烯改性富锌底漆",
    "summary": "以少层石墨烯搭接锌粉,锌用量减半,阴极保护时间延长,用于钢结构和储罐外壁的长效防腐。",
}


class Store:
    """A published demand, an achievement that holds its figure, one that need not hold it, and a manager."""

    def __init__(self, log_in: Any, app: Any, drain: Any) -> None:
        from app.accounts.models import Role

        self.database: Database = app.state.services[Database]
        self.company, self.university = log_in(Role.ENTERPRISE), log_in(Role.INSTITUTION)
        manager = log_in(Role.MANAGER)
        figure = {"name": "盐雾", "op": "≥", "value": 1000, "unit": "h"}
        self.demand = self._post(self.company, "/v1/demands", demand_payload(indicators=[figure]))
        for value, other in ((1200, {}), (300, OTHER_COATING)):
            offered = achievement_payload(indicators=[figure | {"value": value}], **other)
            self._post(self.university, "/v1/achievements", offered)
        self._post(manager, "/v1/managers", manager_payload())
        self.drain = drain
        drain()

    def _post(self, caller: Any, path: str, payload: dict[str, Any]) -> str:
        answer = caller.post(path, json=payload)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def matches(self) -> list[tuple[str, float, int]]:
        """Each match with its score and the number of figures among its reasons."""
        answer = self.company.get(f"/v1/demands/{self.demand}/matches").json()
        return [
            (item["record"]["title"], item["score"], len(item["reasons"]["figures"]))
            for item in answer["items"]
        ]

    def make_old(self, **columns: Any) -> None:
        """As an earlier version left it."""
        with self.database.unit_of_work() as session:
            for row in session.scalars(select(RecordVector).order_by(RecordVector.seq)):
                for name, value in columns.items():
                    setattr(row, name, value)
                row.seq += 1000

    def rows(self) -> dict[UUID, tuple[str, int, dict[str, Any]]]:
        with self.database.reading() as session:
            return {
                row.record_id: (row.model_id, row.seq, row.traits)
                for row in session.scalars(select(RecordVector))
            }

    def reranked(self) -> int:
        with self.database.reading() as session:
            return len(session.scalars(select(Event).where(Event.name == "pairs.rerank")).all())


def assert_alike(found: list[tuple[str, float, int]], wanted: list[tuple[str, float, int]]) -> None:
    """The same but for the last digits of scores: a text embedded in another batch differs by rounding."""
    assert [(title, figures) for title, _, figures in found] == [
        (title, figures) for title, _, figures in wanted
    ]
    assert [score for _, score, _ in found] == pytest.approx([score for _, score, _ in wanted], abs=1e-4)


@pytest.fixture
def store(log_in: Any, app: Any, drain: Any) -> Store:
    return Store(log_in, app, drain)


@pytest.fixture
def no_weights(model_dir: Path, tmp_path: Path) -> Path:
    """The model's name without the model: embedding with it fails."""
    folder = tmp_path / "no-weights"
    folder.mkdir()
    shutil.copyfile(model_dir / "sanku-model.json", folder / "sanku-model.json")
    return folder


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    return {
        "SANKU_HOME": str(settings.home),
        "SANKU_DATABASE_URL": settings.url,
        "SANKU_LOG_LEVEL": "WARNING",
        "SANKU_MODEL": str(settings.model),
        "SANKU_DEMO": "true",
    }


@pytest.fixture
def reindex(
    environment: dict[str, str],
    embedder: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """`reindex("--all", model=…)` → its figures. The usual model is loaded once for all tests."""
    monkeypatch.chdir(tmp_path)

    def run(*options: str, model: Path | None = None) -> dict[str, Any]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        if model is not None:
            monkeypatch.setenv("SANKU_MODEL", str(model))
        monkeypatch.setattr(sys, "argv", ["sanku", "reindex", "--json", *options])
        capsys.readouterr()
        with monkeypatch.context() as patch:
            if model is None:
                patch.setattr("app.bootstrap.services.open_embedder", lambda _: embedder)
            with pytest.raises(SystemExit) as ended:
                main()
        seen = capsys.readouterr()
        configure_logging(level="WARNING", as_json=True)
        assert not ended.value.code, seen.err
        assert "records" in seen.err, "no progress was shown"
        figures: dict[str, Any] = json.loads(seen.out)
        return figures

    return run


def test_rows_of_before_get_their_traits_and_nothing_is_embedded(
    store: Store, reindex: Command, no_weights: Path
) -> None:
    right = store.matches()
    assert [figures for _, _, figures in right] == [1, 0]
    store.make_old(traits={})
    assert [figures for _, _, figures in store.matches()] == [0, 0]
    done = reindex(model=no_weights)
    # A manager has no traits, so their row was right.
    assert done == {
        "records": 3,
        "embedded": 0,
        "current": 1,
        "skipped": 0,
        "changed": 0,
        "search_documents": 0,
    }
    assert_alike(store.matches(), right)  # the running service follows
    assert store.reranked() == 1
    before = store.rows()
    assert reindex(model=no_weights) | {"current": 4} == {**done, "records": 0, "current": 4}
    assert (store.rows(), store.reranked()) == (before, 1)


def test_killed_in_the_middle_it_goes_on_and_leaves_nothing_half_done(
    store: Store, reindex: Command, no_weights: Path, environment: dict[str, str]
) -> None:
    right = store.rows()
    store.make_old(traits={})
    environment |= {"SANKU_MODEL": str(no_weights)}
    assert exit_of(reindex_until_killed, environment) == -signal.SIGKILL
    halfway = [traits for _, _, traits in store.rows().values()]
    assert sum(traits != {} for traits in halfway) == 2
    done = reindex(model=no_weights)
    assert (done["records"], done["current"]) == (1, 3)
    assert {id_: row[2] for id_, row in store.rows().items()} == {id_: row[2] for id_, row in right.items()}
    assert store.reranked() == 1


@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_ranking_follows_even_when_nothing_was_left_to_do(
    store: Store, reindex: Command, no_weights: Path, settings: Settings, options: tuple[str, ...]
) -> None:
    """Killed between its last record and its end, a run owes the ranking still."""
    settings.home_path.mkdir(parents=True, exist_ok=True)
    (settings.home_path / "reindex.progress").write_text('{"version": "another"}\n')
    assert reindex(*options, model=no_weights)["records"] == 0
    assert store.reranked() == 1
    assert not (settings.home_path / "reindex.progress").exists()


def test_another_model_is_embedded_beside_and_then_stored(
    store: Store, reindex: Command, no_weights: Path
) -> None:
    right = store.matches()
    with store.database.unit_of_work() as session:
        session.execute(text("DELETE FROM embeddings"))
    store.make_old(model_id=OLD)
    assert store.matches() == [], "vectors of two models are never compared"
    before = store.rows()
    prepared = reindex("--embed-only")
    assert prepared["records"] == 4
    assert prepared["embedded"] == 4, "a text a record; its sentences are not stored by their text"
    assert (store.rows(), store.reranked()) == (before, 0)
    # What was prepared needs no model any more.
    done = reindex(model=no_weights)
    assert done == {
        "records": 4,
        "embedded": 0,
        "current": 0,
        "skipped": 0,
        "changed": 0,
        "search_documents": 0,
    }
    assert_alike(store.matches(), right)


def test_pairs_and_pushes_outlive_the_change_of_model(store: Store, reindex: Command) -> None:
    """While records have vectors of another model alone, a pair that is not found may be as good as ever."""
    operator = store.company

    def kept() -> tuple[int, list[str]]:
        with store.database.reading() as session:
            pairs = session.execute(text("SELECT count(*) FROM pairs")).scalar_one()
            states = session.execute(text("SELECT state FROM pushes ORDER BY id")).scalars().all()
        return pairs, list(states)

    before = kept()
    assert before[0] > 0
    assert before[1]
    store.make_old(model_id=OLD)
    read = operator.get(f"/v1/demands/{store.demand}")
    changed = operator.patch(
        f"/v1/demands/{store.demand}",
        json={"expected_goal": "涂层寿命五年以上。"},
        headers={"If-Match": read.headers["ETag"]},
    )
    assert changed.status_code == 200, changed.text
    store.drain()
    assert kept() == before
    assert reindex()["records"] == 3
    store.drain()
    assert kept()[0] == before[0]


def test_all_embeds_every_text_again_and_resumes_where_it_was_killed(
    store: Store, reindex: Command, environment: dict[str, str]
) -> None:
    right = store.matches()
    with store.database.unit_of_work() as session:
        # As if another model had answered under the same name.
        session.execute(text("UPDATE embeddings SET vector = (SELECT min(vector) FROM embeddings)"))
    assert reindex()["records"] == 0, "by its name everything is up to date"
    assert exit_of(reindex_until_killed, environment, "--all") == -signal.SIGKILL
    done = reindex("--all")
    assert (done["records"], done["skipped"], done["current"]) == (2, 2, 0)
    assert done["embedded"] == 2
    assert [
        (title, pytest.approx(score, abs=1e-4), figures) for title, score, figures in right
    ] == store.matches()
    assert reindex("--all", "--fresh")["records"] == 4


def test_a_record_that_changes_meanwhile_keeps_what_its_owner_wrote(
    store: Store, reindex: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.make_old(traits={})
    changes: list[int] = []
    prepared = MatchingIndexer.prepared

    def change_then_go_on(self: MatchingIndexer, records: Any, **options: Any) -> Any:
        found = prepared(self, records, **options)
        if not changes and any(str(record.id) == store.demand for record in records):
            changes.append(1)
            path = f"/v1/demands/{store.demand}"
            read = store.company.get(path)
            store.company.patch(
                path,
                json={"main_problem": "储罐内壁半年起泡, 需要更耐盐雾的水性体系。"},
                headers={"If-Match": read.headers["ETag"]},
            )
        return found

    monkeypatch.setattr(MatchingIndexer, "prepared", change_then_go_on)
    done = reindex()
    assert changes
    assert (done["records"], done["changed"]) == (2, 0)
    with store.database.reading() as session:
        (row,) = session.scalars(select(RecordVector).where(RecordVector.record_id == UUID(store.demand)))
        assert legible("储罐内壁半年起泡, 需要更耐盐雾的水性体系。") in row.sentences
        assert row.traits
