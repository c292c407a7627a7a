"""Agreements with partner platforms: made, changed, looked at and ended on their pages."""

from app.accounts.models import ApiKey, Organisation, Role
from app.database import now
from app.partners.agreements.models import FeedDelivery, PartnerAgreement
from tests.support.scenario import Scenario
from tests.web.html import faults_of, hidden_fields, text_of
from tests.web.readers import ReaderOf

HERE = "/bureau/partners"
AGREEMENT = {
    "basis": "省市成果库数据共享协议",
    "agreed_by": "省平台成果处",
    "starts_on": "2026年1月1日",
    "level": "verified",
    "publish_modes": "public",
    "all_regions": "1",
    "libraries.achievement": ["title", "summary"],
}


def test_an_agreement_says_what_a_partner_gets_and_has_read(scenario: Scenario, reader: ReaderOf) -> None:
    operator, partner = reader(Role.OPERATOR), reader(Role.INSTITUTION)
    assert "还没有数据共享协议" in operator.get(HERE).text
    with scenario.database.reading() as session:
        name = session.get_one(Organisation, partner.organisation_id).name
    assert faults_of(operator.get(f"{HERE}/new?organisation={name}").text) == []
    unknown = operator.post(f"{HERE}/new", data=AGREEMENT | {"organisation_id": "没有的平台"})
    assert unknown.status_code == 422 and 'value="没有的平台"' in unknown.text
    nothing = AGREEMENT | {"organisation_id": name, "libraries.achievement": []}
    assert operator.post(f"{HERE}/new", data=nothing).status_code == 422
    both = AGREEMENT | {"organisation_id": name, "regions": "370100"}
    assert operator.post(f"{HERE}/new", data=both).status_code == 422
    sent = AGREEMENT | {"organisation_id": name, "_key": "one-agreement-of-a-page"}
    made = operator.post(f"{HERE}/new", data=sent)
    assert made.status_code == 303, text_of(made.text)
    path = made.headers["location"]
    assert operator.post(f"{HERE}/new", data=sent).headers["location"] == path
    assert operator.post(f"{HERE}/new", data=sent | {"_key": "another-form"}).status_code == 409

    record_id = scenario.achievement()
    with scenario.database.unit_of_work() as session:
        agreement = session.query(PartnerAgreement).one()
        session.add(FeedDelivery(agreement_id=agreement.id, record_id=record_id))
        session.add(
            ApiKey(
                organisation_id=partner.organisation_id,
                name="省平台读取",
                role=Role.INSTITUTION,
                prefix="abcd1234",
                digest="0" * 64,
                scopes=["feed:read"],
                created_by=partner.user_id,
                last_used_at=now(),
            )
        )
    page = operator.get(path)
    assert faults_of(page.text) == []
    text = text_of(page.text)
    assert "有效" in text and "省平台读取" in text and "全部地区" in text and '"crv": "Ed25519"' in text
    assert name in text_of(operator.get(HERE).text)
    key = hidden_fields(page.text)["key"]
    assert operator.post(f"{path}/revoke", data={"key": key}).status_code == 303
    assert "已吊销" in text_of(operator.get(path).text)

    form = operator.get(f"{path}/edit")
    assert faults_of(form.text) == []
    changed = {key: value for key, value in AGREEMENT.items() if key != "all_regions"}
    changed |= {"_version": hidden_fields(form.text)["_version"], "ends_on": "明年"}
    wrong = operator.post(f"{path}/edit", data=changed)
    assert wrong.status_code == 422 and 'value="明年"' in wrong.text
    changed |= {"ends_on": "", "regions": "370100", "libraries.demand": "title"}
    assert operator.post(f"{path}/edit", data=changed).status_code == 303
    assert operator.post(f"{path}/edit", data=changed).status_code == 412
    with scenario.database.reading() as session:
        stored = session.query(PartnerAgreement).one()
        assert (stored.all_regions, stored.regions) == (False, ["370100"])
        assert stored.libraries == {"achievement": ["title", "summary"], "demand": ["title"]}

    assert operator.post(f"{path}/end").status_code == 303
    assert "已终止" in text_of(operator.get(path).text)
    assert reader(Role.ENTERPRISE).post(f"{path}/end").status_code == 403
    assert reader(None).post(f"{path}/end").status_code == 401
