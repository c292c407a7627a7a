"""Networks of API keys, former and old passwords, and the ends of sessions."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.accounts.access.networks import is_within
from app.accounts.api_keys import audit_refused_key
from app.accounts.models import LoginSession, Role, User
from app.accounts.sessions.browser import log_in_browser, user_of_cookie
from app.database import Database, now
from app.events.domain_event import ClaimedEvent
from app.events.outbox import Event
from app.services import Services
from app.settings import Settings
from tests.accounts.conftest import People
from tests.support.builders.accounts import PASSWORD
from tests.support.callers import LogIn
from tests.support.http import created, ok, refused, wrong_fields


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked of the database here is the same on both."""
    return sqlite_url


def set_up(app: FastAPI, **changes: Any) -> Services:
    """The running service with other settings."""
    services: Services = app.state.services
    services[Settings] = services[Settings].model_copy(update=changes)
    return services


def test_a_key_is_refused_from_elsewhere_and_the_audit_trail_says_so(
    app: FastAPI, client: TestClient, people: People, database: Database
) -> None:
    here = people.headers(people.make(administrator=True))
    body = {"name": "ERP", "scopes": ["organisation:read"]}
    wrong = client.post(
        "/v1/api-keys", json=body | {"allowed_networks": ["10.1.2.3/16", "泉城", "1.2.3"]}, headers=here
    )
    assert wrong_fields(wrong) == ["allowed_networks.1", "allowed_networks.2"]
    networks = ["10.1.2.3/16", "2001:db8::1", "10.1.0.0/16"]
    key = created(client.post("/v1/api-keys", json=body | {"allowed_networks": networks}, headers=here))
    assert key["allowed_networks"] == ["10.1.0.0/16", "2001:db8::1/128"]

    def call(address: str) -> Any:
        inside = TestClient(app, client=(address, 40000), headers={"X-API-Key": key["key"]})
        return inside.get("/v1/organisations")

    for address in ("10.1.255.255", "::ffff:10.1.0.1", "2001:db8::1"):
        ok(call(address))
    for address in ("10.2.0.1", "2001:db8::2", "not an address", "127.0.0.1"):
        refused(call(address), 403, "address_not_allowed")
    listed = ok(client.get("/v1/api-keys", headers=here))["items"][0]
    assert listed["last_used_address"] == "10.1.255.255"
    assert listed["last_refused_address"] == "10.2.0.1", "reported once a minute"
    with database.unit_of_work() as session:
        rows = session.query(Event).filter(Event.name == "api_key.refused").all()
        assert len(rows) == 1
        event = ClaimedEvent(
            rows[0].id, rows[0].name, rows[0].subject_id, rows[0].payload, attempts=1, lease=rows[0].id
        )
        audit_refused_key(app.state.services, session, event)
    found = ok(
        client.get("/v1/audit", params={"action": "api_key.refused"}, headers=people.role(Role.AUDITOR))
    )
    assert [entry["subject_id"] for entry in found["items"]] == [key["id"]]
    assert "address=10.2.0.1" in found["items"][0]["details"]


def test_a_key_without_networks_works_from_anywhere() -> None:
    assert is_within("anything", [])
    assert not is_within("", ["0.0.0.0/0"])


def test_former_passwords_are_refused_by_every_way_to_set_one(
    client: TestClient, people: People, log_in: LogIn
) -> None:
    user, operator = people.make(), people.role(Role.OPERATOR)
    second, third = "Another-word-93", "Yet-other-words-47"
    here = people.headers(user)

    def change(old: str, new: str) -> Any:
        body = {"current_password": old, "new_password": new}
        return client.post("/v1/me/password", json=body, headers=people.headers(user))

    assert change(PASSWORD, second).status_code == 204
    assert client.get("/v1/me", headers=here).status_code == 401
    assert change(second, PASSWORD).json()["errors"][0]["code"] == "password_used_before"
    assert change(second, third).status_code == 204
    for former in (PASSWORD, second):
        answer = client.put(f"/v1/users/{user.id}/password", json={"new_password": former}, headers=operator)
        assert answer.json()["errors"][0]["code"] == "password_used_before"
    ok(log_in(user, third))


def test_an_old_password_is_changed_before_anything_else(
    app: FastAPI, client: TestClient, people: People, database: Database
) -> None:
    set_up(app, password_max_age=timedelta(days=90))
    user = people.make()
    here = people.headers(user)
    ok(client.get("/v1/users", headers=here))
    with database.unit_of_work() as session:
        session.execute(update(User).values(password_changed_at=now() - timedelta(days=91)))
    refused(client.get("/v1/users", headers=here), 403, "password_owed")
    body = {"current_password": PASSWORD, "new_password": "Another-word-93"}
    assert client.post("/v1/me/password", json=body, headers=here).status_code == 204
    ok(client.get("/v1/users", headers=people.headers(user)))


def test_sessions_end_by_age_and_without_use(
    app: FastAPI, client: TestClient, people: People, database: Database, settings: Settings
) -> None:
    user = people.make()

    def browser() -> str:
        login = log_in_browser(
            database, settings, email=user.email, password=PASSWORD, address="test", device="test"
        )
        return login.cookie

    here, cookie = people.headers(user), browser()
    assert user_of_cookie(app.state.services, cookie) is not None
    for changes in (
        {"browser_session_lifetime": timedelta(seconds=-1)},
        {"browser_session_lifetime": timedelta(days=1), "browser_session_idle": timedelta(seconds=-1)},
    ):
        assert user_of_cookie(set_up(app, **changes), cookie) is None, "also for sessions that are open"
    ok(client.get("/v1/me", headers=here))
    with database.unit_of_work() as session:
        session.execute(update(LoginSession).values(created_at=now() - settings.session_lifetime))
    assert client.get("/v1/me", headers=here).status_code == 401, "an access token outlives no session"
