"""Requests per minute of a caller, an organisation and an address: who is refused, what they learn, and who is not."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.accounts.models import Role, User
from app.database import Database
from app.settings import Settings
from tests.support.builders.accounts import PASSWORD
from tests.support.callers import Caller, LogIn
from tests.support.http import PROBLEM, metrics_of, ok, refused

OFF: dict[str, Any] = {
    "requests_per_minute": 0,
    "requests_per_minute_of_organisation": 0,
    "requests_per_minute_of_address": 0,
}


@pytest.fixture
def limits() -> dict[str, Any]:
    return {}


@pytest.fixture
def settings(settings: Settings, limits: dict[str, Any]) -> Settings:
    return settings.model_copy(update=OFF | limits)


@pytest.fixture
def model_path(tmp_path: Any) -> Any:
    return tmp_path / "no-model"


def from_address(caller: Any, address: str) -> TestClient:
    """The same caller, or a stranger, at another network address."""
    headers = caller.http.headers if isinstance(caller, Caller) else {}
    app = (caller.http if isinstance(caller, Caller) else caller).app
    return TestClient(app, headers=headers, client=(address, 50_000), raise_server_exceptions=False)


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestACaller:
    @pytest.fixture
    def limits(self) -> dict[str, Any]:
        return {"requests_per_minute": 3}

    def test_who_asks_too_often_is_told_when_to_come_back(self, log_in: LogIn) -> None:
        caller = log_in(Role.ENTERPRISE)
        for _ in range(3):
            ok(caller.get("/v1/me"))
        answer = caller.get("/v1/me")
        problem = refused(answer, 429, "too_many_requests")
        assert answer.headers["content-type"] == PROBLEM
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert "3 requests" in problem["message_en"] and "3 次" in problem["message_zh"]

    def test_a_caller_is_counted_at_all_addresses_and_takes_nothing_from_others(self, log_in: LogIn) -> None:
        caller, other = log_in(Role.ENTERPRISE), log_in(Role.ENTERPRISE)
        for number in range(3):
            ok(from_address(caller, f"203.0.113.{number}").get("/v1/me"))
        refused(from_address(caller, "203.0.113.9").get("/v1/me"), 429, "too_many_requests")
        ok(other.get("/v1/me"))

    def test_a_refusal_says_nothing_about_what_was_asked_for(self, log_in: LogIn) -> None:
        owner, caller = log_in(Role.ENTERPRISE), log_in(Role.ENTERPRISE)
        for _ in range(3):
            ok(caller.get("/v1/me"))
        answers = [
            caller.get(path)
            for path in (f"/v1/organisations/{owner.organisation_id}", "/v1/organisations/none", "/v1/audit")
        ]
        assert {answer.status_code for answer in answers} == {429}
        assert len({answer.json()["message_en"].split(";")[0] for answer in answers}) == 1

    def test_an_api_key_has_requests_of_its_own(self, log_in: LogIn) -> None:
        caller = log_in(Role.ENTERPRISE, administrator=True)
        key = ok(caller.post("/v1/api-keys", json={"name": "导入", "scopes": ["demands:read"]}), 201)["key"]
        program = TestClient(caller.http.app, headers={"X-API-Key": key})
        answers = [program.get("/v1/demands").status_code for _ in range(4)]
        assert answers == [200, 200, 200, 429]
        ok(caller.get("/v1/me"))


class TestAnOrganisation:
    @pytest.fixture
    def limits(self) -> dict[str, Any]:
        return {"requests_per_minute_of_organisation": 3}

    def test_its_members_share_its_requests(self, log_in: LogIn) -> None:
        first = log_in(Role.ENTERPRISE)
        second = log_in(Role.ENTERPRISE, organisation_id=first.organisation_id)
        answers = [caller.get("/v1/me").status_code for caller in (first, second, first, second)]
        assert answers == [200, 200, 200, 429]
        ok(log_in(Role.ENTERPRISE).get("/v1/me"))


class TestAnAddress:
    @pytest.fixture
    def limits(self) -> dict[str, Any]:
        return {"requests_per_minute_of_address": 3}

    def test_strangers_and_callers_at_one_address_share_it(self, client: TestClient, log_in: LogIn) -> None:
        caller = from_address(log_in(Role.ENTERPRISE), "203.0.113.7")
        stranger = from_address(client, "203.0.113.7")
        answers = [
            caller.get("/v1/me"),
            stranger.get("/v1/demands"),
            stranger.get("/search"),
            caller.get("/v1/me"),
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        ok(from_address(client, "203.0.113.8").get("/v1/demands"))

    def test_guessed_keys_are_counted_before_they_are_looked_up(self, client: TestClient) -> None:
        answers = [
            client.get("/v1/demands", headers={"X-API-Key": f"sk_{number}"}).status_code
            for number in range(4)
        ]
        assert answers == [401, 401, 401, 429]

    def test_a_subscriber_of_ipv6_is_one_address(self, client: TestClient) -> None:
        answers = [
            from_address(client, f"2001:db8:1:2::{number}").get("/v1/demands").status_code
            for number in range(4)
        ]
        assert answers == [200, 200, 200, 429]
        ok(from_address(client, "2001:db8:1:3::1").get("/v1/demands"))

    def test_a_forwarded_address_of_nobody_known_does_not_count(self, client: TestClient) -> None:
        answers = [
            client.get("/v1/demands", headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
            for number in range(4)
        ]
        assert answers == [200, 200, 200, 429]

    def test_health_metrics_and_files_of_pages_answer_whatever_the_number(self, client: TestClient) -> None:
        for _ in range(4):
            assert client.get("/healthz").status_code == 200
            assert "sanku_http_request_seconds" in metrics_of(client)
            assert client.get("/static/swagger-ui/swagger-ui.css").status_code == 200
        ok(client.get("/v1/demands"))

    def test_a_page_says_so_in_words_and_keeps_what_was_typed(self, client: TestClient) -> None:
        for _ in range(3):
            client.get("/search")
        answer = client.post(
            "/login",
            data={"email": "wang@example.cn", "password": "geheim"},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["content-type"].startswith("text/html")
        assert "每分钟的请求超过 3 次" in answer.text
        assert "wang@example.cn" in answer.text and "geheim" not in answer.text
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


class TestBrowsers:
    @pytest.fixture
    def limits(self) -> dict[str, Any]:
        return {"requests_per_minute": 3}

    def test_pages_count_by_the_user_of_the_session(self, client: TestClient, log_in: LogIn) -> None:
        caller = log_in(Role.ENTERPRISE)
        with caller.http.app.state.services[Database].reading() as session:
            email = session.get_one(User, caller.user_id).email
        phone, desk = (from_address(client, f"203.0.113.{number}") for number in (1, 2))
        for browser in (phone, desk):
            browser.headers["Sec-Fetch-Site"] = "same-origin"
            given = browser.post(
                "/login", data={"email": email, "password": PASSWORD}, follow_redirects=False
            )
            assert given.status_code == 303
        assert [browser.get("/search").status_code for browser in (phone, desk, phone)] == [200, 200, 200]
        assert desk.get("/search").status_code == 429

    def test_a_cookie_of_nobody_is_a_strangers(self, client: TestClient) -> None:
        client.cookies.set("sanku", "unknown")
        assert {client.get("/search").status_code for _ in range(5)} == {200}
