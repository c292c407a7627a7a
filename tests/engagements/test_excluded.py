"""Whom a demand excludes takes no part in its engagements, in whatever role, and nobody learns who is excluded."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Organisation, Role
from app.clock import today
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Affiliation, Manager
from tests.support.callers import Caller
from tests.support.http import ok, refused
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase

CODE = "91370102YY000001X4"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both


@pytest.fixture
def competitor(scenario: Scenario) -> UUID:
    found = scenario.organisation(name="济南柱川液压油缸有限公司")
    with scenario.database.unit_of_work() as session:
        session.get_one(Organisation, found).uscc = CODE
    return found


def invited_investor(scenario: Scenario, case: EngagementCase, organisation: UUID) -> tuple[Caller, Any]:
    investor = scenario.log_in(Role.INVESTOR, organisation_id=organisation)
    return investor, case.invite(scenario.lead, "investor", organisation_id=str(organisation))


def under_review(scenario: Scenario, case: EngagementCase) -> list[str]:
    found: list[str] = ok(scenario.operator.get(case.path))["under_review"]
    return found


def test_an_excluded_organisation_does_not_come_in_as_an_investor(
    scenario: Scenario, competitor: UUID
) -> None:
    """Nor a part of it, nor one of its people; the lead sees an investor who has not answered."""
    case = scenario.agreed_engagement(excluded_orgs=[CODE])
    stranger, answer = invited_investor(scenario, case, scenario.organisation())
    expected = answer.status_code
    case.consent(stranger)
    part = scenario.organisation(name="濟南柱川 液压油缸有限责任公司（青岛分公司）")
    subsidiary = scenario.organisation(parent=competitor)
    for organisation in (competitor, part, subsidiary):
        investor, answer = invited_investor(scenario, case, organisation)
        assert answer.status_code == expected
        refused(case.answer(investor, "consent"), 409, "under_review")
        refused(investor.get(f"{case.path}/timeline"), 409, "not_consented")
        opening = f"{case.path}/participants/{case.participation_of(investor)}/files/open"
        refused(scenario.enterprise.post(opening), 409, "excluded_org")
    person = scenario.log_in(Role.INVESTOR, organisation_id=competitor)
    assert case.invite(scenario.lead, "investor", user_id=str(person.user_id)).status_code == expected
    assert under_review(scenario, case) == ["investor"]
    states = {one["state"] for one in case.seen()["participants"] if one["role"] == "investor"}
    assert states == {"invited", "consented"}
    scenario.change(Demand, case.demand_id, excluded_orgs=[])
    case.consent(investor)
    assert under_review(scenario, case) == []


@pytest.mark.parametrize("tie", ["post", "former post", "declared"])
def test_a_manager_with_any_tie_to_an_excluded_organisation_waits_for_the_bureau(
    scenario: Scenario, competitor: UUID, tie: str
) -> None:
    """A manager enters such ties themselves, so nothing that they notice depends on them; the owner is not known."""
    case = scenario.open_engagement()
    if tie == "declared":
        declared = [{"organisation_id": str(competitor), "kind": "family"}]
        scenario.change(Manager, scenario.lead_id, declared_conflicts=declared)
    else:
        end = None if tie == "post" else today() - timedelta(days=20)
        scenario.affiliate(scenario.lead_id, competitor, end=end)
    case.consent(scenario.institution)
    assert under_review(scenario, case) == []
    scenario.change(Demand, case.demand_id, excluded_orgs=[CODE])
    refused(case.answer(scenario.enterprise, "consent"), 409, "under_review")
    assert under_review(scenario, case) == ["demand"]
    assert case.seen()["agreed_at"] is None
    with scenario.database.unit_of_work() as session:
        manager = session.get_one(Manager, scenario.lead_id)
        manager.declared_conflicts = []
        for post in session.query(Affiliation).filter(Affiliation.organisation_id == competitor):
            session.delete(post)
    case.consent(scenario.enterprise)
    assert case.seen()["agreed_at"]


def test_an_owner_who_belongs_to_an_excluded_group_since_waits_for_the_bureau(
    scenario: Scenario, competitor: UUID
) -> None:
    case = scenario.open_engagement(excluded_orgs=[CODE])
    case.consent(scenario.institution)
    assert under_review(scenario, case) == []
    with scenario.database.unit_of_work() as session:
        session.get_one(Organisation, scenario.institution.organisation_id).parent_id = competitor
    refused(case.answer(scenario.enterprise, "consent"), 409, "under_review")
    assert under_review(scenario, case) == ["demand"]


def test_a_manager_employed_by_an_excluded_organisation_gets_no_pair_by_an_account_elsewhere(
    scenario: Scenario, competitor: UUID
) -> None:
    """The bureau links the account; the employer is entered by the bureau or by themselves."""
    caller, manager_id = scenario.manager_with_login(capacity=3, fit=0.9)
    scenario.change(Manager, manager_id, owner_org_id=competitor)
    demand_id, achievement_id = scenario.contactable_pair(excluded_orgs=[CODE])
    scenario.rank_pair(demand_id, achievement_id)
    scenario.emit_event("demand.published", demand_id)
    scenario.work()
    assert scenario.states(manager_id=manager_id) == []
    push = scenario.push(manager_id, demand_id, achievement_id)
    refused(caller.post(f"/v1/pushes/{push}/accept"), 409, "conflict_of_interest")


def test_a_manager_whom_a_hidden_demand_excludes_takes_no_part(scenario: Scenario, competitor: UUID) -> None:
    """The lead cannot tell them from others: whom it excludes may tell whose demand it is."""
    demand_id, achievement_id = scenario.contactable_pair(publish_mode="confidential", excluded_orgs=[CODE])
    push = scenario.push_to_lead((demand_id, achievement_id))
    pushed = ok(scenario.lead.post(f"/v1/pushes/{push}/accept"))
    case = EngagementCase(scenario, pushed["engagement_id"], (demand_id, achievement_id))
    rival, rival_id = scenario.manager_with_login(owner=competitor, capacity=3)
    ok(case.invite(scenario.lead, "manager", manager_id=str(rival_id)))
    refused(case.answer(rival, "consent"), 409, "under_review")
    assert under_review(scenario, case) == ["demand", "manager"]


def test_a_stored_pair_goes_when_its_owner_becomes_a_part_of_an_excluded_group(
    scenario: Scenario, competitor: UUID, drain: Callable[[], int]
) -> None:
    """By a parent, a merger or a new name; digests and lists of pairs are made of what is stored."""
    demand_id = scenario.demand(owner=scenario.enterprise.organisation_id, excluded_orgs=[CODE])
    owner = scenario.institution.organisation_id
    public = scenario.achievement(owner=owner)
    shared = scenario.achievement(co_org_ids=[str(owner)])
    hidden = scenario.achievement(owner=owner, publish_mode="confidential")
    stranger = scenario.achievement()
    for id_ in (public, shared, hidden, stranger):
        scenario.rank_pair(demand_id, id_)
    before = paired(scenario.enterprise)
    assert before == {str(id_) for id_ in (public, shared, hidden, stranger)}
    path = f"/v1/organisations/{owner}"
    tag = {"If-Match": scenario.operator.get(path).headers["ETag"]}
    ok(scenario.operator.patch(path, json={"parent_id": str(competitor)}, headers=tag))
    drain()
    assert paired(scenario.enterprise) == {str(hidden), str(stranger)}, "the hidden owner shows by nothing"
    assert paired(scenario.institution) == {str(hidden)}


def paired(caller: Caller) -> set[str]:
    """The achievements in the caller's list of pairs."""
    return {one["achievement"]["id"] for one in ok(caller.get("/v1/pairs"))["items"]}
