"""From ranked pairs to pushes: who gets them, who does not, and what becomes of them."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from app.clock import add_months, local_now
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.pushes.inbox import service as inbox
from app.pushes.planning.plan import plan_pairs
from app.pushes.planning.revision import expire_due
from app.pushes.planning.writer import write_pushes
from app.pushes.queries import good_pairs_of
from tests.support.scenario import Scenario


def test_a_published_demand_reaches_the_best_managers(scenario: Scenario) -> None:
    best, second, third = (scenario.manager(fit=fit) for fit in (0.9, 0.7, 0.4))
    demand, achievement = scenario.ranked_pair(score=0.8)
    scenario.emit_event("demand.published", demand)
    assert scenario.work() == 2  # demand.published, pairs.ranked
    pushes = scenario.pushes()
    assert {push.manager_id for push in pushes} == {best, second}  # two slots
    assert third not in {push.manager_id for push in pushes}
    first = next(push for push in pushes if push.manager_id == best)
    assert (first.demand_id, first.achievement_id) == (demand, achievement)
    assert first.rank_score == pytest.approx(0.8 * 0.9)
    assert first.reasons["pair"]["zh"] == ["腐蚀—防腐"]
    assert first.reasons["manager"]["lines"] == ["合适"]
    assert first.expires_at - first.created_at == scenario.settings.push_expiry


def test_the_same_event_twice_pushes_once(scenario: Scenario) -> None:
    scenario.manager()
    demand, achievement = scenario.ranked_pair()
    for _ in range(2):
        scenario.emit_event("demand.published", demand)
        scenario.emit_event("achievement.published", achievement)
    scenario.work()
    assert len(scenario.pushes()) == 1


def test_pairs_below_the_threshold_are_not_pushed(scenario: Scenario) -> None:
    scenario.manager()
    demand, _ = scenario.ranked_pair(score=0.49)
    scenario.emit_event("demand.published", demand)
    scenario.work()
    assert scenario.pushes() == []


def test_conflicts_of_interest_are_never_pushed(scenario: Scenario) -> None:
    group = scenario.organisation()
    owner = scenario.organisation(parent=group)
    sister = scenario.organisation(parent=group)
    supplier = scenario.organisation()
    co_owner = scenario.organisation()
    demand = scenario.demand(owner=owner)
    achievement = scenario.achievement(owner=supplier, co_org_ids=[str(co_owner)])
    scenario.rank_pair(demand, achievement)
    scenario.manager(owner=owner)
    scenario.manager(posts=[supplier])
    scenario.manager(posts=[co_owner])
    scenario.manager(posts=[sister])
    scenario.manager(declared_conflicts=[{"organisation_id": str(supplier)}])
    scenario.manager(declared_conflicts=[{"record_id": str(demand)}])
    scenario.emit_event("demand.published", demand)
    scenario.work()
    assert scenario.pushes() == []
    free = scenario.manager()
    scenario.emit_event("manager.published", free)
    scenario.work()
    assert [push.manager_id for push in scenario.pushes()] == [free]


@pytest.mark.parametrize(("months", "is_pushed"), [(0, False), (11, False), (13, True)])
def test_a_post_that_ended_is_a_conflict_for_the_period_of_grace(
    scenario: Scenario, months: int, is_pushed: bool
) -> None:
    demand, _ = scenario.ranked_pair()
    manager = scenario.manager()
    with scenario.database.unit_of_work() as session:
        owner = session.get_one(Demand, demand).owner_org_id
    yesterday = local_now().date() - timedelta(days=1)
    scenario.affiliate(manager, owner, end=add_months(yesterday, -months))
    scenario.emit_event("demand.published", demand)
    scenario.work()
    assert [push.manager_id for push in scenario.pushes()] == ([manager] if is_pushed else [])


@pytest.mark.parametrize(
    ("first", "last", "is_pushed"), [(0, 0, False), (-5, 5, False), (-5, -1, True), (1, 5, True)]
)
def test_nobody_gets_a_push_during_their_leave(
    scenario: Scenario, first: int, last: int, is_pushed: bool
) -> None:
    today = local_now().date()
    days = {"start": today + timedelta(days=first), "end": today + timedelta(days=last)}
    manager = scenario.manager(leave=[{name: day.isoformat() for name, day in days.items()}])
    demand, _ = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    assert [push.manager_id for push in scenario.pushes()] == ([manager] if is_pushed else [])


def test_full_or_unwilling_or_unpublished_managers_get_nothing(scenario: Scenario) -> None:
    scenario.manager(capacity=0)
    scenario.manager(accepts_pushes=False)
    scenario.manager(state="withdrawn")
    scenario.manager(valid_until=date(2020, 1, 1))
    demand, _ = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    assert scenario.pushes() == []


@pytest.mark.parametrize("model", [Demand, Achievement])
@pytest.mark.parametrize("state", ["withdrawn", "closed"])
def test_pushes_end_with_their_records(scenario: Scenario, model: type, state: str) -> None:
    scenario.manager()
    demand, achievement = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    scenario.set_state(model, demand if model is Demand else achievement, state)
    scenario.work()
    [push] = scenario.pushes()
    assert push.state == "cancelled"
    assert push.ended_reason == f"{model.kind}_not_published"  # type: ignore[attr-defined]


def test_a_record_that_is_back_keeps_its_pushes(scenario: Scenario) -> None:
    scenario.manager()
    demand, _ = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    scenario.set_state(Demand, demand, "withdrawn")
    scenario.set_state(Demand, demand, "published")
    scenario.work()
    assert scenario.states() == ["new"]


def test_a_withdrawn_manager_hands_over_to_the_next(scenario: Scenario) -> None:
    managers = [scenario.manager(fit=fit) for fit in (0.9, 0.8, 0.7)]
    demand, _ = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    scenario.set_state(Manager, managers[0], "withdrawn")
    scenario.work()
    assert scenario.states(manager_id=managers[0]) == ["cancelled"]
    assert scenario.states(manager_id=managers[1]) == ["new"]
    assert scenario.states(manager_id=managers[2]) == ["new"]


def test_a_new_conflict_takes_the_push_away(scenario: Scenario) -> None:
    manager, following = scenario.manager(fit=0.9), scenario.manager(fit=0.2)
    scenario.manager(fit=0.8)
    demand, achievement = scenario.ranked_pair()
    scenario.emit_event("achievement.published", achievement)
    scenario.work()
    scenario.change(Manager, manager, declared_conflicts=[{"record_id": str(demand)}])
    scenario.work()
    [push] = scenario.pushes(manager_id=manager)
    assert (push.state, push.ended_reason) == ("cancelled", "conflict_of_interest")
    assert scenario.states(manager_id=following) == ["new"]


def test_a_changed_demand_gives_its_pushes_new_scores_or_ends_them(scenario: Scenario) -> None:
    manager = scenario.manager(fit=0.5)
    demand, achievement = scenario.ranked_pair(score=0.8)
    other = scenario.achievement()
    scenario.rank_pair(demand, other, 0.7)
    scenario.emit_event("demand.published", demand)
    scenario.work()
    scenario.rank_pair(demand, achievement, 0.9)
    scenario.rank_pair(demand, other, 0.3)
    scenario.change(Demand, demand, main_problem="新问题")
    scenario.work()
    [kept] = scenario.pushes(manager_id=manager, achievement_id=achievement)
    assert (kept.state, kept.pair_score, kept.rank_score) == ("new", 0.9, pytest.approx(0.45))
    [ended] = scenario.pushes(manager_id=manager, achievement_id=other)
    assert (ended.state, ended.ended_reason) == ("cancelled", "pair_below_threshold")


def test_a_pair_that_a_new_ranking_left_out_is_taken_back(scenario: Scenario) -> None:
    scenario.manager()
    demand, achievement = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    scenario.unrank_pair(demand, achievement)
    scenario.emit_event("pairs.ranked", demand)  # an incomplete list: better pairs may have crowded it out
    scenario.work()
    assert scenario.states() == ["new"]
    scenario.emit_event("demand.changed", demand)
    scenario.work()
    assert [push.ended_reason for push in scenario.pushes()] == ["pair_not_ranked"]


def test_a_declined_pair_goes_to_the_next_manager_and_never_back(scenario: Scenario) -> None:
    managers = [scenario.manager(fit=fit) for fit in (0.9, 0.8, 0.7)]
    demand, _ = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    [push] = scenario.pushes(manager_id=managers[0])
    with scenario.database.unit_of_work() as session:
        inbox.decline(session, push.id, principal=scenario.as_manager(managers[0]), reason="price")
    scenario.emit_event("demand.published", demand)
    scenario.work()
    assert scenario.states(manager_id=managers[0]) == ["declined"]
    assert scenario.states(manager_id=managers[2]) == ["new"]


def test_unanswered_pushes_expire_and_go_to_the_next(scenario: Scenario) -> None:
    managers = [scenario.manager(fit=fit) for fit in (0.9, 0.8, 0.7)]
    demand, _ = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    [push] = scenario.pushes(manager_id=managers[0])
    scenario.age_push(push.id, timedelta(days=31))
    with scenario.database.unit_of_work() as session:
        assert expire_due(session) == 1
        assert expire_due(session) == 0
    scenario.work()
    assert scenario.states(manager_id=managers[0]) == ["expired"]
    assert scenario.states(manager_id=managers[2]) == ["new"]
    scenario.emit_event("demand.published", demand)
    scenario.work()
    assert len(scenario.pushes(manager_id=managers[0])) == 1


def test_a_push_lasts_no_longer_than_its_demand(scenario: Scenario) -> None:
    scenario.manager()
    last_day = local_now().date() + timedelta(days=3)
    demand, achievement = scenario.demand(deadline=last_day), scenario.achievement()
    scenario.rank_pair(demand, achievement)
    scenario.emit_event("demand.published", demand)
    scenario.work()
    [push] = scenario.pushes()
    # Midnight in Jinan is 16:00 UTC of the same calendar day.
    assert push.expires_at == datetime(last_day.year, last_day.month, last_day.day, 16, tzinfo=UTC)


def test_a_new_manager_gets_the_best_pairs_of_the_own_field_that_have_a_place(scenario: Scenario) -> None:
    early = [scenario.manager(fit=0.9), scenario.manager(fit=0.8)]
    taken = scenario.ranked_pair(score=0.99)
    scenario.emit_event("demand.published", taken[0])
    scenario.work()
    assert len(scenario.pushes()) == len(early)
    mine, foreign = scenario.demand(fields=["401"]), scenario.demand(fields=["801"])
    achievement = scenario.achievement(fields=["40"])
    for demand, score in ((mine, 0.7), (foreign, 0.9)):
        scenario.rank_pair(demand, achievement, score)
    late = scenario.manager(fields=["40"], fit=0.6)
    scenario.emit_event("manager.published", late)
    scenario.work()
    assert {push.demand_id for push in scenario.pushes(manager_id=late)} == {mine, foreign}
    assert scenario.pushes(manager_id=late, demand_id=taken[0]) == []


def test_an_old_plan_does_no_harm(scenario: Scenario) -> None:
    manager = scenario.manager()
    demand, _ = scenario.ranked_pair()
    with scenario.database.reading() as session:
        pairs = session.scalars(good_pairs_of(demand, scenario.policy)).all()
        plans = plan_pairs(session, scenario.matcher, pairs, policy=scenario.policy)
    assert [candidate.manager_id for candidate in plans[0].candidates] == [manager]
    scenario.set_state(Demand, demand, "withdrawn")
    with scenario.database.unit_of_work() as session:
        assert write_pushes(session, plans, policy=scenario.policy) == []


def test_workers_side_by_side_push_each_pair_once(scenario: Scenario) -> None:
    for _ in range(4):
        scenario.manager()
    demands = [scenario.demand() for _ in range(3)]
    achievements = [scenario.achievement() for _ in range(3)]
    for demand in demands:
        for achievement in achievements:
            scenario.rank_pair(demand, achievement)
    for demand in demands:
        scenario.emit_event("demand.published", demand)
    for achievement in achievements:
        scenario.emit_event("achievement.published", achievement)
    threads = [threading.Thread(target=scenario.work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scenario.make_due()
    scenario.work()
    pushes = scenario.pushes()
    assert len(pushes) == 9 * scenario.policy.slots_per_pair
    assert len({(push.manager_id, push.demand_id, push.achievement_id) for push in pushes}) == len(pushes)
