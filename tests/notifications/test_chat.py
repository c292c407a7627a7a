"""The three chat robots, against a real HTTP receiver that stands where their services would."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from app.clock import chinese_end
from app.database import new_id, now
from app.events.messages import MessageKind
from app.notifications.channels.base import Content, OutboundMessage, SendTarget
from app.notifications.channels.chat import ChatChannel
from app.notifications.models import ChannelKind
from app.pushes.models import Push
from app.settings import Settings
from tests.support.callers import Caller
from tests.support.scenario import Scenario
from tests.support.servers import Answer, Receiver

Drain = Callable[[], int]

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
TOKEN = "0123456789abcdef0123456789abcdef"
SECRET = "SECc0ffee0123456789"
ROBOTS = {
    "wecom": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}",
    "dingtalk": f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}",
    "feishu": f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}",
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a channel says and hears does not depend on the database; webhooks and the order are tried on both."""
    return sqlite_url


def answering(**body: Any) -> Callable[[Any], Answer]:
    return lambda _: Answer(200, json.dumps(body).encode())


def letter(short: str) -> OutboundMessage:
    content = Content(type="push.new", subject="【三库】推荐对接", text=short, html="", short=short, data={})
    return OutboundMessage(new_id(), new_id(), now(), content)


def add(caller: Caller, kind: str, **values: Any) -> Any:
    return caller.post("/v1/channels", json={"kind": kind, "name": "项目群", "url": ROBOTS[kind], **values})


@pytest.mark.parametrize(
    ("kind", "path", "payload"),
    [
        (
            "wecom",
            f"/cgi-bin/webhook/send?key={KEY}",
            lambda text: {"msgtype": "text", "text": {"content": text}},
        ),
        (
            "dingtalk",
            f"/robot/send?access_token={TOKEN}",
            lambda text: {"msgtype": "text", "text": {"content": text}},
        ),
        (
            "feishu",
            f"/open-apis/bot/v2/hook/{KEY}",
            lambda text: {"msg_type": "text", "content": {"text": text}},
        ),
    ],
)
def test_a_group_receives_only_public_content(
    scenario: Scenario, manager: UUID, as_manager: Caller, receiver: Receiver, drain: Drain,
    kind: str, path: str, payload: Callable[[str], Any],
) -> None:  # fmt: skip
    assert add(as_manager, kind).status_code == 201
    receiver.answer = answering(errcode=0) if kind != "feishu" else answering(code=0)
    scenario.push_with_message(manager, title="解决储罐腐蚀", main_problem="只有登录才能看的正文")
    drain()
    [call] = receiver.calls
    assert call.path == path
    assert call.headers["content-type"] == "application/json; charset=utf-8"
    text = call.json["content"]["text"] if kind == "feishu" else call.json["text"]["content"]
    assert call.json == payload(text)
    assert "解决储罐腐蚀" in text and "https://sanku.example.com/open/pushes/" in text
    assert "只有登录才能看的正文" not in call.body
    assert [row.state for row in scenario.deliveries()] == ["delivered"]


def test_dingtalk_is_signed_with_the_robots_secret(
    scenario: Scenario, manager: UUID, as_manager: Caller, receiver: Receiver, drain: Drain
) -> None:
    add(as_manager, "dingtalk", secret=SECRET)
    receiver.answer = answering(errcode=0)
    scenario.push_with_message(manager)
    drain()
    [call] = receiver.calls
    query = {name: values[0] for name, values in parse_qs(urlsplit(call.path).query).items()}
    assert query.keys() == {"access_token", "timestamp", "sign"}
    assert query["access_token"] == TOKEN
    signed = f"{query['timestamp']}\n{SECRET}".encode()
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert query["sign"] == expected


