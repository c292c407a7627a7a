"""The libraries for assistants: the SDK's own client on a real service, under the rights of a caller's key."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from pydantic import BaseModel, Field
from typer.testing import CliRunner

from app.accounts.models import Role, User
from app.cli import cli
from app.database import Database
from sanku.mcp.arguments import Tools
from sanku.mcp.callers import Callers
from sanku.mcp.server import READING, build
from tests.support.builders.accounts import make_api_key
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller
from tests.support.http import create
from tests.support.paths import REPOSITORY
from tests.support.scenario import Scenario
from tests.support.servers import served

SCOPES = ("achievements:read", "demands:read", "managers:read", "matches:read", "pushes:read", "pushes:write")
CANARY = "云岭柱塞泵业有限公司"
PHONE = "13905310000"
TOOLS = {
    "search",
    "match_text",
    "read_record",
    "inbox",
    "decline_reasons",
    "accept_push",
    "decline_push",
    "postpone_push",
    "undo_answer",
}


class World:
    """A manager with two pushes, and a demand whose owner they may not know."""

    def __init__(self, app: Any, log_in: Callable[..., Caller]) -> None:
        self.database = app.state.services[Database]
        hidden, university = log_in(Role.ENTERPRISE, organisation_name=CANARY), log_in(Role.INSTITUTION)
        self.manager = log_in(Role.MANAGER, administrator=True)
        record = create(self.manager, "managers", manager_payload())
        contact = {"contact_name": "王珊", "contact_phone": PHONE}
        secret = demand_payload(publish_mode="confidential", **contact)
        demands = [create(hidden, "demands", secret | {"title": f"{secret['title']}{n}"}) for n in "甲乙"]
        self.achievement = create(university, "achievements", achievement_payload(**contact))
        self.demand = demands[0]
        scenario = Scenario(self.database)
        for demand in demands:
            scenario.push(UUID(record["id"]), UUID(demand["id"]), UUID(self.achievement["id"]))

    def key_of(self, caller: Caller, *scopes: str) -> str:
        with self.database.unit_of_work() as session:
            return make_api_key(session, session.get_one(User, caller.user_id), *scopes)


@pytest.fixture
def world(app: Any, log_in: Callable[..., Caller]) -> World:
    return World(app, log_in)


def text_of(result: Any) -> str:
    return "\n".join(part.text for part in result.content)


def test_an_assistant_uses_every_tool_with_the_rights_of_its_key(
    world: World, address: str, tmp_path: Path
) -> None:
    key_file = tmp_path / "key"
    key_file.write_text(world.key_of(world.manager, *SCOPES) + "\n", encoding="utf-8")
    code = "from app.cli import main; main()"
    server = StdioServerParameters(
        command=sys.executable,
        args=["-c", code, "mcp", address, "--key-file", str(key_file)],
        env={"PYTHONPATH": str(REPOSITORY), "PATH": os.environ["PATH"]},
    )
    seen: list[str] = []

    async def story() -> None:
        async with Client(server) as assistant:
            tools = (await assistant.list_tools()).tools
            assert {tool.name for tool in tools} == TOOLS
            assert not [tool.name for tool in tools if not tool.description or tool.annotations is None]

            async def call(name: str, **arguments: Any) -> Any:
                result = await assistant.call_tool(name, arguments)
                seen.append(text_of(result))
                assert not result.is_error, seen[-1]
                return result.structured_content

            found = await call("search", library="achievements", query="水性 环氧", field=["新材料"])
            assert [item["id"] for item in found["items"]] == [world.achievement["id"]]
            matched = await call("match_text", text=world.demand["main_problem"], limit=3)
            assert matched["items"][0]["record"]["id"] == world.achievement["id"]
            record = await call("read_record", library="demands", record_id=world.demand["id"])
            assert record["main_problem"] == world.demand["main_problem"]
            await call("read_record", library="achievements", record_id=world.achievement["id"])

            waiting = (await call("inbox"))["items"]
            assert [push["allowed"] for push in waiting] == [["read", "accept", "decline", "later"]] * 2
            first, second = (push["id"] for push in waiting)
            reasons = {one["code"] for one in (await call("decline_reasons"))["reasons"]}
            assert "price" in reasons
            tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
            assert (await call("postpone_push", push_id=first, until=tomorrow))["state"] == "later"
            assert (await call("accept_push", push_id=first))["engagement_id"]
            assert (await call("undo_answer", push_id=first))["state"] != "accepted"
            declined = await call("decline_push", push_id=second, reason="price")
            assert declined["state"] == "declined"

            for name, arguments in (
                ("accept_push", {"push_id": second}),  # answered already
                ("decline_push", {"push_id": first, "reason": "no such reason"}),
                ("read_record", {"library": "demands", "record_id": ".."}),
                ("search", {"library": "users", "query": CANARY[:2]}),
            ):
                refused = await assistant.call_tool(name, arguments)
                assert refused.is_error, name
                seen.append(text_of(refused))

    asyncio.run(story())
    assert "push_state" in seen[-4] and "reason" in seen[-3]
    assert not [text for text in seen if CANARY in text or PHONE in text or "王珊" in text]


@contextmanager
def assistants(url: str) -> Iterator[str]:
    app = build(Callers(url)).streamable_http_app(stateless_http=True, json_response=True)
    with served(app, lifespan="on") as address:
        yield f"{address}/mcp"


def test_by_http_each_request_brings_its_own_key(world: World, address: str) -> None:
    narrow = world.key_of(world.manager, "achievements:read")

    async def ask(url: str, key: str | None) -> Any:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as assistant,
        ):
            return await assistant.call_tool("inbox", {})

    with assistants(address) as url:
        answers = [asyncio.run(ask(url, key)) for key in (world.key_of(world.manager, *SCOPES), narrow, None)]
    assert [answer.is_error for answer in answers] == [False, True, True]
    assert len(answers[0].structured_content["items"]) == 2
    assert "insufficient_scope" in text_of(answers[1])
    assert "Authorization" in text_of(answers[2])


def test_the_inbox_offers_what_the_key_may_answer(
    world: World, address: str, log_in: Callable[..., Caller]
) -> None:
    keys = {
        "answering": world.key_of(world.manager, "pushes:read", "pushes:write"),
        "reading": world.key_of(world.manager, "pushes:read"),
        "of others": world.key_of(log_in(Role.MANAGER, administrator=True), "pushes:read", "pushes:write"),
    }

    async def offers(url: str, key: str) -> list[Any]:
        headers = {"Authorization": f"Bearer {key}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as assistant,
        ):
            found = await assistant.call_tool("inbox", {})
            return [push["allowed"] for push in found.structured_content["items"]]

    with assistants(address) as url:
        found = {name: asyncio.run(offers(url, key)) for name, key in keys.items()}
    assert found == {
        "answering": [["read", "accept", "decline", "later"]] * 2,
        "reading": [[], []],
        "of others": [],
    }


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("search", {}, {"library": "必填"}),
        (
            "search",
            {"library": "patents"},
            {"library": "应为以下之一：'achievements', 'demands', 'managers'"},
        ),
        ("search", {"library": "demands", "limit": 500}, {"limit": "应不大于 50"}),
        ("search", {"library": "demands", "limit": "viele"}, {"limit": "应为整数"}),
        ("search", {"library": "demands", "field": 40}, {"field": "应为列表"}),
        ("search", {"library": "demands", "q": "高温"}, {"q": "可用参数：library, query, field"}),
        (
            "match_text",
            {"words": "高温", "limit": 0},
            {"text": "必填", "limit": "应不小于 1", "words": "text,"},
        ),
        ("postpone_push", {"push_id": "x", "until": "明天"}, {"until": "应为带时区的日期时间"}),
        ("read_record", {"library": "demands", "id": "x"}, {"record_id": "必填", "id": "library, record_id"}),
        ("match_text", {"text": "高" * 5001}, {"text": "不得超过 5000 字"}),
        ("search", {"library": "demands", "field": ["40"] * 21}, {"field": "不得超过 20 项"}),
        ("search", {"library": "demands", "field": ["4" * 61]}, {"field.0": "不得超过 60 字"}),
        ("search", {"library": "demands", "field": [["40"]]}, {"field.0": "应为文字"}),
        ("search", {"library": "demands", "region": "历" * 61}, {"region": "不得超过 60 字"}),
        (
            "decline_push",
            {"push_id": "x", "reason": "other", "note": "贵" * 501},
            {"note": "不得超过 500 字"},
        ),
    ],
)
def test_every_wrong_argument_is_named_in_chinese_and_english(
    tool: str, arguments: dict[str, Any], named: dict[str, str]
) -> None:
    refused = asked(tool, arguments)
    assert refused.is_error
    _, *faults = text_of(refused).split("; ")
    said = dict(fault.split(": ", 1) for fault in faults if ": " in fault)
    assert {name for name in named if named[name] in said[name]} == set(named)
    assert "pydantic" not in text_of(refused)


def asked(tool: str, arguments: dict[str, Any]) -> Any:
    async def ask() -> Any:
        async with Client(build(Callers("http://127.0.0.1:9", "sk_of_nobody"))) as assistant:
            return await assistant.call_tool(tool, arguments)

    return asyncio.run(ask())


def test_an_unknown_tool_is_answered_with_those_there_are() -> None:
    refused = asked("delete_everything", {})
    assert refused.is_error
    assert "没有工具“delete_everything”" in text_of(refused) and "match_text" in text_of(refused)


def test_no_argument_and_no_refusal_grows_without_bound() -> None:
    for arguments in (
        {f"unknown{n}": 1 for n in range(5000)},
        {"n" * 100_000: 1},
        {"library": "demands", "field": [1] * 5000},
        {"library": "demands", "field": "[" * 100_000},
    ):
        assert len(text_of(asked("search", arguments))) < 10_000
    assert len(text_of(asked("t" * 100_000, {}))) < 1000

    class Deep(BaseModel):
        text: str

    async def unbounded(text: str) -> None: ...
    async def of_items(texts: Annotated[list[str], Field(max_length=3)]) -> None: ...
    async def nested(texts: Annotated[list[list[int]], Field(max_length=3)]) -> None: ...
    async def with_object(deep: Deep) -> None: ...

    for tool in (unbounded, of_items, nested, with_object):
        with pytest.raises(TypeError, match="has no bound"):
            Tools().tool("", READING)(tool)


def test_the_bounds_are_those_of_the_api(app: Any) -> None:
    """What a tool takes, the API takes, too."""
    described = app.openapi()
    parameters = described["paths"]["/v1/demands"]["get"]["parameters"]
    of_api = {one["name"]: _longest(one["schema"]) for one in parameters}
    schemas = described["components"]["schemas"]
    text = _longest(schemas["TextMatchIn"]["properties"]["text"])
    note = _longest(schemas["Decline"]["properties"]["note"])

    async def tools() -> Any:
        async with Client(build(Callers("http://127.0.0.1:9", "sk_of_nobody"))) as assistant:
            return {
                tool.name: tool.input_schema["properties"] for tool in (await assistant.list_tools()).tools
            }

    found = asyncio.run(tools())
    assert _longest(found["search"]["query"]) == of_api["q"] == 200
    assert _longest(found["search"]["cursor"]) == of_api["cursor"]
    assert (_longest(found["match_text"]["text"]), _longest(found["decline_push"]["note"])) == (text, note)


def _longest(schema: dict[str, Any]) -> int | None:
    one = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    longest: int | None = one.get("maxLength")
    return longest


def test_without_a_key_nothing_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SANKU_API_KEY", raising=False)
    run = CliRunner().invoke(cli, ["mcp", "http://127.0.0.1:9"])
    assert run.exit_code == 1 and "SANKU_API_KEY" in str(run.exception)
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    run = CliRunner().invoke(cli, ["mcp", "http://127.0.0.1:9", "--key-file", str(tmp_path / "empty")])
    assert run.exit_code == 1
    assert CliRunner().invoke(cli, ["mcp", "http://127.0.0.1:9", "sk_in_the_process_list"]).exit_code == 2
