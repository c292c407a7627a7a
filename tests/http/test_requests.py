"""Request ids, problem answers and the size limit: what every request meets first."""

import pytest
from fastapi.testclient import TestClient

from app.accounts.models import Organisation
from app.database import Database
from tests.http.registration import count_of
from tests.support.http import ON_ONE_DATABASE, PROBLEM


class TestRequests:
    def test_every_answer_carries_a_request_id(self, client: TestClient) -> None:
        first, second = (client.get("/healthz").headers["X-Request-ID"] for _ in range(2))
        assert first != second
        assert client.get("/nowhere").headers["X-Request-ID"]

    def test_a_callers_harmless_id_is_kept_and_any_other_replaced(self, client: TestClient) -> None:
        kept = client.get("/healthz", headers={"X-Request-ID": "order-66.a"})
        assert kept.headers["X-Request-ID"] == "order-66.a"
        for harmful in ("two words", "x" * 65, 'a"b', "{}"):
            answer = client.get("/healthz", headers={"X-Request-ID": harmful})
            assert answer.headers["X-Request-ID"] != harmful

    @ON_ONE_DATABASE
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [("GET", "/v1/nowhere", 404), ("PUT", "/healthz", 405), ("POST", "/v1/register", 422)],
    )
    def test_what_the_framework_refuses_is_a_problem_too(
        self, client: TestClient, method: str, path: str, status: int
    ) -> None:
        answer = client.request(method, path, json={})
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
        problem = answer.json()
        assert problem["status"] == status
        assert problem["message_zh"]
        assert problem["message_en"]

    @ON_ONE_DATABASE
    @pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"", b"[1,", b'{"a": 1} x', b"\x00"])
    def test_a_body_that_is_no_json_is_a_problem(self, client: TestClient, body: bytes) -> None:
        answer = client.post("/v1/register", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code in (400, 422), answer.headers["content-type"]) == (True, PROBLEM)

    @pytest.mark.parametrize("chunked", [False, True])
    def test_ten_megabytes_are_refused_and_store_nothing(
        self, client: TestClient, database: Database, chunked: bool
    ) -> None:
        """With a length it is refused unread; without one, when the limit is passed."""
        before = count_of(database, Organisation)
        piece = b" " * 100_000
        pieces = (piece for _ in range(100))
        answer = client.post(
            "/v1/register",
            content=pieces if chunked else piece * 100,
            headers={"Content-Type": "application/json"},
        )
        assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)
        assert answer.json()["code"] == "too_large"
        assert count_of(database, Organisation) == before

    def test_a_body_within_the_limit_may_come_in_pieces(self, client: TestClient) -> None:
        answer = client.post(
            "/v1/auth/refresh",
            content=(piece for piece in (b'{"refresh_token":', b'"unknown"}')),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code in (401, 422)
