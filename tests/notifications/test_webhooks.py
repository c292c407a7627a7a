"""Webhooks against a real receiver: signed by the specification, tried again, given up, rotated, repeated."""

import json
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update
from standardwebhooks import Webhook, WebhookVerificationError

from app.accounts.models import Role
from app.database import now
from app.events.messages import MessageKind
from app.notifications.models import WebhookEndpoint
from app.settings import Settings
from tests.support.callers import Caller, LogIn
from tests.support.http import ON_ONE_DATABASE, ok
from tests.support.scenario import Scenario
from tests.support.servers import Answer, Call, Mailbox, Receiver

Endpoint = Callable[..., dict[str, Any]]
Drain = Callable[[], int]


def verified(call: Call, secret: str) -> Any:
    return Webhook(secret).verify(call.body, call.headers)


def failing(*statuses: int) -> Callable[[Call], Answer]:
    """Answers with these first, then with 200."""
    left = list(statuses)
    return lambda _: Answer(left.pop(0) if left else 200)


def test_a_push_arrives_signed_and_as_the_organisation_may_see_it(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> None:
    issued = endpoint(as_manager.organisation_id)
    message_id = scenario.push_with_message(manager, title="解决储罐腐蚀")
    drain()
    [call] = receiver.calls
    body = verified(call, issued["secret"])
    assert call.headers["webhook-id"] == f"msg_{message_id}"
    assert call.headers["content-type"] == "application/json"
    assert body["type"] == "push.new"
    assert body["data"]["manager_id"] == str(manager)
    assert body["data"]["push"]["demand"]["title"] == "解决储罐腐蚀"
    [delivery] = scenario.deliveries()
    assert (delivery.state, delivery.channel, delivery.attempts) == ("delivered", "webhook", 1)


def test_what_fails_is_tried_again_with_the_same_id_and_the_next_one_waits(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> None:
    endpoint(as_manager.organisation_id)
    receiver.answer = failing(503, 500)
    first, second = scenario.push_with_message(manager), scenario.push_with_message(manager)
    began = now()
    drain()
    assert [row.state for row in scenario.deliveries()] == ["due", "waiting"]
    [waiting, _] = scenario.deliveries()
    assert waiting.next_at is not None
    assert began + timedelta(seconds=4) < waiting.next_at < now() + timedelta(seconds=6)
    scenario.pass_time(timedelta(seconds=6))
    drain()
    assert len(receiver.calls) == 2
    scenario.pass_time(timedelta(minutes=6))
    drain()
    ids = [call.headers["webhook-id"] for call in receiver.calls]
    assert ids == [f"msg_{first}"] * 3 + [f"msg_{second}"]
    rows = scenario.deliveries()
    assert [row.state for row in rows] == ["delivered", "delivered"]
    log = scenario.delivery_attempts(rows[0].id)
    assert [(entry.number, entry.result, entry.status) for entry in log] == [
        (1, "failed", 503),
        (2, "failed", 500),
        (3, "delivered", 200),
    ]
    assert all(entry.duration_ms is not None and entry.excerpt == '{"ok": true}' for entry in log)


def test_a_receiver_may_ask_for_a_later_try(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> None:
    endpoint(as_manager.organisation_id)
    receiver.answer = lambda _: Answer(429, headers={"Retry-After": "1800"})
    scenario.push_with_message(manager)
    drain()
    [row] = scenario.deliveries()
    assert timedelta(minutes=29) < (row.next_at or now()) - now() < timedelta(minutes=34)


def test_after_the_whole_schedule_it_is_dead_and_may_be_repeated_by_hand(
    scenario: Scenario, manager: UUID, as_manager: Caller, endpoint: Endpoint, receiver: Receiver, drain: Drain,
    as_operator: Caller,
) -> None:  # fmt: skip
    endpoint(as_manager.organisation_id)
    receiver.answer = lambda _: Answer(500)
    message_id = scenario.push_with_message(manager)
    for _ in range(12):
        drain()
        scenario.pass_time(timedelta(hours=27))
    [row] = scenario.deliveries()
    assert (row.state, row.attempts, len(receiver.calls)) == ("dead", 10, 10)
    dead = as_operator.get("/v1/deliveries", params={"state": "dead"}).json()["items"]
    assert [(one["id"], one["kind"]) for one in dead] == [(str(row.id), "push")]

    receiver.answer = failing()
    assert as_operator.post(f"/v1/deliveries/{row.id}/repeat").status_code == 202
    assert as_operator.post(f"/v1/deliveries/{row.id}/repeat").json()["code"] == "delivery_under_way"
    drain()
    shown = as_operator.get(f"/v1/deliveries/{row.id}").json()
    assert (shown["state"], shown["round"]) == ("delivered", 2)
    assert [entry["round"] for entry in shown["log"]] == [1] * 10 + [2]
    assert {call.headers["webhook-id"] for call in receiver.calls} == {f"msg_{message_id}"}


def test_an_endpoint_that_only_fails_is_disabled_and_its_owner_notified(
    scenario: Scenario, manager: UUID, as_manager: Caller, endpoint: Endpoint, receiver: Receiver, drain: Drain,
    mailbox: Mailbox, with_mail: Callable[[Caller], str], log_in: Callable[..., Caller], as_operator: Caller,
) -> None:  # fmt: skip
    colleague = log_in(Role.INVESTOR, organisation_id=as_manager.organisation_id, administrator=True)
    address = with_mail(colleague)
    issued = endpoint(as_manager.organisation_id)
    receiver.answer = lambda _: Answer(500)
    scenario.push_with_message(manager)
    scenario.push_with_message(manager)
    drain()
    with scenario.database.unit_of_work() as session:
        session.execute(update(WebhookEndpoint).values(failing_since=now() - timedelta(days=6)))
    scenario.pass_time(timedelta(minutes=1))
    drain()
    shown = colleague.get(f"/v1/webhooks/{issued['id']}").json()
    assert (shown["disabled_reason"], shown["enabled"]) == ("failing", False)
    assert [row.state for row in scenario.deliveries(channel="webhook")] == ["dead", "dead"]
    assert len(receiver.calls) == 2  # the second delivery was not even tried
    assert [letter.subject for letter in mailbox.to(address)] == ["【三库】Webhook 端点已停用"]
    scenario.push_with_message(manager)
    drain()
    assert len(scenario.deliveries(channel="webhook")) == 2  # a disabled endpoint receives nothing new

    receiver.answer = failing()
    tag = f'"{shown["version"]}"'
    opened = colleague.patch(
        f"/v1/webhooks/{issued['id']}", json={"enabled": True}, headers={"If-Match": tag}
    )
    assert opened.json()["disabled_at"] is None
    scenario.push_with_message(manager)
    drain()
    assert [row.state for row in scenario.deliveries(channel="webhook")] == ["dead", "dead", "delivered"]


def test_gone_ends_an_endpoint_at_once(
    scenario: Scenario, manager: UUID, as_manager: Caller, endpoint: Endpoint, receiver: Receiver, drain: Drain,
    as_operator: Caller,
) -> None:  # fmt: skip
    issued = endpoint(as_manager.organisation_id)
    receiver.answer = lambda _: Answer(410)
    scenario.push_with_message(manager)
    drain()
    path = f"/v1/webhooks/{issued['id']}"
    [listed] = as_operator.get("/v1/webhooks").json()["items"]
    shown = as_operator.get(path).json()
    assert listed == shown
    assert (shown["enabled"], shown["disabled_reason"], shown["disabled"]["code"]) == (False, "gone", "gone")
    assert "410" in shown["disabled"]["zh"] and f"PATCH {path}" in shown["disabled"]["en"]
    tag = {"If-Match": f'"{shown["version"]}"'}
    opened = as_operator.patch(path, json={"enabled": True}, headers=tag).json()
    assert (opened["enabled"], opened["disabled"]) == (True, None)
    [row] = scenario.deliveries()
    assert (row.state, row.last_error) == ("dead", "endpoint_gone")


def test_two_secrets_sign_while_one_is_being_replaced(
    scenario: Scenario, manager: UUID, as_manager: Caller, endpoint: Endpoint, receiver: Receiver, drain: Drain,
    as_operator: Caller,
) -> None:  # fmt: skip
    old = endpoint(as_manager.organisation_id)
    path = f"/v1/webhooks/{old['id']}"
    new = as_operator.post(f"{path}/rotate", headers={"If-Match": '"1"'}).json()
    assert new["secret"] != old["secret"]
    scenario.push_with_message(manager)
    drain()
    assert verified(receiver.calls[0], old["secret"]) == verified(receiver.calls[0], new["secret"])
    with scenario.database.unit_of_work() as session:
        session.execute(update(WebhookEndpoint).values(previous_until=now() - timedelta(seconds=1)))
    scenario.push_with_message(manager)
    drain()
    assert verified(receiver.calls[1], new["secret"])
    with pytest.raises(WebhookVerificationError):
        verified(receiver.calls[1], old["secret"])


def test_a_test_message_goes_to_one_endpoint_even_when_it_is_off(
    as_manager: Caller, endpoint: Endpoint, receiver: Receiver, drain: Drain, as_operator: Caller
) -> None:
    issued = endpoint(as_manager.organisation_id)
    endpoint(as_manager.organisation_id, path="/other")
    path = f"/v1/webhooks/{issued['id']}"
    as_operator.patch(path, json={"enabled": False}, headers={"If-Match": '"1"'})
    asked = as_operator.post(f"{path}/test")
    assert asked.status_code == 202
    drain()
    [call] = receiver.calls
    assert (call.path, verified(call, issued["secret"])["type"]) == ("/hook", "webhook.test")
    assert call.headers["webhook-id"] == f"msg_{asked.json()['message_id']}"


def test_who_is_no_longer_verified_does_not_have_requests_sent_elsewhere(
    log_in: LogIn, endpoint: Endpoint, receiver: Receiver, drain: Drain
) -> None:
    """A changed name waits for the bureau; until then no other address is tried, and nothing is sent on demand."""
    owner = log_in(Role.ENTERPRISE, administrator=True)
    path = f"/v1/webhooks/{endpoint(owner.organisation_id)['id']}"
    name = {"name": "济南另一名称有限公司"}
    ok(owner.patch(f"/v1/organisations/{owner.organisation_id}", json=name, headers={"If-Match": "*"}))
    for change in ({"url": "https://example.org/inner"}, {"enabled": True}):
        refused = owner.patch(path, json=change, headers={"If-Match": "*"})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_verified")
    assert owner.post(f"{path}/test").json()["code"] == "not_verified"
    drain()
    assert receiver.calls == []
    ok(owner.patch(path, json={"enabled": False}, headers={"If-Match": "*"}))
    assert owner.delete(path, headers={"If-Match": "*"}).status_code == 204


def test_an_endpoint_receives_only_its_types_and_only_while_enabled(
    scenario: Scenario, manager: UUID, as_manager: Caller, endpoint: Endpoint, receiver: Receiver, drain: Drain,
    as_operator: Caller,
) -> None:  # fmt: skip
    digest = endpoint(as_manager.organisation_id, "push.digest", path="/digest")
    removed = endpoint(as_manager.organisation_id, path="/removed")
    as_operator.delete(f"/v1/webhooks/{removed['id']}", headers={"If-Match": '"1"'})
    scenario.push_with_message(manager)
    scenario.enqueue_message(MessageKind.DIGEST, manager_id=manager)
    drain()
    [call] = receiver.calls
    assert call.path == "/digest"
    assert [push["pair_score"] for push in verified(call, digest["secret"])["data"]["pushes"]] == [0.8]


def test_redirects_are_not_followed_and_a_long_answer_is_cut(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> None:
    endpoint(as_manager.organisation_id)
    away = {"Location": receiver.url("/elsewhere")}
    receiver.answer = lambda _: Answer(302, b"x" * 3_000_000, away)
    scenario.push_with_message(manager)
    drain()
    assert [call.path for call in receiver.calls] == ["/hook"]
    [row] = scenario.deliveries()
    [entry] = scenario.delivery_attempts(row.id)
    assert (entry.result, entry.status, entry.excerpt) == ("failed", 302, "x" * 500)


def test_secrets_are_shown_once_and_stand_nowhere(
    scenario: Scenario, manager: UUID, as_manager: Caller, endpoint: Endpoint, receiver: Receiver, drain: Drain,
    as_operator: Caller, log_in: LogIn, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    issued = endpoint(as_manager.organisation_id, path="/hook?token=verborgen")
    receiver.answer = lambda _: Answer(500)
    scenario.push_with_message(manager)
    drain()
    secrets = issued["secret"].removeprefix("whsec_"), "verborgen"
    shown = [as_operator.get(path).text for path in ("/v1/webhooks", "/v1/deliveries")]
    shown.append(ok(log_in(Role.AUDITOR).get("/v1/audit")))
    with scenario.database.reading() as session:
        rows = [
            [tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))]
            for table in ("webhook_endpoints", "events", "dispatches", "deliveries", "delivery_attempts",
                          "audit_entries", "idempotency_keys")
        ]  # fmt: skip
    seen = json.dumps([shown, str(rows), caplog.text, *capsys.readouterr()], ensure_ascii=False)
    assert not [secret for secret in secrets if secret in seen]


class TestRights:
    def test_an_organisation_sees_its_own_endpoints_and_deliveries_only(
        self, scenario: Scenario, manager: UUID, as_manager: Caller, endpoint: Endpoint, drain: Drain,
        as_enterprise: Caller, log_in: Callable[..., Caller],
    ) -> None:  # fmt: skip
        issued = endpoint(as_manager.organisation_id)
        scenario.push_with_message(manager)
        drain()
        [row] = scenario.deliveries()
        colleague = log_in(Role.INVESTOR, organisation_id=as_manager.organisation_id, administrator=True)
        assert [one["id"] for one in colleague.get("/v1/webhooks").json()["items"]] == [issued["id"]]
        assert colleague.get(f"/v1/deliveries/{row.id}").status_code == 200
        path = f"/v1/webhooks/{issued['id']}"
        assert as_enterprise.get("/v1/webhooks").json()["items"] == []
        assert as_enterprise.get("/v1/deliveries").json()["items"] == []
        calls: tuple[Callable[[], Any], ...] = (
            lambda: as_enterprise.get(path),
            lambda: as_enterprise.patch(path, json={"name": "x"}, headers={"If-Match": "*"}),
            lambda: as_enterprise.delete(path, headers={"If-Match": "*"}),
            lambda: as_enterprise.post(f"{path}/rotate", headers={"If-Match": "*"}),
            lambda: as_enterprise.post(f"{path}/test"),
            lambda: as_enterprise.get(f"/v1/deliveries/{row.id}"),
            lambda: as_enterprise.post(f"/v1/deliveries/{row.id}/repeat"),
        )
        for call in calls:
            assert call().status_code == 404
        # The endpoint belongs to the organisation: members who do not administer it do not see it.
        plain = log_in(Role.INVESTOR, organisation_id=as_manager.organisation_id)
        for member in (as_manager, plain):
            assert member.get("/v1/webhooks").status_code == 403
            assert member.get(path).status_code == 403
            assert member.delete(path, headers={"If-Match": "*"}).status_code == 403
            assert member.get(f"/v1/deliveries/{row.id}").status_code == 404
        assert as_manager.get("/v1/deliveries").json()["items"] == []

    def test_one_cannot_be_made_for_another_manager_or_before_verification(
        self, receiver: Receiver, as_enterprise: Caller, as_manager: Caller, log_in: Callable[..., Caller]
    ) -> None:
        body = {"name": "项目系统", "url": receiver.url(), "types": ["push.new"]}
        stranger = log_in(Role.ENTERPRISE, verified=False)
        assert stranger.post("/v1/webhooks", json=body).json()["code"] == "not_verified"
        other = body | {"organisation_id": str(as_manager.organisation_id)}
        assert as_enterprise.post("/v1/webhooks", json=other).status_code == 403
        assert as_enterprise.post("/v1/webhooks", json=body).status_code == 201

    @ON_ONE_DATABASE
    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("http://example.com/hook", "not_https"),
            ("https://user:word@example.com/hook", "url_parts"),
            ("https://127.0.0.1/hook", "url_not_public"),
            ("https://[::1]/hook", "url_not_public"),
            ("https://[::ffff:10.0.0.1]/hook", "url_not_public"),
            ("https://169.254.169.254/latest/meta-data", "url_not_public"),
            ("https://0x7f.1/hook", "url_not_public"),
            ("https://localhost/hook", "url_not_public"),
            ("https://db.internal/hook", "url_not_public"),
            ("https://localhost./hook", "url_not_public"),
            ("https://hooks.lan/hook", "url_not_public"),
            ("https://hooks..example.com/hook", "url_host"),
            ("https://-hooks.example.com/hook", "url_host"),
            (f"https://{'h' * 64}.example.com/hook", "url_host"),
            ("https://example.com:0/hook", "url_port"),
            ("https://example.com:22/hook", "url_port"),
            ("https://@example.com/hook", "url_parts"),
            ("https://example.com/hook\r\nX-Role: operator", "url_characters"),
            ("https://example.com/hook\n", "url_characters"),
            (" https://example.com/hook", "url_characters"),
            ("https://example.com/a hook", "url_characters"),
            ("https://example.com/a\thook", "url_characters"),
            ("https://example.com/\x00hook", "url_characters"),
            ("https://example.com/\u200bhook", "url_characters"),
            ("https://example.com/hook%0d%0aX-Role:operator", "url_characters"),
        ],
    )
    def test_addresses_inside_are_refused_when_they_are_entered(
        self, as_enterprise: Caller, url: str, code: str
    ) -> None:
        answer = as_enterprise.post("/v1/webhooks", json={"name": "x", "url": url, "types": ["push.new"]})
        assert answer.status_code == 422
        assert [error["code"] for error in answer.json()["errors"]] == [code]


@ON_ONE_DATABASE
def test_a_name_that_leads_inside_after_it_was_checked_is_not_followed(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    as_operator: Caller,
    receiver: Receiver,
    drain: Drain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the first answer of the name is public, each later one is the receiver on this machine."""
    asked: list[str] = []
    connected: list[Any] = []
    look_up, connect = socket.getaddrinfo, socket.create_connection

    def rebinding(host: Any, port: Any, *others: Any, **named: Any) -> Any:
        if host != "hooks.example.com":
            return look_up(host, port, *others, **named)
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, receiver.port))]

    def connecting(address: Any, *others: Any, **named: Any) -> socket.socket:
        if address[1] != 443:
            return connect(address, *others, **named)
        connected.append(address)
        raise ConnectionRefusedError

    body = {
        "name": "项目系统",
        "url": "https://hooks.example.com/hook",
        "types": ["push.new"],
        "organisation_id": str(as_manager.organisation_id),
    }
    ok(as_operator.post("/v1/webhooks", json=body), 201)
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", connecting)
    scenario.push_with_message(manager)
    drain()
    assert (asked, connected) == (["hooks.example.com"], [("93.184.216.34", 443)])
    scenario.pass_time(timedelta(seconds=6))
    drain()
    assert len(asked) == 2
    assert connected == [("93.184.216.34", 443)], "an address inside is not even tried"
    assert receiver.calls == []
    [delivery] = scenario.deliveries()
    assert (delivery.state, delivery.attempts) == ("due", 2)


def test_changes_need_the_etag_that_was_read(
    as_manager: Caller, endpoint: Endpoint, as_operator: Caller, settings: Settings
) -> None:
    path = f"/v1/webhooks/{endpoint(as_manager.organisation_id)['id']}"
    assert as_operator.patch(path, json={"name": "新"}).status_code == 428
    changed = as_operator.patch(path, json={"name": "新"}, headers={"If-Match": '"1"'})
    assert (changed.json()["name"], changed.headers["ETag"]) == ("新", '"2"')
    assert as_operator.patch(path, json={"name": "旧"}, headers={"If-Match": '"1"'}).status_code == 412
