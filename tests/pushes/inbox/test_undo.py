"""Undoing an answer over HTTP, on the real service."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.database import Database, now
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.pushes.models import Push
from tests.support.callers import Caller
from tests.support.scenario import Scenario
from tests.support.services import demo_settings


@pytest.fixture
def scenario(app: Any) -> Scenario:
    return Scenario(app.state.services[Database], demo_settings(pushes_per_pair=1))


@pytest.fixture
def manager(scenario: Scenario, as_manager: Caller) -> UUID:
    manager_id = scenario.manager(fit=0.9, capacity=1)
    with scenario.database.unit_of_work() as session:
        session.get_one(Manager, manager_id).user_id = as_manager.user_id
    return manager_id


@pytest.fixture
def push(scenario: Scenario, manager: UUID) -> Push:
    demand, _ = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    [found] = scenario.pushes()
    return found


def test_an_acceptance_is_undone(scenario: Scenario, push: Push, as_manager: Caller) -> None:
    path = f"/v1/pushes/{push.id}"
    accepted = as_manager.post(f"{path}/accept").json()
    assert accepted["undo_until"] > accepted["answered_at"]
    assert accepted["allowed"] == ["undo"]
    undone = as_manager.post(f"{path}/undo", headers={"If-Match": f'"{accepted["version"]}"'})
    assert undone.status_code == 200, undone.text
    assert undone.json()["state"] == "read"
    assert undone.json()["allowed"] == ["read", "accept", "decline", "later"]
    assert undone.json()["answered_at"] is None
    assert undone.headers["ETag"] == f'"{undone.json()["version"]}"'
    assert [item["id"] for item in as_manager.get("/v1/inbox").json()["items"]] == [str(push.id)]
    assert as_manager.post(f"{path}/accept").json()["state"] == "accepted"  # the slot was freed
    [event] = scenario.events("push.undone")
    assert (event.payload["previous"], event.payload["push_id"]) == ("accepted", str(push.id))


def test_a_refusal_is_undone_with_what_followed(scenario: Scenario, push: Push, as_manager: Caller) -> None:
    following = scenario.manager(fit=0.5)
    as_manager.post(f"/v1/pushes/{push.id}/decline", json={"reason": "price"})
    scenario.work()
    assert scenario.states(manager_id=following) == ["new"]
    undone = as_manager.post(f"/v1/pushes/{push.id}/undo")
    assert (undone.json()["state"], undone.json()["decline_reason"]) == ("read", None)
    [cancelled] = scenario.pushes(manager_id=following)
    assert (cancelled.state, cancelled.ended_reason) == ("cancelled", "undone")
    scenario.work()
    assert scenario.states(manager_id=following) == ["cancelled"]
    assert [one.outcome for one in scenario.push_attempts(push_id=push.id)] == [None]
    # Declined again, it goes to the same next manager again.
    as_manager.post(f"/v1/pushes/{push.id}/decline", json={"reason": "terms"})
    scenario.work()
    [again] = scenario.pushes(manager_id=following)
    assert (again.state, again.round) == ("new", 2)


def test_what_the_next_manager_has_seen_stays_his(scenario: Scenario, push: Push, as_manager: Caller) -> None:
    following = scenario.manager(fit=0.5)
    as_manager.post(f"/v1/pushes/{push.id}/decline", json={"reason": "price"})
    scenario.work()
    with scenario.database.unit_of_work() as session:
        session.merge(scenario.pushes(manager_id=following)[0]).state = "read"
    assert as_manager.post(f"/v1/pushes/{push.id}/undo").status_code == 200
    assert scenario.states(manager_id=following) == ["read"]


def test_an_undone_refusal_is_not_passed_on_late(scenario: Scenario, push: Push, as_manager: Caller) -> None:
    """The event of the refusal is handled only after the undo."""
    following = scenario.manager(fit=0.5)
    as_manager.post(f"/v1/pushes/{push.id}/decline", json={"reason": "price"})
    as_manager.post(f"/v1/pushes/{push.id}/undo")
    scenario.work()
    assert scenario.states(manager_id=following) == []


def test_too_late_nothing_to_undo_or_stale(scenario: Scenario, push: Push, as_manager: Caller) -> None:
    path = f"/v1/pushes/{push.id}"
    nothing = as_manager.post(f"{path}/undo")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_undo")
    as_manager.post(f"{path}/accept")
    assert as_manager.post(f"{path}/undo", headers={"If-Match": '"1"'}).status_code == 412
    with scenario.database.unit_of_work() as session:
        session.get_one(Push, push.id).undo_until = now() - timedelta(seconds=1)
    late = as_manager.post(f"{path}/undo")
    assert (late.status_code, late.json()["code"]) == (409, "undo_too_late")
    assert late.json()["message_zh"]
    assert scenario.states() == ["accepted"]


def test_a_push_whose_record_is_gone_does_not_come_back(
    scenario: Scenario, push: Push, as_manager: Caller
) -> None:
    as_manager.post(f"/v1/pushes/{push.id}/accept")
    scenario.set_state(Demand, push.demand_id, "withdrawn")
    refused = as_manager.post(f"/v1/pushes/{push.id}/undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "demand_not_published")


def test_only_who_answered_undoes(
    scenario: Scenario, push: Push, as_manager: Caller, as_operator: Caller, log_in: Callable[..., Caller]
) -> None:
    as_manager.post(f"/v1/pushes/{push.id}/accept")
    assert as_operator.post(f"/v1/pushes/{push.id}/undo").status_code == 403
    assert log_in(Role.MANAGER).post(f"/v1/pushes/{push.id}/undo").status_code == 404
    assert log_in(Role.ENTERPRISE).post(f"/v1/pushes/{push.id}/undo").status_code == 403
    assert scenario.states() == ["accepted"]


def test_every_answer_tells_ranking_what_was_seen(
    scenario: Scenario, manager: UUID, as_manager: Caller
) -> None:
    for score in (0.9, 0.8, 0.7):
        key = scenario.demand(), scenario.achievement()
        scenario.rank_pair(*key, score)
        scenario.emit_event("demand.published", key[0])
        scenario.work()
    best, middle, last = as_manager.get("/v1/inbox").json()["items"]
    as_manager.post(f"/v1/pushes/{middle['id']}/decline", json={"reason": "price"})
    until = (now() + timedelta(days=2)).isoformat()
    as_manager.post(f"/v1/pushes/{last['id']}/later", json={"until": until})
    as_manager.post(f"/v1/pushes/{best['id']}/accept")
    actual = {
        name: scenario.events(name)[0].payload
        for name in ("push.declined", "push.postponed", "push.accepted")
    }
    assert {name: payload["position"] for name, payload in actual.items()} == {
        "push.declined": 2,
        "push.postponed": 2,  # the declined one is gone from the list by then
        "push.accepted": 1,
    }
    declined = actual["push.declined"]
    assert declined["reason"] == "price"
    assert declined["pair_score"] == 0.8
    assert declined["rank_score"] == pytest.approx(0.72)
    assert declined["model_version"] == "test-1"
    assert {declined["manager_id"], declined["demand_id"]} == {str(manager), middle["demand"]["id"]}
