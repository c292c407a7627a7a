"""Nobody answers in the working days there are: the pair goes to the next manager, and is never lost on the way."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.database import now
from app.pushes.inbox import service as inbox
from app.pushes.models import Push
from app.pushes.planning.overdue_reassignment import (
    mark_overdue,
    plan_reassignment,
    reassign_overdue,
)
from app.pushes.preferences.working_time import add_working_days, at, local
from app.settings import Settings
from tests.pushes.world import World


@pytest.fixture
def world(world: World) -> World:
    """One slot per pair, so that it is clear who has it."""
    return World(world.database, Settings(_env_file=None, demo=True, pushes_per_pair=1))


def pushed(world: World) -> Push:
    demand, _ = world.good_pair()
    world.tell("demand.published", demand)
    world.work()
    [push] = world.pushes()
    return push


def late(world: World, push_id: UUID) -> None:
    """Let the time for the answer be over."""
    with world.database.unit_of_work() as session:
        session.get_one(Push, push_id).answer_due_at = now() - timedelta(minutes=1)


def look(world: World) -> int:
    with world.database.unit_of_work() as session:
        return mark_overdue(session)


def test_an_answer_is_due_at_the_end_of_a_working_day(world: World) -> None:
    world.manager()
    push = pushed(world)
    last = add_working_days(local(push.pushed_at).date(), 5)
    assert push.answer_due_at == at(last + timedelta(days=1))
    assert look(world) == 0


def test_an_unanswered_pair_goes_to_the_next_manager(world: World) -> None:
    first, following = world.manager(fit=0.9), world.manager(fit=0.5)
    push = pushed(world)
    assert push.manager_id == first
    late(world, push.id)
    assert (look(world), look(world)) == (1, 0)
    world.work()
    [ended] = world.pushes(manager_id=first)
    assert (ended.state, ended.ended_reason) == ("expired", "handed_over")
    [taken] = world.pushes(manager_id=following)
    assert (taken.state, taken.follows_id) == ("new", push.id)


def test_without_another_manager_it_stays(world: World) -> None:
    first = world.manager()
    push = pushed(world)
    late(world, push.id)
    look(world)
    world.work()
    assert world.states(manager_id=first) == ["new"]


def test_a_pair_in_somebodys_hands_is_not_handed_over(world: World) -> None:
    wide = World(world.database, Settings(_env_file=None, demo=True, pushes_per_pair=2))
    first, second, third = (wide.manager(fit=fit) for fit in (0.9, 0.8, 0.7))
    demand, _ = wide.good_pair()
    wide.tell("demand.published", demand)
    wide.work()
    [mine], [other] = wide.pushes(manager_id=first), wide.pushes(manager_id=second)
    late(wide, mine.id)
    with wide.database.unit_of_work() as session:
        inbox.accept(session, other.id, principal=wide.as_manager(second))
    assert look(wide) == 1
    wide.work()
    assert (wide.states(manager_id=first), wide.states(manager_id=third)) == (["new"], [])


def test_a_push_that_was_put_off_waits(world: World) -> None:
    first, following = world.manager(fit=0.9), world.manager(fit=0.5)
    push = pushed(world)
    with world.database.unit_of_work() as session:
        until = now() + timedelta(days=2)
        inbox.postpone(session, push.id, principal=world.as_manager(first), until=until)
    late(world, push.id)
    assert look(world) == 0
    assert world.states(manager_id=following) == []


def test_an_answer_between_plan_and_write_wins(world: World) -> None:
    first, following = world.manager(fit=0.9), world.manager(fit=0.5)
    push = pushed(world)
    late(world, push.id)
    look(world)
    with world.database.reading() as session:
        plans = plan_reassignment(session, world.matcher, push.id, policy=world.policy)
    assert [one.manager_id for plan in plans for one in plan.candidates] == [following]
    with world.database.unit_of_work() as session:
        inbox.accept(session, push.id, principal=world.as_manager(first))
    with world.database.unit_of_work() as session:
        assert reassign_overdue(session, push.id, plans, policy=world.policy) == []
    assert world.states(manager_id=first) == ["accepted"]


def test_two_workers_hand_over_once(world: World) -> None:
    first = world.manager(fit=0.9)
    followers = [world.manager(fit=fit) for fit in (0.8, 0.7)]
    push = pushed(world)
    late(world, push.id)
    look(world)
    with world.database.reading() as session:
        plans = plan_reassignment(session, world.matcher, push.id, policy=world.policy)
    for expected in (1, 0):
        with world.database.unit_of_work() as session:
            assert len(reassign_overdue(session, push.id, plans, policy=world.policy)) == expected
    assert world.states(manager_id=first) == ["expired"]
    assert [world.states(manager_id=one) for one in followers] == [["new"], []]
