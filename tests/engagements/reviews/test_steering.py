"""Who enters ties, names and changes sees nothing move that tells them the owner of a confidential record."""

from collections.abc import Callable
from uuid import UUID

import pytest

from app.accounts.models import Organisation, Role
from tests.engagements.reviews.cases import change, declare, hidden_demand, reviews, state_of
from tests.support.callers import Caller
from tests.support.http import ok, refused
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both

Drain = Callable[[], int]


def test_a_record_that_its_owner_changes_tells_nothing_of_a_tie_taken_back(
    scenario: Scenario, drain: Drain
) -> None:
    """A manager has an owner correct the record, with a question for instance: the consent must not come with it."""
    case, owner, spy, spy_id = hidden_demand(scenario)
    declare(spy, spy_id, organisation_id=str(owner.organisation_id))
    drain()
    refused(case.answer(owner, "consent"), 409, "under_review")
    declare(spy, spy_id)
    drain()
    change(owner, f"/v1/demands/{case.demand_id}", budget_max_wan="321.00")
    drain()
    assert state_of(case, "demand", spy) == "invited"
    assert [one["ties"] for one in reviews(scenario)] == [[]]


def test_a_tie_that_the_owner_ends_later_than_a_manager_theirs_brings_the_consent(
    scenario: Scenario, drain: Drain
) -> None:
    """As it does where the manager's tie was to somebody else."""
    states = []
    for is_tied in (True, False):
        rival = scenario.organisation()
        case, owner, spy, spy_id = hidden_demand(scenario)
        change(
            owner, f"/v1/demands/{case.demand_id}", excluded_orgs=[str(scenario.institution.organisation_id)]
        )
        other = owner.organisation_id if is_tied else rival
        declare(spy, spy_id, organisation_id=str(other))
        drain()
        refused(case.answer(owner, "consent"), 409, "under_review")
        declare(spy, spy_id)
        drain()
        change(owner, f"/v1/demands/{case.demand_id}", excluded_orgs=[])
        drain()
        states.append(state_of(case, "demand", spy))
    assert states == ["consented", "consented"]


def test_an_owner_who_takes_names_learns_nothing_of_a_hidden_one(scenario: Scenario, drain: Drain) -> None:
    """Both owners are hidden: who registers former names of others for their own organisation sees their own consent
    count, whether or not one of them is the other owner's."""
    answers = []
    for is_named in (True, False):
        target = scenario.organisation(name=f"济南琢光{'甲' if is_named else '丙'}激光设备有限公司")
        decoy = scenario.organisation(name=f"济南岱阳{'乙' if is_named else '丁'}特种陶瓷有限公司")
        case, spy = both_hidden(scenario, target)
        named = target if is_named else decoy
        with scenario.database.reading() as session:
            name = session.get_one(Organisation, named).name
        change(spy, f"/v1/organisations/{spy.organisation_id}", aliases=[name])
        drain()
        answers.append(case.answer(spy, "consent").status_code)
    assert answers == [200, 200]
    assert [one["part"] for one in reviews(scenario)] == ["achievement"], (
        "the bureau looks at it all the same, and it is the other side whose consent waits"
    )


def both_hidden(scenario: Scenario, owner_of_achievement: UUID) -> tuple[EngagementCase, Caller]:
    spy = scenario.log_in(Role.ENTERPRISE, organisation_id=scenario.organisation())
    pair = (
        scenario.demand(owner=spy.organisation_id, publish_mode="confidential"),
        scenario.achievement(owner=owner_of_achievement, publish_mode="confidential"),
    )
    manager, manager_id = scenario.manager_with_login(capacity=9)
    pushed = ok(manager.post(f"/v1/pushes/{scenario.push(manager_id, *pair)}/accept"))
    return EngagementCase(scenario, pushed["engagement_id"], pair), spy
