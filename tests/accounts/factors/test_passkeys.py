"""Passkeys: registration, logins without a password, the second step, and every answer that must not count."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select, text, update

from app.accounts.models import LoginChallenge, LoginSession, Passkey, Role, User
from app.database import Database, now
from app.settings import Settings
from tests.accounts.conftest import People, on_one_database
from tests.support.builders.factors import changes_of, set_up
from tests.support.builders.passkeys import ORIGIN, Device, b64, register, unb64
from tests.support.callers import LogIn
from tests.support.http import ok, refused, wrong_fields


@pytest.fixture(autouse=True)
def public_address(app: FastAPI, settings: Settings) -> None:
    app.state.services[Settings] = settings.model_copy(
        update={"public_url": ORIGIN, "login_attempts_per_10_minutes": 20}
    )


def asked(client: Any) -> dict[str, Any]:
    found: dict[str, Any] = ok(client.post("/v1/auth/passkey/options"))
    return found


def send(client: Any, question: dict[str, Any], credential: dict[str, Any]) -> Any:
    return client.post(
        "/v1/auth/passkey", json={"challenge": question["challenge"], "credential": credential}
    )


def alone(client: Any, device: Device, **client_data: Any) -> Any:
    """A login with the passkey alone."""
    question = asked(client)
    return send(client, question, device.answer(question["public_key"], **client_data))


def step(client: Any, challenge: str, device: Device) -> Any:
    """The second step after the password."""
    question = ok(client.post("/v1/auth/second-factor/passkey/options", json={"challenge": challenge}))
    body = {"challenge": question["challenge"], "credential": device.answer(question["public_key"])}
    return client.post("/v1/auth/second-factor/passkey", json=body)


def header(tokens: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def grow_old(database: Database) -> None:
    """Nobody has confirmed anything for an hour."""
    hour_ago = now() - timedelta(hours=1)
    with database.unit_of_work() as session:
        session.execute(update(LoginSession).values(confirmed_at=None, created_at=hour_ago))


def refusals(client: TestClient, people: People) -> list[str]:
    auditor = people.role(Role.AUDITOR)
    found = ok(client.get("/v1/audit", params={"action": "session.refused"}, headers=auditor))
    return [entry["details"] for entry in found["items"]]


def test_a_passkey_that_verifies_its_user_opens_the_account_alone(
    client: TestClient, people: People, database: Database, log_in: LogIn
) -> None:
    user = people.make()
    here, elsewhere = people.headers(user), people.headers(user)
    device, registered = register(client, here, name=" 办公室  电脑 ")
    assert registered["passkey"]["name"] == "办公室 电脑"
    assert registered["passkey"]["verifies_user"] is True
    assert len(set(registered["recovery_codes"])) == 10
    assert client.get("/v1/me", headers=elsewhere).status_code == 401, "opened without a factor"

    answer = alone(client, device)
    assert answer.headers["Cache-Control"] == "no-store"
    there = header(ok(answer))
    assert ok(client.get("/v1/me", headers=there))["user"]["id"] == str(user.id)
    (listed,) = ok(client.get("/v1/me/passkeys", headers=there))
    assert listed["last_used_at"] is not None
    assert set(listed) == {"id", "name", "verifies_user", "created_at", "last_used_at"}
    other, second = register(client, there, Device(verifies=True), name="手机")
    assert second["recovery_codes"] is None, "those of the first factor hold"
    ok(client.get("/v1/me", headers=here))
    ok(alone(client, other))
    ok(alone(client, device))
    assert changes_of(database, user.id) == ["passkey_added", "passkey_added"]
    assert refused(log_in(user), 401, "second_factor_required")["factors"] == ["passkey"]


def test_one_that_verifies_nobody_is_a_second_factor_only(
    client: TestClient, people: People, log_in: LogIn
) -> None:
    user = people.make()
    device, _ = register(client, people.headers(user), Device(verifies=False))
    refused(alone(client, device), 401, "passkey_refused")
    device.verifies = True
    refused(alone(client, device), 401, "passkey_refused")
    device.verifies = False
    challenge = refused(log_in(user), 401, "second_factor_required")["challenge"]
    ok(step(client, challenge, device))
    refused(
        client.post("/v1/auth/second-factor/passkey/options", json={"challenge": challenge}),
        401,
        "challenge_invalid",
    )
    # Beside a password its device may show that it has a PIN by now.
    device.verifies = True
    ok(step(client, refused(log_in(user), 401, "second_factor_required")["challenge"], device))
    ok(alone(client, device))
    device.verifies = False
    refused(alone(client, device), 401, "passkey_refused")


def test_a_challenge_is_used_once_and_by_who_asked(
    client: TestClient, people: People, database: Database
) -> None:
    user = people.make()
    device, _ = register(client, people.headers(user))
    question = asked(client)
    answer = device.answer(question["public_key"])
    ok(send(client, question, answer))
    refused(send(client, question, answer), 401, "challenge_invalid")
    # What was seen of another login's answer is worth nothing with a challenge of one's own.
    mine = asked(client)
    refused(send(client, mine, device.answer(asked(client)["public_key"])), 401, "passkey_refused")
    refused(send(client, mine, device.answer(mine["public_key"])), 401, "challenge_invalid")
    # What the device signs is not what its browser keeps.
    seen = asked(client)["public_key"]
    stolen = {"challenge": seen["challenge"]}
    refused(send(client, stolen, device.answer(seen)), 401, "challenge_invalid")
    late = asked(client)
    with database.unit_of_work() as session:
        assert late["challenge"] not in str(session.execute(text("SELECT * FROM login_challenges")).all())
        session.execute(update(LoginChallenge).values(expires_at=now()))
    refused(send(client, late, device.answer(late["public_key"])), 401, "challenge_invalid")
    ok(alone(client, device))


Attack = Callable[[Device], dict[str, Any]]


def _forged(device: Device) -> dict[str, Any]:
    device.key = ec.generate_private_key(ec.SECP256R1())
    return {}


def _changed(name: str, value: Any) -> Attack:
    def change(device: Device) -> dict[str, Any]:
        setattr(device, name, value)
        return {}

    return change


ATTACKS: dict[str, Attack] = {
    "another site": _changed("origin", "https://sanku.example.com.evil.example"),
    "another port": _changed("origin", f"{ORIGIN}:8443"),
    "without TLS": _changed("origin", "http://sanku.example.com"),
    "an origin that no database stores": _changed("origin", "\0\ud800"),
    "another relying party": _changed("rp_id", "example.com"),
    "nobody there": _changed("is_present", False),
    "nobody verified": _changed("verifies", False),
    "another key": _forged,
    "another user": _changed("user_handle", b"\1" * 16),
    "no user": _changed("user_handle", b""),
    "an unknown passkey": _changed("credential_id", b"\1" * 32),
    "a frame of another site": lambda _: {"crossOrigin": True},
    "a frame that names its top": lambda _: {"topOrigin": "https://evil.example"},
    "a registration": lambda _: {"type": "webauthn.create"},
    "no challenge": lambda _: {"challenge": ""},
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_answer_that_proves_nothing_opens_nothing(client: TestClient, people: People, attack: str) -> None:
    device, _ = register(client, people.headers(people.make()))
    ok(alone(client, device))
    client_data = ATTACKS[attack](device)
    refused(alone(client, device, **client_data), 401, "passkey_refused")
    assert len(refusals(client, people)) == 1


def test_no_byte_of_an_answer_can_be_changed(client: TestClient, people: People) -> None:
    device, _ = register(client, people.headers(people.make()))
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        question = asked(client)
        answer = device.answer(question["public_key"])
        changed = bytearray(unb64(answer["response"][part]))
        changed[-1] ^= 1
        answer["response"][part] = b64(bytes(changed))
        refused(send(client, question, answer), 401, "passkey_refused")
    ok(alone(client, device))


def test_answers_that_are_none_are_refused_like_wrong_ones(client: TestClient, people: People) -> None:
    device, _ = register(client, people.headers(people.make()))
    known = b64(device.credential_id)
    for body in (
        {},
        {"id": known},
        {"id": "\0"},
        {"id": {"a": [1]}},
        {"id": known, "rawId": "x", "type": "public-key", "response": {}},
        {"id": known, "rawId": known, "type": "public-key", "response": {"userHandle": "é"}},
        {"id": known, "rawId": known, "type": "public-key", "response": [[[[]]]]},
    ):
        refused(send(client, asked(client), body), 401, "passkey_refused")
    assert client.post("/v1/auth/passkey", json={"challenge": "x", "credential": "text"}).status_code == 422


def test_a_device_that_counts_backwards_was_copied(
    client: TestClient, people: People, database: Database
) -> None:
    user = people.make()
    device, _ = register(client, people.headers(user))
    ok(alone(client, device))
    ok(alone(client, device))
    for back in (1, 0):  # as often as before, or less often
        device.count = back
        refused(alone(client, device), 401, "passkey_refused")
    assert changes_of(database, user.id) == ["passkey_added", "passkey_copied", "passkey_copied"]
    auditor = people.role(Role.AUDITOR)
    found = ok(client.get("/v1/audit", params={"action": "second_factor.refused"}, headers=auditor))
    assert {entry["details"] for entry in found["items"]} == {"sign count 2 after 2", "sign count 1 after 2"}
    assert {entry["user_id"] for entry in found["items"]} == {str(user.id)}
    device.count = 2**32 - 2
    ok(alone(client, device))
    uncounted, _ = register(client, people.headers(people.make()), Device(count=None))
    ok(alone(client, uncounted))
    ok(alone(client, uncounted))


def test_the_passkey_of_somebody_else_completes_no_second_step(
    client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    user, other = people.make(), people.make()
    device, _ = register(client, people.headers(user))
    foreign, _ = register(client, people.headers(other))
    challenge = refused(log_in(user), 401, "second_factor_required")["challenge"]
    foreign.user_handle = b""
    refused(step(client, challenge, foreign), 401, "passkey_refused")
    # Challenges of one purpose serve no other one.
    question = asked(client)
    body = {"challenge": question["challenge"], "credential": device.answer(question["public_key"])}
    refused(client.post("/v1/auth/second-factor/passkey", json=body), 401, "challenge_invalid")
    begun = ok(client.post("/v1/auth/second-factor/passkey/options", json={"challenge": challenge}))
    refused(send(client, begun, device.answer(begun["public_key"])), 401, "challenge_invalid")
    # The password changes in between.
    begun = ok(client.post("/v1/auth/second-factor/passkey/options", json={"challenge": challenge}))
    with database.unit_of_work() as session:
        session.get_one(User, user.id).password_hash = "another"
    body = {"challenge": begun["challenge"], "credential": device.answer(begun["public_key"])}
    refused(client.post("/v1/auth/second-factor/passkey", json=body), 401, "challenge_invalid")


def test_the_question_is_the_same_for_everybody(client: TestClient, people: People) -> None:
    register(client, people.headers(people.make()))
    first, second = asked(client)["public_key"], asked(client)["public_key"]
    assert first.pop("challenge") != second.pop("challenge")
    assert first == second
    assert first["allowCredentials"] == []
    assert first["userVerification"] == "required"
    assert first["rpId"] == "sanku.example.com"


def test_questions_and_failures_are_limited(
    app: FastAPI, settings: Settings, client: TestClient, people: People
) -> None:
    app.state.services[Settings] = settings.model_copy(update={"public_url": ORIGIN})  # 3 attempts
    device, _ = register(client, people.headers(people.make()))
    key, device.key = device.key, ec.generate_private_key(ec.SECP256R1())
    for _ in range(3):
        refused(alone(client, device), 401, "passkey_refused")
    device.key = key
    late = alone(client, device)
    assert late.status_code == 429
    assert 1 <= int(late.headers["Retry-After"]) <= 600
    elsewhere = TestClient(app, client=("10.9.0.1", 40000))
    ok(alone(elsewhere, device))
    answers = [client.post("/v1/auth/passkey/options") for _ in range(20)]
    assert {one.status_code for one in answers} == {200, 429}


@on_one_database
def test_only_sane_kinds_of_keys_are_registered(client: TestClient, people: People) -> None:
    for key in (ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048)):
        device, _ = register(client, people.headers(people.make()), Device(key=key))
        ok(alone(client, device))
    here = people.headers(people.make())
    options = ok(client.post("/v1/me/passkeys/options", headers=here))["public_key"]
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-7, -8, -257]
    assert options["attestation"] == "none"
    weak: list[tuple[Device, int | None]] = [
        (Device(key=rsa.generate_private_key(65537, 1024)), None),
        (Device(key=ec.generate_private_key(ec.SECP384R1())), None),
        (Device(key=rsa.generate_private_key(65537, 2048)), -65535),  # SHA-1
        (Device(), -257),
        (Device(), 0),
    ]
    for device, algorithm in weak:
        asked_for = ok(client.post("/v1/me/passkeys/options", headers=here))
        made = device.make(asked_for["public_key"], algorithm=algorithm)
        body = {"challenge": asked_for["challenge"], "credential": made, "name": "x"}
        answer = client.post("/v1/me/passkeys", json=body, headers=here)
        assert wrong_fields(answer) == ["credential"], algorithm
    assert ok(client.get("/v1/me/passkeys", headers=here)) == []


def test_a_passkey_is_registered_by_who_asked_in_the_session_that_asked(
    client: TestClient, people: People, database: Database
) -> None:
    user, other = people.make(), people.make()
    here, there, foreign = people.headers(user), people.headers(user), people.headers(other)
    question = ok(client.post("/v1/me/passkeys/options", headers=here))
    assert unb64(question["public_key"]["user"]["id"]) == user.id.bytes

    def add(headers: dict[str, str], device: Device, question: dict[str, Any], **data: Any) -> Any:
        made = device.make(question["public_key"], **data)
        body = {"challenge": question["challenge"], "credential": made, "name": "设备"}
        return client.post("/v1/me/passkeys", json=body, headers=headers)

    for headers in (foreign, there):
        refused(add(headers, Device(), question), 401, "challenge_invalid")
        question = ok(client.post("/v1/me/passkeys/options", headers=here))
    for changed in ({"origin": "https://evil.example"}, {"type": "webauthn.get"}, {"challenge": "AAAA"}):
        assert wrong_fields(add(here, Device(), question, **changed)) == ["credential"]
        question = ok(client.post("/v1/me/passkeys/options", headers=here))
    assert wrong_fields(add(here, Device(rp_id="example.com"), question)) == ["credential"]
    device, _ = register(client, here)
    question = ok(client.post("/v1/me/passkeys/options", headers=here))
    assert [one["id"] for one in question["public_key"]["excludeCredentials"]] == [b64(device.credential_id)]
    refused(add(here, Device(credential_id=device.credential_id), question), 409, "passkey_known")
    question = ok(client.post("/v1/me/passkeys/options", headers=foreign))
    refused(add(foreign, Device(credential_id=device.credential_id), question), 409, "passkey_known")
    with database.reading() as session:
        assert session.scalars(select(Passkey.user_id)).all() == [user.id]


def test_changes_need_a_confirmation_which_a_passkey_gives_as_well(
    client: TestClient, people: People, database: Database
) -> None:
    user = people.make()
    here = people.headers(user)
    device, registered = register(client, here)
    path = f"/v1/me/passkeys/{registered['passkey']['id']}"
    there = header(ok(alone(client, device)))
    stranger = people.headers(people.make())
    assert client.patch(path, json={"name": "他人"}, headers=stranger).status_code == 404
    assert client.delete(path, headers=stranger).status_code == 404
    grow_old(database)
    unread = {"challenge": "ch_none", "credential": {}, "name": "设备"}
    for answer in (
        client.post("/v1/me/passkeys/options", headers=here),
        client.post("/v1/me/passkeys", json=unread, headers=here),
        client.patch(path, json={"name": "新名称"}, headers=here),
        client.delete(path, headers=here),
    ):
        refused(answer, 403, "confirmation_required")

    def confirm(headers: dict[str, str], asked_by: dict[str, str]) -> Any:
        question = ok(client.post("/v1/me/confirmation/passkey/options", headers=asked_by))
        body = {"challenge": question["challenge"], "credential": device.answer(question["public_key"])}
        return client.post("/v1/me/confirmation/passkey", json=body, headers=headers)

    assert wrong_fields(confirm(here, there)) == ["credential"], "asked for in another session"
    device.origin = "https://evil.example"
    assert wrong_fields(confirm(here, here)) == ["credential"]
    device.origin = ORIGIN
    refused(client.patch(path, json={"name": "新名称"}, headers=here), 403, "confirmation_required")
    assert confirm(here, here).status_code == 204
    assert ok(client.patch(path, json={"name": "新名称"}, headers=here))["name"] == "新名称"
    assert client.patch(path, json={"name": " "}, headers=here).status_code == 422
    marked = client.patch(path, json={"name": "机密★5年"}, headers=here)
    assert [error["code"] for error in marked.json()["errors"]] == ["state_secret"]
    assert client.delete(path, headers=here).status_code == 204
    refused(client.post("/v1/me/confirmation/passkey/options", headers=here), 409, "no_passkey")
    refused(alone(client, device), 401, "passkey_refused")
    assert changes_of(database, user.id) == ["passkey_added", "passkey_renamed", "passkey_removed"]


def test_a_passkey_is_the_factor_of_who_must_have_one(
    app: FastAPI, client: TestClient, people: People, log_in: LogIn
) -> None:
    services = app.state.services
    services[Settings] = services[Settings].model_copy(update={"second_factor_roles": ["operator"]})
    user = people.make(Role.OPERATOR)
    here = header(ok(log_in(user)))
    refused(client.get("/v1/users", headers=here), 403, "second_factor_owed")
    device, registered = register(client, here)
    path = f"/v1/me/passkeys/{registered['passkey']['id']}"
    ok(client.get("/v1/users", headers=here))
    state = ok(client.get("/v1/me/second-factor", headers=here))
    assert (state["enabled"], state["passkeys"], state["recovery_codes_left"]) == (False, 1, 10)
    refused(client.delete(path, headers=here), 409, "second_factor_needed")
    ok(alone(client, device))
    set_up(client, here)
    assert client.delete("/v1/me/second-factor", headers=here).status_code == 204
    refused(client.delete(path, headers=here), 409, "second_factor_needed")
    set_up(client, here)
    assert client.delete(path, headers=here).status_code == 204
    refused(client.delete("/v1/me/second-factor", headers=here), 409, "second_factor_needed")


def test_recovery_codes_stand_in_for_a_passkey_and_the_bureau_clears_it(
    client: TestClient, people: People, log_in: LogIn, database: Database
) -> None:
    user, operator = people.make(), people.make(Role.OPERATOR)
    device, registered = register(client, people.headers(user))
    codes = registered["recovery_codes"]

    def with_code(code: str) -> Any:
        challenge = refused(log_in(user), 401, "second_factor_required")["challenge"]
        return client.post("/v1/auth/second-factor", json={"challenge": challenge, "code": code})

    refused(with_code("123456"), 401, "wrong_code")
    here = header(ok(with_code(codes[0])))
    refused(with_code(codes[0]), 401, "wrong_code")
    renewed = ok(client.post("/v1/me/second-factor/recovery-codes", headers=here))["recovery_codes"]
    refused(with_code(codes[1]), 401, "wrong_code")
    here = header(ok(with_code(renewed[0])))
    set_up(client, here)
    assert refused(log_in(user), 401, "second_factor_required")["factors"] == ["totp", "passkey"]
    path = f"/v1/users/{user.id}/second-factor"
    assert client.delete(path, headers=people.headers(operator)).status_code == 204
    refused(alone(client, device), 401, "passkey_refused")
    ok(log_in(user))


def test_a_deactivated_user_logs_in_with_no_passkey(
    client: TestClient, people: People, database: Database
) -> None:
    user = people.make()
    device, _ = register(client, people.headers(user))
    with database.unit_of_work() as session:
        session.execute(update(User).where(User.id == user.id).values(active=False))
    refused(alone(client, device), 401, "passkey_refused")


@on_one_database
@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Sanku.Example.com/", "https://sanku.example.com"),
        ("https://sanku.example.com:8443", "https://sanku.example.com:8443"),
        ("https://三库.中国", "https://xn--ehq061b.xn--fiqs8s"),
        ("http://127.0.0.1:8000", "http://localhost:8000"),
        ("http://sanku.example.com", None),
        ("https://10.1.2.3", None),
        ("https://[2001:db8::1]", None),
    ],
)
def test_passkeys_are_bound_to_the_public_address(
    app: FastAPI, settings: Settings, client: TestClient, people: People, address: str, origin: str | None
) -> None:
    app.state.services[Settings] = settings.model_copy(update={"public_url": address})
    here = people.headers(people.make())
    if origin is None:
        refused(client.post("/v1/me/passkeys/options", headers=here), 409, "passkeys_unavailable")
        refused(client.post("/v1/auth/passkey/options"), 409, "passkeys_unavailable")
        return
    host = origin.split("//")[1].split(":")[0]
    device, _ = register(client, here, Device(origin=origin, rp_id=host))
    ok(alone(client, device))
