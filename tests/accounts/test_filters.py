"""Filters of the bureau's lists: users, keys and the audit log."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.accounts.models import Role
from app.database import now
from tests.accounts.conftest import People


def ids(client: TestClient, path: str, headers: dict[str, str], **filters: Any) -> set[str]:
    answer = client.get(path, params=filters | {"limit": 100}, headers=headers)
    assert answer.status_code == 200, answer.text
    return {item["id"] for item in answer.json()["items"]}


def test_users_by_organisation_role_and_state(client: TestClient, people: People) -> None:
    operator = people.role(Role.OPERATOR)
    staff = people.make(Role.INSTITUTION)
    left = people.make(Role.INSTITUTION, organisation=people.organisation(), active=False)
    assert ids(client, "/v1/users", operator, organisation_id=staff.organisation_id) == {str(staff.id)}
    assert ids(client, "/v1/users", operator, role="institution") == {str(staff.id), str(left.id)}
    assert ids(client, "/v1/users", operator, role="institution", active=True) == {str(staff.id)}
    assert ids(client, "/v1/users", operator, active=False) == {str(left.id)}


def test_keys_by_organisation(client: TestClient, people: People) -> None:
    first, second = people.make(), people.make()
    made = {
        user.organisation_id: client.post(
            "/v1/api-keys", json={"name": "ERP", "scopes": ["demands:read"]}, headers=people.headers(user)
        ).json()["id"]
        for user in (first, second)
    }
    path, operator = "/v1/api-keys", people.role(Role.OPERATOR)
    assert ids(client, path, operator) == set(made.values())
    for organisation_id, key_id in made.items():
        assert ids(client, path, operator, organisation_id=organisation_id) == {key_id}
    # A filter never widens what the reader may see.
    assert ids(client, path, people.headers(first), organisation_id=second.organisation_id) == set()


def test_the_audit_log_by_person_organisation_and_time(client: TestClient, people: People) -> None:
    first, second = people.make(), people.make()
    for user in (first, second):
        body = {"name": "ERP", "scopes": ["demands:read"]}
        assert client.post("/v1/api-keys", json=body, headers=people.headers(user)).status_code == 201
    path, auditor = "/v1/audit", people.role(Role.AUDITOR)
    every = ids(client, path, auditor)
    by_user = [ids(client, path, auditor, user_id=user.id) for user in (first, second)]
    assert all(by_user) and not by_user[0] & by_user[1]
    for user, entries in zip((first, second), by_user, strict=True):
        assert ids(client, path, auditor, organisation_id=user.organisation_id) == entries
    assert ids(client, path, auditor, since=(now() - timedelta(days=1)).isoformat()) == every
    assert ids(client, path, auditor, since=(now() + timedelta(days=1)).isoformat()) == set()


@pytest.mark.parametrize("field", ["name", "scopes"])
def test_a_key_needs_a_name_and_a_scope(client: TestClient, people: People, field: str) -> None:
    body = {"name": "ERP", "scopes": ["demands:read"]} | {field: "" if field == "name" else []}
    refused = client.post("/v1/api-keys", json=body, headers=people.headers(people.make()))
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]
