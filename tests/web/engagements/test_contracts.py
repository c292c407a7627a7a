"""Contracts as pages: drafted from an engagement, signed by both sides, paid."""

from app.accounts.models import Role
from tests.support.callers import LogIn
from tests.support.days import day
from tests.support.scenario import Scenario
from tests.web.engagements.conftest import BrowserOf
from tests.web.html import faults_of, hidden_fields, text_of

FORM = {
    "title": "耐磨涂层开发",
    "kind": "development",
    "deal_amount_wan": "120",
    "technology_amount_wan": "１００ 万元",
    "starts_on": day(),
    "ends_on": day(300),
    "payments.0.name": "首付款",
    "payments.0.amount_wan": "30",
}


def test_a_contract_is_drafted_signed_by_both_sides_and_paid(
    scenario: Scenario, browser_of: BrowserOf
) -> None:
    case = scenario.agreed_engagement().reach("negotiating")
    lead = browser_of(scenario.lead)
    page = lead.get(f"/contracts/new?engagement={case.id}")
    assert faults_of(page.text) == []
    form = FORM | {"engagement_id": str(case.id), "_key": "a-key-of-this-form"}
    wrong = lead.post("/contracts/new", data=form | {"deal_amount_wan": "很多", "_key": "another-key"})
    assert wrong.status_code == 422
    assert 'value="很多"' in wrong.text
    drafted = [lead.post("/contracts/new", data=form) for _ in range(2)]
    addresses = {answer.headers["location"] for answer in drafted}
    assert len(addresses) == 1, text_of(drafted[0].text)
    (address,) = addresses
    assert "耐磨涂层开发" in lead.get("/contracts").text
    for side in (scenario.enterprise, scenario.institution):
        owner = browser_of(side)
        sheet = owner.get(address)
        assert faults_of(sheet.text) == []
        sign = {"signed_on": day(), "_version": hidden_fields(sheet.text)["_version"]}
        assert owner.post(f"{address}/sign", data=sign | {"_version": "99"}).status_code == 412
        answer = owner.post(f"{address}/sign", data=sign)
        assert answer.status_code == 303, text_of(answer.text)
    assert "已签订" in lead.get(address).text
    assert lead.post(f"{address}/payment", data={"position": "x", "paid_on": day()}).status_code in (404, 422)
    paid = lead.post(f"{address}/payment", data={"position": "1", "paid_on": day()})
    assert paid.status_code == 303, text_of(paid.text)


def test_a_draft_is_cancelled_with_a_reason(scenario: Scenario, browser_of: BrowserOf) -> None:
    case = scenario.agreed_engagement().reach("negotiating")
    lead = browser_of(scenario.lead)
    address = lead.post("/contracts/new", data=FORM | {"engagement_id": str(case.id)}).headers["location"]
    version = {"_version": hidden_fields(lead.get(address).text)["_version"]}
    assert lead.post(f"{address}/cancel", data=version | {"reason": ""}).status_code == 422
    assert lead.post(f"{address}/cancel", data=version | {"reason": "双方协商解除"}).status_code == 303
    assert "双方协商解除" in lead.get(address).text


def test_others_do_not_see_a_contract(scenario: Scenario, browser_of: BrowserOf, log_in: LogIn) -> None:
    case = scenario.agreed_engagement().reach("negotiating")
    lead = browser_of(scenario.lead)
    address = lead.post("/contracts/new", data=FORM | {"engagement_id": str(case.id)}).headers["location"]
    for role in (Role.ENTERPRISE, Role.MANAGER, Role.INVESTOR):
        foreign = browser_of(log_in(role))
        assert foreign.get(address).status_code == 404
        assert "耐磨涂层开发" not in foreign.get("/contracts").text