def test_feishu_is_signed_with_the_robots_secret(
    scenario: Scenario, manager: UUID, as_manager: Caller, receiver: Receiver, drain: Drain
) -> None:
    """The key is the seconds and the secret, and the text is empty: not the way of DingTalk."""
    assert add(as_manager, "feishu", secret="nIMtb7r3N9pkXyXdtAbx6e").status_code == 201
    receiver.answer = answering(code=0)
    scenario.push_with_message(manager)
    drain()
    [call] = receiver.calls
    key = f"{call.json['timestamp']}\nnIMtb7r3N9pkXyXdtAbx6e".encode()
    assert call.json["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert abs(int(call.json["timestamp"]) - now().timestamp()) < 600
    assert call.json["msg_type"] == "text"


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_a_robot_says_why_until_when_and_who_sends(
    scenario: Scenario, manager: UUID, as_manager: Caller, receiver: Receiver, drain: Drain, kind: str
) -> None:
    add(as_manager, kind)
    receiver.answer = answering(**({"code": 0} if kind == "feishu" else {"errcode": 0}))
    demand, achievement = scenario.demand(fields=["401"]), scenario.achievement(fields=["401"])
    scenario.copies(demand, achievement, 3)
    scenario.rank_pair(demand, achievement)
    push_id = scenario.push(manager, demand, achievement)
    with scenario.database.unit_of_work() as session:
        push = session.get_one(Push, push_id)
        push.answer_due_at = binding = now() + timedelta(days=3)
        push.expires_at = now() + timedelta(days=20)
    scenario.enqueue_message(MessageKind.PUSH, manager_id=manager, ids={"push_id": push_id})
    drain()
    [call] = receiver.calls
    text = call.json["content"] if kind == "feishu" else call.json["text"]
    text = text.get("text") or text["content"]
    first, *_, last = text.split("\n")
    assert first.startswith("【三库】") and last == "—— 三库 · 技术转移撮合服务 https://sanku.example.com"
    assert "理由：供需双方同属" in text and "\n另有 3 项相近成果\n" in text
    assert f"请于 {chinese_end(binding)} 前答复，逾期将转给下一位技术经理人" in text
    assert f"https://sanku.example.com/open/pushes/{push_id}" in text


@pytest.mark.parametrize(
    ("kind", "answer", "state", "error"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "dead", "robot_answered_93000"),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, "dead", "robot_answered_310000"),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, "dead", "robot_answered_19024"),
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, "due", "robot_answered_45009"),
        ("feishu", {"code": 11232, "msg": "frequency limited"}, "due", "robot_answered_11232"),
    ],
)
def test_a_robots_refusal_in_a_friendly_answer_is_seen(
    scenario: Scenario, manager: UUID, as_manager: Caller, receiver: Receiver, drain: Drain,
    kind: str, answer: dict[str, Any], state: str, error: str,
) -> None:  # fmt: skip
    """All three answer 200 to what they do not take."""
    add(as_manager, kind)
    receiver.answer = answering(**answer)
    scenario.push_with_message(manager)
    drain()
    [row] = scenario.deliveries()
    assert (row.state, row.last_error) == (state, error)
    assert len(receiver.calls) == 1


def test_a_relay_that_fails_or_sends_away_is_no_success(
    scenario: Scenario, manager: UUID, as_manager: Caller, receiver: Receiver, drain: Drain
) -> None:
    add(as_manager, "wecom")
    receiver.answer = lambda _: Answer(502, b"bad gateway")
    scenario.push_with_message(manager)
    drain()
    [row] = scenario.deliveries()
    [entry] = scenario.delivery_attempts(row.id)
    assert (row.state, entry.status, entry.excerpt) == ("due", 502, "bad gateway")
    receiver.answer = lambda _: Answer(302, b"", {"Location": receiver.url("/elsewhere")})
    scenario.pass_time(timedelta(minutes=1))
    drain()
    assert [entry.status for entry in scenario.delivery_attempts(row.id)] == [502, 302]
    assert {call.path for call in receiver.calls} == {f"/cgi-bin/webhook/send?key={KEY}"}


def test_an_answer_without_a_code_is_no_success(
    scenario: Scenario, manager: UUID, as_manager: Caller, receiver: Receiver, drain: Drain
) -> None:
    add(as_manager, "feishu")
    receiver.answer = lambda _: Answer(200, "<html>请登录上网</html>".encode())
    scenario.push_with_message(manager)
    drain()
    [row] = scenario.deliveries()
    assert (row.state, row.last_error) == ("due", "robot_answered_None")


