"""What an ended engagement leaves behind: the pair for the next manager, or not; and what cannot be undone any more."""

from typing import Any
from uuid import UUID

import pytest

from app.engagements.lifecycle.workload import open_engagement_counts
from app.settings import Settings
from tests.engagements.town import LogIn, Meeting, Town, ok, refused
from tests.pushes.world import World


@pytest.fixture
def town(app: Any, log_in: LogIn) -> Town:
    """A pair has one slot, and the lead comes first."""
    town = Town(app.state.database, log_in)
    town.world = World(app.state.database, Settings(_env_file=None, demo=True, pushes_per_pair=1))
    town.world.matcher.fits[town.lead_id] = 0.9
    return town


@pytest.fixture
def next_id(town: Town) -> UUID:
    return town.world.manager(fit=0.6)


def pushed_and_accepted(town: Town) -> Meeting:
    """The pair is pushed by planning, to the lead alone, who accepts."""
    key = town.pair()
    town.world.pair(*key)
    town.world.tell("demand.published", key[0])
    town.world.work()
    [push] = town.world.pushes(demand_id=key[0])
    assert push.manager_id == town.lead_id
    accepted = ok(town.lead.post(f"/v1/pushes/{push.id}/accept"))
    return Meeting(town, accepted["engagement_id"], key)


def test_the_pair_goes_to_the_next_manager_once(town: Town, next_id: UUID) -> None:
    meeting = pushed_and_accepted(town)
    town.world.work()
    assert town.world.states(manager_id=next_id) == []  # the lead occupies the only slot
    before = town.world.inbox_log()
    ok(meeting.move("ended", reason="manager_unavailable"))
    town.world.work()
    [first] = town.world.pushes(manager_id=town.lead_id)
    assert len(town.world.inbox_log()[first.id]) == len(before[first.id]) + 1
    [following] = town.world.pushes(manager_id=next_id)
    assert (first.state, first.ended_reason) == ("accepted", "manager_unavailable")
    assert (following.state, following.follows_id) == ("new", first.id)
    third = town.world.manager(fit=0.5)
    town.world.tell("demand.changed", meeting.demand_id)
    town.world.work()
    assert town.world.states(manager_id=third) == []
    assert town.world.states(manager_id=town.lead_id) == ["accepted"]


@pytest.mark.parametrize("reason", ["technology", "chose_other"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_owners_who_settled_the_pair_are_not_asked_again(town: Town, next_id: UUID, reason: str) -> None:
    meeting = pushed_and_accepted(town)
    meeting.consent(town.enterprise)
    ok(meeting.move("ended", town.enterprise, reason=reason))
    town.world.tell("demand.changed", meeting.demand_id)
    town.world.work()
    assert town.world.states(manager_id=next_id) == []


def test_an_owner_who_declined_is_not_asked_again(town: Town, next_id: UUID) -> None:
    meeting = pushed_and_accepted(town)
    ok(meeting.answer(town.enterprise, "decline"), 204)
    ok(meeting.move("ended", reason="other"))
    town.world.work()
    assert town.world.states(manager_id=next_id) == []


def test_an_undone_acceptance_ends_its_engagement_and_opens_another(town: Town) -> None:
    meeting = pushed_and_accepted(town)
    [push] = town.world.pushes()
    ok(town.lead.post(f"/v1/pushes/{push.id}/undo"))
    assert meeting.seen()["ended_reason"] == "undone"
    town.world.work()
    assert town.world.states() == ["read"]
    again = ok(town.lead.post(f"/v1/pushes/{push.id}/accept"))["engagement_id"]
    assert again != meeting.id
    assert Meeting(town, again, (meeting.demand_id, meeting.achievement_id)).seen()["stage"] == "proposed"
    with town.database.reading() as session:
        assert open_engagement_counts(session, [town.lead_id]) == {town.lead_id: 1}


def test_once_an_owner_has_consented_it_is_too_late_to_undo(town: Town) -> None:
    meeting = pushed_and_accepted(town)
    meeting.consent(town.enterprise)
    [push] = town.world.pushes()
    refused(town.lead.post(f"/v1/pushes/{push.id}/undo"), 409, "engagement_under_way")
    assert (meeting.seen()["stage"], town.world.states()) == ("proposed", ["accepted"])
