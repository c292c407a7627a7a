"""Administrators: they manage the people of their organisation, its keys and its webhooks; plain members do not."""

from typing import Any

import pytest
from alembic import command
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.accounts.models import OrganisationKind, Role, User
from app.database import Database
from app.database_schema import _config, migrate
from app.settings import Settings
from tests.accounts.conftest import People, on_one_database
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.links import last_token
from tests.support.http import ok, refused

BEFORE = "a94c17e0d5b2"
"""The version of the schema without administrators."""

ADDRESS = "wang@valve.example.com"
KEY = {"name": "ERP", "scopes": ["demands:read"]}
ROLES = [
    (role, kind)
    for role, kind in (
        (Role.ENTERPRISE, OrganisationKind.ENTERPRISE),
        (Role.INSTITUTION, OrganisationKind.UNIVERSITY),
        (Role.MANAGER, OrganisationKind.AGENCY),
        (Role.INVESTOR, OrganisationKind.INVESTOR),
    )
]


def change(client: TestClient, who: dict[str, str], user: User, **changes: Any) -> Any:
    return client.patch(f"/v1/users/{user.id}", json=changes, headers=who | {"If-Match": "*"})


def invite(client: TestClient, who: dict[str, str], role: str = "enterprise", **more: Any) -> Any:
    return client.post("/v1/invitations", json={"email": ADDRESS, "role": role} | more, headers=who)


def accept(client: TestClient, token: str) -> Any:
    body = {"token": token, "name": "王芳", "password": PASSWORD, "notice_version": 1}
    return client.post("/v1/auth/accept-invitation", json=body)


@on_one_database
@pytest.mark.parametrize(("role", "kind"), ROLES)
def test_administrators_of_every_kind_manage_keys_and_people_and_members_do_not(
    client: TestClient, people: People, role: Role, kind: OrganisationKind
) -> None:
    administrator = people.make(role, organisation=people.organisation(kind=kind), administrator=True)
    member = people.make(role, beside=administrator, administrator=False)
    chief, plain = people.headers(administrator), people.headers(member)
    key = ok(client.post("/v1/api-keys", json=KEY, headers=chief), 201)
    for call in (
        lambda: client.post("/v1/api-keys", json=KEY, headers=plain),
        lambda: client.get("/v1/api-keys", headers=plain),
        lambda: client.delete(f"/v1/api-keys/{key['id']}", headers=plain),
        lambda: invite(client, plain, role),
        lambda: client.get("/v1/invitations", headers=plain),
        lambda: client.post(
            "/v1/users",
            json={"email": ADDRESS, "name": "王芳", "password": PASSWORD, "role": role},
            headers=plain,
        ),
        lambda: change(client, plain, member, administrator=True),
    ):
        assert call().status_code == 403
    # Managers do not see their colleagues.
    assert change(client, plain, administrator, active=False).status_code in (403, 404)
    ok(change(client, chief, member, administrator=True))
    assert client.get("/v1/api-keys", headers=plain).status_code == 200, "at once, without another login"
    ok(change(client, plain, administrator, active=False))
    assert client.get("/v1/me", headers=chief).status_code == 401


def test_an_administrator_has_no_power_over_others_organisations(client: TestClient, people: People) -> None:
    chief, stranger = people.headers(people.make()), people.make()
    refused(change(client, chief, stranger, active=False), 404, "not_found")
    assert invite(client, chief, organisation_id=str(stranger.organisation_id)).status_code == 403


def test_an_administrator_changes_neither_names_nor_roles_of_colleagues(
    client: TestClient, people: People
) -> None:
    administrator = people.make()
    member, chief = people.make(beside=administrator), people.headers(administrator)
    for changes in ({"name": "李亮"}, {"role": "investor"}, {"organisation_id": None}):
        assert change(client, chief, member, **changes).status_code == 403
    ok(change(client, chief, member, active=False))
    assert change(client, chief, member, active=True).status_code == 403


@pytest.mark.parametrize("changes", [{"active": False}, {"administrator": False}])
def test_the_last_administrator_stays_until_there_is_a_successor(
    client: TestClient, people: People, changes: dict[str, Any]
) -> None:
    administrator = people.make()
    member, chief = people.make(beside=administrator), people.headers(administrator)
    refused(change(client, chief, administrator, **changes), 409, "last_administrator")
    left = people.make(beside=administrator, administrator=True, active=False)
    refused(change(client, chief, administrator, **changes), 409, "last_administrator")
    assert left.administrator
    ok(change(client, chief, member, administrator=True))
    ok(change(client, chief, administrator, **changes))


def test_the_bureau_names_another_and_removes_the_last(client: TestClient, people: People) -> None:
    administrator = people.make()
    member, bureau = people.make(beside=administrator), people.role(Role.OPERATOR)
    ok(change(client, bureau, administrator, active=False))
    assert client.get("/v1/api-keys", headers=people.headers(member)).status_code == 403
    assert ok(change(client, bureau, member, administrator=True))["administrator"] is True
    assert client.get("/v1/api-keys", headers=people.headers(member)).status_code == 200


def test_whoever_moves_to_another_organisation_administers_it_only_by_its_own_word(
    client: TestClient, people: People
) -> None:
    administrator, elsewhere = people.make(), people.make()
    bureau = people.role(Role.OPERATOR)
    moved = ok(change(client, bureau, administrator, organisation_id=str(elsewhere.organisation_id)))
    assert moved["administrator"] is False


