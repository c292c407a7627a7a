"""The second factor over pages: set up first, asked for at the login; and the confirmation of sensitive steps."""

import html
import re
from typing import Any

from sqlalchemy import text, update

from app.accounts.models import LoginSession, Role
from app.database import Database
from app.settings import Settings
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.factors import code_of, next_code
from tests.web.html import faults_of, hidden_fields
from tests.web.readers import Reader, ReaderOf


def sound(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    assert faults_of(answer.text) == []
    page: str = html.unescape(answer.text)
    return page


def secret_in(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found is not None
    return found[1]


def set_up(who: Reader) -> tuple[str, list[str]]:
    secret = secret_in(sound(who.post("/account/security/begin")))
    page = sound(who.post("/account/security/enable", data={"secret_code": code_of(secret)}))
    return secret, re.findall(r"<code>([a-z2-7-]{19})</code>", page)


def grow_old(database: Database) -> None:
    with database.unit_of_work() as session:
        old = text("datetime('now', '-1 hour')")
        session.execute(update(LoginSession).values(confirmed_at=None, created_at=old))


def test_an_operator_sets_it_up_first_and_logs_in_in_two_steps(
    app: Any, settings: Settings, reader: ReaderOf, database: Database
) -> None:
    app.state.services[Settings] = settings.model_copy(update={"second_factor_roles": ["operator"]})
    who = reader(Role.OPERATOR)
    for path in ("/bureau", "/bureau/users", "/notices", "/", "/exports"):
        assert who.get(path).headers["location"] == "/account/security", path
    assert who.post("/bureau/users/x").status_code == 303
    assert "须启用第二重验证" in sound(who.get("/account/security"))
    sound(who.get("/account/devices"))
    page = sound(who.post("/account/security/begin"))
    assert 'src="data:image/svg+xml' in page, "made here, and shown by the content policy"
    first = secret_in(page)
    again = sound(who.post("/account/security/enable", data={"secret_code": "000000x"}), 422)
    assert secret_in(again) == first, "a mistyped code costs no new scan"
    secret, codes = set_up(who)
    assert len(codes) == 10
    sound(who.get("/bureau"))
    state = sound(who.get("/account/security"))
    assert "停用" not in state

    browser = reader(None)
    step = browser.post(
        "/login", data={"email": who.email, "password": PASSWORD, "next": "/bureau", "kept:note": "写了一半"}
    )
    page = sound(step)
    fields = hidden_fields(step.text)
    assert fields["kept:note"] == "写了一半"
    assert not step.cookies
    wrong = browser.post("/login/code", data=fields | {"secret_code": "000000x"})
    assert "验证码不正确" in sound(wrong, 401)
    code = next_code(database, who.user_id, secret)
    done = browser.post("/login/code", data=fields | {"secret_code": code})
    assert "写了一半" in sound(done)
    assert browser.get("/bureau").status_code == 200
    late = reader(None).post("/login/code", data=fields | {"secret_code": codes[0]})
    assert 'name="password"' in sound(late, 401), "a challenge is used once: begin again"


def test_a_sensitive_step_asks_for_the_password_and_leads_back_with_what_was_typed(
    reader: ReaderOf, database: Database
) -> None:
    who = reader(Role.ENTERPRISE)
    grow_old(database)
    assert (
        who.post("/account/security/begin").headers["location"] == "/account/confirm?next=/account/security"
    )
    typed = {"name": "对接程序", "scopes": "demands:read"}
    asked = who.post("/desk/organisation/keys", data=typed)
    assert "确认是本人操作" in sound(asked, 403)
    fields = hidden_fields(asked.text)
    assert "密码不正确" in sound(who.post("/account/confirm", data=fields | {"password": "wrong"}), 422)
    back = who.post("/account/confirm", data=fields | {"password": PASSWORD})
    page = sound(back)
    assert 'action="/desk/organisation/keys"' in page and 'value="对接程序"' in page
    assert "sk_" in sound(who.post("/desk/organisation/keys", data=typed))
    secret, _ = set_up(who)
    grow_old(database)
    code = next_code(database, who.user_id, secret)
    form = {"next": "//evil.example", "secret_code": code}
    assert who.post("/account/confirm", data=form).headers["location"] == "/"
    assert "恢复码" in sound(who.post("/account/security/codes"))
    assert who.post("/account/security/remove").headers["location"] == "/account/security"
    assert "设置第二重验证" in sound(who.get("/account/security"))


def test_what_is_not_done_is_said(reader: ReaderOf) -> None:
    """After a login in between a button does nothing, and nobody clears their own factor."""
    user, operator, owner = reader(Role.MANAGER), reader(Role.OPERATOR), reader(Role.ENTERPRISE)
    set_up(user)
    path = f"/bureau/users/{user.user_id}"
    for who, button, place in (
        (operator, f"{path}/factors", path),
        (user, "/account/security/codes", "/account/security"),
        (user, "/account/security/remove", "/account/security"),
        (user, "/tasks/calendar", "/tasks"),
        (owner, "/desk/organisation/keys/revoke", "/desk/organisation/keys"),
    ):
        led_back = who.post(button, data={"_resume": "1"})
        assert (led_back.status_code, led_back.headers["location"]) == (303, place), button
        assert "刚才的操作没有执行" in sound(who.get(place)), button
    assert "停用" in sound(user.get("/account/security"))
    own = operator.post(f"/bureau/users/{operator.user_id}/factors")
    assert "不能清除本人的第二重验证" in sound(own, 403)
    assert "登录邮箱" in own.text, "on the page of the user"


def test_the_bureau_clears_a_lost_factor(reader: ReaderOf) -> None:
    user, operator = reader(Role.MANAGER), reader(Role.OPERATOR)
    set_up(user)
    path = f"/bureau/users/{user.user_id}"
    assert "清除第二重验证" in sound(operator.get(path))
    done = operator.post(f"{path}/factors", data={"user": str(user.user_id)})
    assert done.headers["location"] == path
    assert user.get("/account/security").status_code == 303, "their sessions have ended"
    login = reader(None).post("/login", data={"email": user.email, "password": PASSWORD})
    assert login.status_code == 303
