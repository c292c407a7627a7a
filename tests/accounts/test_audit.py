"""The audit trail: who may read it, what it holds, and what finds out that somebody has changed it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import DBAPIError

from app.accounts import audit
from app.accounts.access.principal import SYSTEM
from app.accounts.audit.anchors import read_anchors, seal_and_anchor, signing_key
from app.accounts.audit.chain import Algorithm
from app.accounts.audit.export import AuditFormat, lines
from app.accounts.audit.models import AuditSeal
from app.accounts.audit.retention import prune
from app.accounts.audit.seals import seal_new
from app.accounts.audit.verification import Verification, verify
from app.accounts.models import AuditEntry, Role, User
from app.database import Database, now
from app.encryption.signature_keys import public_key
from app.settings import Settings
from tests.accounts.conftest import People, on_one_database
from tests.support.builders.accounts import PASSWORD
from tests.support.callers import LogIn

TABLES = ("audit_entries", "audit_seals")


@contextmanager
def as_owner(database: Database) -> Iterator[Connection]:
    """What the database's owner can do: take the triggers away, change rows, and put the triggers back."""
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        if database.is_sqlite:
            triggers = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'")
            ).all()
            for name, _ in triggers:
                connection.execute(text(f"DROP TRIGGER {name}"))
            yield connection
            for _, sql in triggers:
                connection.exec_driver_sql(sql)
        else:
            for table in TABLES:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            yield connection
            for table in TABLES:
                connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def swap(connection: Connection, first: int, second: int) -> None:
    """Two entries change places."""
    query = text("SELECT seq, entry_id FROM audit_seals WHERE seq IN (:first, :second)")
    places = {row.seq: row.entry_id for row in connection.execute(query, {"first": first, "second": second})}
    for seq, entry in ((first, "0" * 32), (second, places[first]), (first, places[second])):
        connection.execute(
            text("UPDATE audit_seals SET entry_id = :entry WHERE seq = :seq"), {"entry": entry, "seq": seq}
        )


def write(database: Database, *details: str) -> None:
    with database.unit_of_work() as session:
        for one in details:
            audit.record(session, SYSTEM, "demand.change", details=one)


def checked(database: Database, settings: Settings) -> Verification:
    keys = frozenset([public_key(signing_key(settings))])
    with database.reading() as session:
        return verify(session, read_anchors([settings.audit_anchors_path]), trusted_keys=keys)


def codes(database: Database, settings: Settings) -> set[str]:
    return {fault.code for fault in checked(database, settings).faults}


def test_nobody_changes_or_deletes_an_entry(database: Database, settings: Settings) -> None:
    write(database, "one")
    seal_and_anchor(database, settings)
    for statement in (
        "UPDATE audit_entries SET details = 'two'",
        "DELETE FROM audit_entries",
        "UPDATE audit_seals SET digest = ''",
        "DELETE FROM audit_seals",
        *(() if database.is_sqlite else ("TRUNCATE audit_entries", "TRUNCATE audit_seals")),
    ):
        with pytest.raises(DBAPIError, match="append-only"), database.unit_of_work() as session:
            session.execute(text(statement))
    result = checked(database, settings)
    assert (result.sealed, result.waiting, result.anchors, result.faults) == (1, 0, 1, [])


def test_every_tampering_of_the_owner_is_found(database: Database, settings: Settings) -> None:
    """One store and one story; each step is undone by the next, so that only its own fault is found."""
    write(database, *"abcdef")
    seal_and_anchor(database, settings)
    assert codes(database, settings) == set()
    with as_owner(database) as owner:
        owner.execute(text("UPDATE audit_entries SET details = 'x' WHERE details = 'c'"))
    assert codes(database, settings) == {"changed"}
    with as_owner(database) as owner:
        owner.execute(text("UPDATE audit_entries SET details = 'c' WHERE details = 'x'"))
        swap(owner, 2, 3)
    assert codes(database, settings) == {"changed"}
    with as_owner(database) as owner:
        swap(owner, 2, 3)
        owner.execute(text("UPDATE audit_seals SET previous = digest WHERE seq = 6"))
    assert codes(database, settings) == {"order", "changed"}
    with as_owner(database) as owner:
        owner.execute(
            text(
                "UPDATE audit_seals SET previous = (SELECT digest FROM audit_seals WHERE seq = 5) WHERE seq = 6"
            )
        )
    assert codes(database, settings) == set()
    with as_owner(database) as owner:
        owner.execute(text("DELETE FROM audit_entries WHERE details = 'd'"))
    assert codes(database, settings) == {"missing"}
    with as_owner(database) as owner:
        owner.execute(text("DELETE FROM audit_seals WHERE seq = 4"))
    assert codes(database, settings) == {"gap"}


