"""What a manager does with pushes: the state machine, its rules under lock, and two at the same moment."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest

from app.accounts.access.principal import Principal
from app.accounts.models import Role
from app.database import new_id, now
from app.engagements.disclosure import brokered_records
from app.engagements.lifecycle.workload import open_engagement_counts
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion, Unauthenticated
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.pushes.inbox import service as inbox
from app.pushes.models import PushState
from tests.pushes.world import World


def pushed(world: World, manager: UUID, count: int = 1) -> list[UUID]:
    """Ids of so many new pushes to the manager."""
    for _ in range(count):
        demand, _ = world.good_pair()
        world.tell("demand.published", demand)
    world.work()
    return [push.id for push in world.pushes(manager_id=manager, state="new")]


def answer(world: World, verb: str, push_id: UUID, principal: Principal, **kwargs: object) -> str:
    act = {
        "read": inbox.mark_read,
        "accept": inbox.accept,
        "decline": inbox.decline,
        "later": inbox.postpone,
    }[verb]
    if verb == "decline":
        kwargs.setdefault("reason", "price")
    if verb == "later":
        kwargs.setdefault("until", now() + timedelta(days=1))
    with world.database.unit_of_work() as session:
        return act(session, push_id, principal=principal, **kwargs).state  # type: ignore[operator]


def test_answers_lead_to_their_states(world: World) -> None:
    manager = world.manager(capacity=9)
    me = world.as_manager(manager)
    first, second, third = pushed(world, manager, 3)
    assert answer(world, "read", first, me) == "read"
    assert answer(world, "read", first, me) == "read"
    assert answer(world, "later", first, me) == "later"
    assert answer(world, "read", first, me) == "later"
    assert answer(world, "accept", first, me) == "accepted"
    assert answer(world, "decline", second, me, reason="other", note="已有合作方") == "declined"
    assert answer(world, "later", third, me) == "later"
    assert answer(world, "decline", third, me) == "declined"
    [push] = world.pushes(id=second)
    assert (push.decline_reason, push.note) == ("other", "已有合作方")
    assert push.read_at is not None
    assert push.answered_at is not None


@pytest.mark.parametrize("state", ["accepted", "declined", "expired", "cancelled"])
@pytest.mark.parametrize("verb", ["read", "accept", "decline", "later"])
def test_what_is_over_stays_over(world: World, state: str, verb: str) -> None:
    manager = world.manager()
    [push_id] = pushed(world, manager)
    with world.database.unit_of_work() as session:
        inbox.get_push(session, push_id, principal=world.as_manager(manager)).state = state
    with pytest.raises(Conflict) as refused:
        answer(world, verb, push_id, world.as_manager(manager))
    assert refused.value.extra == {"state": state, "allowed": []}
    assert world.states() == [state]


def test_a_push_past_its_time_cannot_be_answered_even_before_it_is_marked(world: World) -> None:
    manager = world.manager()
    [push_id] = pushed(world, manager)
    world.age(push_id, timedelta(days=30, minutes=1))
    with pytest.raises(Conflict) as refused:
        answer(world, "accept", push_id, world.as_manager(manager))
    assert refused.value.extra["state"] == PushState.EXPIRED


def test_only_the_manager_it_was_sent_to_may_answer(world: World) -> None:
    manager, other = world.manager(fit=0.9), world.manager(fit=0.1, capacity=0)
    [push_id] = pushed(world, manager)
    with pytest.raises(NotFound):
        answer(world, "accept", push_id, world.as_manager(other))
    with pytest.raises(Forbidden):
        answer(world, "accept", push_id, Principal(role=Role.OPERATOR))
    with pytest.raises(Forbidden):
        answer(world, "accept", push_id, Principal(role=Role.ENTERPRISE))
    with pytest.raises(Unauthenticated):
        answer(world, "accept", push_id, Principal())
    with pytest.raises(NotFound):
        answer(world, "accept", new_id(), world.as_manager(manager))
    assert world.states() == ["new"]


def test_an_old_etag_is_refused(world: World) -> None:
    manager = world.manager()
    [push_id] = pushed(world, manager)
    answer(world, "read", push_id, world.as_manager(manager), if_match='"1"')
    with pytest.raises(StaleVersion):
        answer(world, "accept", push_id, world.as_manager(manager), if_match='"1"')
    assert answer(world, "accept", push_id, world.as_manager(manager), if_match='"2"') == "accepted"


@pytest.mark.parametrize(
    ("verb", "kwargs", "field"),
    [
        ("decline", {"reason": "weather"}, "reason"),
        ("decline", {"reason": "other"}, "note"),
        ("later", {"until": now() - timedelta(hours=1)}, "until"),
        ("later", {"until": now() + timedelta(days=400)}, "until"),
    ],
)
def test_wrong_answers_change_nothing(world: World, verb: str, kwargs: dict[str, object], field: str) -> None:
    manager = world.manager()
    [push_id] = pushed(world, manager)
    with pytest.raises(Invalid) as refused:
        answer(world, verb, push_id, world.as_manager(manager), **kwargs)
    assert [error.field for error in refused.value.fields] == [field]
    assert world.states() == ["new"]


def test_what_became_forbidden_cannot_be_accepted(world: World) -> None:
    manager = world.manager(capacity=9)
    me = world.as_manager(manager)
    ids = pushed(world, manager, 4)
    pushes = {push.id: push for push in world.pushes()}
    # The events of these changes are not handled yet, so the pushes still stand in the inbox.
    world.set_state(Demand, pushes[ids[0]].demand_id, "withdrawn")
    world.set_state(Achievement, pushes[ids[1]].achievement_id, "closed")
    with world.database.unit_of_work() as session:
        owner = session.get_one(Demand, pushes[ids[2]].demand_id).owner_org_id
    world.post(manager, owner)
    codes = []
    for push_id in ids[:3]:
        with pytest.raises(Conflict) as refused:
            answer(world, "accept", push_id, me)
        codes.append(refused.value.problem_code)
    assert codes == ["demand_not_published", "achievement_not_published", "conflict_of_interest"]
    world.change(Manager, manager, capacity=0)
    with pytest.raises(Conflict) as refused:
        answer(world, "accept", ids[3], me)
    assert refused.value.problem_code == "manager_full"


def test_a_closed_record_frees_the_managers_place(world: World) -> None:
    manager = world.manager(capacity=1)
    first, second = pushed(world, manager, 2)
    me = world.as_manager(manager)
    answer(world, "accept", first, me)
    with world.database.reading() as session:
        assert open_engagement_counts(session, [manager]) == {manager: 1}
    with pytest.raises(Conflict):
        answer(world, "accept", second, me)
    world.set_state(Demand, world.pushes(id=first)[0].demand_id, "closed")
    assert answer(world, "accept", second, me) == "accepted"


def test_of_two_acceptances_of_the_last_place_one_is_refused(world: World) -> None:
    manager = world.manager(capacity=1)
    ids = pushed(world, manager, 2)
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def accept(push_id: UUID) -> None:
        together.wait()
        try:
            outcomes.append(answer(world, "accept", push_id, world.as_manager(manager)))
        except Conflict as refused:
            outcomes.append(refused.problem_code)

    threads = [threading.Thread(target=accept, args=(push_id,)) for push_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted", "manager_full"]
    assert sorted(world.states()) == ["accepted", "new"]


def test_accepting_opens_public_records_but_no_confidential_ones(world: World) -> None:
    manager = world.manager()
    demand = world.demand(publish_mode="confidential")
    achievement = world.achievement()
    world.pair(demand, achievement)
    world.tell("demand.published", demand)
    world.work()
    [push] = world.pushes()
    answer(world, "accept", push.id, world.as_manager(manager))
    with world.database.reading() as session:
        assert brokered_records(session, [manager]) == {achievement}
        assert brokered_records(session, []) == frozenset()
