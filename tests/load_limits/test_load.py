"""One user's load through HTTP, with the model held at a gate instead of a clock: who is admitted, who is refused."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from sqlalchemy import event

from app.accounts.models import Role
from app.database import Database
from app.load_limits.turn import check_turn
from app.observability import Metrics
from app.settings import Settings
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.callers import LogIn
from tests.support.embedders import BigramEmbedder
from tests.support.http import PROBLEM, create, metrics_of, ok, refused

QUESTION = {"text": "化工储罐的水性防腐涂料半年就起泡,想找盐雾一千小时以上的体系"}
LIMITS: dict[str, Any] = {
    "matching_slots": 2,
    "matching_waiting": 1,
    "matching_per_user": 2,
    "matching_per_organisation": 3,
    "database_connections": 1,
}


class GatedEmbedder(BigramEmbedder):
    """Embeds while the gate is open; `held` counts the texts that wait before it."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.held = threading.Semaphore(0)
        self.embedded = 0

    def embed_queries(self, texts: Sequence[str], *, on_progress: Any = None) -> NDArray[np.float32]:
        if not self.open.is_set():
            self.held.release()
            while not self.open.wait(0.01):
                check_turn()  # as an embedder does between its batches
        self.embedded += len(texts)
        return super().embed_queries(texts, on_progress=on_progress)

    embed_passages = embed_queries


@pytest.fixture(scope="module")
def embedder() -> GatedEmbedder:
    return GatedEmbedder()


@pytest.fixture
def model_path(tmp_path: Any) -> Any:
    return tmp_path / "no-model"


@pytest.fixture
def limits() -> dict[str, Any]:
    return LIMITS


@pytest.fixture
def settings(settings: Settings, limits: dict[str, Any]) -> Settings:
    return settings.model_copy(update=limits)


@pytest.fixture
def occupied(embedder: GatedEmbedder) -> Iterator[Callable[..., Future[Any]]]:
    """`occupied(caller)` asks in a thread and returns when the model works on it; with `reaches=False`, at once."""
    embedder.open.clear()
    with ThreadPoolExecutor(16) as threads:

        def ask(caller: Any, *, reaches: bool = True) -> Future[Any]:
            answer = threads.submit(caller.post, "/v1/matches/text", json=QUESTION)
            if reaches:
                assert embedder.held.acquire(timeout=60)
            return answer

        yield ask
        embedder.open.set()


