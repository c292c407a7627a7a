"""How a client sends and reads, whatever the operation: the same of both clients."""

import asyncio
import inspect
import io
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from sanku.client import (
    Answer,
    AsyncClient,
    Client,
    Conflict,
    Event,
    Forbidden,
    Invalid,
    NotModified,
    Outdated,
    Problem,
    Retries,
    TooManyRequests,
    Unavailable,
    Unreachable,
    Upload,
)

PROBLEM = {"content-type": "application/problem+json"}
BUSY = {"code": "unavailable", "message_zh": "请稍候。", "message_en": "Wait."}

Step = httpx.Response | Exception


class Service:
    """The outside world: answers or fails as listed, and keeps what came and how long the client waited."""

    def __init__(self, kind: type[Client] | type[AsyncClient], retries: Retries | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []
        self.steps: list[Step] = []
        self.kind, self.retries = kind, retries or Retries()

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)

    def ask(self, call: Callable[[Any], Any], *steps: Step) -> Any:
        """What the call returns, or all that it yields, after the service's steps, all of which are used."""
        self.steps = list(steps)
        try:
            found = self._ask(call)
        finally:
            assert not self.steps
        return found

    def _ask(self, call: Callable[[Any], Any]) -> Any:
        transport = httpx.MockTransport(self.answer)
        given: dict[str, Any] = {"api_key": "sk_secret", "retries": self.retries, "transport": transport}
        if self.kind is Client:
            with Client("https://sanku.test", sleep=self.waits.append, **given) as sanku:
                found = call(sanku)
                return list(found) if isinstance(found, Iterator) else found

        async def run() -> Any:
            async with AsyncClient("https://sanku.test", sleep=self.pause, **given) as sanku:
                found = call(sanku)
                if isinstance(found, AsyncIterator):
                    return [one async for one in found]
                return await found if inspect.isawaitable(found) else found

        return asyncio.run(run())


@pytest.fixture(params=[Client, AsyncClient], ids=["sync", "async"])
def service(request: pytest.FixtureRequest) -> Service:
    return Service(request.param)


def me(sanku: Any) -> Any:
    return sanku.accounts.me()


def new_demand(sanku: Any) -> Any:
    return sanku.demands.create({"title": "阀门"})


def withdrawal(sanku: Any) -> Any:
    return sanku.demands.withdraw("d")


def ok(body: Any = None, **headers: str) -> httpx.Response:
    return httpx.Response(200, json=body, headers=headers)


def busy(status: int = 503, after: str | None = None) -> httpx.Response:
    return httpx.Response(status, json=BUSY, headers=PROBLEM | ({"retry-after": after} if after else {}))


def test_the_key_goes_with_every_call_and_nowhere_else(service: Service) -> None:
    assert service.ask(me, ok({"id": "u"})).body == {"id": "u"}
    assert service.requests[0].headers["x-api-key"] == "sk_secret"
    away = httpx.Response(307, headers={"location": "https://elsewhere.test/v1/me"})
    with pytest.raises(Problem) as moved:
        service.ask(me, away)
    assert moved.value.status == 307
    assert {request.url.host for request in service.requests} == {"sanku.test"}
    with pytest.raises(ValueError, match="either"):
        service.kind("https://sanku.test", api_key="a", token="b")


def test_a_service_that_asks_for_time_gets_it(service: Service) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    answer = service.ask(withdrawal, busy(after="7"), busy(429, moment), ok({}))
    assert answer.body == {}
    assert service.waits[0] == 7 and 0 < service.waits[1] <= 20
    with pytest.raises(TooManyRequests) as refused:
        service.ask(me, busy(429, "3600"))
    assert refused.value.retry_after == 3600  # for the program to plan with; nobody waits an hour unseen
    assert len(service.waits) == 2


def test_waits_grow_and_end(service: Service) -> None:
    service.retries = Retries(attempts=6, first_wait=1, longest_wait=5)
    with pytest.raises(Unavailable):
        service.ask(me, *(busy() for _ in range(6)))
    limits = [1, 2, 4, 5, 5]
    assert all(limit / 2 <= wait <= limit for wait, limit in zip(service.waits, limits, strict=True))


def test_only_what_may_be_repeated_is_repeated_after_a_lost_answer(service: Service) -> None:
    lost = httpx.ReadTimeout("no answer")
    assert service.ask(me, lost, httpx.Response(502, text="<html>"), ok({})).body == {}
    # A creation has one key for all attempts, so that it happens once.
    service.requests.clear()
    service.ask(new_demand, lost, ok({}))
    first, second = (request.headers["idempotency-key"] for request in service.requests)
    assert first == second and len(first) >= 8
    service.requests.clear()
    service.ask(new_demand, ok({}))
    assert service.requests[0].headers["idempotency-key"] != first
    # Nobody knows whether this happened: the program decides.
    with pytest.raises(Unreachable):
        service.ask(withdrawal, lost)
    with pytest.raises(Problem) as unknown:
        service.ask(withdrawal, httpx.Response(502, text="<html>bad gateway"))
    assert unknown.value.code == "http_502" and "bad gateway" in unknown.value.message_en
    with pytest.raises(Unavailable):  # from something on the way, after who knows what
        service.ask(withdrawal, httpx.Response(503, text="busy"))
    assert service.ask(withdrawal, httpx.ConnectError("refused"), ok({})).body == {}  # was never sent


