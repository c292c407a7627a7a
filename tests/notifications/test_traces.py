"""With a collector of OpenTelemetry, a request and all that it sets off are one trace, without a word of people."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from app.bootstrap.services import build_services, close
from app.bootstrap.workers import build_worker
from app.database import Database
from app.events.outbox import Event
from app.observability import Tracer
from app.pushes.preferences.models import OwnerPreference
from app.settings import Settings
from tests.observability.collector import Collector, Span, collector
from tests.support.callers import LogIn
from tests.support.embedders import BigramEmbedder
from tests.support.http import ok, refused
from tests.support.scenario import Scenario
from tests.support.servers import Answer, Receiver

Endpoint = Callable[..., dict[str, Any]]

SERVER, CLIENT, CONSUMER = 2, 3, 5
"""Kinds of spans, as OTLP numbers them."""


@pytest.fixture
def traced() -> Iterator[Collector]:
    with collector() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, traced: Collector) -> Settings:
    return settings.model_copy(update={"traces_url": traced.url})


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    at_any_hour = {"quiet_from": None, "quiet_until": None, "on_days_off": True}
    with scenario.database.unit_of_work() as session:
        session.add(OwnerPreference(organisation_id=scenario.enterprise.organisation_id, **at_any_hour))
    return scenario


def work_elsewhere(settings: Settings) -> None:
    """As a process of its own would: other services, the same database."""
    services = build_services(settings, embedder=BigramEmbedder())
    build_worker(services).run_until_idle()
    close(services)


def way_to_the_root(span: Span, spans: list[Span]) -> list[str]:
    """Names of the span, its parent, and so on."""
    by_id = {one["id"]: one for one in spans}
    names = [span["name"]]
    while span["parent"]:
        span = by_id[span["parent"]]
        names.append(span["name"])
    return names


def test_a_request_what_a_worker_makes_of_it_and_the_channel_are_one_trace(
    app: Any,
    settings: Settings,
    traced: Collector,
    scenario: Scenario,
    endpoint: Endpoint,
    receiver: Receiver,
) -> None:
    owner = scenario.enterprise
    endpoint(owner.organisation_id, "engagement.invitation")
    case = scenario.open_engagement(title="储罐腐蚀")
    ok(owner.get("/v1/demands", params={"q": "储罐腐蚀"}))
    refused(owner.get(f"/v1/engagements/{owner.organisation_id}"), 404, "not_found")
    work_elsewhere(settings)
    [call] = receiver.calls
    app.state.services[Tracer].close()
    spans = traced.end()

    [sent] = [span for span in spans if span["kind"] == CLIENT]
    assert sent["attributes"] == {"sanku.channel": "webhook"}
    way = way_to_the_root(sent, spans)
    assert way[:2] == ["send", "delivery.due"]
    assert way[-1] == "POST /v1/pushes/{push_id}/accept"
    [request] = [span for span in spans if span["name"] == way[-1]]
    assert (request["kind"], request["trace"]) == (SERVER, sent["trace"])
    assert request["attributes"]["http.response.status_code"] == 200
    assert {span["kind"] for span in spans if span["name"] in way[1:-1]} == {CONSUMER}
    [listed] = [span for span in spans if span["name"] == "GET /v1/demands"]
    assert listed["trace"] != sent["trace"]
    assert {span["service"] for span in spans} == {"sanku"}
    said = json.dumps(spans, ensure_ascii=False)
    for private in ("储罐", "traceparent", owner.organisation_id.hex, str(owner.organisation_id), case.id):
        assert private not in said
    assert "traceparent" not in call.headers


def test_a_failed_attempt_is_a_span_that_failed_without_its_words(
    app: Any,
    settings: Settings,
    traced: Collector,
    scenario: Scenario,
    endpoint: Endpoint,
    receiver: Receiver,
) -> None:
    endpoint(scenario.enterprise.organisation_id, "engagement.invitation")
    receiver.answer = lambda _: Answer(503)
    scenario.open_engagement()
    with scenario.database.unit_of_work() as session:
        for event in session.scalars(select(Event).where(Event.done_at.is_(None))):
            event.payload = {"damaged": "139 0531 0000"}
    work_elsewhere(settings)
    app.state.services[Tracer].close()
    spans = traced.end()
    failed = [span for span in spans if span["failed"]]
    assert failed and all(span["kind"] == CONSUMER for span in failed)
    assert {"error.type", "sanku.attempt", "sanku.event_id"} == set(failed[0]["attributes"])
    assert "0531" not in json.dumps(spans)


def test_what_a_stranger_sends_as_a_trace_decides_nothing(app: Any, client: Any, traced: Collector) -> None:
    sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    ok(client.get("/v1/achievements", headers={"traceparent": sent, "baggage": "a=b"}))
    app.state.services[Tracer].close()
    [span] = [span for span in traced.end() if span["name"] == "GET /v1/achievements"]
    assert span["parent"] == "" and span["trace"] not in sent


def test_without_a_collector_nothing_is_noted(
    app: Any, settings: Settings, scenario: Scenario, traced: Collector
) -> None:
    app.state.services[Tracer] = Tracer(settings.model_copy(update={"traces_url": None}))
    scenario.open_engagement()
    with scenario.database.reading() as session:
        assert set(session.scalars(select(Event.trace))) == {None}


def test_a_collector_that_is_away_holds_up_nobody(
    app: Any,
    settings: Settings,
    scenario: Scenario,
    endpoint: Endpoint,
    receiver: Receiver,
    traced: Collector,
) -> None:
    assert traced.end() is not None
    endpoint(scenario.enterprise.organisation_id, "engagement.invitation")
    scenario.open_engagement()
    work_elsewhere(settings)
    assert len(receiver.calls) == 1


@pytest.mark.parametrize("url", ["ftp://collector/v1/traces", "http://user:Geheim7@collector/v1/traces"])
def test_an_address_that_is_none_or_holds_a_password_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="traces_url"):
        Settings(_env_file=None, traces_url=url)
