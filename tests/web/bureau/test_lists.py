"""Numbers to act on, and the lists behind them: organisations, users, filings, contracts, the system."""

import re
from typing import Any

from app.accounts.models import Organisation, Role
from app.database import Database, now
from app.events.messages import MessageKind
from app.events.outbox import Event
from app.notifications.models import ChannelAddress, Delivery, Message
from app.settings import Settings
from tests.support.builders.accounts import make_organisation
from tests.support.scenario import Scenario
from tests.web.bureau.desk import Submissions
from tests.web.desk.records import draft
from tests.web.html import faults_of, hidden_fields, text_of
from tests.web.readers import ReaderOf


def test_the_first_page_counts_what_waits_and_names_the_rest(
    reader: ReaderOf, submissions: Submissions
) -> None:
    submissions.demand("储罐防腐涂料", verified=False)
    operator = reader(Role.OPERATOR)
    with submissions.database.unit_of_work() as session:
        for name in ("济南星河机电有限公司", "济南星河机电有限责任公司"):
            make_organisation(session, name=name)
    page = operator.get("/bureau")
    assert faults_of(page.text) == []
    text = text_of(page.text)
    assert "1 待审需求" in text
    assert "1 待核验单位" in text
    assert "1 名称相同的单位" in text and 'href="/bureau/duplicates"' in page.text
    assert 'href="/bureau/review?kind=demand"' in page.text
    assert "待答复异议" in text[text.index("没有等待的") :]


def test_an_organisation_is_verified_as_it_was_read(reader: ReaderOf, submissions: Submissions) -> None:
    member = reader(Role.ENTERPRISE, verified=False)
    operator = reader(Role.OPERATOR)
    path = f"/bureau/organisations/{member.organisation_id}"
    assert path in operator.get("/bureau/organisations").text
    shown = operator.get(path)
    assert faults_of(shown.text) == []
    assert "未填统一社会信用代码" in shown.text
    (version,) = re.findall(r'name="_version" value="(\d+)"', shown.text)
    refused = operator.post(f"{path}/verify", data={"_version": version})
    assert refused.status_code == 409
    assert "请先补充代码" in refused.text
    assert operator.post(f"{path}/verify", data={"_version": "9"}).status_code == 412
    assert operator.get(path.replace(path[-4:], "0000")).status_code == 404


def test_records_that_wait_for_the_verification_are_announced_on_both_sides(reader: ReaderOf) -> None:
    member = reader(Role.ENTERPRISE, verified=False)
    number = draft(member)
    check = member.get(f"/desk/demands/{number}/check").text
    assert "提交后先由主管部门审核" in check
    assert "发布后立即参与匹配" not in check
    path = f"/bureau/organisations/{member.organisation_id}"
    assert "条待审记录" not in reader(Role.OPERATOR).get(path).text
    assert member.post(f"/desk/demands/{number}/check", data=hidden_fields(check)).status_code == 303
    assert "其 1 条待审记录" in reader(Role.OPERATOR).get(path).text


def test_an_account_is_closed_and_reopened(reader: ReaderOf) -> None:
    member, operator = reader(Role.ENTERPRISE), reader(Role.OPERATOR)
    path = f"/bureau/users/{member.user_id}"
    assert path in operator.get("/bureau/users?role=enterprise").text
    assert operator.post(path, data={"_version": "1", "active": "0"}).status_code == 303
    assert "停用" in operator.get(path).text
    assert operator.post(path, data={"_version": "1", "active": "1"}).status_code == 412
    assert operator.post(path, data={"_version": "2", "active": "1"}).status_code == 303


def test_a_dead_letter_is_replayed_once(app: Any, reader: ReaderOf) -> None:
    with app.state.services[Database].unit_of_work() as session:
        event = Event(name="demand.published", payload={}, dead_at=now(), last_error="无法连接", attempts=5)
        session.add(event)
        session.flush()
        event_id = event.id
    operator = reader(Role.OPERATOR)
    page = operator.get("/bureau/system/events")
    assert faults_of(page.text) == []
    assert "无法连接" in page.text
    replayed = operator.post("/bureau/system/events/replay", data={"event": str(event_id)})
    assert replayed.status_code == 303
    again = operator.post("/bureau/system/events/replay", data={"event": str(event_id)})
    assert again.status_code == 409
    assert operator.post("/bureau/system/events/replay", data={"event": "nonsense"}).status_code == 404
    assert faults_of(operator.get("/bureau/system/deliveries").text) == []
    assert operator.get("/bureau/system/nothing").status_code == 404