def test_a_problem_names_all_faults(service: Service) -> None:
    document = {
        "code": "invalid",
        "message_zh": "部分字段不符合要求。",
        "message_en": "Some fields are invalid.",
        "errors": [
            {"field": "title", "code": "required", "message_zh": "必填", "message_en": "required"},
            {
                "field": "main_problem",
                "code": "confirmation_needed",
                "message_zh": "？",
                "message_en": "?",
                "start": 3,
                "end": 5,
                "confirm": "云岭",
            },
        ],
    }
    with pytest.raises(Invalid) as invalid:
        service.ask(new_demand, httpx.Response(422, json=document, headers=PROBLEM))
    title, question = invalid.value.faults
    assert (title.field, title.code, title.start) == ("title", "required", None)
    assert (question.start, question.end, question.confirm) == (3, 5, "云岭")
    assert "title" in str(invalid.value) and "sk_secret" not in str(invalid.value)
    for status, kind in ((403, Forbidden), (409, Conflict), (304, NotModified)):
        with pytest.raises(kind) as raised:
            service.ask(me, httpx.Response(status, json=BUSY | {"allowed": ["x"]}, headers=PROBLEM))
        assert raised.value.extra == {"allowed": ["x"]}
    with pytest.raises(Outdated) as outdated:
        service.ask(withdrawal, httpx.Response(412, json=BUSY, headers=PROBLEM | {"etag": '"9"'}))
    assert outdated.value.etag == '"9"'


def test_an_answer_is_the_version_of_the_next_change(service: Service) -> None:
    read = service.ask(lambda sanku: sanku.demands.get("d"), ok({"id": "d"}, etag='"4"'))
    service.ask(lambda sanku: sanku.demands.change("d", {"title": "阀"}, if_match=read), ok({}, etag='"5"'))
    assert service.requests[-1].headers["if-match"] == '"4"'
    bare: Answer[Any] = service.ask(me, ok({}))
    with pytest.raises(ValueError, match="ETag"):
        service.ask(lambda sanku: sanku.demands.change("d", {}, if_match=bare))


def test_a_list_is_read_to_its_end(service: Service) -> None:
    pages = [
        ok({"items": [1, 2], "next_cursor": "c"}),
        ok({"items": [], "next_cursor": "d"}),
        ok({"items": [3], "next_cursor": None}),
    ]
    found = service.ask(
        lambda sanku: sanku.demands.list_all(q="阀 门", field=["40", "80"], mine=True), *pages
    )
    assert found == [1, 2, 3]
    asked = [request.url.params for request in service.requests]
    assert all(one.get_list("field") == ["40", "80"] for one in asked)
    assert all((one["q"], one["mine"]) == ("阀 门", "true") for one in asked)
    assert [one.get("cursor") for one in asked] == [None, "c", "d"]


def _end_session(session_id: str, sanku: Any) -> Any:
    return sanku.accounts.end_session(session_id)


def test_what_leads_to_another_operation_is_not_sent(service: Service) -> None:
    service.ask(lambda sanku: sanku.demands.get("a/../b?c"), ok({}))
    assert service.requests[0].url.raw_path == b"/v1/demands/a%2F..%2Fb%3Fc"
    for wrong in ("", "..", "."):
        with pytest.raises(ValueError, match="id"):
            service.ask(partial(_end_session, wrong))
    with pytest.raises(ValueError, match="zone"):
        service.ask(lambda sanku: sanku.audit.list(since=datetime(2026, 1, 1)))  # noqa: DTZ001 -- the mistake
    assert len(service.requests) == 1


def test_files_go_and_come(service: Service, tmp_path: Path) -> None:
    given = tmp_path / "需求.csv"
    given.write_bytes("名称\n阀门\n".encode())
    for file in (given, Upload("需求.csv", given.read_bytes())):
        send = partial(_add_file, file)
        service.ask(send, httpx.ReadError(""), ok({}))  # each attempt sends the whole file
    assert len(service.requests) == 4
    assert all("阀门".encode() in request.content for request in service.requests)
    name = "attachment; filename*=UTF-8''..%2F..%2F%E6%B8%85%E5%8D%95.xlsx"
    answer = httpx.Response(200, content=b"xlsx", headers={"content-disposition": name})
    file = service.ask(lambda sanku: sanku.exports.demands("xlsx"), answer)
    assert (file.content, file.name) == (b"xlsx", "清单.xlsx")  # in no folder but the one that is asked for
    assert file.save(tmp_path).read_bytes() == b"xlsx"
    kept = io.BytesIO()
    answer = httpx.Response(200, content=b"much", headers={"content-type": "text/csv"})
    file = service.ask(lambda sanku: sanku.exports.demands("csv", into=kept), answer)
    assert (kept.getvalue(), file.content, file.media_type) == (b"much", b"", "text/csv")


def _add_file(file: Upload | Path, sanku: Any) -> Any:
    return sanku.engagements.add_file("e", file)


def test_a_stream_yields_its_events(service: Service) -> None:
    text = ': hello\n\nid: 41\nevent: push.new\ndata: {"id":\ndata: 1}\n\nid: 42\nevent: push.changed\ndata: {}\n\n'
    answer = httpx.Response(200, text=text, headers={"content-type": "text/event-stream"})
    found = service.ask(lambda sanku: sanku.pushes.stream(last_event_id="40"), answer)
    assert found == [Event("push.new", "41", {"id": 1}), Event("push.changed", "42", {})]
    assert service.requests[0].headers["last-event-id"] == "40"
