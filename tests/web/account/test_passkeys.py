"""Passkeys over pages: register, rename, remove, log in, take the second step, confirm; in the browser that asked."""

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.accounts.models import LoginSession, Role
from app.database import Database, now
from app.settings import Settings
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.passkeys import Device
from tests.web.html import faults_of, hidden_fields
from tests.web.readers import Reader, ReaderOf

SECURITY = "/account/security"
HERE: dict[str, Any] = {"origin": "http://localhost:8000", "rp_id": "localhost"}
"""The default public address, at which browsers have passkeys."""


@pytest.fixture(autouse=True)
def public_address(app: Any, settings: Settings) -> None:
    app.state.services[Settings] = settings.model_copy(update={"public_url": "http://127.0.0.1:8000"})


def sound(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    assert faults_of(answer.text) == []
    page: str = html.unescape(answer.text)
    return page


def question(who: Reader, path: str, **fields: str) -> dict[str, Any]:
    """What the script of a page asks the device. The token of the question stays with the browser."""
    answer = who.post(f"{path}/options", data=fields)
    assert answer.status_code == 200, answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert set(answer.json()) == {"public_key"}
    told: dict[str, Any] = answer.json()["public_key"]
    return told


def add(who: Reader, device: Device, name: str = "办公室电脑") -> Any:
    made = device.make(question(who, f"{SECURITY}/passkeys"))
    return who.post(f"{SECURITY}/passkeys", data={"secret_credential": json.dumps(made), "name": name})


def send(who: Reader, path: str, device: Device, **fields: str) -> Any:
    answer = device.answer(question(who, path, **fields))
    return who.post(path, data=fields | {"secret_credential": json.dumps(answer)})


def test_a_passkey_is_added_renamed_used_and_removed(reader: ReaderOf) -> None:
    who, device = reader(Role.ENTERPRISE), Device(**HERE)
    page = sound(add(who, device))
    assert len(re.findall(r"<code>[a-z2-7-]{19}</code>", page)) == 10, (
        "recovery codes come with a first factor"
    )
    page = sound(who.get(SECURITY))
    assert "办公室电脑" in page and "可代替密码登录" in page and "尚未使用" in page
    second = Device(**HERE, verifies=False)
    assert add(who, second, "安全钥匙").headers["location"] == SECURITY
    page = sound(who.get(SECURITY))
    assert "仅作第二重验证" in page and "已添加通行密钥" in page

    browser = reader(None)
    assert "使用通行密钥登录" in sound(browser.get("/login"))
    done = send(browser, "/login/passkey", device, next="/desk", **{"kept:note": "写了一半"})
    assert "写了一半" in sound(done), "what was typed travels through the login"
    sound(browser.get("/desk"))
    plain = reader(None)
    assert send(plain, "/login/passkey", device, next="//evil.example").headers["location"] == "/login"

    fields = hidden_fields(who.get(SECURITY).text)
    renamed = who.post(f"{SECURITY}/passkeys/rename", data={"passkey": fields["passkey"], "name": "手机"})
    assert renamed.headers["location"] == SECURITY
    assert "手机" in sound(who.get(SECURITY))
    wrong = who.post(f"{SECURITY}/passkeys/rename", data={"passkey": fields["passkey"], "name": "\u200b"})
    assert "不可见" in sound(wrong, 422)
    removed = who.post(f"{SECURITY}/passkeys/remove", data={"passkey": fields["passkey"]})
    assert removed.headers["location"] == SECURITY
    assert "手机" not in sound(who.get(SECURITY))
    for nothing in ("", "x"):
        assert who.post(f"{SECURITY}/passkeys/remove", data={"passkey": nothing}).status_code == 404


def test_the_question_belongs_to_the_browser_that_asked(reader: ReaderOf) -> None:
    who, device = reader(Role.ENTERPRISE), Device(**HERE)
    sound(add(who, device))
    victim, attacker = reader(None), reader(None)
    answer = json.dumps(device.answer(question(attacker, "/login/passkey")))
    question(victim, "/login/passkey")
    for browser in (victim, reader(None)):
        refused = browser.post("/login/passkey", data={"secret_credential": answer})
        assert "未能登录" in sound(refused, 401)
        assert browser.get("/desk").status_code == 303
    done = attacker.post("/login/passkey", data={"secret_credential": answer})
    assert done.status_code == 303
    again = attacker.post("/login/passkey", data={"secret_credential": answer})
    assert again.status_code == 401, "used once"
    for text in ("", "{", "[]", "null", '{"id": 1}', "[" * 50_000):
        question(victim, "/login/passkey")
        sound(victim.post("/login/passkey", data={"secret_credential": text}), 401)


def test_the_second_step_takes_a_passkey_or_a_recovery_code(reader: ReaderOf) -> None:
    who, device = reader(Role.MANAGER), Device(**HERE, verifies=False)
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", sound(add(who, device)))
    login = {"email": who.email, "password": PASSWORD, "next": "/inbox"}
    browser = reader(None)
    step = browser.post("/login", data=login)
    page = sound(step)
    assert "使用通行密钥" in page and "验证器显示" not in page, "only what the user has is asked for"
    token = hidden_fields(step.text)["challenge_token"]
    device.origin = "https://evil.example"
    again = send(browser, "/login/code/passkey", device, challenge_token=token, factor="passkey")
    assert "使用通行密钥" in sound(again, 401)
    device.origin = HERE["origin"]
    done = send(browser, "/login/code/passkey", device, challenge_token=token, next="/inbox")
    assert done.headers["location"] == "/inbox"
    sound(browser.get("/inbox"))
    late = browser.post("/login/code/passkey/options", data={"challenge_token": token})
    assert late.status_code == 401 and late.json()["message"]

    other = reader(None)
    fields = hidden_fields(other.post("/login", data=login).text)
    wrong = other.post("/login/code", data=fields | {"secret_code": "000000x", "factor": "passkey"})
    assert "使用通行密钥" in sound(wrong, 401)
    assert other.post("/login/code", data=fields | {"secret_code": codes[0]}).status_code == 303


def test_sensitive_steps_are_confirmed_by_a_passkey(reader: ReaderOf, database: Database) -> None:
    who, device = reader(Role.ENTERPRISE), Device(**HERE)
    sound(add(who, device))
    with database.unit_of_work() as session:
        hour_ago = now() - timedelta(hours=1)
        session.execute(update(LoginSession).values(confirmed_at=None, created_at=hour_ago))
    page = sound(who.get(SECURITY))
    assert "添加或更改通行密钥" in page and "确认移除" not in page
    late = who.post(f"{SECURITY}/passkeys/options")
    assert late.status_code == 403 and late.json()["message"]
    assert (
        who.post(f"{SECURITY}/passkeys", data={"name": "x"})
        .headers["location"]
        .startswith("/account/confirm")
    )
    asked = who.post("/desk/organisation/keys", data={"name": "对接程序", "scopes": "demands:read"})
    fields = hidden_fields(asked.text)
    assert "使用通行密钥" in sound(asked, 403)
    device.rp_id = "evil.example"
    path = "/account/confirm/passkey"
    assert "未通过验证" in sound(send(who, path, device, **fields), 422)
    device.rp_id = "localhost"
    back = sound(send(who, path, device, **fields))
    assert 'value="对接程序"' in back
    assert send(who, path, device, next="//evil.example").headers["location"] == "/"
    assert who.post(f"{SECURITY}/codes").status_code == 200


def test_without_passkeys_at_its_address_nothing_is_offered(
    app: Any, settings: Settings, reader: ReaderOf
) -> None:
    app.state.services[Settings] = settings.model_copy(update={"public_url": "http://10.1.2.3"})
    who, browser = reader(Role.ENTERPRISE), reader(None)
    assert "通行密钥" not in sound(browser.get("/login"))
    assert "通行密钥" not in sound(who.get(SECURITY))
    for person, path in ((browser, "/login/passkey"), (who, f"{SECURITY}/passkeys")):
        answer = person.post(f"{path}/options")
        assert answer.status_code == 409
        assert "https" in answer.json()["message"]


def test_an_operator_who_must_have_a_factor_sets_up_a_passkey(
    app: Any, settings: Settings, reader: ReaderOf
) -> None:
    app.state.services[Settings] = settings.model_copy(update={"second_factor_roles": ["operator"]})
    who = reader(Role.OPERATOR)
    assert who.get("/bureau").headers["location"] == SECURITY
    sound(add(who, Device(**HERE)))
    sound(who.get("/bureau"))
    page = sound(who.get(SECURITY))
    passkey = hidden_fields(page)["passkey"]
    refused = who.post(f"{SECURITY}/passkeys/remove", data={"passkey": passkey})
    assert "请先设置另一种方式" in sound(refused, 409)


def test_with_https_cookies_belong_to_this_host_alone(app: Any, settings: Settings, reader: ReaderOf) -> None:
    app.state.services[Settings] = settings.model_copy(update={"public_url": "https://sanku.example.com"})
    who, browser = reader(Role.ENTERPRISE), reader(None)
    asked = browser.post("/login/passkey/options").headers["set-cookie"]
    login = browser.post("/login", data={"email": who.email, "password": PASSWORD}).headers
    (opened,) = [one for one in login.get_list("set-cookie") if "sanku=" in one]
    for cookie, name in ((asked, "__Host-sanku-passkey"), (opened, "__Host-sanku")):
        assert cookie.startswith(f"{name}=")
        assert {"HttpOnly", "Secure", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
