"""Before both sides agree, nobody who knows a hidden owner tells the other side by what they write."""

import pytest

from app.accounts.models import Role
from tests.engagements.files import documents
from tests.support.callers import Caller
from tests.support.days import day
from tests.support.http import ok, refused, wrong_fields
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase

NAME = "济南柱川液压油缸有限公司"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_nobody_names_a_hidden_owner_before_both_agree(scenario: Scenario) -> None:
    hidden = scenario.log_in(Role.ENTERPRISE, organisation_name=NAME)
    demand = {"publish_mode": "confidential", "contact_name": "乔隐三"}
    demand_id = scenario.demand(owner=hidden.organisation_id, **demand)
    achievement_id = scenario.achievement(owner=scenario.institution.organisation_id)
    push = scenario.push(scenario.lead_id, demand_id, achievement_id)
    accepted = ok(scenario.lead.post(f"/v1/pushes/{push}/accept"))
    case = EngagementCase(scenario, accepted["engagement_id"], (demand_id, achievement_id))

    def writes(caller: Caller, text: str) -> list[int]:
        task = {"title": text, "due_on": day(9)}
        file = {"file": (f"{text}.pdf", documents.PDF)}
        return [
            caller.post(f"{case.path}/notes", json={"text": text}).status_code,
            caller.post(f"{case.path}/tasks", json=task).status_code,
            caller.post(f"{case.path}/files", files=file).status_code,
        ]

    assert writes(scenario.lead, f"猜是{NAME}") == [201] * 3, (
        "an answer would tell the lead that they are right"
    )
    case.consent(hidden)
    assert case.seen()["demand"]["owner_name"] == NAME
    assert writes(scenario.lead, "已联系柱川的乔隐三") == [422] * 3
    assert wrong_fields(case.move("contacted", note="与柱川通话")) == ["note"]
    assert writes(hidden, "我们柱川的图纸")[:2] == [422, 422]
    refused(
        hidden.post(f"{case.path}/files", files={"file": ("图纸.pdf", documents.PDF)}), 409, "needs_agreement"
    )
    assert writes(scenario.lead, "已联系需求方") == [201] * 3
    case.consent(scenario.institution)
    assert writes(scenario.lead, "已联系柱川的乔隐三") == [201] * 3
    assert writes(hidden, "我们柱川的图纸") == [201] * 3
