"""A store moves between SQLite and PostgreSQL, and every row arrives."""

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from app.accounts.access.principal import Role
from app.accounts.models import Organisation
from app.cli import main
from app.database import Database
from app.engagements.contract_models import Contract
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind
from app.matching.index import IndexFilter
from app.matching.index.vectors.faiss import FaissIndex
from app.matching.index.words.memory import MemoryLexicalIndex
from app.store import table_digests
from app.store.transfer import TransferRefusedError, compare, transfer
from tests.matching.index.vector_stores import DIMENSION, MODEL
from tests.matching.small_store import TOPICS, fill, index_record
from tests.support.builders.accounts import make_organisation, make_user
from tests.support.builders.contracts import make_contract

pytestmark = pytest.mark.postgresql

AMOUNT = Decimal("1234567.89")


@pytest.fixture
def store(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Records of most kinds; some rows refer to others of their table, the later one first."""
    monkeypatch.setattr(table_digests, "BATCH", 3)
    database = Database(sqlite_url)
    fill(database)
    with database.unit_of_work() as session:
        child = make_organisation(session, name="济南样例机械(分公司)", aliases=["样例🔧", "Zürich–Jinan"])
        child.parent_id = make_organisation(session, name="济南样例机械").id
        make_user(session, role=Role.ENTERPRISE)
        make_contract(session, {}, deal=AMOUNT)
    yield database
    database.dispose()


@pytest.fixture
def target(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    yield database
    database.dispose()


@pytest.fixture
def back(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "back.db").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{tmp_path / 'back.db'}")
    yield database
    database.dispose()


def _silent(_: str, __: int, ___: int) -> None:
    return None


def test_there_and_back_every_row_is_the_same(store: Database, target: Database, back: Database) -> None:
    there = transfer(store, target, on_table=_silent)
    assert there.different == ()
    assert there.tables["organisations"].rows >= 20
    again = transfer(target, back, on_table=_silent)
    assert (again.different, again.tables) == ((), there.tables)
    with back.reading() as session:
        child = session.scalars(select(Organisation).where(Organisation.parent_id.is_not(None))).one()
        assert child.aliases == ["样例🔧", "Zürich–Jinan"]
        assert session.scalars(select(Contract)).one().deal_amount_wan == AMOUNT
        # SQLite's full-text table is filled by its triggers.
        assert session.execute(text("SELECT count(*) FROM search_fts")).scalar_one() == 16


def test_what_is_stored_after_the_move_gets_new_numbers_and_is_found(
    store: Database, target: Database
) -> None:
    transfer(store, target, on_table=_silent)
    index, words = FaissIndex(target, MODEL, DIMENSION), MemoryLexicalIndex(target, MODEL)
    with target.unit_of_work() as session:
        demand = session.scalars(select(Demand)).first()
        assert demand is not None
        index_record(session, demand, 1, 900)
    with target.reading() as session:
        assert index.position(session) == 17
        assert index.count(session, IndexFilter(RecordKind.DEMAND)) == 7
        assert len(words.search(session, TOPICS[0].split(), 20, IndexFilter(RecordKind.ACHIEVEMENT))) == 3
    index.close()
    words.close()


def test_an_interrupted_move_is_continued(store: Database, target: Database) -> None:
    batches = 0

    def stop(_: str, __: int, ___: int) -> None:
        nonlocal batches
        batches += 1
        if batches == 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer(store, target, on_table=stop)
    assert compare(store, target).different
    with pytest.raises(TransferRefusedError, match="--resume"):
        transfer(store, target, on_table=_silent)
    assert transfer(store, target, resume=True, on_table=_silent).different == ()


def test_a_store_that_people_use_is_never_filled_up(store: Database, target: Database) -> None:
    with target.unit_of_work() as session:
        make_organisation(session, name="济南别家机械")
    for resume in (False, True):
        with pytest.raises(TransferRefusedError, match="empty database"):
            transfer(store, target, resume=resume, on_table=_silent)
    with target.reading() as session:
        assert [one.name for one in session.scalars(select(Organisation))] == ["济南别家机械"]


def test_one_changed_value_is_found(store: Database, target: Database) -> None:
    transfer(store, target, on_table=_silent)
    with target.unit_of_work() as session:
        session.scalars(select(Contract)).one().deal_amount_wan = AMOUNT + Decimal("0.01")
    assert compare(store, target).different == ("contracts",)


def test_the_command_copies_and_verifies(
    store: Database,
    target: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    urls = [one.engine.url.render_as_string(hide_password=False) for one in (store, target)]
    monkeypatch.setenv("SANKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SANKU_DATABASE_URL", urls[0])
    monkeypatch.setenv("SANKU_DEMO", "true")
    monkeypatch.setenv("SANKU_MIGRATE_TO", urls[1])

    def run(*options: str) -> tuple[Any, str]:
        monkeypatch.setattr(sys, "argv", ["sanku", "migrate-store", *options])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out + seen.err

    status, output = run()
    assert (status, "are the same in both databases" in output) == (0, True)
    status, output = run()
    assert (status, "目标库已有数据" in output) == (2, True)
    with target.unit_of_work() as session:
        session.scalars(select(Contract)).one().title = "另一份合同"
    status, output = run("--verify-only", "--json")
    assert (status, '"different": [\n' in output, "contracts" in output) == (1, True, True)
    monkeypatch.setenv("SANKU_MIGRATE_TO", urls[0])
    status, output = run()
    assert (status, "same database" in output) == (2, True)
