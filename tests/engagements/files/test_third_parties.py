"""Files are open to a third party once both sides take part and have opened them, in whatever order that happens."""

from itertools import permutations
from typing import Any

import pytest

from app.accounts.models import Organisation, Role
from tests.engagements.files import documents
from tests.support.callers import Caller
from tests.support.http import ok, refused
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase

STEPS = ("investor consents", "demand opens", "achievement opens", "file arrives")


def upload(meeting: EngagementCase, caller: Caller) -> str:
    files = {"file": ("图纸.pdf", documents.PDF)}
    return str(ok(caller.post(f"{meeting.path}/files", files=files), 201)["id"])


def opened(meeting: EngagementCase, caller: Caller, whom: str, step: str = "open") -> Any:
    return caller.post(f"{meeting.path}/participants/{whom}/files/{step}")


def seen(meeting: EngagementCase, caller: Caller) -> list[str]:
    answer = caller.get(f"{meeting.path}/files")
    return [one["id"] for one in answer.json()["items"]] if answer.status_code == 200 else []


def invited(scenario: Scenario, meeting: EngagementCase) -> tuple[Caller, str]:
    investor = scenario.log_in(Role.INVESTOR)
    ok(meeting.invite(scenario.lead, "investor", organisation_id=str(investor.organisation_id)))
    return investor, meeting.participation_of(investor)


@pytest.mark.parametrize("order", list(permutations(STEPS)), ids=lambda order: ", ".join(order))
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_order_of_events(scenario: Scenario, order: tuple[str, ...]) -> None:
    meeting = scenario.agreed_engagement()
    investor, participant = invited(scenario, meeting)
    file = ""
    for number, step in enumerate(order):
        if step == "investor consents":
            meeting.consent(investor)
        elif step == "file arrives":
            file = upload(meeting, scenario.enterprise)
        else:
            side = scenario.enterprise if step == "demand opens" else scenario.institution
            ok(opened(meeting, side, participant))
        done = number == len(STEPS) - 1
        assert seen(meeting, investor) == ([file] if done else []), order[: number + 1]
    assert investor.get(f"{meeting.path}/files/{file}/content").content == documents.PDF


def test_the_lead_alone_lets_nobody_in(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement()
    investor, participant = invited(scenario, meeting)
    meeting.consent(investor)
    file = upload(meeting, scenario.institution)
    for caller in (scenario.lead, investor):
        refused(opened(meeting, caller, participant), 409, "not_your_part")
    assert opened(meeting, scenario.operator, participant).status_code == 403
    assert investor.get(f"{meeting.path}/files/{file}/content").status_code == 404
    timeline = ok(investor.get(f"{meeting.path}/timeline"))["items"]
    assert not [one for one in timeline if "图纸" in one["text"]]
    own = upload(meeting, investor)
    assert seen(meeting, investor) == [own]


def test_either_side_closes_them_again(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement()
    investor, participant = invited(scenario, meeting)
    meeting.consent(investor)
    file = upload(meeting, scenario.enterprise)
    for side in (scenario.enterprise, scenario.institution):
        ok(opened(meeting, side, participant))
    assert seen(meeting, investor) == [file]
    ok(opened(meeting, scenario.institution, participant, "close"))
    assert seen(meeting, investor) == []
    ok(opened(meeting, scenario.institution, participant))
    assert scenario.enterprise.post(
        f"{meeting.path}/participants/{meeting.participation_of(scenario.enterprise)}/leave"
    ).is_success
    assert seen(meeting, investor) == []


def test_who_left_and_is_invited_again_is_admitted_anew(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement()
    investor, participant = invited(scenario, meeting)
    meeting.consent(investor)
    for side in (scenario.enterprise, scenario.institution):
        ok(opened(meeting, side, participant))
    upload(meeting, scenario.enterprise)
    assert investor.post(f"{meeting.path}/participants/{participant}/leave").is_success
    ok(meeting.invite(scenario.lead, "investor", organisation_id=str(investor.organisation_id)))
    meeting.consent(investor)
    assert seen(meeting, investor) == []


def test_an_unverified_investor_reads_nothing(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement()
    investor, participant = invited(scenario, meeting)
    meeting.consent(investor)
    for side in (scenario.enterprise, scenario.institution):
        ok(opened(meeting, side, participant))
    file = upload(meeting, scenario.enterprise)
    assert seen(meeting, investor) == [file]
    with scenario.database.unit_of_work() as session:
        organisation = session.get_one(Organisation, investor.organisation_id)
        organisation.verified_at, organisation.self_registered = None, True
    assert seen(meeting, investor) == []


def test_a_further_manager_is_a_third_party(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement()
    other, other_id = scenario.manager_with_login()
    meeting.join(other, other_id)
    file = upload(meeting, scenario.enterprise)
    assert seen(meeting, other) == []
    participant = meeting.participation_of(other)
    for side in (scenario.enterprise, scenario.institution):
        ok(opened(meeting, side, participant))
    assert seen(meeting, other) == [file]
    lead = meeting.participation_of(scenario.lead)
    refused(opened(meeting, scenario.enterprise, lead), 409, "no_third_party")
