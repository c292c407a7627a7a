"""The commands about accounts: `sanku audit …` and `sanku user reset-factors`, on both databases."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from typer.testing import CliRunner, Result

from app.accounts import audit
from app.accounts.access.principal import SYSTEM
from app.accounts.audit.models import AuditSeal
from app.accounts.audit.seals import BATCH
from app.accounts.factors.recovery_codes import issue_codes
from app.accounts.models import (
    AuditEntry,
    Passkey,
    RecoveryCode,
    Role,
    SecondFactor,
)
from app.cli import cli
from app.database import Database
from app.events.outbox import Event
from tests.support.builders.accounts import make_user
from tests.support.paths import REPOSITORY

Sanku = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation on a store that is migrated."""
    for name in [name for name in os.environ if name.startswith("SANKU_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "secret_key").write_text("x" * 48)
    monkeypatch.setenv("SANKU_HOME", str(folder))
    monkeypatch.setenv("SANKU_DATABASE_URL", database_url)
    monkeypatch.setenv("SANKU_LOG_LEVEL", "WARNING")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def sanku(home: Path) -> Sanku:
    return lambda *arguments: CliRunner().invoke(cli, [str(one) for one in arguments])


def write(database: Database, *details: str) -> None:
    with database.unit_of_work() as session:
        for one in details:
            audit.record(session, SYSTEM, "demand.change", details=one)


def tamper(database: Database) -> None:
    """As the owner of the database: one entry says something else."""
    statement = "UPDATE audit_entries SET details = 'x' WHERE details = 'b'"
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        if database.is_sqlite:
            names = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entries'")
            ).scalars()
            for name in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        connection.execute(text(statement))


def test_verification_says_by_its_status_whether_the_trail_is_whole(
    sanku: Sanku, home: Path, database: Database, tmp_path: Path
) -> None:
    write(database, *"abc")
    empty = sanku("audit", "verify")
    assert (empty.exit_code, "0 sealed entries, 3 waiting" in empty.stdout) == (0, True)
    sealed = sanku("audit", "seal")
    assert sealed.exit_code == 0 and sealed.stdout.startswith("3 ")
    assert "nothing to seal" in sanku("audit", "seal").stdout
    whole = sanku("audit", "verify")
    assert (whole.exit_code, "3 sealed entries, 0 waiting, 1 anchors, 0 faults" in whole.stdout) == (0, True)

    (anchors,) = home.glob("audit*anchors*")
    copy = tmp_path / "kept elsewhere"
    copy.write_bytes(anchors.read_bytes())
    anchors.unlink()
    alone = sanku("audit", "verify")
    assert alone.exit_code == 2 and "no anchors" in alone.stderr
    assert sanku("audit", "verify", "--anchors", copy).exit_code == 0

    key = sanku("audit", "key").stdout.strip()
    for file in home.glob("audit*key*"):
        file.unlink()
    assert sanku("audit", "key").stdout.strip() != key
    foreign = sanku("audit", "verify", "--anchors", copy)
    assert foreign.exit_code == 1 and "key 3" in foreign.stderr
    assert sanku("audit", "verify", "--anchors", copy, "--key", key).exit_code == 0

    copy.write_text(copy.read_text().replace('"seq": 3', '"seq": 2'))
    forged = sanku("audit", "verify", "--anchors", copy, "--key", key)
    assert forged.exit_code == 1
    assert "not a signed anchor" in str(forged.exception) and "kept elsewhere:1" in str(forged.exception)

    tamper(database)
    changed = sanku("audit", "verify", "--json")
    assert changed.exit_code == 1
    found = json.loads(changed.stdout)
    assert [(fault["code"], fault["seq"]) for fault in found["faults"]] == [("changed", 2)]


def test_the_export_goes_on_where_the_last_one_ended(sanku: Sanku, database: Database) -> None:
    write(database, *"abc")
    sanku("audit", "seal")
    taken = sanku("audit", "export").stdout.splitlines()
    assert [json.loads(line)["metadata"]["sequence"] for line in taken] == [1, 2, 3]
    assert [json.loads(line)["message"] for line in taken] == ["a", "b", "c"]
    sanku("audit", "seal")
    (later,) = sanku("audit", "export", "--format", "cef", "--after", 3).stdout.splitlines()
    assert later.startswith("CEF:0|Sanku|Sanku|") and "msg=ocsf after 0" in later
    wrong = sanku("audit", "export", "--format", "xml")
    assert wrong.exit_code == 1 and wrong.stdout == ""
    with database.reading() as session:
        query = select(AuditEntry.details).where(AuditEntry.action == "audit.export").order_by(AuditEntry.id)
        assert session.scalars(query).all() == ["ocsf after 0", "cef after 3"]


def test_the_last_operator_gets_their_account_back(sanku: Sanku, database: Database) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, role=Role.OPERATOR)
        other = make_user(session, role=Role.OPERATOR)
        for one in (user, other):
            session.add(SecondFactor(user_id=one.id, secret="JBSWY3DPEHPK3PXP", failures=0))
            issue_codes(session, one.id)
            session.add(
                Passkey(
                    user_id=one.id,
                    name="设备",
                    credential_id=f"id of {one.id}",
                    public_key=b"key",
                    sign_count=0,
                    verifies_user=True,
                )
            )
        user_id, email, other_id = user.id, user.email, other.id
    unknown = sanku("user", "reset-factors", "nobody@example.com")
    assert unknown.exit_code == 1 and "nobody@example.com" in str(unknown.exception.fields[0].en)  # type: ignore[union-attr]
    done = sanku("user", "reset-factors", email.upper())
    assert (done.exit_code, done.stdout.strip()) == (0, "ok")
    with database.reading() as session:
        for table, left in ((Passkey, 1), (SecondFactor, 1), (RecoveryCode, 10)):
            owners = session.scalars(select(table.user_id)).all()
            assert owners == [other_id] * left, table
        entry = session.scalar(select(AuditEntry).where(AuditEntry.action == "user.credentials"))
        assert entry is not None
        assert (entry.subject_id, entry.details) == (user_id, "second_factor_reset")
        event = session.scalar(select(Event).where(Event.name == "user.credentials_changed"))
        assert event is not None and event.subject_id == user_id, "the user gets a mail"


