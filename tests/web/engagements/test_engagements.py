"""An engagement as its participants see it: consent, stages, notes, tasks, files, shares, contacts."""

from typing import Any

import pytest

from app.accounts.models import Role
from tests.support.builders.accounts import KIND_OF_ROLE, make_organisation
from tests.support.callers import LogIn
from tests.support.days import day
from tests.support.scenario import Scenario
from tests.web.engagements.conftest import BrowserOf
from tests.web.html import faults_of, text_of

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PHONES = ("13905310000", "13800000001")


def test_both_sides_consent_and_the_lead_moves_on(scenario: Scenario, browser_of: BrowserOf) -> None:
    case = scenario.open_engagement()
    address = f"/engagements/{case.id}"
    lead = browser_of(scenario.lead)
    for side in (scenario.enterprise, scenario.institution):
        owner = browser_of(side)
        assert "解决管道腐蚀" in owner.get("/engagements").text
        page = owner.get(address)
        assert faults_of(page.text) == []
        assert "请您答复" in page.text
        desk = owner.get("/desk").text
        assert faults_of(desk) == []
        assert f'<a href="{address}">' in desk, "what waits for an answer is on the desk"
        form = {"participant": case.participation_of(side)}
        assert owner.post(f"{address}/consent", data=form).status_code == 303
        assert f'<a href="{address}">' not in owner.get("/desk").text
        assert owner.post(f"{address}/consent", data=form).status_code == 409
    for stage in ("contacted", "meeting", "negotiating"):
        answer = lead.post(f"{address}/move", data={"to": stage, "note": "已联系双方"})
        assert answer.status_code == 303, answer.text
    page = lead.get(address)
    assert "还需：已有签订的技术合同" in page.text
    assert faults_of(page.text) == []
    refused = lead.post(f"{address}/move", data={"to": "signed", "note": "想签"})
    assert refused.status_code == 409
    assert "已有签订的技术合同" in refused.text


def test_who_is_invited_sees_the_pair_and_may_decline(scenario: Scenario, browser_of: BrowserOf) -> None:
    case = scenario.open_engagement()
    scenario.lead.post(f"{case.path}/notes", json={"text": "只给参与人看的记录"})
    owner = browser_of(scenario.enterprise)
    page = owner.get(f"/engagements/{case.id}?tab=progress").text
    assert "只给参与人看的记录" not in page
    form = {"participant": case.participation_of(scenario.enterprise)}
    answer = owner.post(f"/engagements/{case.id}/refuse", data=form)
    assert answer.headers["location"] == "/engagements"
    assert owner.get(f"/engagements/{case.id}").status_code == 404


def test_a_note_sent_twice_is_written_once(scenario: Scenario, browser_of: BrowserOf) -> None:
    case = scenario.agreed_engagement()
    lead = browser_of(scenario.lead)
    address = f"/engagements/{case.id}"
    form = {"text": "双方约定周五视频会", "_key": "0192-a-key-of-the-form"}
    for _ in range(2):
        assert lead.post(f"{address}/note", data=form).status_code == 303
    assert lead.get(address).text.count("双方约定周五视频会") == 1
    empty = lead.post(f"{address}/note", data={"text": " "})
    assert empty.status_code == 422
    assert faults_of(empty.text) == []


def test_a_task_that_is_wrong_keeps_what_was_typed(scenario: Scenario, browser_of: BrowserOf) -> None:
    case = scenario.agreed_engagement()
    lead = browser_of(scenario.lead)
    address = f"/engagements/{case.id}"
    wrong = lead.post(f"{address}/task", data={"title": "寄送样品", "due_on": "2020年1月1日"})
    assert wrong.status_code == 422
    assert 'value="2020年1月1日"' in wrong.text
    assert 'value="寄送样品"' in wrong.text
    assert faults_of(wrong.text) == []
    good = lead.post(f"{address}/task", data={"title": "寄送样品", "due_on": day(3)})
    assert good.headers["location"] == f"{address}?tab=tasks"
    assert "寄送样品" in lead.get(good.headers["location"]).text
    (task,) = scenario.lead.get(f"{case.path}/tasks").json()["items"]
    form = {"task": task["id"], "_version": str(task["version"])}
    assert lead.post(f"{address}/task", data=form | {"state": "done"}).status_code == 303
    assert lead.post(f"{address}/task", data=form | {"state": "dropped"}).status_code == 412
    again = form | {"state": "dropped", "_version": str(task["version"] + 1)}
    assert lead.post(f"{address}/task", data=again).status_code == 303
    english = text_of(lead.get(f"{address}?tab=tasks", headers={"Accept-Language": "en"}).text)
    assert "cancelled" in english and "dropped" not in english


