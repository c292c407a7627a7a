"""From ranked pairs to pushes: who gets them, who does not, and what becomes of them."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from app.clock import local_now
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.pushes.inbox import service as inbox
from app.pushes.planning.plan import plan_pairs
from app.pushes.planning.revision import expire_due
from app.pushes.planning.writer import write_pushes
from app.pushes.queries import good_pairs_of
from tests.pushes.world import World


def test_a_published_demand_reaches_the_best_managers(world: World) -> None:
    best, second, third = (world.manager(fit=fit) for fit in (0.9, 0.7, 0.4))
    demand, achievement = world.good_pair(score=0.8)
    world.tell("demand.published", demand)
    assert world.work() == 2  # demand.published, pairs.ranked
    pushes = world.pushes()
    assert {push.manager_id for push in pushes} == {best, second}  # two slots
    assert third not in {push.manager_id for push in pushes}
    first = next(push for push in pushes if push.manager_id == best)
    assert (first.demand_id, first.achievement_id) == (demand, achievement)
    assert first.rank_score == pytest.approx(0.8 * 0.9)
    assert first.reasons["pair"]["zh"] == ["腐蚀—防腐"]
    assert first.reasons["manager"]["lines"] == ["合适"]
    assert first.expires_at - first.created_at == world.settings.push_expiry


def test_the_same_event_twice_pushes_once(world: World) -> None:
    world.manager()
    demand, achievement = world.good_pair()
    for _ in range(2):
        world.tell("demand.published", demand)
        world.tell("achievement.published", achievement)
    world.work()
    assert len(world.pushes()) == 1


def test_pairs_below_the_threshold_are_not_pushed(world: World) -> None:
    world.manager()
    demand, _ = world.good_pair(score=0.49)
    world.tell("demand.published", demand)
    world.work()
    assert world.pushes() == []


def test_conflicts_of_interest_are_never_pushed(world: World) -> None:
    group = world.organisation()
    owner = world.organisation(parent=group)
    sister = world.organisation(parent=group)
    supplier = world.organisation()
    co_owner = world.organisation()
    demand = world.demand(owner=owner)
    achievement = world.achievement(owner=supplier, co_org_ids=[str(co_owner)])
    world.pair(demand, achievement)
    world.manager(owner=owner)
    world.manager(posts=[supplier])
    world.manager(posts=[co_owner])
    world.manager(posts=[sister])
    world.manager(declared_conflicts=[{"organisation_id": str(supplier)}])
    world.manager(declared_conflicts=[{"record_id": str(demand)}])
    world.tell("demand.published", demand)
    world.work()
    assert world.pushes() == []
    free = world.manager()
    world.tell("manager.published", free)
    world.work()
    assert [push.manager_id for push in world.pushes()] == [free]


def test_a_post_that_has_ended_is_no_conflict(world: World) -> None:
    demand, _ = world.good_pair()
    manager = world.manager()
    with world.database.unit_of_work() as session:
        owner = session.get_one(Demand, demand).owner_org_id
    world.post(manager, owner)
    with world.database.unit_of_work() as session:
        session.get_one(Manager, manager).affiliations[0].end = local_now().date() - timedelta(days=1)
    world.tell("demand.published", demand)
    world.work()
    assert [push.manager_id for push in world.pushes()] == [manager]


def test_full_or_unwilling_or_unpublished_managers_get_nothing(world: World) -> None:
    world.manager(capacity=0)
    world.manager(accepts_pushes=False)
    world.manager(state="withdrawn")
    world.manager(valid_until=date(2020, 1, 1))
    demand, _ = world.good_pair()
    world.tell("demand.published", demand)
    world.work()
    assert world.pushes() == []


@pytest.mark.parametrize("model", [Demand, Achievement])
@pytest.mark.parametrize("state", ["withdrawn", "closed"])
def test_pushes_end_with_their_records(world: World, model: type, state: str) -> None:
    world.manager()
    demand, achievement = world.good_pair()
    world.tell("demand.published", demand)
    world.work()
    world.set_state(model, demand if model is Demand else achievement, state)
    world.work()
    [push] = world.pushes()
    assert push.state == "cancelled"
    assert push.ended_reason == f"{model.kind}_not_published"  # type: ignore[attr-defined]


def test_a_record_that_is_back_keeps_its_pushes(world: World) -> None:
    world.manager()
    demand, _ = world.good_pair()
    world.tell("demand.published", demand)
    world.work()
    world.set_state(Demand, demand, "withdrawn")
    world.set_state(Demand, demand, "published")
    world.work()
    assert world.states() == ["new"]


def test_a_withdrawn_manager_hands_over_to_the_next(world: World) -> None:
    managers = [world.manager(fit=fit) for fit in (0.9, 0.8, 0.7)]
    demand, _ = world.good_pair()
    world.tell("demand.published", demand)
    world.work()
    world.set_state(Manager, managers[0], "withdrawn")
    world.work()
    assert world.states(manager_id=managers[0]) == ["cancelled"]
    assert world.states(manager_id=managers[1]) == ["new"]
    assert world.states(manager_id=managers[2]) == ["new"]


def test_a_new_conflict_takes_the_push_away(world: World) -> None:
    manager, following = world.manager(fit=0.9), world.manager(fit=0.2)
    world.manager(fit=0.8)
    demand, achievement = world.good_pair()
    world.tell("achievement.published", achievement)
    world.work()
    world.change(Manager, manager, declared_conflicts=[{"record_id": str(demand)}])
    world.work()
    [push] = world.pushes(manager_id=manager)
    assert (push.state, push.ended_reason) == ("cancelled", "conflict_of_interest")
    assert world.states(manager_id=following) == ["new"]


def test_a_changed_demand_gives_its_pushes_new_scores_or_ends_them(world: World) -> None:
    manager = world.manager(fit=0.5)
    demand, achievement = world.good_pair(score=0.8)
    other = world.achievement()
    world.pair(demand, other, 0.7)
    world.tell("demand.published", demand)
    world.work()
    world.pair(demand, achievement, 0.9)
    world.pair(demand, other, 0.3)
    world.change(Demand, demand, main_problem="新问题")
    world.work()
    [kept] = world.pushes(manager_id=manager, achievement_id=achievement)
    assert (kept.state, kept.pair_score, kept.rank_score) == ("new", 0.9, pytest.approx(0.45))
    [ended] = world.pushes(manager_id=manager, achievement_id=other)
    assert (ended.state, ended.ended_reason) == ("cancelled", "pair_below_threshold")


def test_a_pair_that_a_new_ranking_left_out_is_taken_back(world: World) -> None:
    world.manager()
    demand, achievement = world.good_pair()
    world.tell("demand.published", demand)
    world.work()
    world.unrank(demand, achievement)
    world.tell("pairs.ranked", demand)  # an incomplete list: better pairs may have crowded it out
    world.work()
    assert world.states() == ["new"]
    world.tell("demand.changed", demand)
    world.work()
    assert [push.ended_reason for push in world.pushes()] == ["pair_not_ranked"]


def test_a_declined_pair_goes_to_the_next_manager_and_never_back(world: World) -> None:
    managers = [world.manager(fit=fit) for fit in (0.9, 0.8, 0.7)]
    demand, _ = world.good_pair()
    world.tell("demand.published", demand)
    world.work()
    [push] = world.pushes(manager_id=managers[0])
    with world.database.unit_of_work() as session:
        inbox.decline(session, push.id, principal=world.as_manager(managers[0]), reason="price")
    world.tell("demand.published", demand)
    world.work()
    assert world.states(manager_id=managers[0]) == ["declined"]
    assert world.states(manager_id=managers[2]) == ["new"]


def test_unanswered_pushes_expire_and_go_to_the_next(world: World) -> None:
    managers = [world.manager(fit=fit) for fit in (0.9, 0.8, 0.7)]
    demand, _ = world.good_pair()
    world.tell("demand.published", demand)
    world.work()
    [push] = world.pushes(manager_id=managers[0])
    world.age(push.id, timedelta(days=31))
    with world.database.unit_of_work() as session:
        assert expire_due(session) == 1
        assert expire_due(session) == 0
    world.work()
    assert world.states(manager_id=managers[0]) == ["expired"]
    assert world.states(manager_id=managers[2]) == ["new"]
    world.tell("demand.published", demand)
    world.work()
    assert len(world.pushes(manager_id=managers[0])) == 1


def test_a_push_lasts_no_longer_than_its_demand(world: World) -> None:
    world.manager()
    last_day = local_now().date() + timedelta(days=3)
    demand, achievement = world.demand(deadline=last_day), world.achievement()
    world.pair(demand, achievement)
    world.tell("demand.published", demand)
    world.work()
    [push] = world.pushes()
    # Midnight in Jinan is 16:00 UTC of the same calendar day.
    assert push.expires_at == datetime(last_day.year, last_day.month, last_day.day, 16, tzinfo=UTC)


def test_a_new_manager_gets_the_best_pairs_of_the_own_field_that_have_a_place(world: World) -> None:
    early = [world.manager(fit=0.9), world.manager(fit=0.8)]
    taken = world.good_pair(score=0.99)
    world.tell("demand.published", taken[0])
    world.work()
    assert len(world.pushes()) == len(early)
    mine, foreign = world.demand(fields=["401"]), world.demand(fields=["801"])
    achievement = world.achievement(fields=["40"])
    for demand, score in ((mine, 0.7), (foreign, 0.9)):
        world.pair(demand, achievement, score)
    late = world.manager(fields=["40"], fit=0.6)
    world.tell("manager.published", late)
    world.work()
    assert {push.demand_id for push in world.pushes(manager_id=late)} == {mine, foreign}
    assert world.pushes(manager_id=late, demand_id=taken[0]) == []


def test_an_old_plan_does_no_harm(world: World) -> None:
    manager = world.manager()
    demand, _ = world.good_pair()
    with world.database.reading() as session:
        pairs = session.scalars(good_pairs_of(demand, world.policy)).all()
        plans = plan_pairs(session, world.matcher, pairs, policy=world.policy)
    assert [candidate.manager_id for candidate in plans[0].candidates] == [manager]
    world.set_state(Demand, demand, "withdrawn")
    with world.database.unit_of_work() as session:
        assert write_pushes(session, plans, policy=world.policy) == []


def test_workers_side_by_side_push_each_pair_once(world: World) -> None:
    for _ in range(4):
        world.manager()
    demands = [world.demand() for _ in range(3)]
    achievements = [world.achievement() for _ in range(3)]
    for demand in demands:
        for achievement in achievements:
            world.pair(demand, achievement)
    for demand in demands:
        world.tell("demand.published", demand)
    for achievement in achievements:
        world.tell("achievement.published", achievement)
    threads = [threading.Thread(target=world.work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.make_due()
    world.work()
    pushes = world.pushes()
    assert len(pushes) == 9 * world.policy.slots_per_pair
    assert len({(push.manager_id, push.demand_id, push.achievement_id) for push in pushes}) == len(pushes)
