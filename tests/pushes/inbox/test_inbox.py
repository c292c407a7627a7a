"""What a manager does with pushes: the state machine, its rules under lock, and two at the same moment."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.accounts.access.principal import Principal
from app.accounts.models import Role
from app.database import new_id, now
from app.engagements.contact_visibility import opened_records
from app.engagements.lifecycle.workload import open_engagement_counts
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion, Unauthenticated
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.pushes.inbox import service as inbox
from app.pushes.models import Push, PushState
from tests.support.scenario import Scenario


def pushed(scenario: Scenario, manager: UUID, count: int = 1) -> list[UUID]:
    """Ids of so many new pushes to the manager."""
    for _ in range(count):
        demand, _ = scenario.ranked_pair()
        scenario.emit_event("demand.published", demand)
    scenario.work()
    return [push.id for push in scenario.pushes(manager_id=manager, state="new")]


def answer(scenario: Scenario, verb: str, push_id: UUID, principal: Principal, **kwargs: Any) -> str:
    acts: dict[str, Callable[..., Push]] = {
        "read": inbox.mark_read,
        "accept": inbox.accept,
        "decline": inbox.decline,
        "later": inbox.postpone,
    }
    if verb == "decline":
        kwargs.setdefault("reason", "price")
    if verb == "later":
        kwargs.setdefault("until", now() + timedelta(days=1))
    with scenario.database.unit_of_work() as session:
        return acts[verb](session, push_id, principal=principal, **kwargs).state


def test_answers_lead_to_their_states(scenario: Scenario) -> None:
    manager = scenario.manager(capacity=9)
    me = scenario.as_manager(manager)
    first, second, third = pushed(scenario, manager, 3)
    assert answer(scenario, "read", first, me) == "read"
    assert answer(scenario, "read", first, me) == "read"
    assert answer(scenario, "later", first, me) == "later"
    assert answer(scenario, "read", first, me) == "later"
    assert answer(scenario, "accept", first, me) == "accepted"
    assert answer(scenario, "decline", second, me, reason="other", note="已有合作方") == "declined"
    assert answer(scenario, "later", third, me) == "later"
    assert answer(scenario, "decline", third, me) == "declined"
    [push] = scenario.pushes(id=second)
    assert (push.decline_reason, push.note) == ("other", "已有合作方")
    assert push.read_at is not None
    assert push.answered_at is not None


@pytest.mark.parametrize("state", ["accepted", "declined", "expired", "cancelled"])
@pytest.mark.parametrize("verb", ["read", "accept", "decline", "later"])
def test_what_is_over_stays_over(scenario: Scenario, state: str, verb: str) -> None:
    manager = scenario.manager()
    [push_id] = pushed(scenario, manager)
    with scenario.database.unit_of_work() as session:
        inbox.get_push(session, push_id, principal=scenario.as_manager(manager)).state = state
    with pytest.raises(Conflict) as refused:
        answer(scenario, verb, push_id, scenario.as_manager(manager))
    assert refused.value.extra == {"state": state, "ended_reason": None, "allowed": []}
    assert scenario.states() == [state]


def test_a_push_past_its_time_cannot_be_answered_even_before_it_is_marked(scenario: Scenario) -> None:
    manager = scenario.manager()
    [push_id] = pushed(scenario, manager)
    scenario.age_push(push_id, timedelta(days=30, minutes=1))
    with pytest.raises(Conflict) as refused:
        answer(scenario, "accept", push_id, scenario.as_manager(manager))
    assert refused.value.extra["state"] == PushState.EXPIRED


def test_only_the_manager_it_was_sent_to_may_answer(scenario: Scenario) -> None:
    manager, other = scenario.manager(fit=0.9), scenario.manager(fit=0.1, capacity=0)
    [push_id] = pushed(scenario, manager)
    with pytest.raises(NotFound):
        answer(scenario, "accept", push_id, scenario.as_manager(other))
    with pytest.raises(Forbidden):
        answer(scenario, "accept", push_id, Principal(role=Role.OPERATOR))
    with pytest.raises(Forbidden):
        answer(scenario, "accept", push_id, Principal(role=Role.ENTERPRISE))
    with pytest.raises(Unauthenticated):
        answer(scenario, "accept", push_id, Principal())
    with pytest.raises(NotFound):
        answer(scenario, "accept", new_id(), scenario.as_manager(manager))
    assert scenario.states() == ["new"]


def test_an_old_etag_is_refused(scenario: Scenario) -> None:
    manager = scenario.manager()
    [push_id] = pushed(scenario, manager)
    answer(scenario, "read", push_id, scenario.as_manager(manager), if_match='"1"')
    with pytest.raises(StaleVersion):
        answer(scenario, "accept", push_id, scenario.as_manager(manager), if_match='"1"')
    assert answer(scenario, "accept", push_id, scenario.as_manager(manager), if_match='"2"') == "accepted"


@pytest.mark.parametrize(
    ("verb", "kwargs", "field"),
    [
        ("decline", {"reason": "weather"}, "reason"),
        ("decline", {"reason": "other"}, "note"),
        ("later", {"until": now() - timedelta(hours=1)}, "until"),
        ("later", {"until": now() + timedelta(days=400)}, "until"),
    ],
)
def test_wrong_answers_change_nothing(
    scenario: Scenario, verb: str, kwargs: dict[str, object], field: str
) -> None:
    manager = scenario.manager()
    [push_id] = pushed(scenario, manager)
    with pytest.raises(Invalid) as refused:
        answer(scenario, verb, push_id, scenario.as_manager(manager), **kwargs)
    assert [error.field for error in refused.value.fields] == [field]
    assert scenario.states() == ["new"]


def test_what_became_forbidden_cannot_be_accepted(scenario: Scenario) -> None:
    manager = scenario.manager(capacity=9)
    me = scenario.as_manager(manager)
    ids = pushed(scenario, manager, 4)
    pushes = {push.id: push for push in scenario.pushes()}
    # The events of these changes are not handled yet, so the pushes still stand in the inbox.
    scenario.set_state(Demand, pushes[ids[0]].demand_id, "withdrawn")
    scenario.set_state(Achievement, pushes[ids[1]].achievement_id, "closed")
    with scenario.database.unit_of_work() as session:
        owner = session.get_one(Demand, pushes[ids[2]].demand_id).owner_org_id
    scenario.affiliate(manager, owner)
    codes = []
    for push_id in ids[:3]:
        with pytest.raises(Conflict) as refused:
            answer(scenario, "accept", push_id, me)
        codes.append(refused.value.problem_code)
    assert codes == ["demand_not_published", "achievement_not_published", "conflict_of_interest"]
    scenario.change(Manager, manager, capacity=0)
    with pytest.raises(Conflict) as refused:
        answer(scenario, "accept", ids[3], me)
    assert refused.value.problem_code == "manager_full"


def test_a_closed_record_frees_the_managers_place(scenario: Scenario) -> None:
    manager = scenario.manager(capacity=1)
    first, second = pushed(scenario, manager, 2)
    me = scenario.as_manager(manager)
    answer(scenario, "accept", first, me)
    with scenario.database.reading() as session:
        assert open_engagement_counts(session, [manager]) == {manager: 1}
    with pytest.raises(Conflict):
        answer(scenario, "accept", second, me)
    scenario.set_state(Demand, scenario.pushes(id=first)[0].demand_id, "closed")
    assert answer(scenario, "accept", second, me) == "accepted"


def test_of_two_acceptances_of_the_last_place_one_is_refused(scenario: Scenario) -> None:
    manager = scenario.manager(capacity=1)
    ids = pushed(scenario, manager, 2)
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def accept(push_id: UUID) -> None:
        together.wait()
        try:
            outcomes.append(answer(scenario, "accept", push_id, scenario.as_manager(manager)))
        except Conflict as refused:
            outcomes.append(refused.problem_code)

    threads = [threading.Thread(target=accept, args=(push_id,)) for push_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted", "manager_full"]
    assert sorted(scenario.states()) == ["accepted", "new"]


def test_accepting_opens_public_records_but_no_confidential_ones(scenario: Scenario) -> None:
    manager = scenario.manager()
    demand = scenario.demand(publish_mode="confidential")
    achievement = scenario.achievement()
    scenario.rank_pair(demand, achievement)
    scenario.emit_event("demand.published", demand)
    scenario.work()
    [push] = scenario.pushes()
    answer(scenario, "accept", push.id, scenario.as_manager(manager))
    stranger = scenario.as_manager(scenario.manager())
    with scenario.database.reading() as session:
        opened = opened_records(session, scenario.as_manager(manager))
        assert (opened.brokered, opened.approved) == ({achievement}, frozenset())
        other = opened_records(session, stranger)
        assert (other.brokered, other.approved) == (frozenset(), frozenset())
