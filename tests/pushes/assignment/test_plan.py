"""The dry run of an assignment: what it would push in addition to the present pushes."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.database import Database
from app.libraries.managers.models import Manager
from app.pushes.assignment.plan import AssignmentPlan, plan_assignment
from app.pushes.inbox import service as inbox
from app.pushes.models import Push, PushState
from app.pushes.recommender import Recommender
from tests.conftest import Caller
from tests.pushes.world import World


def planned(world: World, *, keep: bool = True, limit: int = 100) -> AssignmentPlan:
    with world.database.reading() as session:
        return plan_assignment(session, world.matcher, policy=world.policy, limit=limit, keep=keep)


def pushed(world: World, key: tuple[UUID, UUID]) -> None:
    world.tell("demand.published", key[0])
    world.work()


def test_every_good_pair_gets_managers_within_their_capacity(world: World) -> None:
    best, second = world.manager(fit=0.9, capacity=1), world.manager(fit=0.6, capacity=1)
    strong, weaker, poor = world.good_pair(0.9), world.good_pair(0.8), world.good_pair(0.2)
    plan = planned(world)
    assert {(place.key, place.manager_id) for place in plan.added} == {(strong, best), (weaker, second)}
    assert poor not in plan.keys.values()
    assert (plan.kept, plan.ended, plan.assignment.short) == ((), (), ())
    assert world.pushes() == []


def test_what_was_pushed_stays_and_only_free_places_are_filled(world: World) -> None:
    first = world.manager(fit=0.6, capacity=2)
    key = world.good_pair()
    pushed(world, key)
    newcomer = world.manager(fit=0.9, capacity=2)
    plan = planned(world)
    assert [place.manager_id for place in plan.kept] == [first]
    assert [(place.key, place.manager_id) for place in plan.added] == [(key, newcomer)]
    assert plan.present.assigned == 1


def test_without_keeping_it_shows_the_best_there_would_be(world: World) -> None:
    keys = [world.good_pair(0.6), world.good_pair(0.9)]
    manager = world.manager(fit=0.8, capacity=1)
    pushed(world, keys[0])
    kept, anew = planned(world), planned(world, keep=False)
    assert [place.key for place in kept.kept] == [keys[0]]
    assert [(place.key, place.manager_id) for place in anew.added] == [(keys[1], manager)]
    assert [(place.key, place.reason) for place in anew.ended] == [(keys[0], "not_in_the_best")]
    assert anew.planned.total_value > kept.planned.total_value


def test_accepted_pushes_are_load_and_places(world: World) -> None:
    manager = world.manager(fit=0.8, capacity=1)
    taken = world.good_pair()
    pushed(world, taken)
    with world.database.unit_of_work() as session:
        [push_id] = session.scalars(select(Push.id))
        inbox.accept(session, push_id, principal=world.as_manager(manager))
    other = world.good_pair()
    plan = planned(world)
    assert plan.added == ()
    [short] = [one for one in plan.assignment.short if plan.keys[one.pair_id] == other]
    assert short.full == 1
    assert plan.assignment.relief is not None
    [more] = plan.assignment.relief.places
    assert (more.manager_id, more.more, more.capacity) == (str(manager), 1, 2)


def test_conflicts_and_refusals_are_never_assigned(world: World) -> None:
    owner = world.organisation()
    key = world.demand(owner=owner), world.achievement()
    world.pair(*key)
    world.manager(posts=[owner])
    refused = world.manager(fit=0.9)
    pushed(world, key)
    with world.database.unit_of_work() as session:
        session.scalars(select(Push).where(Push.manager_id == refused)).one().state = PushState.DECLINED
    world.manager(accepts_pushes=False)
    plan = planned(world)
    assert plan.added == ()
    [short] = plan.assignment.short
    assert (short.reason, short.candidates, short.in_conflict) == ("no_candidate_left", 0, 1)


def test_a_live_push_that_a_rule_ends_says_which(world: World) -> None:
    manager = world.manager()
    pushed(world, world.good_pair())
    with world.database.unit_of_work() as session:
        session.get_one(Manager, manager).state = "withdrawn"
    [ended] = planned(world).ended
    assert ended.reason == "manager_not_published"


def test_pairs_beyond_the_limit_are_counted(world: World) -> None:
    for score in (0.9, 0.8, 0.7):
        world.good_pair(score)
    plan = planned(world, limit=2)
    assert (len(plan.keys), plan.left_out) == (2, 1)


@pytest.fixture
def served(app: Any) -> World:
    database: Database = app.state.database
    world = World(database)
    app.state.services[Recommender] = world.matcher
    return world


def test_the_bureau_alone_asks_for_it(
    served: World, as_operator: Caller, as_manager: Caller, as_stranger: Caller
) -> None:
    manager = served.manager(fit=0.5, capacity=1)
    for score in (0.9, 0.8):
        served.good_pair(score)
    answer = as_operator.post("/v1/assignments/plan", json={"limit": 10})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["pairs"], body["left_out"], len(body["added"])) == (2, 0, 1)
    assert body["added"][0]["value"] == pytest.approx(0.45)
    assert body["reasons"] == {"no_capacity_in_total": 1}
    assert body["short"][0]["zh"]
    assert body["relief"]["places"] == [{"manager_id": str(manager), "more": 1, "capacity": 2}]
    assert body["relief"]["bottlenecks"] == [
        {"pairs": 2, "manager_ids": [str(manager)], "places": 1, "missing": 1}
    ]
    assert body["planned"]["assigned"] == 1
    assert as_operator.post("/v1/assignments/plan", json={"limit": 0}).status_code == 422
    assert as_manager.post("/v1/assignments/plan", json={}).status_code == 403
    assert as_stranger.post("/v1/assignments/plan", json={}).status_code == 401
    assert as_operator.get("/v1/pushes").json()["items"] == []
