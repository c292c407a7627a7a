"""Nobody answers in the working days there are: the pair goes to the next manager, and is never lost on the way."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.clock import add_working_days
from app.database import now
from app.pushes.inbox import service as inbox
from app.pushes.models import Push
from app.pushes.planning.overdue_reassignment import (
    mark_overdue,
    plan_reassignment,
    reassign_overdue,
)
from app.pushes.preferences.working_time import at, local
from tests.support.scenario import Scenario
from tests.support.services import demo_settings


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    """One slot per pair, so that it is clear who has it."""
    return Scenario(scenario.database, demo_settings(pushes_per_pair=1))


def pushed(scenario: Scenario) -> Push:
    demand, _ = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    [push] = scenario.pushes()
    return push


def late(scenario: Scenario, push_id: UUID) -> None:
    """Let the time for the answer be over."""
    with scenario.database.unit_of_work() as session:
        session.get_one(Push, push_id).answer_due_at = now() - timedelta(minutes=1)


def look(scenario: Scenario) -> int:
    with scenario.database.unit_of_work() as session:
        return mark_overdue(session)


def test_an_answer_is_due_at_the_end_of_a_working_day(scenario: Scenario) -> None:
    scenario.manager()
    push = pushed(scenario)
    last = add_working_days(local(push.pushed_at).date(), 5)
    assert push.answer_due_at == at(last + timedelta(days=1))
    assert look(scenario) == 0


def test_an_unanswered_pair_goes_to_the_next_manager(scenario: Scenario) -> None:
    first, following = scenario.manager(fit=0.9), scenario.manager(fit=0.5)
    push = pushed(scenario)
    assert push.manager_id == first
    late(scenario, push.id)
    assert (look(scenario), look(scenario)) == (1, 0)
    scenario.work()
    [ended] = scenario.pushes(manager_id=first)
    assert (ended.state, ended.ended_reason) == ("expired", "handed_over")
    [taken] = scenario.pushes(manager_id=following)
    assert (taken.state, taken.follows_id) == ("new", push.id)


def test_without_another_manager_it_stays(scenario: Scenario) -> None:
    first = scenario.manager()
    push = pushed(scenario)
    late(scenario, push.id)
    look(scenario)
    scenario.work()
    assert scenario.states(manager_id=first) == ["new"]


def test_a_pair_in_somebodys_hands_is_not_handed_over(scenario: Scenario) -> None:
    wide = Scenario(scenario.database, demo_settings(pushes_per_pair=2))
    first, second, third = (wide.manager(fit=fit) for fit in (0.9, 0.8, 0.7))
    demand, _ = wide.ranked_pair()
    wide.emit_event("demand.published", demand)
    wide.work()
    [mine], [other] = wide.pushes(manager_id=first), wide.pushes(manager_id=second)
    late(wide, mine.id)
    with wide.database.unit_of_work() as session:
        inbox.accept(session, other.id, principal=wide.as_manager(second))
    assert look(wide) == 1
    wide.work()
    assert (wide.states(manager_id=first), wide.states(manager_id=third)) == (["new"], [])


def test_a_push_that_was_put_off_waits(scenario: Scenario) -> None:
    first, following = scenario.manager(fit=0.9), scenario.manager(fit=0.5)
    push = pushed(scenario)
    with scenario.database.unit_of_work() as session:
        until = now() + timedelta(days=2)
        inbox.postpone(session, push.id, principal=scenario.as_manager(first), until=until)
    late(scenario, push.id)
    assert look(scenario) == 0
    assert scenario.states(manager_id=following) == []


def test_an_answer_between_plan_and_write_wins(scenario: Scenario) -> None:
    first, following = scenario.manager(fit=0.9), scenario.manager(fit=0.5)
    push = pushed(scenario)
    late(scenario, push.id)
    look(scenario)
    with scenario.database.reading() as session:
        plans = plan_reassignment(session, scenario.matcher, push.id, policy=scenario.policy)
    assert [one.manager_id for plan in plans for one in plan.candidates] == [following]
    with scenario.database.unit_of_work() as session:
        inbox.accept(session, push.id, principal=scenario.as_manager(first))
    with scenario.database.unit_of_work() as session:
        assert reassign_overdue(session, push.id, plans, policy=scenario.policy) == []
    assert scenario.states(manager_id=first) == ["accepted"]


def test_two_workers_hand_over_once(scenario: Scenario) -> None:
    first = scenario.manager(fit=0.9)
    followers = [scenario.manager(fit=fit) for fit in (0.8, 0.7)]
    push = pushed(scenario)
    late(scenario, push.id)
    look(scenario)
    with scenario.database.reading() as session:
        plans = plan_reassignment(session, scenario.matcher, push.id, policy=scenario.policy)
    for expected in (1, 0):
        with scenario.database.unit_of_work() as session:
            assert len(reassign_overdue(session, push.id, plans, policy=scenario.policy)) == expected
    assert scenario.states(manager_id=first) == ["expired"]
    assert [scenario.states(manager_id=one) for one in followers] == [["new"], []]
