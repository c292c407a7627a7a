"""Contracts as pages: drafted from an engagement, signed by both sides, paid."""

import re

from fastapi.testclient import TestClient

from app.accounts.models import Organisation, Role
from tests.engagements.files.documents import PNG
from tests.support.callers import LogIn
from tests.support.days import day
from tests.support.scenario import Scenario
from tests.web.engagements.conftest import BrowserOf
from tests.web.html import faults_of, filled_fields, hidden_fields, text_of

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
        assert f'<a href="{address}">' in owner.get("/desk").text, "what waits for a signature is on the desk"
        answer = owner.post(f"{address}/sign", data=sign)
        assert answer.status_code == 303, text_of(answer.text)
        assert f'<a href="{address}">' not in owner.get("/desk").text
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


def _draft(scenario: Scenario, lead: TestClient) -> str:
    case = scenario.agreed_engagement().reach("negotiating")
    answer = lead.post("/contracts/new", data=FORM | {"engagement_id": str(case.id)})
    return answer.headers["location"]


def _sign(http: TestClient, address: str) -> None:
    version = hidden_fields(http.get(address).text)["_version"]
    answer = http.post(f"{address}/sign", data={"signed_on": day(), "_version": version})
    assert answer.status_code == 303, text_of(answer.text)


def test_a_draft_is_changed_and_a_signed_contract_amended(scenario: Scenario, browser_of: BrowserOf) -> None:
    lead, buyer, seller = map(browser_of, (scenario.lead, scenario.enterprise, scenario.institution))
    address = _draft(scenario, lead)
    page = buyer.get(f"{address}/edit")
    assert faults_of(page.text) == []
    form = filled_fields(page.text)
    wrong = buyer.post(f"{address}/edit", data=form | {"title": "", "deal_amount_wan": "很多"})
    assert wrong.status_code == 422
    assert 'value="很多"' in wrong.text
    stale = buyer.post(f"{address}/edit", data=form | {"title": "新名称", "_version": "99"})
    assert stale.status_code == 412
    assert 'value="新名称"' in stale.text
    assert "内容刚被他人修改" in stale.text
    assert buyer.post(f"{address}/edit", data=form | {"title": "耐磨涂层联合开发"}).status_code == 303
    assert "耐磨涂层联合开发" in seller.get(address).text

    for side in (buyer, seller):
        _sign(side, address)
    page = buyer.get(f"{address}/edit")
    assert faults_of(page.text) == []
    amended = filled_fields(page.text) | {"title": "耐磨涂层联合开发", "deal_amount_wan": "150"}
    assert buyer.post(f"{address}/edit", data=amended).status_code == 422, "a reason is needed"
    proposed = buyer.post(f"{address}/edit", data=amended | {"reason": "增加中试内容"})
    assert proposed.status_code == 303, text_of(proposed.text)
    waits = {http: f'<a href="{address}">' in http.get("/desk").text for http in (buyer, seller)}
    assert waits == {buyer: False, seller: True}, "who proposes an amendment has signed it"
    waiting = seller.get(address)
    assert faults_of(waiting.text) == []
    assert "增加中试内容" in waiting.text
    assert "<del" in waiting.text
    assert seller.post(f"{address}/decline", data={"reason": ""}).status_code == 422
    assert seller.post(f"{address}/decline", data={"reason": "金额未商定"}).status_code == 303
    assert seller.post(f"{address}/decline", data={"reason": "再次拒绝"}).status_code == 409
    assert f'<a href="{address}">' not in seller.get("/desk").text
    form = filled_fields(buyer.get(f"{address}/edit").text) | {"title": "耐磨涂层联合开发"}
    buyer.post(f"{address}/edit", data=form | {"deal_amount_wan": "150", "reason": "增加中试内容"})
    _sign(seller, address)
    assert "150.00" in lead.get(address).text
    versions = lead.get(f"{address}/versions")
    assert faults_of(versions.text) == []
    assert all(word in versions.text for word in ("变更生效", "拒绝变更", "金额未商定", "修改草稿"))
    english = text_of(lead.get(f"{address}/versions", headers={"Accept-Language": "en"}).text)
    assert "Signed" in english
    assert "已签订" not in english, "words of a view are in the language of the page, too"


def test_documents_are_for_those_who_see_the_contract(
    scenario: Scenario, browser_of: BrowserOf, log_in: LogIn
) -> None:
    lead, buyer = map(browser_of, (scenario.lead, scenario.enterprise))
    address = _draft(scenario, lead)
    assert buyer.post(f"{address}/file", data={}).status_code == 422
    script = {"file": ("a.pdf", b"<html><script>", "application/pdf")}
    assert buyer.post(f"{address}/file", files=script).status_code == 422
    scan = {"file": ("签字页.png", PNG, "image/png")}
    assert buyer.post(f"{address}/file", files=scan).status_code == 303
    page = lead.get(address)
    (link,) = set(re.findall(rf'href="({address}/files/[^"]+)"', page.text))
    answer = lead.get(link)
    assert answer.content == PNG
    assert answer.headers["content-disposition"].startswith("attachment")
    stranger = browser_of(log_in(Role.ENTERPRISE))
    assert stranger.get(link).status_code == 404
    assert stranger.post(f"{address}/file", files=scan).status_code == 404
    file = link.rpartition("/")[2]
    assert lead.post(f"{address}/file", data={"remove": file}).status_code == 409, "the buyer's"
    assert buyer.post(f"{address}/file", data={"remove": file}).status_code == 303
    assert lead.get(link).status_code == 404


def test_a_contract_outside_an_engagement_names_its_parties(
    scenario: Scenario, browser_of: BrowserOf, log_in: LogIn
) -> None:
    operator = browser_of(log_in(Role.OPERATOR))
    page = operator.get("/contracts/new")
    assert faults_of(page.text) == []
    names = []
    with scenario.database.reading() as session:
        for caller in (scenario.enterprise, scenario.institution):
            names.append(session.get_one(Organisation, caller.organisation_id).name)
    form = FORM | {"buyer_org_id": names[0], "seller_org_id": "没有的单位", "technology_amount_wan": "100"}
    unknown = operator.post("/contracts/new", data=form)
    assert unknown.status_code == 422
    assert 'value="没有的单位"' in unknown.text
    drafted = operator.post("/contracts/new", data=form | {"seller_org_id": names[1]})
    assert drafted.status_code == 303, text_of(drafted.text)
    sheet = operator.get(drafted.headers["location"])
    assert faults_of(sheet.text) == []
    assert all(name in sheet.text for name in names)