def test_what_was_not_delivered_says_why_and_to_whom(app: Any, settings: Settings, reader: ReaderOf) -> None:
    """Words for the error, and no mailbox in full."""
    member, system = reader(Role.ENTERPRISE), reader(Role.SYSTEM_ADMINISTRATOR)
    scenario = Scenario(app.state.services[Database], settings)
    with scenario.database.unit_of_work() as session:
        addresses = [ChannelAddress(user_id=member.user_id, kind=kind) for kind in ("mail", "wecom")]
        session.add_all(addresses)
        session.flush()
        ids = [one.id for one in addresses]
        organisation = session.get_one(Organisation, member.organisation_id).name
    messages = [scenario.enqueue_message(MessageKind.TEST, user_id=member.user_id) for _ in range(2)]
    errors = ("smtp_unreachable: ConnectionRefusedError", "robot_answered_45009")
    with scenario.database.unit_of_work() as session:
        for place, channel in enumerate(("mail", "wecom")):
            session.add(
                Message(id=messages[place], kind="test", recipient_kind="user", recipient_id=member.user_id)
            )
            session.flush()
            session.add(
                Delivery(
                    message_id=messages[place],
                    recipient_id=member.user_id,
                    channel=channel,
                    address_id=ids[place],
                    state="dead",
                    last_error=errors[place],
                )
            )
    page = system.get("/bureau/system/deliveries")
    assert faults_of(page.text) == []
    text = text_of(page.text)
    assert "连接不上邮件服务器 · ConnectionRefusedError" in text and "群机器人答复了错误 · 45009" in text
    assert "smtp_unreachable" not in text and "robot_answered" not in text
    name, _, domain = member.email.partition("@")
    assert f"接收方：{name[0]}***@{domain} · {organisation}" in text and f"接收方：{organisation}" in text
    assert member.email not in page.text
    english = text_of(system.get("/bureau/system/deliveries", headers={"Accept-Language": "en"}).text)
    assert "cannot be reached · ConnectionRefusedError" in english
    assert "连接不上邮件服务器" in member.get("/account/channels").text


def test_figures_are_drawn_beside_their_tables_and_given_as_a_file(reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    assert operator.get("/bureau/statistics").headers["location"] == "/bureau/statistics/funnel"
    for figure in ("funnel", "stage-times", "contracts", "gaps", "pushes"):
        page = operator.get(f"/bureau/statistics/{figure}?first=2026年1月1日&last=2026-12-31")
        assert page.status_code == 200
        assert faults_of(page.text) == []
    refused = operator.get("/bureau/statistics/funnel?first=昨天")
    assert refused.status_code == 422
    assert "应为日期" in refused.text
    assert 'value="昨天"' in refused.text
    file = operator.get("/bureau/statistics/gaps/table")
    assert "spreadsheetml" in file.headers["content-type"]
    assert operator.get("/bureau/statistics/nothing").status_code == 404


def test_an_imported_organisation_gets_its_kind_its_parent_and_its_people(reader: ReaderOf) -> None:
    parent, member, operator = reader(Role.ENTERPRISE), reader(Role.ENTERPRISE), reader(Role.OPERATOR)
    path = f"/bureau/organisations/{member.organisation_id}"
    form = operator.get(f"{path}/edit")
    assert faults_of(form.text) == []
    parent_name = text_of(operator.get(f"/bureau/organisations/{parent.organisation_id}").text)
    name = re.search(r"济南样例机构 ?\d+ ?号", parent_name)
    assert name is not None
    typed = {
        "_version": hidden_fields(form.text)["_version"],
        "name": "济南样例研究院",
        "kind": "institute",
        "parent_id": "没有这家单位",
        "region": "370102",
    }
    refused = operator.post(f"{path}/edit", data=typed)
    assert refused.status_code == 422
    assert "没有这家单位" in refused.text
    typed["parent_id"] = name.group()
    assert operator.post(f"{path}/edit", data=typed).status_code == 303
    assert operator.post(f"{path}/edit", data=typed).status_code == 412
    shown = operator.get(path).text
    assert faults_of(shown) == []
    assert "科研院所" in text_of(shown) and str(parent.organisation_id) in shown
    invited = {"email": "wang@example.org", "role": "institution"}
    assert operator.post(f"{path}/invite", data=invited | {"role": "enterprise"}).status_code == 422
    assert operator.post(f"{path}/invite", data=invited).status_code == 303
    shown = operator.get(path).text
    (invitation,) = re.findall(r'name="invitation" value="([^"]+)"', shown)
    assert operator.post(f"{path}/withdraw", data={"invitation": invitation}).status_code == 303
    person = {"email": "wang@example.org", "name": "王工", "role": "institution", "password": "1"}
    weak = operator.post(f"{path}/create-user", data=person)
    assert weak.status_code == 422 and 'value="王工"' in weak.text
    person["password"] = "quancheng-7-valves-hum"
    assert operator.post(f"{path}/create-user", data=person).status_code == 303
    assert "王工" in operator.get(path).text
    assert member.post(f"{path}/create-user", data=person).status_code == 403