@pytest.fixture
def until_waiting(app: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`until_waiting(1)` returns when so many requests wait for a turn."""
    gauge = app.state.services[Metrics].turns.labels("waiting")
    measure, changed = gauge.set, threading.Condition()

    def note(value: float) -> None:
        measure(value)
        with changed:
            changed.notify_all()

    monkeypatch.setattr(gauge, "set", note)

    def wait(count: int) -> None:
        with changed:
            assert changed.wait_for(lambda: _waiting(app) == count, timeout=60)

    return wait


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestAnOccupiedModel:
    def test_further_requests_are_refused_at_once_and_say_when_to_come_back(
        self,
        log_in: LogIn,
        occupied: Callable[..., Future[Any]],
        until_waiting: Callable[[int], None],
        embedder: GatedEmbedder,
    ) -> None:
        first, second, third, fourth = (log_in(Role.ENTERPRISE) for _ in range(4))
        working = [occupied(first), occupied(second)]
        waiting = occupied(third, reaches=False)
        until_waiting(1)
        answer = fourth.post("/v1/matches/text", json=QUESTION)
        refused(answer, 503, "busy")
        assert answer.headers["content-type"] == PROBLEM
        assert int(answer.headers["Retry-After"]) >= 1
        embedder.open.set()
        assert [one.result().status_code for one in (*working, waiting)] == [200] * 3
        assert fourth.post("/v1/matches/text", json=QUESTION).status_code == 200

    def test_health_metrics_and_what_needs_no_model_answer(
        self, log_in: LogIn, occupied: Callable[..., Future[Any]], client: TestClient
    ) -> None:
        """There is one connection for all requests: a request that waits for the model does not hold it."""
        callers = [log_in(Role.ENTERPRISE) for _ in range(2)]
        for caller in callers:
            occupied(caller)
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").status_code == 200
        assert 'sanku_turns{state="working"} 2.0' in metrics_of(client)
        assert ok(log_in(Role.ENTERPRISE).get("/v1/demands"))["items"] == []

    def test_one_user_cannot_take_every_slot(
        self,
        log_in: LogIn,
        occupied: Callable[..., Future[Any]],
        until_waiting: Callable[[int], None],
        embedder: GatedEmbedder,
    ) -> None:
        greedy, other = log_in(Role.ENTERPRISE), log_in(Role.ENTERPRISE)
        occupied(greedy)
        occupied(greedy, reaches=False)
        until_waiting(1)
        occupied(other)  # works although the other request came first
        answer = greedy.post("/v1/matches/text", json=QUESTION)
        refused(answer, 429, "too_many_at_once")
        assert int(answer.headers["Retry-After"]) >= 1

    def test_an_organisation_has_a_bound_too(
        self, log_in: LogIn, occupied: Callable[..., Future[Any]], until_waiting: Callable[[int], None]
    ) -> None:
        first = log_in(Role.ENTERPRISE)
        colleagues = [log_in(Role.ENTERPRISE, organisation_id=first.organisation_id) for _ in range(3)]
        occupied(first)
        occupied(colleagues[0])
        occupied(colleagues[1], reaches=False)
        until_waiting(1)
        refused(colleagues[2].post("/v1/matches/text", json=QUESTION), 429, "too_many_at_once")

    @pytest.mark.parametrize("key", [None, "a-key-of-this-request"])
    def test_publishing_waits_for_the_model_without_a_connection(
        self, log_in: LogIn, embedder: GatedEmbedder, occupied: Callable[..., Future[Any]], key: str | None
    ) -> None:
        owner, reader = log_in(Role.ENTERPRISE), log_in(Role.ENTERPRISE)
        headers = {"Idempotency-Key": key} if key else {}
        with ThreadPoolExecutor(1) as threads:
            answer = threads.submit(owner.post, "/v1/demands", json=demand_payload(), headers=headers)
            assert embedder.held.acquire(timeout=60)
            assert ok(reader.get("/v1/demands"))["items"] == []
            embedder.open.set()
            assert answer.result().status_code == 201

    def test_a_draft_is_matched_without_a_connection(
        self, log_in: LogIn, embedder: GatedEmbedder, occupied: Callable[..., Future[Any]]
    ) -> None:
        owner, reader = log_in(Role.ENTERPRISE), log_in(Role.ENTERPRISE)
        draft = create(owner, "demands", demand_payload(draft=True))
        for path, body in (
            (f"/v1/demands/{draft['id']}/matches", None),
            ("/v1/demands/check", demand_payload()),
        ):
            embedder.open.clear()
            with ThreadPoolExecutor(1) as threads:
                method = "GET" if body is None else "POST"
                answer = threads.submit(owner.request, method, path, json=body)
                assert embedder.held.acquire(timeout=60)
                ok(reader.get("/v1/achievements"))
                embedder.open.set()
                ok(answer.result())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestADeadline:
    @pytest.fixture
    def limits(self) -> dict[str, Any]:
        return LIMITS | {"matching_deadline": timedelta(0)}

    def test_work_ends_when_its_time_is_over(self, log_in: LogIn, embedder: GatedEmbedder, app: Any) -> None:
        caller = log_in(Role.ENTERPRISE)
        before = embedder.embedded
        answer = caller.post("/v1/matches/text", json=QUESTION)
        refused(answer, 503, "deadline_exceeded")
        assert answer.headers["Retry-After"]
        assert embedder.embedded == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestAClientThatLeaves:
    """The gate stays closed: the request ends because nobody waits for it."""

    def test_its_work_ends(self, app: Any, log_in: LogIn, embedder: GatedEmbedder) -> None:
        embedder.open.clear()
        leaving = _Departure(app, log_in(Role.ENTERPRISE))
        with ThreadPoolExecutor(1) as threads:
            answer = threads.submit(leaving.ask)
            assert embedder.held.acquire(timeout=60)
            leaving.leave()
            assert answer.result(timeout=60) == 503
        assert _waiting(app) == 0

    def test_it_gives_its_place_to_wait_back(
        self,
        app: Any,
        log_in: LogIn,
        occupied: Callable[..., Future[Any]],
        until_waiting: Callable[[int], None],
    ) -> None:
        for _ in range(2):
            occupied(log_in(Role.ENTERPRISE))
        leaving = _Departure(app, log_in(Role.ENTERPRISE))
        with ThreadPoolExecutor(1) as threads:
            answer = threads.submit(leaving.ask)
            until_waiting(1)
            leaving.leave()
            assert answer.result(timeout=60) == 503
        assert _waiting(app) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestAQuota:
    @pytest.fixture
    def limits(self) -> dict[str, Any]:
        return LIMITS | {"matching_per_minute": 2, "matching_per_minute_of_organisation": 3}

    def test_a_user_and_an_organisation_have_a_number_of_questions_per_minute(self, log_in: LogIn) -> None:
        first = log_in(Role.ENTERPRISE)
        colleague = log_in(Role.ENTERPRISE, organisation_id=first.organisation_id)
        other = log_in(Role.ENTERPRISE)
        codes = [first.post("/v1/matches/text", json=QUESTION).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        assert colleague.post("/v1/matches/text", json=QUESTION).status_code == 200
        answer = colleague.post("/v1/matches/text", json=QUESTION)
        refused(answer, 429, "quota_exceeded")
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert other.post("/v1/matches/text", json=QUESTION).status_code == 200
        create(other, "demands", demand_payload())  # publishing is no question
        create(other, "demands", demand_payload(title="储罐水性防腐体系开发"))

    def test_who_ignores_the_refusal_is_refused_before_anything_is_looked_up(
        self, app: Any, log_in: LogIn
    ) -> None:
        caller = log_in(Role.ENTERPRISE)
        for _ in range(3):
            answer = caller.post("/v1/matches/text", json=QUESTION)
        refused(answer, 429, "quota_exceeded")
        with counted_statements(app.state.services[Database]) as statements:
            again = caller.post("/v1/matches/text", json=QUESTION)
        refused(again, 429, "quota_exceeded")
        assert int(again.headers["Retry-After"]) >= int(answer.headers["Retry-After"]) - 1
        assert statements == []
        assert ok(caller.get("/v1/demands"))["items"] == []  # only questions are refused


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_refused_leaves_no_place_taken(app: Any, log_in: LogIn) -> None:
    institution = log_in(Role.INSTITUTION)
    for _ in range(5):
        assert institution.post("/v1/matches/text", json={"text": "短"}).status_code == 422
        assert institution.get("/v1/demands/01890000-0000-7000-8000-000000000000/matches").status_code == 404
    create(institution, "achievements", achievement_payload())
    assert 'sanku_turns{state="working"} 0.0' in metrics_of(institution)


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """The SQL statements within the block."""
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def _waiting(app: Any) -> float | None:
    count: float | None = app.state.services[Metrics].registry.get_sample_value(
        "sanku_turns", {"state": "waiting"}
    )
    return count


class _Departure:
    """A client that asks and leaves before its answer: a `TestClient` always waits for it."""

    def __init__(self, app: Any, caller: Any) -> None:
        self._app = app
        self._headers = [(b"authorization", caller.http.headers["Authorization"].encode())]
        self._left: Future[None] = Future()

    def leave(self) -> None:
        self._left.set_result(None)

    def ask(self) -> int:
        """The status that the service would have answered."""
        return asyncio.run(self._ask())

    async def _ask(self) -> int:
        body = json.dumps(QUESTION).encode()
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop()
            if not self._left.done():  # a look whether it has left does not wait
                await asyncio.shield(asyncio.wrap_future(self._left))
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        headers = [
            *self._headers,
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/matches/text",
            "query_string": b"",
            "headers": headers,
            "client": ("testclient", 1),
            "server": ("testserver", 80),
            "scheme": "http",
        }
        await self._app(scope, receive, send)
        return statuses[0]