def test_a_long_list_is_cut_to_what_wecom_takes(settings: Settings, receiver: Receiver) -> None:
    receiver.answer = answering(errcode=0)
    lines = [f"{rank}. 储罐内壁重防腐涂料 × 无溶剂环氧涂层技术" for rank in range(1, 41)]
    outcome = ChatChannel(ChannelKind.WECOM, settings).send(
        letter("\n".join(lines)), SendTarget(ROBOTS["wecom"])
    )
    assert outcome.delivered
    text = receiver.calls[0].json["text"]["content"]
    subject, *sent, sender = text.split("\n")
    assert subject == "【三库】推荐对接" and "https://sanku.example.com" in sender
    whole = "\n".join([subject, *lines[: len(sent)], "…", sender])
    assert len(text.encode()) <= 2048 < len(whole.encode())
    assert sent == [*lines[: len(sent) - 1], "…"]


def test_a_robots_name_that_leads_inside_is_not_followed(
    settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", receiver.port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry])
    direct = ChatChannel(ChannelKind.WECOM, settings.model_copy(update={"chat_relay": None}))
    outcome = direct.send(letter("推荐对接"), SendTarget(ROBOTS["wecom"]))
    assert outcome.retryable
    assert outcome.error == "not_reached"
    assert receiver.calls == []


def test_a_robots_address_is_never_shown_again(
    as_manager: Caller, as_operator: Caller, as_enterprise: Caller
) -> None:
    added = add(as_manager, "dingtalk", secret=SECRET)
    path = f"/v1/channels/{added.json()['id']}"
    shown = [added.text, as_manager.get(path).text, as_manager.get("/v1/channels").text]
    assert not [text for text in shown if TOKEN in text or SECRET in text]
    # Not even the bureau looks after another's channels.
    assert as_operator.get(path).status_code == as_enterprise.get(path).status_code == 404
    assert as_operator.get("/v1/channels").json()["items"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "wecom"}, "robot_address"),
        ({"kind": "wecom", "url": "https://example.com/cgi-bin/webhook/send?key=12345678"}, "robot_address"),
        ({"kind": "wecom", "url": ROBOTS["feishu"]}, "robot_address"),
        ({"kind": "dingtalk", "url": ROBOTS["dingtalk"] + "@127.0.0.1"}, "robot_address"),
        ({"kind": "wecom", "url": ROBOTS["wecom"], "secret": SECRET}, "not_for_this"),
        ({"kind": "feishu", "url": ROBOTS["feishu"] + "\r\n"}, "url_characters"),
        ({"kind": "mail", "url": ROBOTS["feishu"]}, "not_for_mail"),
    ],
)
def test_only_addresses_of_the_three_services_are_taken(
    as_manager: Caller, body: dict[str, Any], code: str
) -> None:
    answer = as_manager.post("/v1/channels", json=body)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]


def test_a_channel_is_made_once_renamed_switched_off_and_removed(
    scenario: Scenario, manager: UUID, as_manager: Caller, receiver: Receiver, drain: Drain
) -> None:
    receiver.answer = answering(errcode=0)
    key = {"Idempotency-Key": "channel-0001"}
    body = {"kind": "wecom", "url": ROBOTS["wecom"]}
    first, again = (as_manager.post("/v1/channels", json=body, headers=key) for _ in range(2))
    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")
    path = f"/v1/channels/{first.json()['id']}"
    assert as_manager.patch(path, json={"name": "群"}).status_code == 428
    off = as_manager.patch(path, json={"name": "群", "enabled": False}, headers={"If-Match": '"1"'})
    assert (off.json()["name"], off.json()["enabled"]) == ("群", False)
    scenario.push_with_message(manager)
    drain()
    assert receiver.calls == []
    assert as_manager.post(f"{path}/test").status_code == 202
    drain()
    assert "测试消息" in receiver.calls[0].json["text"]["content"]
    assert as_manager.delete(path, headers={"If-Match": '"2"'}).status_code == 204
    assert as_manager.get(path).status_code == 404
    assert as_manager.post("/v1/channels", json={"kind": "mail"}).status_code == 201
    assert as_manager.post("/v1/channels", json={"kind": "mail"}).json()["code"] == "mail_exists"