def test_an_owner_who_seals_again_is_found_by_the_anchors(database: Database, settings: Settings) -> None:
    write(database, *"abc")
    seal_and_anchor(database, settings)
    with as_owner(database) as owner:
        owner.execute(text("DELETE FROM audit_seals"))
        owner.execute(text("UPDATE audit_entries SET details = 'x' WHERE details = 'b'"))
    seal_new(database, Algorithm.SHA256)
    assert codes(database, settings) == {"anchor"}

    with as_owner(database) as owner:
        owner.execute(text("DELETE FROM audit_seals WHERE seq > 1"))
        owner.execute(text("DELETE FROM audit_entries WHERE details IN ('x', 'c')"))
    assert codes(database, settings) == {"cut"}


@on_one_database
def test_an_entry_written_into_the_past_is_found(database: Database, settings: Settings) -> None:
    write(database, "a")
    seal_and_anchor(database, settings)
    with database.unit_of_work() as session:
        long_ago = now() - timedelta(days=40)
        session.add(AuditEntry(id=UUID(int=1), action="user.create", created_at=long_ago))
    seal_and_anchor(database, settings)
    assert codes(database, settings) == {"unsealed"}


@on_one_database
def test_an_anchor_that_somebody_else_signed_does_not_count(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    write(database, "a")
    seal_and_anchor(database, settings)
    line = json.loads(settings.audit_anchors_path.read_text())
    assert settings.audit_anchors_path.stat().st_mode & 0o077 == 0
    assert settings.audit_key_file.stat().st_mode & 0o077 == 0
    forged = tmp_path / "forged.jsonl"
    forged.write_text(json.dumps(line | {"digest": "0" * 64}))
    with pytest.raises(ValueError, match=r"forged\.jsonl:1"):
        list(read_anchors([forged]))
    with database.reading() as session:
        found = verify(session, read_anchors([settings.audit_anchors_path]), trusted_keys=frozenset())
    assert [fault.code for fault in found.faults] == ["key"]


@on_one_database
def test_national_and_international_hashes_share_a_chain(database: Database, settings: Settings) -> None:
    write(database, "a")
    seal_and_anchor(database, settings)
    write(database, "b")
    seal_and_anchor(database, settings.model_copy(update={"audit_hash": "sm3"}))
    with database.reading() as session:
        assert session.scalars(select(AuditSeal.algorithm).order_by(AuditSeal.seq)).all() == ["sha256", "sm3"]
    assert codes(database, settings) == set()


def test_old_entries_go_and_the_chain_goes_on(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        session.add(AuditEntry(action="old", created_at=now() - timedelta(days=400)))
    seal_and_anchor(database, settings)
    write(database, "new")
    seal_and_anchor(database, settings)
    with as_owner(database) as owner:
        owner.execute(
            update(AuditSeal).where(AuditSeal.seq == 1).values(sealed_at=now() - timedelta(days=400))
        )
    with database.unit_of_work() as session:
        assert prune(session, older_than=timedelta(days=1)) == 1  # what is younger than 180 days stays
    seal_and_anchor(database, settings)
    with database.reading() as session:
        left = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert left == ["demand.change", "audit.prune"]
    # The anchor of the deleted seal is as young as this test; in life it is as old as the seal.
    assert codes(database, settings) == {"cut"}


@on_one_database
def test_logins_are_recorded_also_those_that_fail(
    client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    user = people.make()
    log_in(user, "Wrong-password-1")
    client.post("/v1/auth/token", data={"username": "nobody@example.com", "password": "Hidden-password-9"})
    tokens = log_in(user).json()
    client.post("/v1/auth/logout", json={"refresh_token": tokens["refresh_token"]})
    with database.reading() as session:
        found = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("session."))).all()
        told = [(one.action, one.succeeded, one.user_id, one.subject_id) for one in found]
        addresses, details = {one.address for one in found}, "".join(one.details for one in found)
    assert told == [
        ("session.refused", False, None, user.id),
        ("session.refused", False, None, None),
        ("session.open", True, user.id, user.id),
        ("session.close", True, user.id, user.id),
    ]
    assert "testclient" in addresses
    # People type passwords into the wrong field: what was typed is not written down.
    assert "nobody" not in details
    assert "Hidden" not in details


@on_one_database
def test_the_trail_in_standard_forms(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        audit.record(session, SYSTEM, "export.create", details="a=b|c\\d\nCEF:0|forged")
    seal_and_anchor(database, settings)
    with database.reading() as session:
        (event,) = map(json.loads, lines(session, AuditFormat.OCSF))
        (cef,) = lines(session, AuditFormat.CEF)
    assert (event["class_uid"], event["category_uid"], event["status_id"]) == (6003, 6, 1)
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert event["message"] == "a=b|c\\d\nCEF:0|forged"
    assert cef.startswith("CEF:0|Sanku|Sanku|") and cef.count("\n") == 1
    assert r"msg=a\=b|c\\d\nCEF:0|forged" in cef


@on_one_database
def test_nobody_grants_an_office_but_the_security_administrator_and_nobody_to_themselves(
    client: TestClient, people: People
) -> None:
    """One story: who may make an auditor, change one, or log in as one."""
    operator, auditor = people.make(Role.OPERATOR), people.make(Role.AUDITOR)
    security, colleague = people.make(Role.SECURITY_ADMINISTRATOR), people.make(Role.SECURITY_ADMINISTRATOR)
    staff = people.make(Role.OPERATOR)

    def change(by: User, user: User, **changes: object) -> int:
        version = client.get(f"/v1/users/{user.id}", headers=people.headers(by)).headers.get("ETag", "")
        return client.patch(
            f"/v1/users/{user.id}", json=changes, headers=people.headers(by) | {"If-Match": version}
        ).status_code

    new = {"name": "王敏", "email": "office@example.com", "password": PASSWORD, "role": "auditor"}
    invited = {
        "email": "office@example.com",
        "role": "auditor",
        "organisation_id": str(staff.organisation_id),
    }
    for by in (operator, auditor, people.make(Role.SYSTEM_ADMINISTRATOR), people.make(administrator=True)):
        headers = people.headers(by)
        assert client.post("/v1/users", json=new, headers=headers).status_code == 403
        assert client.post("/v1/invitations", json=invited, headers=headers).status_code == 403
    assert change(operator, staff, role="auditor") == 403
    assert change(operator, auditor, role="operator") == 403
    assert change(operator, auditor, active=False) == 403
    assert change(security, security, role="auditor") == 403
    assert change(security, security, role="operator") == 403
    password = {"new_password": "Another-spring-73"}
    for by in (operator, security):
        answer = client.put(f"/v1/users/{auditor.id}/password", json=password, headers=people.headers(by))
        assert (answer.status_code, answer.json()["code"]) == (403, "password_by_mail")

    assert client.post("/v1/users", json=new, headers=people.headers(security)).status_code == 201
    assert change(security, staff, role="auditor") == 200
    assert change(colleague, security, role="operator") == 200
    told = client.get(
        "/v1/audit", params={"subject_id": str(staff.id)}, headers=people.headers(auditor)
    ).json()
    assert [entry["details"] for entry in told["items"]] == ["role=auditor"]


@on_one_database
def test_the_office_verifies_and_exports_the_trail(
    client: TestClient, people: People, database: Database, settings: Settings
) -> None:
    auditor = people.role(Role.AUDITOR)
    write(database, "a", "b")
    seal_and_anchor(database, settings)
    found = client.get("/v1/audit/verification", headers=auditor).json()
    assert (found["sealed"], found["anchors"], found["faults"]) == (2, 1, [])
    file = client.get("/v1/audit/export", headers=auditor)
    assert [json.loads(line)["metadata"]["sequence"] for line in file.text.splitlines()] == [1, 2]
    assert (
        client.get("/v1/audit/export", params={"format": "cef", "after": 1}, headers=auditor).text.count(
            "CEF:0"
        )
        == 1
    )
    newest = client.get("/v1/audit", headers=auditor).json()["items"][0]
    assert (newest["action"], newest["details"]) == ("audit.export", "cef after 1")
    for path in ("verification", "export"):
        assert client.get(f"/v1/audit/{path}", headers=people.role(Role.OPERATOR)).status_code == 403
