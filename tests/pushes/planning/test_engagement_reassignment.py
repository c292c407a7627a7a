"""What an ended engagement leaves behind: the pair for the next manager, or not; and what cannot be undone any more."""

from typing import Any
from uuid import UUID

import pytest

from app.database import Database
from app.engagements.lifecycle.workload import open_engagement_counts
from tests.support.callers import LogIn
from tests.support.http import ok, refused
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase
from tests.support.services import demo_settings


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    """A pair has one slot, and the lead comes first."""
    settings = demo_settings(pushes_per_pair=1)
    scenario = Scenario(app.state.services[Database], settings, log_in=log_in)
    scenario.matcher.fits[scenario.lead_id] = 0.9
    return scenario


@pytest.fixture
def next_id(scenario: Scenario) -> UUID:
    return scenario.manager(fit=0.6)


def pushed_and_accepted(scenario: Scenario) -> EngagementCase:
    """The pair is pushed by planning, to the lead alone, who accepts."""
    key = scenario.contactable_pair()
    scenario.rank_pair(*key)
    scenario.emit_event("demand.published", key[0])
    scenario.work()
    [push] = scenario.pushes(demand_id=key[0])
    assert push.manager_id == scenario.lead_id
    accepted = ok(scenario.lead.post(f"/v1/pushes/{push.id}/accept"))
    return EngagementCase(scenario, accepted["engagement_id"], key)


def test_the_pair_goes_to_the_next_manager_once(scenario: Scenario, next_id: UUID) -> None:
    meeting = pushed_and_accepted(scenario)
    scenario.work()
    assert scenario.states(manager_id=next_id) == []  # the lead occupies the only slot
    before = scenario.inbox_log()
    ok(meeting.move("ended", reason="manager_unavailable"))
    scenario.work()
    [first] = scenario.pushes(manager_id=scenario.lead_id)
    assert len(scenario.inbox_log()[first.id]) == len(before[first.id]) + 1
    [following] = scenario.pushes(manager_id=next_id)
    assert (first.state, first.ended_reason) == ("accepted", "manager_unavailable")
    assert (following.state, following.follows_id) == ("new", first.id)
    third = scenario.manager(fit=0.5)
    scenario.emit_event("demand.changed", meeting.demand_id)
    scenario.work()
    assert scenario.states(manager_id=third) == []
    assert scenario.states(manager_id=scenario.lead_id) == ["accepted"]


@pytest.mark.parametrize("reason", ["technology", "chose_other"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_owners_who_settled_the_pair_are_not_asked_again(
    scenario: Scenario, next_id: UUID, reason: str
) -> None:
    meeting = pushed_and_accepted(scenario)
    meeting.consent(scenario.enterprise)
    ok(meeting.move("ended", scenario.enterprise, reason=reason))
    scenario.emit_event("demand.changed", meeting.demand_id)
    scenario.work()
    assert scenario.states(manager_id=next_id) == []


def test_an_owner_who_declined_is_not_asked_again(scenario: Scenario, next_id: UUID) -> None:
    meeting = pushed_and_accepted(scenario)
    ok(meeting.answer(scenario.enterprise, "decline"), 204)
    ok(meeting.move("ended", reason="other"))
    scenario.work()
    assert scenario.states(manager_id=next_id) == []


def test_an_undone_acceptance_ends_its_engagement_and_opens_another(scenario: Scenario) -> None:
    meeting = pushed_and_accepted(scenario)
    [push] = scenario.pushes()
    ok(scenario.lead.post(f"/v1/pushes/{push.id}/undo"))
    assert meeting.seen()["ended_reason"] == "undone"
    scenario.work()
    assert scenario.states() == ["read"]
    again = ok(scenario.lead.post(f"/v1/pushes/{push.id}/accept"))["engagement_id"]
    assert again != meeting.id
    assert (
        EngagementCase(scenario, again, (meeting.demand_id, meeting.achievement_id)).seen()["stage"]
        == "proposed"
    )
    with scenario.database.reading() as session:
        assert open_engagement_counts(session, [scenario.lead_id]) == {scenario.lead_id: 1}


def test_once_an_owner_has_consented_it_is_too_late_to_undo(scenario: Scenario) -> None:
    meeting = pushed_and_accepted(scenario)
    meeting.consent(scenario.enterprise)
    [push] = scenario.pushes()
    refused(scenario.lead.post(f"/v1/pushes/{push.id}/undo"), 409, "engagement_under_way")
    assert (meeting.seen()["stage"], scenario.states()) == ("proposed", ["accepted"])