def _waiting(database: Database) -> int:
    """How many connections wait for a lock that the service gives out by a number."""
    query = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with database.reading() as session:
        return int(session.scalar(query) or 0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_processes_that_seal_at_once_make_one_whole_chain(sanku: Sanku, database: Database) -> None:
    """Both wait for the chain at the same moment, each with more than a batch to seal."""
    entries = 2 * BATCH + 7
    write(database, *map(str, range(entries)))
    command = [sys.executable, "-c", "from app.cli import main; main()", "audit", "seal"]
    with database.unit_of_work() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x534541414C})
        sealers = [
            subprocess.Popen(
                command, env=os.environ | {"PYTHONPATH": str(REPOSITORY)}, stdout=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        while _waiting(database) < len(sealers):
            assert all(one.poll() is None for one in sealers)
    write(database, "meanwhile")
    assert [one.wait() for one in sealers] == [0, 0]
    for one in sealers:
        one.communicate()
    sanku("audit", "seal")
    with database.reading() as session:
        rows = session.execute(select(AuditSeal.seq, AuditSeal.entry_id).order_by(AuditSeal.seq)).all()
        kept = session.scalar(select(func.count()).select_from(AuditEntry))
    assert [row.seq for row in rows] == list(range(1, entries + 2))
    assert len({row.entry_id for row in rows}) == kept == entries + 1
    verified = sanku("audit", "verify", "--json")
    assert (verified.exit_code, json.loads(verified.stdout)["faults"]) == (0, [])
