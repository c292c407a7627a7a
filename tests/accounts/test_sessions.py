"""Sessions: login, refresh, logout and revocation."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.accounts import credentials
from app.accounts.credentials import AccessClaims, sign_access_token
from app.accounts.models import Attempt, RefreshToken, Role, User
from app.database import Database, now
from app.settings import Settings
from tests.accounts.conftest import People, on_one_database
from tests.support.builders.accounts import PASSWORD
from tests.support.callers import LogIn
from tests.support.http import refused


def me(client: TestClient, access_token: str) -> Any:
    return client.get("/v1/me", headers={"Authorization": f"Bearer {access_token}"})


def refresh(client: TestClient, token: str) -> Any:
    return client.post("/v1/auth/refresh", json={"refresh_token": token})


def test_login_gives_tokens_that_say_who_i_am(client: TestClient, people: People, log_in: LogIn) -> None:
    user = people.make(Role.ENTERPRISE, name="王工")
    answer = log_in(user)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["expires_in"] == 900
    mine = me(client, body["access_token"]).json()
    assert mine["user"]["email"] == user.email
    assert mine["organisation"]["id"] == str(user.organisation_id)
    assert mine["permissions"]["demand.create"] == "own"
    assert "audit.read" not in mine["permissions"]


def test_an_address_is_known_in_any_case(client: TestClient, people: People) -> None:
    people.make(email="li@example.com")
    answer = client.post("/v1/auth/token", data={"username": " Li@Example.com ", "password": PASSWORD})
    assert answer.status_code == 200


@pytest.mark.parametrize("who", ["wrong password", "unknown", "deactivated", "nul", "endless"])
def test_a_refused_login_does_not_tell_why(client: TestClient, people: People, who: str) -> None:
    user = people.make(active=who != "deactivated")
    name = {"unknown": "nobody@example.com", "nul": "a\0b@example.com"}.get(who, user.email)
    password = {"wrong password": "Wrong-password-1", "endless": "Aa1-" * 10_000}.get(who, PASSWORD)
    answer = client.post("/v1/auth/token", data={"username": name, "password": password})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "invalid_credentials"
    assert problem["message_en"] == "The e-mail address or password is wrong."
    assert "密码" in problem["message_zh"]


def test_an_unknown_user_costs_a_hash_too(
    client: TestClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.accounts import credentials

    checked: list[str] = []
    verify = credentials._HASHER.verify

    def noted(password: str, known: str) -> bool:
        checked.append(known)
        return verify(password, known)

    monkeypatch.setattr(credentials._HASHER, "verify", noted)
    client.post("/v1/auth/token", data={"username": "nobody@example.com", "password": PASSWORD})
    assert len(checked) == 1


def test_too_many_failures_lock_this_address_out_of_this_account_only(
    client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    user, other = people.make(), people.make()
    assert [log_in(user, "Wrong-password-1").status_code for _ in range(4)] == [401, 401, 401, 429]
    locked = log_in(user)
    assert locked.status_code == 429, "even the right password waits now"
    assert 1 <= int(locked.headers["Retry-After"]) <= 600
    assert log_in(other).status_code == 200
    with database.unit_of_work() as session:
        session.execute(update(Attempt).values(at=now() - timedelta(minutes=11)))
    assert log_in(user).status_code == 200


def test_a_success_forgives_the_failures_before_it(people: People, log_in: LogIn) -> None:
    user = people.make()
    for _ in range(3):
        assert log_in(user, "Wrong-password-1").status_code == 401
        assert log_in(user, "Wrong-password-1").status_code == 401
        assert log_in(user).status_code == 200


def from_address(app: FastAPI, address: str) -> TestClient:
    return TestClient(app, client=(address, 40000))


def try_password(client: TestClient, user: User, password: str, **form: str) -> Any:
    return client.post("/v1/auth/token", data={"username": user.email, "password": password, **form})


@pytest.mark.parametrize("network", ["10.{n}.0.1", "2001:db8:{n}::7"])
def test_wrong_passwords_from_many_addresses_keep_nobody_out(
    app: FastAPI, people: People, network: str
) -> None:
    user = people.make()
    for n in range(1, 101):
        attacker = from_address(app, network.format(n=n))
        assert try_password(attacker, user, "Wrong-password-1").status_code == 401
    assert try_password(from_address(app, "192.0.2.7"), user, PASSWORD).status_code == 200


def test_while_many_addresses_try_an_account_each_has_fewer_attempts(app: FastAPI, people: People) -> None:
    user = people.make()
    owner = from_address(app, "192.0.2.7")
    assert try_password(owner, user, PASSWORD).status_code == 200
    for n in range(1, 31):
        try_password(from_address(app, f"10.{n}.0.1"), user, "Wrong-password-1")
    late = from_address(app, "10.99.0.1")
    assert [try_password(late, user, "Wrong-password-1").status_code for _ in range(2)] == [401, 429]
    mistyped = [try_password(owner, user, "Wrong-password-1").status_code for _ in range(2)]
    assert mistyped == [401, 401], "an address that the account was used from keeps its attempts"
    assert try_password(owner, user, PASSWORD).status_code == 200


def test_one_subscriber_of_ipv6_counts_as_one_address(app: FastAPI, people: People) -> None:
    user = people.make()
    codes = [
        try_password(from_address(app, f"2001:db8::{n}"), user, "Wrong-password-1").status_code
        for n in range(1, 5)
    ]
    assert codes == [401, 401, 401, 429]


def test_a_known_device_passes_a_neighbour_who_used_up_the_attempts(app: FastAPI, people: People) -> None:
    """Both are behind one address, as in an office."""
    user, other = people.make(), people.make()
    office = from_address(app, "192.0.2.7")
    device = try_password(office, user, PASSWORD).json()["device_token"]
    foreign = try_password(office, other, PASSWORD).json()["device_token"]
    for _ in range(3):
        try_password(office, user, "Wrong-password-1")
    assert try_password(office, user, PASSWORD).status_code == 429
    for stolen in (foreign, "rubbish", device + "x"):
        assert try_password(office, user, PASSWORD, device_token=stolen).status_code == 429
    assert try_password(office, user, PASSWORD, device_token=device).status_code == 200


def test_a_device_token_opens_nothing_and_is_limited_too(app: FastAPI, people: People) -> None:
    user = people.make()
    office = from_address(app, "192.0.2.7")
    device = try_password(office, user, PASSWORD).json()["device_token"]
    assert me(office, device).status_code == 401
    codes = [
        try_password(office, user, "Wrong-password-1", device_token=device).status_code for _ in range(4)
    ]
    assert codes == [401, 401, 401, 429]


def test_more_logins_than_the_service_can_hash_are_refused_at_once(
    client: TestClient, people: People, log_in: LogIn
) -> None:
    user, newcomer = people.make(), people.make()
    assert log_in(user).status_code == 200, "this address is known from now on"
    limit = credentials.HASHING
    with ExitStack() as busy:
        for _ in range(limit.places - limit.kept):
            busy.enter_context(limit.place_taken())
        refusal = log_in(newcomer)
        refused(refusal, 503, "busy")
        assert 1 <= int(refusal.headers["Retry-After"]) <= 10
        assert log_in(user).status_code == 200, "places are kept for known devices"
        assert client.get("/v1/me").status_code == 401, "what hashes nothing is answered"
    assert log_in(newcomer).status_code == 200


def test_one_address_cannot_try_every_account(client: TestClient, people: People) -> None:
    codes = [
        client.post(
            "/v1/auth/token", data={"username": f"victim{n}@example.com", "password": "Spring-2026"}
        ).status_code
        for n in range(16)
    ]
    assert codes == [401] * 15 + [429]


def test_attempts_at_the_same_moment_are_all_counted(people: People, log_in: LogIn) -> None:
    user = people.make()
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: log_in(user, "Wrong-password-1").status_code, range(8)))
    assert sorted(codes) == [401] * 3 + [429] * 5


def test_a_refresh_token_rotates(client: TestClient, people: People, log_in: LogIn) -> None:
    first = log_in(people.make()).json()
    second = refresh(client, first["refresh_token"])
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert me(client, second.json()["access_token"]).status_code == 200
    assert refresh(client, second.json()["refresh_token"]).status_code == 200


def test_a_token_used_twice_ends_its_whole_chain_but_no_other(
    client: TestClient, people: People, log_in: LogIn
) -> None:
    user = people.make()
    stolen, elsewhere = log_in(user).json(), log_in(user).json()
    newest = refresh(client, stolen["refresh_token"]).json()
    reused = refresh(client, stolen["refresh_token"])
    assert reused.status_code == 401
    assert reused.json()["code"] == "invalid_refresh_token"
    assert refresh(client, newest["refresh_token"]).status_code == 401
    assert me(client, newest["access_token"]).status_code == 401
    assert me(client, elsewhere["access_token"]).status_code == 200
    auditor = people.role(Role.AUDITOR)
    found = client.get("/v1/audit", params={"action": "session.reuse_detected"}, headers=auditor).json()
    assert [entry["user_id"] for entry in found["items"]] == [str(user.id)]


def test_of_two_uses_at_the_same_moment_one_wins(client: TestClient, people: People, log_in: LogIn) -> None:
    token = log_in(people.make()).json()["refresh_token"]
    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(lambda _: refresh(client, token).status_code, range(2)))
    assert codes == [200, 401]


def test_an_expired_refresh_token_is_refused(
    client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    token = log_in(people.make()).json()["refresh_token"]
    with database.unit_of_work() as session:
        session.execute(update(RefreshToken).values(expires_at=now() - timedelta(seconds=1)))
    assert refresh(client, token).status_code == 401


def test_logout_holds_at_once(client: TestClient, people: People, log_in: LogIn) -> None:
    tokens = log_in(people.make()).json()
    assert client.post("/v1/auth/logout", json={"refresh_token": tokens["refresh_token"]}).status_code == 204
    assert me(client, tokens["access_token"]).status_code == 401
    assert refresh(client, tokens["refresh_token"]).status_code == 401
    assert client.post("/v1/auth/logout", json={"refresh_token": "rt_never_given_out"}).status_code == 204


def test_a_deactivated_user_is_out_at_once(client: TestClient, people: People, log_in: LogIn) -> None:
    user = people.make()
    tokens = log_in(user).json()
    done = client.patch(
        f"/v1/users/{user.id}",
        json={"active": False},
        headers=people.role(Role.OPERATOR) | {"If-Match": '"1"'},
    )
    assert done.status_code == 200
    assert me(client, tokens["access_token"]).status_code == 401
    assert refresh(client, tokens["refresh_token"]).status_code == 401
    assert log_in(user).status_code == 401


def test_a_changed_password_ends_every_login(client: TestClient, people: People, log_in: LogIn) -> None:
    user = people.make()
    tokens, elsewhere = log_in(user).json(), log_in(user).json()
    header = {"Authorization": f"Bearer {tokens['access_token']}"}

    def change(current: str, new: str) -> Any:
        return client.post(
            "/v1/me/password", json={"current_password": current, "new_password": new}, headers=header
        )

    assert change("Wrong-password-1", "Another-word-93").json()["errors"][0]["code"] == "wrong_password"
    assert change(PASSWORD, "short").json()["errors"][0]["field"] == "new_password"
    assert change(PASSWORD, "Another-word-93").status_code == 204
    assert me(client, tokens["access_token"]).status_code == 401
    assert me(client, elsewhere["access_token"]).status_code == 401
    assert log_in(user).status_code == 401
    assert log_in(user, "Another-word-93").status_code == 200


def test_the_current_password_cannot_be_guessed_from_an_open_session(
    client: TestClient, people: People
) -> None:
    header = people.role(Role.INVESTOR)
    body = {"current_password": "Wrong-password-1", "new_password": "Another-word-93"}
    codes = [client.post("/v1/me/password", json=body, headers=header).status_code for _ in range(4)]
    assert codes == [422, 422, 422, 429]


def forged(settings: Settings, user: User, tokens: dict[str, str], how: str) -> str:
    """A token that is valid except for one claim."""
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    key = settings.signing_key
    match how:
        case "another key":
            return jwt.encode(claims, "k" * 40, algorithm="HS256")
        case "no signature":
            return jwt.encode(claims, "", algorithm="none")
        case "another algorithm":
            return jwt.encode(claims, key + "k" * 40, algorithm="HS512")
        case "expired":
            return sign_access_token(AccessClaims(user.id, uuid4()), key=key, lifetime=timedelta(seconds=-1))
        case "without an end":
            return jwt.encode({k: v for k, v in claims.items() if k != "exp"}, key, algorithm="HS256")
        case "another login":
            return jwt.encode(claims | {"sid": str(uuid4())}, key, algorithm="HS256")
        case "another user":
            return jwt.encode(claims | {"sub": str(uuid4())}, key, algorithm="HS256")
        case "another purpose":
            return jwt.encode(claims | {"typ": "refresh"}, key, algorithm="HS256")
        case "another audience":
            return jwt.encode(claims | {"aud": "elsewhere"}, key, algorithm="HS256")
        case "no uuid":
            return jwt.encode(claims | {"sub": "1 OR 1=1"}, key, algorithm="HS256")
    return how


@on_one_database
@pytest.mark.parametrize(
    "how",
    [
        *("another key", "no signature", "another algorithm", "expired", "without an end", "another login"),
        *("another user", "another purpose", "another audience", "no uuid", "rubbish", "sk_", "a.b.c"),
    ],
)
def test_a_forged_token_is_refused(
    client: TestClient, people: People, log_in: LogIn, settings: Settings, how: str
) -> None:
    user = people.make(Role.OPERATOR)
    tokens = log_in(user).json()
    # SQLAlchemy's and PyJWT's own words must not leak either: always the same answer.
    answer = me(client, forged(settings, user, tokens, how))
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credentials"
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_who_sends_nothing_is_a_stranger_and_who_sends_nonsense_is_refused(
    client: TestClient, people: People
) -> None:
    assert client.get("/v1/me").json()["code"] == "unauthenticated"
    assert client.get("/v1/me", headers={"Authorization": "Basic bGk6bGk="}).status_code == 401
    assert client.get("/v1/me", headers={"Authorization": "Bearer"}).status_code == 401
    both = people.role(Role.OPERATOR) | {"X-API-Key": "sk_aaaaaaaa_" + "a" * 43}
    assert client.get("/v1/me", headers=both).status_code == 400


def test_no_secret_is_sent_out(
    client: TestClient, people: People, log_in: LogIn, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Secrets occur neither in the log nor in the database, and only in the response that issues them."""
    user = people.make(Role.ENTERPRISE)
    tokens = log_in(user).json()
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    key = client.post("/v1/api-keys", json={"name": "ERP", "scopes": ["demands:read"]}, headers=header).json()
    refresh(client, tokens["refresh_token"])
    refresh(client, tokens["refresh_token"])
    log_in(user, "Wrong-password-1")
    header = people.headers(user)
    answers = [
        client.get("/v1/me", headers=header),
        client.get("/v1/me", headers={"X-API-Key": key["key"]}),
        client.get("/v1/me", headers={"X-API-Key": key["key"] + "x"}),
        client.get("/v1/api-keys", headers=header),
        client.get("/v1/users", headers=header),
        client.get("/v1/audit", headers=people.role(Role.AUDITOR)),
        client.post("/v1/users", json={"password": "Secret-in-error-1"}, headers=header),
        client.post("/v1/auth/refresh", json={"refresh_token": ["Secret-in-error-1"]}),
    ]
    with database.engine.connect() as connection:
        stored = "".join(
            str([tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")])
            for table in (
                "users",
                "api_keys",
                "refresh_tokens",
                "login_sessions",
                "attempts",
                "audit_entries",
            )
        )
    said = "".join(answer.text for answer in answers) + capsys.readouterr().out
    for secret in (PASSWORD, "Wrong-password-1", key["key"], tokens["refresh_token"], tokens["access_token"]):
        assert secret not in said
        assert secret not in stored
    assert "Secret-in-error-1" not in said
    assert "password_hash" not in said
    assert '"digest":' not in said
