"""The undertaking on the pages: read, given, seen by the owner, and published anew by the bureau."""

from app.accounts.models import Role
from tests.support.scenario import Scenario
from tests.web.engagements.conftest import BrowserOf
from tests.web.html import faults_of, text_of
from tests.web.readers import ReaderOf


def test_it_is_read_given_and_published_anew(
    scenario: Scenario, browser_of: BrowserOf, reader: ReaderOf
) -> None:
    case = scenario.agreed_engagement(undertaking="once", confidential_note="配方含铌")
    address, lead = f"/engagements/{case.id}", browser_of(scenario.lead)
    number = case.seen()["demand"]["number"]
    page = lead.get(address).text
    assert faults_of(page) == []
    assert "不作反向工程" in page and "配方含铌" not in lead.get(f"/demands/{number}").text
    assert "须作保密承诺" in lead.get(f"/demands/{number}").text
    old = lead.post(f"{address}/undertake", data={"side": "demand", "text_version": "7"})
    assert old.status_code == 409 and "请阅读后再承诺" in old.text
    given = lead.post(f"{address}/undertake", data={"side": "demand", "text_version": "1"})
    assert given.status_code == 303
    assert "我已阅读并作出承诺" not in lead.get(address).text
    assert "配方含铌" in lead.get(f"/demands/{number}").text
    assert "对需求方的保密承诺" in browser_of(scenario.enterprise).get(f"{address}?tab=contacts").text

    bureau, place = reader(Role.OPERATOR), "/bureau/legal-texts/undertaking"
    form = bureau.get(place).text
    assert faults_of(form) == [] and "第 1 版" in text_of(form)
    texts = {
        "zh": "本人承诺永久保密，\r\n不向任何人披露对方的信息。",
        "en": "I keep all of it secret at all times.",
    }
    assert bureau.post(place, data=texts | {"zh": "短", "replaces": "1"}).status_code == 422
    assert bureau.post(place, data=texts | {"replaces": "1"}).status_code == 303
    assert bureau.post(place, data=texts | {"replaces": "1"}).status_code == 409
    assert "不向任何人披露对方的信息" in reader(None).get("/legal-texts/undertaking").text
    assert "不作反向工程" in reader(None).get("/legal-texts/undertaking?version=1").text