def test_files_are_taken_read_and_removed(scenario: Scenario, browser_of: BrowserOf) -> None:
    case = scenario.agreed_engagement()
    lead, owner = browser_of(scenario.lead), browser_of(scenario.enterprise)
    address = f"/engagements/{case.id}"
    assert lead.post(f"{address}/file", files={"file": ("试验报告.pdf", PDF)}).status_code == 303
    (file,) = scenario.lead.get(f"{case.path}/files").json()["items"]
    content = owner.get(f"{address}/files/{file['id']}")
    assert content.content == PDF
    assert content.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in content.headers["content-security-policy"]
    assert lead.post(f"{address}/file", files={"file": ("a.exe", b"MZ....")}).status_code == 422
    assert "请选择要上传的文件" in lead.post(f"{address}/file", data={"x": "1"}).text
    assert owner.post(f"{address}/file", data={"remove": file["id"]}).status_code == 409
    assert lead.post(f"{address}/file", data={"remove": file["id"]}).status_code == 303
    assert owner.get(f"{address}/files/{file['id']}").status_code == 404


def test_contacts_are_shown_on_a_press_alone(scenario: Scenario, browser_of: BrowserOf) -> None:
    case = scenario.open_engagement()
    address = f"/engagements/{case.id}"
    lead = browser_of(scenario.lead)
    early = lead.post(f"{address}/contacts")
    assert early.status_code == 409
    assert not any(phone in early.text for phone in PHONES)
    case.consent(scenario.enterprise)
    case.consent(scenario.institution)
    before = lead.get(f"{address}?tab=contacts").text
    assert not any(phone in before for phone in PHONES)
    shown = lead.post(f"{address}/contacts")
    assert shown.status_code == 200
    assert all(phone in shown.text for phone in PHONES)
    assert shown.headers["cache-control"] == "private, no-store"
    assert "谁看过您这一方的联系方式" in browser_of(scenario.enterprise).get(f"{address}?tab=contacts").text


def test_shares_are_proposed_and_confirmed(scenario: Scenario, browser_of: BrowserOf) -> None:
    case = scenario.agreed_engagement()
    second, second_id = scenario.manager_with_login()
    address = f"/engagements/{case.id}"
    lead = browser_of(scenario.lead)
    unknown = lead.post(f"{address}/invite", data={"manager_id": "JN-M-1999-1"})
    assert unknown.status_code == 422
    assert "没有此姓名或编号" in unknown.text
    assert 'value="JN-M-1999-1"' in unknown.text
    (number,) = [
        row["number"]
        for row in scenario.operator.get("/v1/managers").json()["items"]
        if row["id"] == str(second_id)
    ]
    assert lead.post(f"{address}/invite", data={"manager_id": number}).status_code == 303
    funds = lead.post(f"{address}/invite", data={"role": "investor", "organisation_id": "没有的基金"})
    assert funds.status_code == 422
    assert "没有登记为" in funds.text
    with scenario.database.unit_of_work() as session:
        name = make_organisation(session, kind=KIND_OF_ROLE[Role.INVESTOR]).name
    invited = lead.post(f"{address}/invite", data={"role": "investor", "organisation_id": name})
    assert invited.status_code == 303, text_of(invited.text)
    case.consent(second)
    form = {f"share.{scenario.lead_id}": "60", f"share.{second_id}": "30"}
    wrong = lead.post(f"{address}/shares", data=form)
    assert wrong.status_code == 422
    right = lead.post(f"{address}/shares", data=form | {f"share.{second_id}": "40%"})
    assert right.status_code == 303, text_of(right.text)
    other = browser_of(second)
    assert "待确认" in other.get(f"{address}?tab=people").text
    assert other.post(f"{address}/shares", data={"confirm": "1"}).status_code == 303
    assert other.post(f"{address}/shares", data=form).status_code == 409


def test_the_end_needs_a_reason(scenario: Scenario, browser_of: BrowserOf) -> None:
    case = scenario.agreed_engagement()
    lead = browser_of(scenario.lead)
    address = f"/engagements/{case.id}"
    refused = lead.post(f"{address}/move", data={"to": "ended", "note": "谈不拢"})
    assert refused.status_code == 422
    assert "谈不拢" in refused.text
    form = {"to": "ended", "note": "谈不拢", "reason": "price"}
    assert lead.post(f"{address}/move", data=form).status_code == 303
    page = lead.get(address).text
    assert "价格未达成一致" in page
    assert faults_of(page) == []


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.MANAGER, Role.INVESTOR], ids=str)
def test_others_do_not_see_it(scenario: Scenario, log_in: LogIn, browser_of: BrowserOf, role: Role) -> None:
    case = scenario.agreed_engagement()
    foreign = browser_of(log_in(role))
    address = f"/engagements/{case.id}"
    assert foreign.get(address).status_code == 404
    assert "解决管道腐蚀" not in foreign.get("/engagements").text
    posts: dict[str, dict[str, Any]] = {
        "note": {"text": "x"},
        "move": {"to": "contacted", "note": "x"},
        "task": {"title": "x", "due_on": day(1)},
        "file": {"remove": case.id},
        "contacts": {},
        "shares": {"confirm": "1"},
        "consent": {"participant": case.id},
    }
    for action, form in posts.items():
        assert foreign.post(f"{address}/{action}", data=form).status_code in (403, 404), action
