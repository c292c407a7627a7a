"""Whom a demand excludes takes no part in its engagements, in whatever role, and nobody learns who is excluded."""

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
