"""A consent that waits, as its author and the bureau see it."""

import re

from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from tests.support.http import ok, refused
from tests.support.scenario import Scenario
from tests.web.engagements.conftest import BrowserOf
from tests.web.html import faults_of

PAGE = "/bureau/engagement-reviews"


def test_a_noted_consent_waits_on_a_page_of_the_bureau(scenario: Scenario, browser_of: BrowserOf) -> None:
    case = scenario.open_engagement()
    rival = scenario.organisation(name="济南某对手有限公司")
    scenario.change(Manager, scenario.lead_id, declared_conflicts=[{"organisation_id": str(rival)}])
    scenario.change(Demand, case.demand_id, excluded_orgs=["济南某对手有限公司"])
    owner, operator = browser_of(scenario.enterprise), browser_of(scenario.operator)
    assert "没有这样的核查" in operator.get(PAGE).text
    form = {"participant": case.participation_of(scenario.enterprise)}
    assert owner.post(f"/engagements/{case.id}/consent", data=form).status_code == 303
    waiting = owner.get(f"/engagements/{case.id}")
    assert faults_of(waiting.text) == []
    assert "您已同意，正由主管部门核查" in waiting.text
    assert "同意参与" not in waiting.text
    assert f'<a href="/engagements/{case.id}">' not in owner.get("/desk").text

    assert "待核查对接" in operator.get("/bureau").text
    page = operator.get(PAGE)
    assert faults_of(page.text) == []
    assert "须由相关单位自行更改，不能放行" in page.text
    (review,) = ok(scenario.operator.get("/v1/engagement-reviews"))["items"]
    (version,) = re.findall(r'name="_version" value="(\d+)"', page.text)
    sent = {"review": review["id"], "_version": version, "verdict": "confirm", "reason": "回避单位的关联人员"}
    assert operator.post(f"{PAGE}/decide", data=sent | {"reason": " "}).status_code == 422
    refused = operator.post(f"{PAGE}/decide", data=sent | {"verdict": "clear"})
    assert refused.status_code == 409
    assert "回避单位的关联人员" in refused.text, "what was typed stays"
    assert operator.post(f"{PAGE}/decide", data=sent).status_code == 303
    assert "回避单位的关联人员" in operator.get(f"{PAGE}?state=confirmed").text
    assert owner.post(f"{PAGE}/decide", data=sent).status_code == 403
    shown = owner.get(f"/engagements/{case.id}").text
    assert "主管部门核查后认为您不宜参与此对接" in shown
    assert "回避单位的关联人员" not in shown


def test_a_decision_that_is_refused_loses_nothing(scenario: Scenario, browser_of: BrowserOf) -> None:
    """The page of the refusal has this review alone, wherever it is in which list by then, and leads back to them."""
    held_case(scenario)
    (review,) = ok(scenario.operator.get("/v1/engagement-reviews"))["items"]
    operator = browser_of(scenario.operator)
    sent = {"review": review["id"], "state": "open", "_version": "1", "verdict": "confirm"}
    short = operator.post(f"{PAGE}/decide", data=sent | {"reason": "短"})
    assert short.status_code == 422
    assert faults_of(short.text) == []
    assert 'aria-invalid="true"' in short.text
    for address in re.findall(r'href="(/bureau/engagement-reviews[^"]*)"', short.text):
        assert operator.get(address.replace("&amp;", "&")).status_code == 200, address

    assert operator.post(f"{PAGE}/decide", data=sent | {"reason": "同事已认定"}).status_code == 303
    late = operator.post(f"{PAGE}/decide", data=sent | {"reason": "与同事意见一致，另附说明"})
    assert late.status_code == 412
    assert "同事已认定" in late.text
    assert "与同事意见一致，另附说明" in late.text


def test_a_mail_leads_the_bureau_to_the_review_that_it_is_about(
    scenario: Scenario, browser_of: BrowserOf
) -> None:
    """Whatever has become of it, and whatever else waits."""
    for _ in range(2):
        held_case(scenario)
    first, second = ok(scenario.operator.get("/v1/engagement-reviews"))["items"]
    operator = browser_of(scenario.operator)
    for state in ("open", "confirmed"):
        link = operator.get(f"/open/engagement-reviews/{first['id']}")
        assert link.status_code == 303
        page = operator.get(link.headers["location"]).text
        assert f'id="review-{first["id"]}"' in page
        assert second["id"] not in page
        if state == "open":
            body = {"verdict": "confirm", "reason": "回避单位"}
            ok(scenario.operator.post(f"/v1/engagement-reviews/{first['id']}/decision", json=body))
    assert operator.get(f"{PAGE}?review=none").status_code == 404


def held_case(scenario: Scenario) -> None:
    """An engagement in which the consent of the demand's owner waits."""
    case = scenario.open_engagement()
    rival = scenario.organisation(name=f"济南某对手{case.id[-6:]}有限公司")
    scenario.change(Manager, scenario.lead_id, declared_conflicts=[{"organisation_id": str(rival)}])
    scenario.change(Demand, case.demand_id, excluded_orgs=[f"济南某对手{case.id[-6:]}有限公司"])
    refused(case.answer(scenario.enterprise, "consent"), 409, "under_review")
