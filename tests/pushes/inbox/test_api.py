"""The inbox over HTTP, on the real service; the pairs are given, so that scores are known."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from app.accounts.api_keys import create_api_key
from app.accounts.models import Organisation, OrganisationKind, Role
from app.clock import chinese_end
from app.database import Database, now
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from tests.support.builders.accounts import make_organisation, make_user, principal_of
from tests.support.callers import Caller
from tests.support.http import ON_ONE_DATABASE
from tests.support.scenario import Scenario


@pytest.fixture
def scenario(app: Any) -> Scenario:
    return Scenario(app.state.services[Database])


@pytest.fixture
def manager(scenario: Scenario, as_manager: Caller) -> UUID:
    """The library record of the manager who is logged in."""
    manager_id = scenario.manager(fit=0.8, capacity=3)
    with scenario.database.unit_of_work() as session:
        session.get_one(Manager, manager_id).user_id = as_manager.user_id
    return manager_id


def push(scenario: Scenario, score: float = 0.8, **demand: Any) -> tuple[UUID, UUID]:
    key = scenario.demand(**demand), scenario.achievement()
    scenario.rank_pair(*key, score)
    scenario.emit_event("demand.published", key[0])
    scenario.work()
    return key


def test_the_inbox_is_ranked_and_paged(scenario: Scenario, manager: UUID, as_manager: Caller) -> None:
    for score in (0.6, 0.9, 0.7):
        push(scenario, score)
    first = as_manager.get("/v1/inbox", params={"limit": 2}).json()
    assert [item["pair_score"] for item in first["items"]] == [0.9, 0.7]
    assert first["items"][0]["rank_score"] == pytest.approx(0.72)
    assert first["items"][0]["reasons"]["pair"]["en"] == ["corrosion"]
    assert first["items"][0]["manager"]["id"] == str(manager)
    rest = as_manager.get("/v1/inbox", params={"cursor": first["next_cursor"]}).json()
    assert [item["pair_score"] for item in rest["items"]] == [0.6]
    assert rest["next_cursor"] is None


def test_fresh_pushes_rise_over_stale_ones(scenario: Scenario, manager: UUID, as_manager: Caller) -> None:
    push(scenario, 0.9)
    [old] = scenario.pushes()
    with scenario.database.unit_of_work() as session:
        stale = session.merge(old)
        stale.rank_key -= 2  # two half-lives
    push(scenario, 0.6)
    items = as_manager.get("/v1/inbox").json()["items"]
    assert [item["pair_score"] for item in items] == [0.6, 0.9]


def test_answers_over_http(scenario: Scenario, manager: UUID, as_manager: Caller) -> None:
    for _ in range(3):
        push(scenario)
    first, second, third = (item["id"] for item in as_manager.get("/v1/inbox").json()["items"])
    shown = as_manager.get(f"/v1/pushes/{first}")
    assert shown.headers["etag"] == '"1"'
    assert shown.json()["state"] == "new"
    read = as_manager.post(f"/v1/pushes/{first}/read", headers={"If-Match": '"1"'})
    assert (read.status_code, read.headers["etag"], read.json()["state"]) == (200, '"2"', "read")
    assert as_manager.post(f"/v1/pushes/{first}/read", headers={"If-Match": '"1"'}).status_code == 412
    accepted = as_manager.post(f"/v1/pushes/{first}/accept").json()
    assert (accepted["state"], accepted["allowed"]) == ("accepted", ["undo"])
    declined = as_manager.post(f"/v1/pushes/{second}/decline", json={"reason": "price", "note": "超预算"})
    assert declined.json()["decline_reason"] == "price"
    until = (now() + timedelta(days=2)).isoformat()
    later = as_manager.post(f"/v1/pushes/{third}/later", json={"until": until})
    assert later.json()["state"] == "later"
    assert as_manager.get("/v1/inbox").json()["items"] == []
    chosen = as_manager.get("/v1/inbox", params={"state": ["accepted", "later"]}).json()["items"]
    assert {item["id"] for item in chosen} == {first, third}
    with scenario.database.unit_of_work() as session:
        session.merge(scenario.pushes(id=UUID(third))[0]).snoozed_until = now() - timedelta(minutes=1)
    assert [item["id"] for item in as_manager.get("/v1/inbox").json()["items"]] == [third]


def test_what_is_offered_would_work(scenario: Scenario, manager: UUID, as_manager: Caller) -> None:
    """Before the worker has cancelled anything: the lists, the push and the answer to an attempt say the same."""

    def offered(push_id: str) -> tuple[list[str], str | None]:
        [listed] = [one for one in as_manager.get("/v1/inbox").json()["items"] if one["id"] == push_id]
        shown = as_manager.get(f"/v1/pushes/{push_id}").json()
        assert shown["allowed"] == listed["allowed"]
        return shown["allowed"], (shown["not_acceptable"] or {}).get("code")

    push(scenario)
    [item] = as_manager.get("/v1/inbox").json()["items"]
    everything = ["read", "accept", "decline", "later"]
    assert offered(item["id"]) == (everything, None)
    changes = (
        (Manager, manager, "state", "withdrawn", "manager_not_published"),
        (Manager, manager, "capacity", 0, "manager_full"),
        (Demand, UUID(item["demand"]["id"]), "state", "withdrawn", "demand_not_published"),
    )
    for model, id_, column, value, code in changes:
        with scenario.database.unit_of_work() as session:
            row: Any = session.get_one(model, id_)
            before = getattr(row, column)
            setattr(row, column, value)
        assert offered(item["id"]) == (["read", "decline", "later"], code)
        refused = as_manager.post(f"/v1/pushes/{item['id']}/accept")
        assert (refused.status_code, refused.json()["code"]) == (409, code)
        with scenario.database.unit_of_work() as session:
            setattr(session.get_one(model, id_), column, before)
    assert as_manager.post(f"/v1/pushes/{item['id']}/accept").json()["allowed"] == ["undo"]
    with scenario.database.unit_of_work() as session:
        session.get_one(Manager, manager).state = "withdrawn"
    assert as_manager.get(f"/v1/pushes/{item['id']}").json()["allowed"] == []
    assert as_manager.post(f"/v1/pushes/{item['id']}/undo").status_code == 409


def test_an_answer_too_late_is_a_problem_with_what_is_allowed(
    scenario: Scenario, manager: UUID, as_manager: Caller
) -> None:
    push(scenario)
    [item] = as_manager.get("/v1/inbox").json()["items"]
    as_manager.post(f"/v1/pushes/{item['id']}/accept")
    again = as_manager.post(f"/v1/pushes/{item['id']}/decline", json={"reason": "price"})
    assert again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["code"] == "push_state"
    assert again.json()["state"] == "accepted"
    assert again.json()["allowed"] == []


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    "body",
    [{}, {"reason": ""}, {"reason": "weather"}, {"reason": "other"}, {"reason": "price", "mood": "bad"}],
)
def test_bad_declines_are_refused_by_field(
    scenario: Scenario, manager: UUID, as_manager: Caller, body: dict[str, str]
) -> None:
    push(scenario)
    [item] = as_manager.get("/v1/inbox").json()["items"]
    refused = as_manager.post(f"/v1/pushes/{item['id']}/decline", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["message_zh"]
    too_late = as_manager.post(f"/v1/pushes/{item['id']}/later", json={"until": item["expires_at"]})
    [error] = too_late.json()["errors"]
    assert chinese_end(datetime.fromisoformat(item["expires_at"])) in error["message_zh"]
    assert scenario.states() == ["new"]


def test_a_confidential_owner_stays_hidden_before_and_after_acceptance(
    scenario: Scenario, manager: UUID, as_manager: Caller
) -> None:
    with scenario.database.unit_of_work() as session:
        owner = make_organisation(session, name="济南某某秘密化工有限公司").id
    push(scenario, owner=owner, publish_mode="confidential", main_problem="储罐内壁腐蚀" * 100)
    answer = as_manager.get("/v1/inbox")
    assert "秘密化工" not in answer.text
    assert str(owner) not in answer.text
    [item] = answer.json()["items"]
    assert item["demand"]["text"].startswith("储罐内壁腐蚀")
    assert len(item["demand"]["text"]) == 300
    assert item["demand"]["public_alias"]
    accepted = as_manager.post(f"/v1/pushes/{item['id']}/accept")
    assert accepted.status_code == 200
    assert "秘密化工" not in accepted.text
    assert str(owner) not in accepted.text


def test_a_withdrawn_record_is_not_shown_any_more(
    scenario: Scenario, manager: UUID, as_manager: Caller
) -> None:
    demand, _ = push(scenario)
    scenario.set_state(Demand, demand, "withdrawn")
    scenario.work()
    [item] = as_manager.get("/v1/inbox", params={"state": "cancelled"}).json()["items"]
    assert item["ended_reason"] == "demand_not_published"
    assert set(item["demand"]) == {"id", "number", "kind", "state"}
    assert item["achievement"]["title"] == "防腐涂层"


def test_others_see_nothing_of_it(
    scenario: Scenario, manager: UUID, log_in: Callable[..., Caller], as_stranger: Any
) -> None:
    push(scenario)
    [found] = scenario.pushes()
    other = log_in(Role.MANAGER)
    assert other.get("/v1/inbox").json()["items"] == []
    assert other.get(f"/v1/pushes/{found.id}").status_code == 404
    assert other.post(f"/v1/pushes/{found.id}/accept").status_code == 404
    enterprise = log_in(Role.ENTERPRISE)
    assert enterprise.get("/v1/inbox").status_code == 403
    assert enterprise.get(f"/v1/pushes/{found.id}").status_code == 403
    assert as_stranger.get("/v1/inbox").status_code == 401
    assert as_stranger.post(f"/v1/pushes/{found.id}/accept").status_code == 401


def test_operators_see_all_pushes_and_plan_again(
    scenario: Scenario, manager: UUID, as_operator: Caller, as_manager: Caller
) -> None:
    first, _ = push(scenario)
    push(scenario)
    assert len(as_operator.get("/v1/pushes").json()["items"]) == 2
    [item] = as_operator.get("/v1/pushes", params={"demand_id": str(first)}).json()["items"]
    assert item["demand"]["owner_name"]
    assert as_operator.post(f"/v1/pushes/{item['id']}/accept").status_code == 403
    late = scenario.manager()
    assert as_operator.post("/v1/pushes/plan", json={"demand_id": str(first)}).status_code == 202
    scenario.work()
    found = as_operator.get("/v1/pushes", params={"manager_id": str(late)}).json()["items"]
    assert [push["demand"]["id"] for push in found] == [str(first)]
    assert as_operator.post("/v1/pushes/plan", json={}).status_code == 422
    assert as_operator.post("/v1/pushes/plan", json={"demand_id": str(late)}).status_code == 404
    assert as_manager.post("/v1/pushes/plan", json={"demand_id": str(first)}).status_code == 403


def test_an_organisations_key_reaches_its_managers_inboxes(scenario: Scenario, client: Any) -> None:
    with scenario.database.unit_of_work() as session:
        agency = make_organisation(session, kind=OrganisationKind.AGENCY).id
        operator = principal_of(make_user(session, role=Role.OPERATOR))
        key = create_api_key(
            session, principal=operator, name="机构系统", scopes=["pushes:read"], organisation_id=agency
        ).secret
    scenario.manager(owner=agency, fit=0.9)
    scenario.manager(fit=0.8)
    push(scenario)
    answer = client.get("/v1/inbox", headers={"X-API-Key": key})
    assert answer.status_code == 200, answer.text
    [item] = answer.json()["items"]
    assert item["manager_score"] == 0.9
    refused = client.post(f"/v1/pushes/{item['id']}/accept", headers={"X-API-Key": key})
    assert refused.status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_list(
    scenario: Scenario, manager: UUID, as_manager: Caller
) -> None:
    statements: list[str] = []
    event.listen(
        scenario.database.engine,
        "before_cursor_execute",
        lambda *args: statements.append(args[2]),
        named=False,
    )

    def count() -> int:
        statements.clear()
        assert as_manager.get("/v1/inbox").status_code == 200
        return len(statements)

    push(scenario)
    one = count()
    for _ in range(4):
        push(scenario)
    assert count() == one
    assert one <= 30  # SQLite counts the beginnings of transactions; what was shown takes one of its own
    assert Organisation.__tablename__ in " ".join(statements)
