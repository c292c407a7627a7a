"""Users: creation, changes, and protection against raising one's own permissions."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.accounts.access.principal import SYSTEM
from app.accounts.models import OrganisationKind, Role
from app.accounts.new_users import UserFacts, create_user
from app.database import Database
from app.errors import Conflict, Forbidden, Invalid
from app.settings import Settings
from tests.accounts.conftest import People, on_one_database
from tests.support.builders.accounts import PASSWORD, principal_of
from tests.support.builders.links import last_token
from tests.support.http import ok, refused

USCC = "91370102YY000001X4"
REGISTRATION: dict[str, Any] = {
    "organisation": {"name": "济南泉城阀门有限公司", "kind": "enterprise", "region": "370102", "uscc": USCC},
    "user": {"email": "li@valve.example.com", "name": "李明", "password": PASSWORD},
}


def register(client: TestClient, **changes: Any) -> Any:
    body: dict[str, Any] = {part: dict(REGISTRATION[part]) for part in REGISTRATION}
    body["notice_version"] = 1
    for field, value in changes.items():
        part, _, name = field.partition("__")
        if name:
            body[part][name] = value
        else:
            body[field] = value
    return client.post("/v1/register", json=body)


def create(client: TestClient, headers: dict[str, str], role: str = "enterprise", **changes: Any) -> Any:
    body = {"email": "new@example.com", "name": "张华", "password": PASSWORD, "role": role}
    return client.post("/v1/users", json=body | changes, headers=headers)


def confirm(client: TestClient, database: Database, settings: Settings, email: str) -> Any:
    """Follow the link of the last mail to this mailbox."""
    return client.post("/v1/auth/verify-mail", json={"token": last_token(database, settings, email)})


def test_a_stranger_registers_confirms_the_mailbox_and_logs_in(
    client: TestClient, database: Database, settings: Settings
) -> None:
    email = REGISTRATION["user"]["email"]
    credentials = {"username": "LI@valve.example.com", "password": PASSWORD}
    assert ok(register(client), 202) == {"email": email}
    refused(client.post("/v1/auth/token", data=credentials), 401, "invalid_credentials")
    made = ok(confirm(client, database, settings, email))
    assert made["organisation"]["verified_at"] is None
    assert made["user"]["role"] == "enterprise"
    assert client.post("/v1/auth/token", data=credentials).status_code == 200


@on_one_database
@pytest.mark.parametrize(
    ("kind", "role", "outcome"),
    [
        ("enterprise", None, "enterprise"),
        ("university", None, "institution"),
        ("institute", None, "institution"),
        ("agency", None, "manager"),
        ("enterprise", "investor", "investor"),
        ("agency", "investor", "investor"),
        ("investor", None, "investor"),
        ("investor", "enterprise", "role"),
        ("enterprise", "manager", "role"),
        ("enterprise", "institution", "role"),
        ("enterprise", "operator", "role"),
        ("university", "manager", "role"),
        ("bureau", None, "organisation.kind"),
        ("bureau", "operator", "organisation.kind"),
    ],
)
def test_the_kind_of_organisation_decides_what_one_registers_as(
    client: TestClient, database: Database, settings: Settings, kind: str, role: str | None, outcome: str
) -> None:
    answer = register(client, organisation__kind=kind, role=role)
    if answer.status_code == 202:
        made = ok(confirm(client, database, settings, REGISTRATION["user"]["email"]))
        assert made["user"]["role"] == outcome
        assert made["user"]["administrator"] is True
    else:
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == outcome


def test_nothing_is_stored_of_a_failed_registration(client: TestClient, people: People) -> None:
    weak = register(client, user__password="liming")
    assert {error["field"] for error in weak.json()["errors"]} == {"user.password"}
    assert register(client, organisation__parent_id="x").status_code == 422
    found = client.get("/v1/organisations", params={"name": "泉城"}, headers=people.role(Role.OPERATOR))
    assert found.json()["items"] == []


def test_registrations_are_limited(client: TestClient) -> None:
    codes = [register(client, user__password="weak").status_code for _ in range(4)]
    assert codes == [422, 422, 422, 429]


@on_one_database
@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Aa1-bcdefgh", "password_length"),
        ("Tea  of   3 l", "password_length"),
        ("Aa1-" + "a" * 125, "password_length"),
        ("alllowercase1", "password_kinds"),
        ("ALL-UPPER-CASE", "password_kinds"),
        ("Lower-uppers", None),
        ("泉水清清三月花开满城Ab", None),
        ("密码密码密码Aaaaaa", "password_common"),
        ("Xx9-李明-李明-aq", "password_personal"),
        ("Xx9-VALVEMAN-1", "password_personal"),
        ("Password1234", "password_common"),
        ("Qwerty123456", "password_common"),
        ("P@ssw0rd2024", "password_common"),
        ("1qaz2wsx3EDC", "password_common"),
        ("JinanJinan26", "password_common"),
        ("Woaini123456", "password_common"),
        ("Aa1234567890", "password_common"),
    ],
)
def test_the_rule_of_passwords(client: TestClient, password: str, code: str | None) -> None:
    answer = register(client, user__email="valveman@example.com", user__password=password)
    codes = [error["code"] for error in answer.json().get("errors", [])]
    assert codes == ([code] if code else [])


@on_one_database
@pytest.mark.parametrize(
    "email", ["li", "li@", "@example.com", "li@example", "a\u0000@example.com", "李@@例.com", ""]
)
def test_a_wrong_address_is_refused(client: TestClient, email: str) -> None:
    answer = register(client, user__email=email)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "user.email"


@on_one_database
@pytest.mark.parametrize("role", ["operator", "manager", "institution"])
def test_an_administrator_cannot_create_a_role_that_nobody_registers_as(
    client: TestClient, people: People, role: str
) -> None:
    assert create(client, people.role(Role.ENTERPRISE), role).status_code == 403


def test_administrators_create_colleagues_only(client: TestClient, people: People) -> None:
    user, other = people.make(Role.ENTERPRISE), people.make(Role.ENTERPRISE)
    header = people.headers(user)
    made = create(client, header)
    assert made.status_code == 201
    assert made.json()["organisation_id"] == str(user.organisation_id)
    foreign = create(client, header, email="x@example.com", organisation_id=str(other.organisation_id))
    assert foreign.status_code == 403
    assert create(client, people.role(Role.MANAGER), "manager").status_code == 403
    assert create(client, {}, "enterprise").status_code == 401
    seen = client.get("/v1/users", headers=header).json()["items"]
    assert {one["id"] for one in seen} == {str(user.id), made.json()["id"]}
    elsewhere = client.get(
        "/v1/users", params={"organisation_id": str(other.organisation_id)}, headers=header
    )
    assert elsewhere.json()["items"] == []
    assert client.get(f"/v1/users/{other.id}", headers=header).status_code == 404
    # An organisation that anybody can register must neither learn who has an account nor take another's address.
    unverified = people.headers(people.make(organisation=people.organisation(verified=False)))
    for address in (other.email, "nobody-yet@example.com"):
        refused(create(client, unverified, email=address), 403, "invite_instead")
    assert client.get("/v1/users", headers=people.role(Role.MANAGER)).status_code == 403


def test_the_operator_creates_anybody_who_fits(client: TestClient, people: People) -> None:
    operator = people.role(Role.OPERATOR)
    university = people.organisation(kind=OrganisationKind.UNIVERSITY)
    manager = create(client, operator, "manager", organisation_id=str(university.id))
    assert manager.status_code == 201
    assert create(client, operator, "operator", email="op2@example.com").status_code == 201
    named = create(
        client, operator, "manager", email="m2@example.com", organisation_id=f" {university.name} "
    )
    assert named.json()["organisation_id"] == str(university.id)
    unknown = create(client, operator, "manager", organisation_id="没有这家单位")
    assert [error["field"] for error in unknown.json()["errors"]] == ["organisation_id"]
    misfit = create(client, operator, "enterprise", email="e@example.com", organisation_id=str(university.id))
    assert misfit.json()["errors"][0]["code"] == "role_does_not_fit"
    homeless = create(client, operator, "investor", email="e@example.com", organisation_id=None)
    assert homeless.json()["errors"][0]["code"] == "organisation_missing"


@on_one_database
@pytest.mark.parametrize(
    "changes", [{"role": "operator"}, {"organisation_id": None}, {"active": True}, {"role": "enterprise"}]
)
def test_a_user_cannot_promote_themselves(
    client: TestClient, people: People, changes: dict[str, Any]
) -> None:
    user = people.make(Role.ENTERPRISE)
    answer = client.patch(
        f"/v1/users/{user.id}", json=changes, headers=people.headers(user) | {"If-Match": '"1"'}
    )
    assert answer.status_code == 403
    smuggled = client.patch(
        f"/v1/users/{user.id}",
        json={"password_hash": "x"},
        headers=people.headers(user) | {"If-Match": '"1"'},
    )
    assert smuggled.json()["errors"][0]["code"] == "extra_forbidden"


def test_a_user_renames_and_leaves_but_touches_no_colleague(client: TestClient, people: People) -> None:
    administrator = people.make(Role.ENTERPRISE)
    with_colleague = create(client, people.headers(administrator)).json()
    user = people.make(Role.ENTERPRISE, beside=administrator)
    header = people.headers(user) | {"If-Match": '"1"'}
    assert (
        client.patch(f"/v1/users/{with_colleague['id']}", json={"active": False}, headers=header).status_code
        == 403
    )
    renamed = client.patch(f"/v1/users/{user.id}", json={"name": "李 明"}, headers=header)
    assert renamed.json()["name"] == "李 明"
    stale = client.patch(f"/v1/users/{user.id}", json={"name": "李亮"}, headers=header)
    assert stale.status_code == 412
    left = client.patch(
        f"/v1/users/{user.id}", json={"active": False}, headers=header | {"If-Match": renamed.headers["ETag"]}
    )
    assert left.json()["active"] is False
    assert client.get("/v1/me", headers=header).status_code == 401


def test_a_new_role_holds_at_once(client: TestClient, people: People) -> None:
    user = people.make(Role.MANAGER, organisation=people.organisation(kind=OrganisationKind.AGENCY))
    header = people.headers(user)
    client.patch(
        f"/v1/users/{user.id}",
        json={"role": "investor"},
        headers=people.role(Role.OPERATOR) | {"If-Match": '"1"'},
    )
    assert client.get("/v1/me", headers=header).status_code == 401, "old logins end"
    assert client.get("/v1/me", headers=people.headers(user)).json()["role"] == "investor"


def test_the_last_operator_stays(client: TestClient, people: People) -> None:
    user = people.make(Role.OPERATOR)
    header = people.headers(user) | {"If-Match": '"1"'}
    last = client.patch(f"/v1/users/{user.id}", json={"active": False}, headers=header)
    assert last.json()["code"] == "last_operator"
    people.make(Role.OPERATOR)
    assert client.patch(f"/v1/users/{user.id}", json={"active": False}, headers=header).status_code == 200


def test_a_forgotten_password_is_reset_by_the_operator_alone(
    client: TestClient, people: People, log_in: Any
) -> None:
    user, colleague = people.make(), people.make()
    body = {"new_password": "Another-word-93"}
    for header in (people.headers(user), people.headers(colleague), people.role(Role.MANAGER)):
        assert client.put(f"/v1/users/{user.id}/password", json=body, headers=header).status_code == 403
    operator = people.role(Role.OPERATOR)
    assert client.put(f"/v1/users/{user.id}/password", json=body, headers=operator).status_code == 204
    assert log_in(user).status_code == 401
    assert log_in(user, "Another-word-93").status_code == 200


def test_creation_repeated_with_its_key_creates_once_and_keeps_no_password(
    client: TestClient, people: People, database: Database
) -> None:
    header = people.role(Role.ENTERPRISE) | {"Idempotency-Key": "colleague-1"}
    first, second = create(client, header), create(client, header)
    assert first.json() == second.json()
    with database.engine.connect() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM idempotency_keys").all())
    assert PASSWORD not in stored


def test_every_change_is_audited_with_who(client: TestClient, people: People) -> None:
    user, auditor = people.make(), people.role(Role.AUDITOR)
    made = create(client, people.headers(user)).json()
    entries = client.get("/v1/audit", params={"subject_id": made["id"]}, headers=auditor).json()["items"]
    assert [(entry["action"], entry["user_id"]) for entry in entries] == [("user.create", str(user.id))]
    for role in set(Role) - {Role.AUDITOR}:
        assert client.get("/v1/audit", headers=people.role(role)).status_code == 403
    assert client.get("/v1/audit", params={"action": "x' OR 1=1"}, headers=auditor).status_code == 422


def test_the_command_line_makes_the_first_operator(database: Database, people: People) -> None:
    facts = UserFacts(email="op@example.com", name="管理员", password=PASSWORD)
    with database.unit_of_work() as session:
        first = create_user(session, principal=SYSTEM, facts=facts, role=Role.OPERATOR)
        assert first.organisation_id is None
        with pytest.raises(Conflict):
            create_user(session, principal=SYSTEM, facts=facts, role=Role.OPERATOR)
        for field, value in (("email", "op@"), ("name", "\u200b"), ("password", "weak")):
            with pytest.raises(Invalid) as caught:
                create_user(
                    session, principal=SYSTEM, facts=replace(facts, **{field: value}), role=Role.OPERATOR
                )
            assert {error.field for error in caught.value.fields} == {field}
    enterprise = principal_of(people.make(Role.ENTERPRISE))
    with database.unit_of_work() as session, pytest.raises(Forbidden):
        create_user(session, principal=enterprise, facts=facts, role=Role.OPERATOR)
