"""API keys of organisations: what they permit and what they never permit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.accounts.models import ApiKey, OrganisationKind, Role
from app.database import Database, now
from tests.accounts.conftest import People, on_one_database

BODY = {"name": "ERP 对接", "scopes": ["demands:read", "organisation:read"]}


def with_key(key: str) -> dict[str, str]:
    return {"X-API-Key": key}


def create(client: TestClient, headers: dict[str, str], **changes: Any) -> Any:
    return client.post("/v1/api-keys", json=BODY | changes, headers=headers)


def test_a_key_is_shown_once_and_says_who_it_is(client: TestClient, people: People) -> None:
    user = people.make(Role.INSTITUTION)
    header = people.headers(user)
    answer = create(client, header)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    key = answer.json()["key"]
    assert key.startswith(f"sk_{answer.json()['prefix']}_")
    assert "key" not in client.get("/v1/api-keys", headers=header).json()["items"][0]
    for headers in (with_key(key), {"Authorization": f"Bearer {key}"}):
        me = client.get("/v1/me", headers=headers).json()
        assert me["user"] is None
        assert me["role"] == "institution"
        assert me["organisation"]["id"] == str(user.organisation_id)
        assert set(me["permissions"]) == {
            "demand.read", "demand.read_owner_view", "demand.history", "organisation.read"
        }  # fmt: skip


def test_the_name_of_a_key_carries_no_state_secret(client: TestClient, people: People) -> None:
    answer = create(client, people.headers(people.make()), name="机密★5年")
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
        ("name", "state_secret")
    ]


def test_a_key_opens_only_what_its_scopes_name(client: TestClient, people: People) -> None:
    key = people.key(people.make(), "organisation:read")
    assert client.get("/v1/organisations", headers=with_key(key)).status_code == 200
    for refused in (
        client.get("/v1/users", headers=with_key(key)),
        client.get("/v1/api-keys", headers=with_key(key)),
        create(client, with_key(key)),
        client.get("/v1/audit", headers=with_key(key)),
    ):
        assert refused.status_code == 403
        assert refused.json()["code"] == "insufficient_scope"
    other = people.key(people.make(), "demands:read")
    missing = client.get("/v1/organisations", headers=with_key(other))
    assert "organisation:read" in missing.json()["message_zh"]


@pytest.mark.parametrize("how", ["revoked", "expired", "of another secret", "unknown", "misshapen"])
def test_a_key_that_is_none_is_refused_at_once(
    client: TestClient, people: People, database: Database, how: str
) -> None:
    user = people.make()
    header = people.headers(user)
    made = create(client, header).json()
    key = made["key"]
    assert client.get("/v1/me", headers=with_key(key)).status_code == 200
    match how:
        case "revoked":
            assert client.delete(f"/v1/api-keys/{made['id']}", headers=header).status_code == 204
            assert client.delete(f"/v1/api-keys/{made['id']}", headers=header).status_code == 204
        case "expired":
            with database.unit_of_work() as session:
                session.execute(update(ApiKey).values(expires_at=now()))
        case "of another secret":
            key = key[:-1] + ("a" if key[-1] != "a" else "b")
        case "unknown":
            key = "sk_aaaaaaaa_" + "a" * 43
        case "misshapen":
            key = "sk_%_' OR 1=1"
    assert client.get("/v1/me", headers=with_key(key)).status_code == 401


def test_another_organisations_keys_are_out_of_sight(client: TestClient, people: People) -> None:
    made = create(client, people.role(Role.ENTERPRISE)).json()
    stranger = people.role(Role.ENTERPRISE)
    assert client.get("/v1/api-keys", headers=stranger).json()["items"] == []
    assert client.delete(f"/v1/api-keys/{made['id']}", headers=stranger).status_code == 404
    taken = create(client, stranger, organisation_id=made["organisation_id"])
    assert taken.status_code == 403
    operator = people.role(Role.OPERATOR)
    assert len(client.get("/v1/api-keys", headers=operator).json()["items"]) == 1
    assert client.delete(f"/v1/api-keys/{made['id']}", headers=operator).status_code == 204


def test_a_key_is_no_more_than_who_made_it(client: TestClient, people: People) -> None:
    """An investor's organisation may be an enterprise by kind; the investor's key must not create demands for it."""
    factory = people.organisation(kind=OrganisationKind.ENTERPRISE)
    investor = people.make(Role.INVESTOR, organisation=factory)
    key = people.key(investor, "demands:write", "demands:read")
    permissions = client.get("/v1/me", headers=with_key(key)).json()["permissions"]
    assert permissions == {"demand.read": "any"}
    operator = people.role(Role.OPERATOR)
    given = create(client, operator, organisation_id=str(factory.id)).json()
    assert given["role"] == "enterprise", "a key made by the bureau for others has not the bureau's rights"


@on_one_database
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything:write"]}, "scopes"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2099-01-01T00:00:00"}, "expires_at"),
        ({"name": "  "}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"role": "operator"}, "role"),
    ],
)
def test_a_wrong_key_is_reported_by_field_and_not_stored(
    client: TestClient, people: People, changes: dict[str, Any], field: str
) -> None:
    header = people.role(Role.ENTERPRISE)
    answer = create(client, header, **changes)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert client.get("/v1/api-keys", headers=header).json()["items"] == []


def test_managers_and_strangers_make_no_keys(client: TestClient, people: People) -> None:
    assert create(client, people.role(Role.MANAGER)).status_code == 403
    assert create(client, {}).status_code == 401


def test_use_is_noted_to_the_minute(client: TestClient, people: People, database: Database) -> None:
    key = people.key(people.make(), "organisation:read")

    def used() -> Any:
        with database.reading() as session:
            return session.scalar(select(ApiKey.last_used_at))

    assert used() is None
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: client.get("/v1/me", headers=with_key(key)).status_code, range(4))) == {
            200
        }
    first = used()
    client.get("/v1/me", headers=with_key(key))
    assert used() == first
    with database.unit_of_work() as session:
        session.execute(update(ApiKey).values(last_used_at=now() - timedelta(minutes=2)))
    client.get("/v1/me", headers=with_key(key))
    assert used() > first