def test_a_key_of_an_administrator_is_none(client: TestClient, people: People) -> None:
    key = people.key(people.make(), "demands:read", "organisation:read")
    header = {"X-API-Key": key}
    assert client.get("/v1/me", headers=header).status_code == 200
    assert client.get("/v1/api-keys", headers=header).status_code == 403
    assert invite(client, header).status_code == 403


class TestInvitations:
    def test_the_invited_person_joins_by_the_link(
        self, client: TestClient, people: People, database: Database, settings: Settings
    ) -> None:
        administrator = people.make()
        chief = people.headers(administrator)
        sent = ok(invite(client, chief), 201)
        assert [one["id"] for one in client.get("/v1/invitations", headers=chief).json()["items"]] == [
            sent["id"]
        ]
        token = last_token(database, settings, ADDRESS)
        joined = ok(accept(client, token), 201)
        assert joined["organisation_id"] == str(administrator.organisation_id)
        assert (joined["role"], joined["administrator"]) == ("enterprise", False)
        refused(accept(client, token), 404, "link_invalid")
        assert client.get("/v1/invitations", headers=chief).json()["items"] == []

    def test_one_may_be_invited_as_administrator(
        self, client: TestClient, people: People, database: Database, settings: Settings
    ) -> None:
        ok(invite(client, people.role(Role.ENTERPRISE), administrator=True), 201)
        assert ok(accept(client, last_token(database, settings, ADDRESS)), 201)["administrator"] is True

    def test_the_answer_does_not_tell_whether_the_address_has_an_account(
        self, client: TestClient, people: People, database: Database, settings: Settings
    ) -> None:
        chief = people.role(Role.ENTERPRISE)
        unknown = set(ok(invite(client, chief), 201))
        people.make(email=ADDRESS)
        assert set(ok(invite(client, chief), 201)) == unknown
        refused(accept(client, last_token(database, settings, ADDRESS)), 404, "link_invalid")

    def test_a_withdrawn_one_is_void(
        self, client: TestClient, people: People, database: Database, settings: Settings
    ) -> None:
        chief, other = people.role(Role.ENTERPRISE), people.role(Role.ENTERPRISE)
        sent = ok(invite(client, chief), 201)
        assert client.delete(f"/v1/invitations/{sent['id']}", headers=other).status_code == 404
        assert client.delete(f"/v1/invitations/{sent['id']}", headers=chief).status_code == 204
        refused(accept(client, last_token(database, settings, ADDRESS)), 404, "link_invalid")

    @pytest.mark.parametrize("changes", [{"active": False}, {"administrator": False}])
    def test_those_of_a_former_administrator_are_void(
        self,
        client: TestClient,
        people: People,
        database: Database,
        settings: Settings,
        changes: dict[str, Any],
    ) -> None:
        """Or they could invite themselves again before they are removed."""
        administrator = people.make()
        ok(invite(client, people.headers(administrator)), 201)
        ok(change(client, people.role(Role.OPERATOR), administrator, **changes))
        refused(accept(client, last_token(database, settings, ADDRESS)), 404, "link_invalid")

    @on_one_database
    @pytest.mark.parametrize(
        ("kind", "role", "invited", "status"),
        [
            (OrganisationKind.AGENCY, Role.MANAGER, "manager", 201),
            (OrganisationKind.AGENCY, Role.MANAGER, "investor", 201),
            (OrganisationKind.AGENCY, Role.MANAGER, "enterprise", 422),
            (OrganisationKind.ENTERPRISE, Role.ENTERPRISE, "manager", 403),
            (OrganisationKind.UNIVERSITY, Role.INSTITUTION, "manager", 403),
            (OrganisationKind.INVESTOR, Role.INVESTOR, "investor", 201),
            (OrganisationKind.ENTERPRISE, Role.ENTERPRISE, "operator", 422),
        ],
    )
    def test_managers_join_agencies_only(
        self,
        client: TestClient,
        people: People,
        kind: OrganisationKind,
        role: Role,
        invited: str,
        status: int,
    ) -> None:
        administrator = people.make(role, organisation=people.organisation(kind=kind), administrator=True)
        assert invite(client, people.headers(administrator), invited).status_code == status


def test_after_the_upgrade_whoever_could_manage_still_can(database: Database, people: People) -> None:
    """Owners' users, the first manager of an agency, and investors where there is nobody else."""
    owner = people.make(Role.ENTERPRISE)
    second, investor = people.make(Role.ENTERPRISE, beside=owner), people.make(Role.INVESTOR, beside=owner)
    gone = people.make(Role.INSTITUTION, active=False)
    staff = people.make(Role.MANAGER, organisation=people.organisation(kind=OrganisationKind.UNIVERSITY))
    first = people.make(Role.MANAGER)
    other = people.make(Role.MANAGER, beside=first)
    alone = people.make(Role.INVESTOR)
    operator = people.make(Role.OPERATOR)
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)
    migrate(database)
    expected = {owner.id, second.id, first.id, alone.id}
    everybody = expected | {investor.id, gone.id, staff.id, other.id, operator.id}
    with database.reading() as session:
        found = dict(session.execute(select(User.id, User.administrator)).all())
    assert found == {id_: id_ in expected for id_ in everybody}
