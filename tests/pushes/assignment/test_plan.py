"""The dry run of an assignment: what it would push in addition to the present pushes."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.database import Database
from app.libraries.managers.models import Manager
from app.pushes.assignment.comparison import AssignmentPlan
from app.pushes.assignment.plan import plan_assignment
from app.pushes.inbox import service as inbox
from app.pushes.models import Push, PushState
from app.pushes.recommender import Recommender
from tests.support.callers import Caller
from tests.support.scenario import Scenario


def planned(scenario: Scenario, *, keep: bool = True, limit: int = 100) -> AssignmentPlan:
    with scenario.database.reading() as session:
        return plan_assignment(session, scenario.matcher, policy=scenario.policy, limit=limit, keep=keep)


def pushed(scenario: Scenario, key: tuple[UUID, UUID]) -> None:
    scenario.emit_event("demand.published", key[0])
    scenario.work()


def test_every_good_pair_gets_managers_within_their_capacity(scenario: Scenario) -> None:
    best, second = scenario.manager(fit=0.9, capacity=1), scenario.manager(fit=0.6, capacity=1)
    strong, weaker, poor = scenario.ranked_pair(0.9), scenario.ranked_pair(0.8), scenario.ranked_pair(0.2)
    plan = planned(scenario)
    assert {(place.key, place.manager_id) for place in plan.added} == {(strong, best), (weaker, second)}
    assert poor not in plan.keys.values()
    assert (plan.kept, plan.ended, plan.assignment.short) == ((), (), ())
    assert scenario.pushes() == []


def test_what_was_pushed_stays_and_only_free_places_are_filled(scenario: Scenario) -> None:
    first = scenario.manager(fit=0.6, capacity=2)
    key = scenario.ranked_pair()
    pushed(scenario, key)
    newcomer = scenario.manager(fit=0.9, capacity=2)
    plan = planned(scenario)
    assert [place.manager_id for place in plan.kept] == [first]
    assert [(place.key, place.manager_id) for place in plan.added] == [(key, newcomer)]
    assert plan.present.assigned == 1


def test_without_keeping_it_shows_the_best_there_would_be(scenario: Scenario) -> None:
    keys = [scenario.ranked_pair(0.6), scenario.ranked_pair(0.9)]
    manager = scenario.manager(fit=0.8, capacity=1)
    pushed(scenario, keys[0])
    kept, anew = planned(scenario), planned(scenario, keep=False)
    assert [place.key for place in kept.kept] == [keys[0]]
    assert [(place.key, place.manager_id) for place in anew.added] == [(keys[1], manager)]
    assert [(place.key, place.reason) for place in anew.ended] == [(keys[0], "not_in_the_best")]
    assert anew.planned.total_value > kept.planned.total_value


def test_accepted_pushes_are_load_and_places(scenario: Scenario) -> None:
    manager = scenario.manager(fit=0.8, capacity=1)
    taken = scenario.ranked_pair()
    pushed(scenario, taken)
    with scenario.database.unit_of_work() as session:
        [push_id] = session.scalars(select(Push.id))
        inbox.accept(session, push_id, principal=scenario.as_manager(manager))
    other = scenario.ranked_pair()
    plan = planned(scenario)
    assert plan.added == ()
    [short] = [one for one in plan.assignment.short if plan.keys[one.pair_id] == other]
    assert short.full == 1
    assert plan.assignment.relief is not None
    [more] = plan.assignment.relief.places
    assert (more.manager_id, more.more, more.capacity) == (str(manager), 1, 2)


def test_conflicts_and_refusals_are_never_assigned(scenario: Scenario) -> None:
    owner = scenario.organisation()
    key = scenario.demand(owner=owner), scenario.achievement()
    scenario.rank_pair(*key)
    scenario.manager(posts=[owner])
    refused = scenario.manager(fit=0.9)
    pushed(scenario, key)
    with scenario.database.unit_of_work() as session:
        session.scalars(select(Push).where(Push.manager_id == refused)).one().state = PushState.DECLINED
    scenario.manager(accepts_pushes=False)
    plan = planned(scenario)
    assert plan.added == ()
    [short] = plan.assignment.short
    assert (short.reason, short.candidates, short.in_conflict) == ("no_candidate_left", 0, 1)


def test_a_live_push_that_a_rule_ends_says_which(scenario: Scenario) -> None:
    manager = scenario.manager()
    pushed(scenario, scenario.ranked_pair())
    with scenario.database.unit_of_work() as session:
        session.get_one(Manager, manager).state = "withdrawn"
    [ended] = planned(scenario).ended
    assert ended.reason == "manager_not_published"


def test_pairs_beyond_the_limit_are_counted(scenario: Scenario) -> None:
    for score in (0.9, 0.8, 0.7):
        scenario.ranked_pair(score)
    plan = planned(scenario, limit=2)
    assert (len(plan.keys), plan.left_out) == (2, 1)


@pytest.fixture
def served(app: Any) -> Scenario:
    database: Database = app.state.services[Database]
    scenario = Scenario(database)
    app.state.services[Recommender] = scenario.matcher
    return scenario


def test_the_bureau_alone_asks_for_it(
    served: Scenario, as_operator: Caller, as_manager: Caller, as_stranger: Caller
) -> None:
    manager = served.manager(fit=0.5, capacity=1)
    for score in (0.9, 0.8):
        served.ranked_pair(score)
    answer = as_operator.post("/v1/assignments/plan", json={"limit": 10})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["pairs"], body["left_out"], len(body["added"])) == (2, 0, 1)
    assert body["added"][0]["value"] == pytest.approx(0.45)
    assert body["reasons"] == {"no_capacity_in_total": 1}
    titles = [body["short"][0][field] for field in ("demand_title", "achievement_title")]
    assert all(titles)
    assert all(title in body["short"][0][language] for title in titles for language in ("zh", "en"))
    assert body["relief"]["places"] == [{"manager_id": str(manager), "more": 1, "capacity": 2}]
    assert body["relief"]["bottlenecks"] == [
        {"pairs": 2, "manager_ids": [str(manager)], "places": 1, "missing": 1}
    ]
    name = body["added"][0]["manager_name"]
    said = [*body["relief_zh"], *body["relief_en"]]
    assert name and len(said) == 4
    assert all(name in line and str(manager) not in line for line in said)
    assert body["planned"]["assigned"] == 1
    assert as_operator.post("/v1/assignments/plan", json={"limit": 0}).status_code == 422
    assert as_manager.post("/v1/assignments/plan", json={}).status_code == 403
    assert as_stranger.post("/v1/assignments/plan", json={}).status_code == 401
    assert as_operator.get("/v1/pushes").json()["items"] == []


def test_a_minimum_load_reaches_managers_whom_nobody_would_have_chosen(
    served: Scenario, as_operator: Caller
) -> None:
    for _ in range(4):
        served.manager(fit=0.9, capacity=9)
    last = served.manager(fit=0.2, capacity=9)
    for score in (0.9, 0.8):
        served.ranked_pair(score)
    free = as_operator.post("/v1/assignments/plan", json={}).json()
    assert (len(free["added"]), free["planned"]["missing_load"], free["below_least"]) == (6, 0, [])
    assert str(last) not in {place["manager_id"] for place in free["added"]}
    held = as_operator.post("/v1/assignments/plan", json={"least_load": 1}).json()
    assert str(last) in {place["manager_id"] for place in held["added"]}
    assert (len(held["added"]), held["planned"]["missing_load"], held["below_least"]) == (6, 0, [])
    more = as_operator.post("/v1/assignments/plan", json={"least_load": 2}).json()
    assert more["planned"]["missing_load"] == sum(2 - low["load"] for low in more["below_least"]) == 4
    assert all(low["manager_name"] and low["least"] == 2 for low in more["below_least"])
    assert as_operator.post("/v1/assignments/plan", json={"least_load": -1}).status_code == 422
