"""Preferences, digests and the preview over HTTP, on the real service; pairs are given, so that scores are known."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.bootstrap.workers import build_job_runner, build_worker
from app.clock import working_day_from
from app.database import Database, now
from app.libraries.managers.models import Manager
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.working_time import local
from app.pushes.recommender import Recommender
from tests.support.callers import Caller
from tests.support.scenario import Scenario

MINE = "/v1/managers/me/preferences"
OURS = "/v1/organisations/me/preferences"
FIRST = {"If-Match": '"0"'}

WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"quiet_from": "25:00"}, "quiet_from", "bad_time"),
    ({"quiet_from": "8:00"}, "quiet_from", "bad_time"),
    ({"quiet_from": None}, "quiet_from", "quiet_hours_half"),
    ({"quiet_from": "09:30", "quiet_until": "09:30"}, "quiet_until", "quiet_hours_empty"),
    ({"digest_hour": 7}, "digest_hour", "digest_in_quiet_hours"),
    ({"digest_hour": 23}, "digest_hour", "digest_in_quiet_hours"),
    ({"digest_hour": 24}, "digest_hour", "less_than_equal"),
    ({"fields": ["99"]}, "fields", "unknown_code"),
    ({"regions": ["没有的地方"]}, "regions.0", "unknown_code"),
    ({"languages": ["xx-none"]}, "languages.0", "unknown_code"),
    ({"minimum_score": 1.1}, "minimum_score", "less_than_equal"),
    ({"minimum_score": 0.8, "immediate_score": 0.7}, "immediate_score", "immediate_below_minimum"),
    ({"per_day": 5, "per_week": 4}, "per_day", "day_above_week"),
    ({"per_day": 0}, "per_day", "greater_than_equal"),
    ({"frequency": "hourly"}, "frequency", "enum"),
    ({"colour": "red"}, "colour", "extra_forbidden"),
]


@pytest.fixture
def scenario(app: Any) -> Scenario:
    return Scenario(app.state.services[Database])


@pytest.fixture
def manager(scenario: Scenario, as_manager: Caller) -> UUID:
    manager_id = scenario.manager(fit=0.8, capacity=9)
    with scenario.database.unit_of_work() as session:
        session.get_one(Manager, manager_id).user_id = as_manager.user_id
    return manager_id


def push(scenario: Scenario, score: float = 0.7, **demand: Any) -> tuple[UUID, UUID]:
    key = scenario.demand(**demand), scenario.achievement()
    scenario.rank_pair(*key, score)
    scenario.emit_event("demand.published", key[0])
    scenario.work()
    return key


class TestPreferences:
    def test_defaults_hold_until_something_is_stored(self, manager: UUID, as_manager: Caller) -> None:
        answer = as_manager.get(MINE)
        assert answer.status_code == 200
        assert answer.headers["ETag"] == '"0"'
        assert answer.json() == {
            "digest_hour": 9,
            "weekday": 1,
            "quiet_from": "22:00",
            "quiet_until": "08:00",
            "on_days_off": False,
            "minimum_score": None,
            "frequency": "immediate",
            "fields": [],
            "regions": [],
            "languages": [],
            "immediate_score": None,
            "per_day": None,
            "per_week": None,
            "list_size": 10,
            "version": 0,
        }

    def test_they_are_replaced_as_a_whole_under_their_etag(self, manager: UUID, as_manager: Caller) -> None:
        wanted = {"fields": ["新材料"], "regions": ["370100"], "frequency": "weekly", "per_day": 3}
        stored = as_manager.put(MINE, json=wanted, headers=FIRST)
        assert stored.status_code == 200, stored.text
        assert (stored.headers["ETag"], stored.json()["fields"]) == ('"1"', ["40"])
        assert as_manager.get(MINE).json() == stored.json()
        assert as_manager.put(MINE, json={}).status_code == 428
        assert as_manager.put(MINE, json={}, headers=FIRST).status_code == 412
        emptied = as_manager.put(
            MINE, json={"quiet_from": None, "quiet_until": None}, headers={"If-Match": '"1"'}
        )
        assert emptied.json() | {"version": 2} == as_manager.get(MINE).json()
        assert (emptied.json()["fields"], emptied.json()["quiet_from"]) == ([], None)

    def test_no_quiet_hours_from_the_start(self, manager: UUID, as_manager: Caller) -> None:
        quiet = {"quiet_from": None, "quiet_until": None}
        as_manager.put(MINE, json=quiet, headers=FIRST)
        assert as_manager.get(MINE).json()["quiet_from"] is None

    def test_errors_name_the_field(self, manager: UUID, as_manager: Caller) -> None:
        for body, field, code in WRONG:
            refused = as_manager.put(MINE, json=body, headers=FIRST)
            assert refused.status_code == 422, body
            [error] = refused.json()["errors"]
            assert (error["field"], error["code"]) == (field, code)
            assert error["message_zh"] and error["message_en"]
        assert as_manager.get(MINE).json()["version"] == 0

    def test_they_decide_what_is_pushed(self, scenario: Scenario, manager: UUID, as_manager: Caller) -> None:
        as_manager.put(MINE, json={"fields": ["801"]}, headers=FIRST)
        push(scenario, fields=["401"])
        push(scenario, fields=["801"])
        items = as_manager.get("/v1/inbox").json()["items"]
        assert [item["demand"]["fields"] for item in items] == [["801"]]

    def test_it_is_hidden_from_other_users(
        self,
        as_manager: Caller,
        as_operator: Caller,
        as_enterprise: Caller,
        as_stranger: Any,
        log_in: Callable[..., Caller],
    ) -> None:
        assert as_manager.get(MINE).json()["code"] == "no_manager_record"
        assert as_enterprise.get(MINE).status_code == 403
        assert as_operator.get(MINE).status_code == 403
        assert log_in(Role.INVESTOR).get(MINE).status_code == 403
        assert as_stranger.get(MINE).status_code == 401
        assert as_manager.get(OURS).status_code == 403  # managers do not act for their employer
        assert as_manager.put(OURS, json={}, headers=FIRST).status_code == 403

    def test_the_administrator_of_an_agency_sets_its_own(self, log_in: Callable[..., Caller]) -> None:
        agency = log_in(Role.MANAGER, administrator=True)
        assert agency.put(OURS, json={"frequency": "daily"}, headers=FIRST).json()["frequency"] == "daily"

    def test_an_organisations_own(self, as_enterprise: Caller, log_in: Callable[..., Caller]) -> None:
        assert as_enterprise.get(OURS).json()["frequency"] == "weekly"
        stored = as_enterprise.put(OURS, json={"frequency": "none"}, headers=FIRST)
        assert stored.headers["ETag"] == '"1"'
        colleague = log_in(Role.ENTERPRISE, organisation_id=as_enterprise.organisation_id)
        assert colleague.get(OURS).json()["frequency"] == "none"
        assert colleague.put(OURS, json={}, headers=FIRST).status_code == 403  # no administrator
        assert log_in(Role.ENTERPRISE).get(OURS).json()["frequency"] == "weekly"
        assert as_enterprise.put(OURS, json={"frequency": "immediate"}, headers=FIRST).status_code == 422


def test_a_digest_over_http(
    app: Any,
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    as_operator: Caller,
    as_enterprise: Caller,
    log_in: Callable[..., Caller],
) -> None:
    """By the jobs and handlers of the service itself."""
    scenario.prefer(manager, digest_hour=0, frequency=Frequency.DAILY)
    for score in (0.6, 0.8):
        push(scenario, score)
    scenario.pass_days(1)
    assert "announce_digests" in build_job_runner(app.state.services).run_due()
    build_worker(app.state.services).run_until_idle()
    [digest] = as_manager.get("/v1/digests").json()["items"]
    assert digest["day"] == local(now()).date().isoformat()
    whole = as_manager.get(f"/v1/digests/{digest['id']}").json()
    assert [one["pair_score"] for one in whole["pushes"]] == [0.8, 0.6]
    assert [one["position"] for one in whole["items"]] == [1, 2]
    assert as_operator.get(f"/v1/digests/{digest['id']}").status_code == 200
    assert len(as_operator.get("/v1/digests", params={"manager_id": str(manager)}).json()["items"]) == 1
    other = log_in(Role.MANAGER)
    assert other.get("/v1/digests").json()["items"] == []
    assert other.get(f"/v1/digests/{digest['id']}").status_code == 404
    assert as_enterprise.get("/v1/digests").status_code == 403


class TestPreview:
    def test_tomorrows_list_and_why_not_others(
        self, scenario: Scenario, app: Any, manager: UUID, as_manager: Caller
    ) -> None:
        app.state.services[Recommender] = scenario.matcher
        scenario.prefer(manager, fields=["401"], list_size=3)
        waiting = push(scenario, 0.6, fields=["401"])
        loud = scenario.demand(fields=["401"])
        for n in range(4):
            scenario.rank_pair(loud, scenario.achievement(), 0.8 + n / 100)
        scenario.rank_pair(scenario.demand(fields=["801"]), scenario.achievement(), 0.9)
        scenario.rank_pair(scenario.demand(fields=["401"]), scenario.achievement(), 0.1)
        before = len(scenario.pushes())
        answer = as_manager.post("/v1/pushes/preview", json={})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found["manager"]["id"] == str(manager)
        assert found["day"] == (local(now()).date() + timedelta(days=1)).isoformat()
        assert [(one["demand_id"], round(one["pair_score"], 2)) for one in found["items"]] == [
            (str(loud), 0.83),
            (str(loud), 0.82),
            (str(waiting[0]), 0.6),
        ]
        assert [one["push_id"] is None for one in found["items"]] == [True, True, False]
        assert {one["code"]: one["count"] for one in found["left_out"]} == {
            "variety_demand": 2,
            "preference_field": 1,
        }
        assert all(one["zh"] and one["en"] for one in found["left_out"])
        assert len(scenario.pushes()) == before

    def test_caps_are_counted_on_the_way(
        self, scenario: Scenario, app: Any, manager: UUID, as_manager: Caller
    ) -> None:
        app.state.services[Recommender] = scenario.matcher
        scenario.prefer(manager, per_day=2)
        for _ in range(5):
            scenario.ranked_pair()
        found = as_manager.post("/v1/pushes/preview", json={}).json()
        assert len(found["items"]) == 2
        assert {one["code"]: one["count"] for one in found["left_out"]} == {"manager_day_cap": 3}

    def test_a_conflict_does_not_tell_who_owns_a_confidential_record(
        self, scenario: Scenario, app: Any, manager: UUID, as_manager: Caller, as_operator: Caller
    ) -> None:
        app.state.services[Recommender] = scenario.matcher
        own = scenario.demand(owner=as_manager.organisation_id, publish_mode="confidential")
        scenario.rank_pair(own, scenario.achievement())

        def codes(caller: Caller, body: dict[str, str]) -> list[str]:
            left_out = caller.post("/v1/pushes/preview", json=body).json()["left_out"]
            return [one["code"] for one in left_out]

        assert codes(as_manager, {}) == ["not_recommended"]
        assert codes(as_operator, {"manager_id": str(manager)}) == ["conflict_of_interest"]

    def test_a_declared_interest_changes_nothing_about_a_confidential_record(
        self, scenario: Scenario, app: Any, manager: UUID, as_manager: Caller, as_operator: Caller
    ) -> None:
        app.state.services[Recommender] = scenario.matcher
        owner = scenario.organisation()
        demand = scenario.demand(owner=owner, publish_mode="confidential")
        scenario.rank_pair(demand, scenario.achievement())

        def previews() -> list[dict[str, Any]]:
            asked = [(as_manager, {}), (as_operator, {"manager_id": str(manager)})]
            return [caller.post("/v1/pushes/preview", json=body).json() for caller, body in asked]

        before = previews()
        with scenario.database.unit_of_work() as session:
            found = session.get_one(Manager, manager)
            found.declared_conflicts = [{"organisation_id": str(owner)}]
            found.version += 1
        assert previews() == before
        assert [[one["demand_id"] for one in preview["items"]] for preview in before] == [[str(demand)]] * 2

    def test_for_the_bureau_and_for_oneself_alone(
        self,
        scenario: Scenario,
        manager: UUID,
        as_manager: Caller,
        as_operator: Caller,
        as_enterprise: Caller,
    ) -> None:
        other = scenario.manager()
        asked = as_operator.post("/v1/pushes/preview", json={"manager_id": str(other)})
        assert asked.json()["day"] == working_day_from(local(now()).date() + timedelta(days=1)).isoformat()
        assert as_manager.post("/v1/pushes/preview", json={"manager_id": str(manager)}).status_code == 200
        assert as_manager.post("/v1/pushes/preview", json={"manager_id": str(other)}).status_code == 403
        assert as_enterprise.post("/v1/pushes/preview", json={}).status_code == 403
        gone = as_operator.post("/v1/pushes/preview", json={"manager_id": str(UUID(int=1))})
        assert gone.status_code == 404
