"""Sessions of browsers: login, logout, and forms that outlive them."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.accounts.models import RefreshToken, Role
from app.accounts.sessions.demonstration import DemonstrationLogin, DemonstrationLogins
from app.database import Database, now
from app.settings import Settings
from tests.support.builders.accounts import PASSWORD
from tests.web.html import faults_of, hidden_fields, text_of
from tests.web.readers import Reader, ReaderOf

LOGGED_IN = 'action="/logout"'


def log_in(browser: TestClient, who: Reader, **fields: str) -> Any:
    return browser.post("/login", data={"email": who.email, "password": PASSWORD} | fields)


class TestLogin:
    def test_it_gives_a_cookie_that_only_the_browser_reads(
        self, browser: TestClient, reader: ReaderOf
    ) -> None:
        answer = log_in(browser, reader(Role.ENTERPRISE))
        assert answer.status_code == 303
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert LOGGED_IN in browser.get("/").text

    def test_it_leads_back_to_the_page_that_was_wanted(self, browser: TestClient, reader: ReaderOf) -> None:
        answer = log_in(browser, reader(Role.ENTERPRISE), next="/search?q=a")
        assert answer.headers["location"] == "/search?q=a"

    def test_it_leads_nowhere_else(self, browser: TestClient, reader: ReaderOf) -> None:
        who = reader(Role.ENTERPRISE)
        for elsewhere in (
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
        ):
            assert log_in(browser, who, next=elsewhere).headers["location"].startswith("/login"), elsewhere

    def test_a_wrong_password_keeps_the_address_and_not_the_password(
        self, browser: TestClient, reader: ReaderOf
    ) -> None:
        who = reader(Role.ENTERPRISE)
        answer = browser.post("/login", data={"email": who.email, "password": "wrong-Password-1"})
        assert answer.status_code == 401
        assert who.email in answer.text
        assert "wrong-Password-1" not in answer.text
        assert "邮箱或密码不正确" in answer.text
        assert faults_of(answer.text) == []

    def test_the_cookie_is_no_token_of_the_api_and_the_other_way_round(
        self, browser: TestClient, reader: ReaderOf, log_in: Any
    ) -> None:
        cookie = reader(Role.ENTERPRISE).cookies["sanku"]
        assert browser.post("/v1/auth/refresh", json={"refresh_token": cookie}).status_code == 401
        assert browser.get("/v1/me", headers={"Authorization": f"Bearer {cookie}"}).status_code == 401
        browser.cookies.set("sanku", cookie)
        assert browser.get("/v1/me").status_code == 401


class TestEnd:
    def test_logging_out_ends_the_session_not_only_the_cookie(self, reader: ReaderOf) -> None:
        who = reader(Role.MANAGER)
        cookie = who.cookies["sanku"]
        assert who.post("/logout").status_code == 303
        who.cookies.set("sanku", cookie)
        assert LOGGED_IN not in who.get("/").text

    def test_an_idle_session_ends(self, app: Any, reader: ReaderOf) -> None:
        who = reader(Role.MANAGER)
        _age(app, who, timedelta(minutes=31))
        assert LOGGED_IN not in who.get("/").text

    def test_a_used_session_does_not_become_idle(self, app: Any, reader: ReaderOf) -> None:
        who = reader(Role.MANAGER)
        for _ in range(3):
            _age(app, who, timedelta(minutes=29))
            assert LOGGED_IN in who.get("/").text

    @pytest.mark.parametrize(
        ("role", "method", "path"),
        [
            (Role.MANAGER, "GET", "/inbox/stream"),
            (Role.MANAGER, "GET", "/wall/any/parts"),
            (Role.OPERATOR, "POST", "/bureau/review/demands/JN-D-2026-000001/seen"),
        ],
    )
    def test_what_an_open_page_asks_by_itself_is_no_use(
        self, app: Any, reader: ReaderOf, role: Role, method: str, path: str
    ) -> None:
        who = reader(role)
        for _ in range(2):
            _age(app, who, timedelta(minutes=29))
            before = _last_use(app, who)
            who.request(method, path)
            assert _last_use(app, who) == before
        who.get("/")
        assert _last_use(app, who) > before


class TestFormOverAnEndedSession:
    def test_what_was_typed_travels_through_the_login(self, browser: TestClient, reader: ReaderOf) -> None:
        """Nothing is lost and nothing is stored: after the login the form is there again, as typed."""
        who = reader(Role.ENTERPRISE)
        typed = {
            "title": "油缸 <镀铬> & “替代”",
            "main_problem": "一行\n二行",
            "password": "not-this-Password-1",
        }
        refused = browser.post("/account/password", data=typed)
        if refused.status_code == 404:  # the page is not built yet; the login alone carries the fields then
            kept = {f"kept:{name}": value for name, value in typed.items() if name != "password"}
        else:
            assert refused.status_code == 401
            assert "您填写的内容都还在" in refused.text
            kept = {
                name: value for name, value in hidden_fields(refused.text).items() if name.startswith("kept:")
            }
        assert "not-this-Password-1" not in refused.text
        resumed = log_in(browser, who, next="/account/password", **kept)
        assert resumed.status_code == 200
        fields = hidden_fields(resumed.text)
        assert fields["title"] == typed["title"]
        assert fields["main_problem"].split() == ["一行", "二行"]
        assert "_resume" in fields
        assert faults_of(resumed.text) == []

    def test_a_wrong_password_in_between_loses_nothing(self, browser: TestClient) -> None:
        answer = browser.post("/login", data={"email": "a@b.example", "password": "x", "kept:title": "油缸"})
        assert answer.status_code == 401
        assert hidden_fields(answer.text)["kept:title"] == "油缸"

    def test_switching_the_language_loses_nothing(self, browser: TestClient) -> None:
        answer = browser.post("/login", data={"email": "a@b.example", "kept:title": "油缸", "_lang": "en"})
        assert answer.status_code == 200
        assert "Log in" in text_of(answer.text)
        assert "a@b.example" in answer.text
        assert hidden_fields(answer.text)["kept:title"] == "油缸"
        assert "Log in" in text_of(browser.get("/login").text)


def _last_use(app: Any, who: Reader) -> Any:
    with app.state.services[Database].reading() as session:
        return session.scalar(select(RefreshToken.last_used_at).where(RefreshToken.user_id == who.user_id))


def _age(app: Any, who: Reader, span: timedelta) -> None:
    with app.state.services[Database].unit_of_work() as session:
        session.execute(
            update(RefreshToken).where(RefreshToken.user_id == who.user_id).values(last_used_at=now() - span)
        )


def test_the_login_of_a_demonstration_alone_names_its_accounts(app: Any, browser: TestClient) -> None:
    assert "演示账号" not in browser.get("/login").text
    services = app.state.services
    accounts = (DemonstrationLogin("企业", "Enterprise", "enterprise@demo.sanku.example"),)
    services[DemonstrationLogins] = DemonstrationLogins(accounts, "a-password-of-the-demonstration")
    shown = browser.get("/login").text
    assert services[Settings].demo == ("a-password-of-the-demonstration" in shown)
    services[Settings] = services[Settings].model_copy(update={"demo": not services[Settings].demo})
    other = browser.get("/login").text
    assert ("演示账号" in shown, "演示账号" in other) in ((True, False), (False, True))


def test_an_error_of_a_part_stands_in_its_place_without_a_second_page(reader: ReaderOf) -> None:
    """The bars of a whole page inside a part would be wider than the window, and lead elsewhere."""
    part = {"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/demands?state=draft"}
    who = reader(Role.ENTERPRISE)
    missing = who.get("/desk/demands/JN-D-2026-999999/matches/list", headers=part)
    expired = reader(None).get("/desk/demands/JN-D-2026-999999/matches/list", headers=part)
    for answer, status in ((missing, 404), (expired, 401)):
        assert answer.status_code == status
        assert "<html" not in answer.text and "<nav" not in answer.text and "<h1" not in answer.text
        assert 'role="alert"' in answer.text
        assert 'href="/desk/demands?state=draft"' in answer.text
    whole = who.get("/desk/demands/JN-D-2026-999999/matches/list")
    assert whole.status_code == 404 and "<html" in whole.text
    posted = who.post("/desk/demands/JN-D-2026-999999/edit", data={"title": "没有丢"}, headers=part)
    assert posted.status_code == 404 and "没有丢" in posted.text and "<html" not in posted.text
