"""What is encrypted in a used store, read back by everything that needs it, under keys that change."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from app.accounts.models import Role
from app.cli import main
from app.database import Database
from app.encryption.register import open_keys
from app.encryption.ring import KeysUnusableError
from app.libraries.demands.models import Demand
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.spaces.opened_models import OpenedModels
from app.partners.feed.models import FeedChange
from app.settings import Settings
from app.store.consistency.verification import StoreParts, check_store, mend_store
from app.store.reencryption import UNENCRYPTED, reencrypt, values_by_key
from tests.store.used_store import use
from tests.support.builders.demands import demand_payload
from tests.support.callers import Caller, LogIn
from tests.support.http import created, ok

PHONE, NAME, NOTE, TALK = "13905317731", "欧阳白鹭", "配方含钴百分之三", "对方预算不足八十万"
CONTACT = {"contact_name": NAME, "contact_phone": PHONE, "confidential_note": NOTE}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.home_path.mkdir(parents=True)
    (settings.home_path / "encryption_keys").write_text(f"k1:{'A' * 43}=\n")
    return settings


@pytest.fixture
def owner(app: Any, log_in: LogIn) -> Caller:
    """Of a demand with contacts, in a store with an engagement that has a note, and with a webhook."""
    broker, owner = use(app, log_in), log_in(Role.ENTERPRISE)
    payload = demand_payload(**CONTACT)
    created(owner.post("/v1/demands", json=payload, headers={"Idempotency-Key": "of-the-story"}))
    engagement = ok(broker.get("/v1/engagements"))["items"][0]["id"]
    created(broker.post(f"/v1/engagements/{engagement}/notes", json={"text": TALK}))
    return owner


def stored_bytes(database: Database) -> bytes:
    """All that lies on the disk of a database, or is said by PostgreSQL about every row."""
    if database.is_sqlite:
        file = Path(str(database.engine.url.database))
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    with database.engine.connect() as connection:
        tables = connection.scalars(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        ).all()
        return "".join(
            row for table in tables for row in connection.scalars(text(f"SELECT t::text FROM {table} t"))
        ).encode()


def keys_used(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return dict(values_by_key(session))


def test_nothing_lies_in_clear_text_and_everything_is_read(app: Any, owner: Caller) -> None:
    database = app.state.services[Database]
    lying = stored_bytes(database)
    assert [word for word in (PHONE, NAME, NOTE, TALK) if word.encode() in lying] == []
    (found,) = ok(owner.get("/v1/demands", params={"mine": True}))["items"]
    shown = ok(owner.get(f"/v1/demands/{found['id']}"))
    assert {name: shown[name] for name in CONTACT} == CONTACT
    versions = ok(owner.get(f"/v1/demands/{found['id']}/versions"))["items"]
    assert {name: versions[0]["data"][name] for name in CONTACT} == CONTACT
    again = owner.post(
        "/v1/demands", json=demand_payload(**CONTACT), headers={"Idempotency-Key": "of-the-story"}
    )
    assert again.json()["contact_phone"] == PHONE
    with database.reading() as session, pytest.raises(StatementError, match="cannot be compared"):
        session.scalar(select(Demand).where(Demand.contact_phone == PHONE))
    with database.unit_of_work() as session, pytest.raises(StatementError, match="bound to its row"):
        session.execute(Demand.__table__.update().values(contact_phone=PHONE))  # type: ignore[attr-defined]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_value_that_was_moved_is_found_and_not_shown(app: Any, owner: Caller) -> None:
    services = app.state.services
    database = services[Database]
    other = created(owner.post("/v1/demands", json=demand_payload(contact_phone="13805310000")))["id"]
    moved = "UPDATE demands SET contact_phone = (SELECT contact_phone FROM demands WHERE id = :from) WHERE id = :to"
    (mine,) = (
        one["id"]
        for one in ok(owner.get("/v1/demands", params={"mine": True}))["items"]
        if one["id"] != other
    )
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        connection.execute(text(moved), {"from": mine.replace("-", ""), "to": other.replace("-", "")})
    assert owner.get(f"/v1/demands/{other}").status_code == 500
    assert owner.get(f"/v1/demands/{mine}").status_code == 200
    parts = StoreParts(database, services[Settings], services[MatchingIndexer], services[OpenedModels], None)
    results = {result.name: result for result in check_store(parts)}
    (difference,) = results["encrypted_values"].differences
    assert difference.subject.startswith("demands ")
    assert "moved from elsewhere" in difference.en
    assert PHONE not in difference.en
    mend_store(parts, list(results.values()))
    assert results["encrypted_values"].mended == 0


def test_keys_are_rotated_while_the_service_runs(
    app: Any, owner: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database, settings = app.state.services[Database], app.state.services[Settings]
    monkeypatch.setenv("SANKU_HOME", str(settings.home_path))
    monkeypatch.setenv("SANKU_DATABASE_URL", settings.url)
    monkeypatch.setenv("SANKU_DEMO", "true")

    def run(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["sanku", "keys", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr().err
        assert not ended.value.code, told
        return told

    def announced() -> list[Any]:
        with database.reading() as session:
            return [(row.record_id, row.drawn, row.seq) for row in session.scalars(select(FeedChange))]

    before = keys_used(database)
    assert before.keys() == {"k1"}
    # As a release before the ring stored it.
    plain = (
        "UPDATE demands SET contact_name = '李工' WHERE contact_name IS NOT NULL AND contact_email IS NULL"
    )
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        changed = connection.execute(text(plain)).rowcount
    fed = announced()
    assert keys_used(database)[UNENCRYPTED] == changed > 0

    told = run("rotate")
    assert keys_used(database) == {"k2": sum(before.values())}
    assert announced() == fed
    assert "sanku keys drop k1" in told
    with database.reading() as session:
        assert "李工" in session.scalars(select(Demand.contact_name)).all()
    ok(owner.get("/v1/demands", params={"mine": True}))
    assert not reencrypt(database).values
    run("drop", "k1")
    assert (settings.home_path / "encryption_keys").read_text().startswith("k2:")
    open_keys(settings, database)

    (settings.home_path / "encryption_keys").write_text(f"k1:{'A' * 43}=\n")
    with pytest.raises(KeysUnusableError, match="k2 is missing"):
        open_keys(settings, database)
    run("give-up", "k2", "--yes")
    open_keys(settings, database)
    (found,) = ok(owner.get("/v1/demands", params={"mine": True}))["items"]
    gone = ok(owner.get(f"/v1/demands/{found['id']}"))
    assert (gone["contact_phone"], gone["confidential_note"]) == (None, "")
    (settings.home_path / "encryption_keys").write_text(f"k1:{'B' * 43}=\n")
    with pytest.raises(KeysUnusableError, match="k1 is not the one"):
        open_keys(settings, database)
