"""Second factors: enrolment, the two steps of a login, limits, recovery, and what is stored."""

from typing import Any, get_args

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select, text, update

from app.accounts.factors.verification import FAILURES_BEFORE_LOCK
from app.accounts.models import Attempt, LoginChallenge, LoginSession, Role, SecondFactor, User
from app.database import Database
from app.events.catalogue.accounts import CredentialChange
from app.notifications.content import account_mails
from app.settings import Settings
from tests.accounts.conftest import People
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.factors import changes_of, code_of, next_code, set_up
from tests.support.callers import LogIn
from tests.support.http import ok, refused


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked of the database here is the same on both."""
    return sqlite_url


def second_step(client: Any, challenge: str, code: str) -> Any:
    return client.post("/v1/auth/second-factor", json={"challenge": challenge, "code": code})


def challenge_of(answer: Any) -> str:
    challenge: str = refused(answer, 401, "second_factor_required")["challenge"]
    return challenge


def header(tokens: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


@pytest.fixture
def required(app: FastAPI, settings: Settings) -> None:
    """Operators must have a second factor, as outside a demonstration."""
    app.state.services[Settings] = settings.model_copy(update={"second_factor_roles": ["operator"]})


def test_an_operator_sets_it_up_first_and_logs_in_with_it_from_then_on(
    required: None, client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    user = people.make(Role.OPERATOR)
    here, elsewhere = header(ok(log_in(user))), header(ok(log_in(user)))
    for path in ("/v1/users", "/v1/organisations", "/v1/api-keys"):
        refused(client.get(path, headers=here), 403, "second_factor_owed")
    # Legal texts stay readable: somebody may owe a consent to one.
    permissions = {"user.change": "any", "legal_text.read": "any"}
    assert ok(client.get("/v1/me", headers=here))["permissions"] == permissions
    shown = ok(client.post("/v1/me/second-factor", headers=here))
    assert shown["uri"].startswith("otpauth://totp/Sanku:")
    assert shown["qr"].startswith("data:image/svg+xml")
    wrong = client.post("/v1/me/second-factor/confirm", json={"code": "abcdef"}, headers=here)
    assert wrong.json()["errors"][0]["code"] == "wrong_code"
    secret, codes = set_up(client, here)
    assert len(set(codes)) == 10
    ok(client.get("/v1/users", headers=here))
    assert client.get("/v1/me", headers=elsewhere).status_code == 401, "opened without the factor"

    challenge = challenge_of(log_in(user))
    code = next_code(database, user.id, secret)
    tokens = ok(second_step(client, challenge, code[:3] + " " + code[3:]))
    ok(client.get("/v1/users", headers=header(tokens)))
    refused(second_step(client, challenge, code), 401, "challenge_invalid")
    refused(second_step(client, challenge_of(log_in(user)), code), 401, "wrong_code")
    assert changes_of(database, user.id) == ["second_factor_added", "code_used_again"]
    refused(second_step(client, challenge_of(log_in(user)), "abcdef"), 401, "wrong_code")
    assert changes_of(database, user.id) == ["second_factor_added", "code_used_again"]

    ok(second_step(client, challenge_of(log_in(user)), codes[0].upper().replace("-", " ")))
    refused(second_step(client, challenge_of(log_in(user)), codes[0]), 401, "wrong_code")
    state = ok(client.get("/v1/me/second-factor", headers=here))
    assert (state["enabled"], state["required"], state["recovery_codes_left"]) == (True, True, 9)
    renewed = ok(client.post("/v1/me/second-factor/recovery-codes", headers=here))["recovery_codes"]
    refused(second_step(client, challenge_of(log_in(user)), codes[1]), 401, "wrong_code")
    ok(second_step(client, challenge_of(log_in(user)), renewed[1]))
    refused(client.delete("/v1/me/second-factor", headers=here), 409, "second_factor_needed")


def test_others_may_have_one_and_take_it_off(
    required: None, client: TestClient, people: People, log_in: LogIn
) -> None:
    user = people.make(Role.MANAGER)
    here = header(ok(log_in(user)))
    refused(client.delete("/v1/me/second-factor", headers=here), 409, "no_second_factor")
    refused(
        client.post("/v1/me/second-factor/confirm", json={"code": "1"}, headers=here), 409, "setup_not_begun"
    )
    set_up(client, here)
    challenge_of(log_in(user))
    assert client.delete("/v1/me/second-factor", headers=here).status_code == 204
    ok(log_in(user))


def test_codes_are_limited_per_user_and_a_new_password_begins_anew(
    app: FastAPI, client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    user, other = people.make(), people.make()
    here = people.headers(user)
    secret, _ = set_up(client, here)
    other_secret, _ = set_up(client, people.headers(other))
    challenge = challenge_of(log_in(user))
    for number in range(5):
        elsewhere = TestClient(app, client=(f"10.{number}.0.1", 40000))
        refused(second_step(elsewhere, challenge, "000000x"), 401, "wrong_code")
    late = second_step(client, challenge, next_code(database, user.id, secret))
    assert late.status_code == 429
    assert 1 <= int(late.headers["Retry-After"]) <= 600
    ok(second_step(client, challenge_of(log_in(other)), next_code(database, other.id, other_secret)))
    body = {"current_password": PASSWORD, "new_password": "Another-word-93"}
    assert client.post("/v1/me/password", json=body, headers=here).status_code == 204
    refused(second_step(client, challenge, code_of(secret)), 401, "challenge_invalid")
    again = challenge_of(log_in(user, "Another-word-93"))
    ok(second_step(client, again, next_code(database, user.id, secret)))


def test_codes_are_locked_for_a_day_and_a_new_password_unlocks_them(
    client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    user = people.make()
    here = people.headers(user)
    secret, _ = set_up(client, here)
    challenge = challenge_of(log_in(user))
    for _ in range(FAILURES_BEFORE_LOCK):
        refused(second_step(client, challenge, "000000x"), 401, "wrong_code")
        with database.unit_of_work() as session:
            session.execute(Attempt.__table__.delete())  # type: ignore[attr-defined]
    refused(second_step(client, challenge, next_code(database, user.id, secret)), 429, "second_factor_locked")
    auditor = people.role(Role.AUDITOR)
    found = ok(client.get("/v1/audit", params={"action": "second_factor.locked"}, headers=auditor))
    assert [entry["user_id"] for entry in found["items"]] == [str(user.id)]
    body = {"current_password": PASSWORD, "new_password": "Another-word-93"}
    assert client.post("/v1/me/password", json=body, headers=here).status_code == 204
    again = challenge_of(log_in(user, "Another-word-93"))
    ok(second_step(client, again, next_code(database, user.id, secret)))


def test_who_does_not_know_the_password_spends_no_attempts_of_others(
    client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    user = people.make()
    secret, _ = set_up(client, people.headers(user))
    for challenge in ("ch_invented", secret, "x" * 200):
        for _ in range(7):
            refused(second_step(client, challenge, "000000"), 401, "challenge_invalid")
    assert log_in(user, "Wrong-password-1").json()["code"] == "invalid_credentials"
    ok(second_step(client, challenge_of(log_in(user)), next_code(database, user.id, secret)))


def test_secrets_are_encrypted_and_codes_are_digests(
    client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    user = people.make()
    secret, codes = set_up(client, people.headers(user))
    challenge = challenge_of(log_in(user))
    with database.reading() as session:
        tables = ("second_factors", "recovery_codes", "login_challenges", "audit_entries", "events")
        stored = " ".join(str(session.execute(text(f"SELECT * FROM {name}")).all()) for name in tables)
    for plain in (secret, challenge, *codes, codes[0].replace("-", "")):
        assert plain not in stored


def test_fields_of_factors_cannot_be_assigned(client: TestClient, people: People, log_in: LogIn) -> None:
    user = people.make(Role.OPERATOR)
    here = people.headers(user)
    smuggled: dict[str, Any] = {"secret": "AAAA", "confirmed_at": None, "failures": 0, "second_factor": None}
    for name, value in smuggled.items():
        changed = client.patch(
            f"/v1/users/{user.id}", json={"name": "李四", name: value}, headers=here | {"If-Match": '"1"'}
        )
        assert changed.status_code == 422, name
        step = client.post("/v1/me/second-factor/confirm", json={"code": "123456", name: value}, headers=here)
        assert step.status_code == 422, name
    listed = ok(client.get("/v1/users", headers=here))["items"][0]
    assert not {"secret", "password_hash", "pending_secret"} & listed.keys()


def test_the_bureau_resets_the_factor_of_somebody_else(
    client: TestClient, people: People, log_in: LogIn
) -> None:
    user, operator, administrator = people.make(), people.make(Role.OPERATOR), people.make()
    set_up(client, people.headers(user))
    path = f"/v1/users/{user.id}/second-factor"
    for other in (user, administrator):
        assert client.delete(path, headers=people.headers(other)).status_code == 403
    own = client.delete(f"/v1/users/{operator.id}/second-factor", headers=people.headers(operator))
    refused(own, 403, "own_factors")
    assert client.delete(path, headers=people.headers(operator)).status_code == 204
    ok(log_in(user))


def test_sensitive_steps_need_a_recent_password_or_code(
    client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    operator, user = people.make(Role.OPERATOR), people.make()
    here = header(ok(log_in(operator)))

    def steps() -> list[Any]:
        role = {"role": "investor"}
        return [
            client.post("/v1/api-keys", json={"name": "x", "scopes": ["demands:read"]}, headers=here),
            client.patch(f"/v1/users/{user.id}", json=role, headers=here | {"If-Match": '"1"'}),
            client.put(
                f"/v1/users/{user.id}/password", json={"new_password": "Another-word-93"}, headers=here
            ),
            client.delete(f"/v1/users/{user.id}/second-factor", headers=here),
            client.post("/v1/me/second-factor", headers=here),
        ]

    def grow_old() -> None:
        with database.unit_of_work() as session:
            session.execute(
                update(LoginSession).values(confirmed_at=None, created_at=text("datetime('now', '-1 hour')"))
            )

    grow_old()
    for answer in steps():
        refused(answer, 403, "confirmation_required")
    for body in ({"password": "Wrong-password-1"}, {"code": "123456"}, {}):
        assert client.post("/v1/me/confirmation", json=body, headers=here).status_code == 422
    assert client.post("/v1/me/confirmation", json={"password": PASSWORD}, headers=here).status_code == 204
    assert [answer.status_code for answer in steps()] == [201, 200, 204, 204, 200]
    secret, _ = set_up(client, here)
    grow_old()
    refused(client.post("/v1/me/second-factor/recovery-codes", headers=here), 403, "confirmation_required")
    code = next_code(database, operator.id, secret)
    assert client.post("/v1/me/confirmation", json={"code": code}, headers=here).status_code == 204
    ok(client.post("/v1/me/second-factor/recovery-codes", headers=here))


def test_a_deactivated_user_completes_no_login(
    client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    user = people.make()
    secret, _ = set_up(client, people.headers(user))
    challenge = challenge_of(log_in(user))
    with database.unit_of_work() as session:
        session.execute(update(User).where(User.id == user.id).values(active=False))
    code = next_code(database, user.id, secret)
    refused(second_step(client, challenge, code), 401, "challenge_invalid")
    with database.reading() as session:
        assert session.scalar(select(LoginChallenge.used_at)) is None
        assert session.scalar(select(SecondFactor.failures)) == 0


def test_every_change_of_credentials_has_words_for_its_mail() -> None:
    assert {*get_args(CredentialChange), "password_changed", "password_set"} == account_mails.CHANGES.keys()
