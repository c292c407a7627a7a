"""People who act or are affected are notified: in the notices inbox, by mail and by webhook, and nobody else."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.accounts.models import Organisation, Role, User
from app.clock import chinese_day
from app.database import Database, now
from app.events import catalogue
from app.notifications.notices.groups import NoticeGroup
from app.notifications.notices.listing import delete_old_notices
from app.notifications.notices.models import Notice, NoticeReading
from app.notifications.notices.table import EXCEPTIONS, ROWS, ROWS_OF_EVENT, TYPES, type_names
from app.pushes.preferences.models import OwnerPreference
from app.pushes.preferences.working_time import local
from app.settings import Settings
from tests.notifications.test_webhooks import verified
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller, LogIn
from tests.support.days import day
from tests.support.http import create, ok, refused, sign
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase
from tests.support.servers import Mailbox, Receiver

Drain = Callable[[], int]
Endpoint = Callable[..., dict[str, Any]]
WithMail = Callable[[Caller], str]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Who is notified of what does not depend on the database."""
    return sqlite_url


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    """The people of an engagement, who may be notified at any hour."""
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    at_any_hour = {"quiet_from": None, "quiet_until": None, "on_days_off": True}
    with scenario.database.unit_of_work() as session:
        for owner in (scenario.enterprise, scenario.institution):
            session.add(OwnerPreference(organisation_id=owner.organisation_id, **at_any_hour))
    scenario.prefer(scenario.lead_id)
    return scenario


def notified(caller: Caller, **parameters: Any) -> list[str]:
    """The types of the caller's notices, oldest first."""
    items = ok(caller.get("/v1/notices", params=parameters))["items"]
    return [item["type"] for item in reversed(items)]


def test_every_event_tells_somebody_or_says_why_not() -> None:
    events = {getattr(catalogue, name) for name in catalogue.__all__}
    assert events == ROWS_OF_EVENT.keys() | EXCEPTIONS.keys()
    assert not ROWS_OF_EVENT.keys() & EXCEPTIONS.keys()
    assert all(reason for reason in EXCEPTIONS.values())


def test_the_subject_of_a_mail_says_what_it_is_about() -> None:
    """It is the first clause: nobody opens one that breaks off before it comes to the point."""
    subjects = {row.type: re.split("[,，。;；]", row.zh, maxsplit=1)[0] for row in ROWS}
    assert {
        type_: one for type_, one in subjects.items() if re.search("(后|中|开始|任务)$|^此前|因可能", one)
    } == {}


def test_a_type_is_one_group_and_one_name() -> None:
    groups: dict[str, NoticeGroup] = {}
    for row in ROWS:
        assert groups.setdefault(row.type, row.group) is row.group
    assert len(TYPES) == len(set(TYPES))


def test_each_type_has_a_name_of_its_own_in_both_languages() -> None:
    names = type_names()
    assert [one for one in TYPES if names[one] == (one, one)] == []
    for language in (0, 1):
        words = [name[language] for name in names.values()]
        assert len(set(words)) == len(words)
        assert max(map(len, words)) <= (14, 48)[language]


def test_what_leaves_the_service_holds_no_words_that_people_wrote() -> None:
    sent = [text for row in ROWS for text in (row.zh, row.en)]
    assert not [text for text in sent for name in ("reason", "title") if f"{{{name}}}" in text]


class TestAnEngagement:
    def test_from_the_invitation_to_the_end(self, scenario: Scenario, drain: Drain) -> None:
        case = scenario.open_engagement()
        drain()
        enterprise, institution, lead = scenario.enterprise, scenario.institution, scenario.lead
        assert notified(enterprise) == notified(institution) == ["engagement.invitation"]
        assert notified(lead) == []
        case.consent(enterprise)
        drain()
        assert notified(lead) == ["participant.consented"]
        case.consent(institution)
        drain()
        assert notified(lead) == ["participant.consented", "engagement.agreed"]
        ok(case.move("contacted"))
        drain()
        assert notified(enterprise)[-1] == "engagement.moved" and notified(lead)[-1] == "engagement.agreed"
        ok(case.move("ended", caller=enterprise, reason="other"))
        drain()
        assert notified(lead)[-1] == notified(institution)[-1] == "engagement.ended"
        assert notified(enterprise)[-1] == "engagement.moved"  # who did it need not be notified

    def test_words_are_for_people_in_both_languages(self, scenario: Scenario, drain: Drain) -> None:
        case = scenario.agreed_engagement()
        ok(case.move("contacted"))
        drain()
        notice = ok(scenario.enterprise.get("/v1/notices"))["items"][0]
        number = case.seen()["number"]
        assert notice["zh"] == f"对接 {number} 由“已提出”进入“已联系”。"
        assert notice["en"] == f"The engagement {number} has moved from proposed to contacted."
        assert notice["path"] == case.path

    @pytest.mark.parametrize("mode", ["none", "once"])
    def test_who_has_to_give_an_undertaking_first_is_told(
        self, scenario: Scenario, drain: Drain, mode: str
    ) -> None:
        case = scenario.agreed_engagement(undertaking=mode)
        drain()
        notice = ok(scenario.lead.get("/v1/notices", params={"group": "stages"}))["items"][0]
        number, asked = case.seen()["number"], mode == "once"
        zh = f"对接 {number} 的供需双方均已同意，可以查看联系方式并开始洽谈"
        assert notice["zh"] == zh + ("；其中要求保密承诺的记录，须先作出承诺。" if asked else "。")
        assert notice["en"].endswith("you have to give it first." if asked else "contacts are open.")

    def test_a_hidden_owner_stays_hidden(self, scenario: Scenario, drain: Drain) -> None:
        case = scenario.open_engagement(publish_mode="confidential", public_alias="某化工企业")
        drain()
        case.consent(scenario.institution)
        drain()
        for caller in (scenario.institution, scenario.lead):
            text = caller.get("/v1/notices").text
            assert str(scenario.enterprise.organisation_id) not in text
            assert str(case.demand_id) not in text

    def test_an_invited_manager_is_told_and_strangers_are_not(
        self, scenario: Scenario, drain: Drain, as_enterprise: Caller
    ) -> None:
        case = scenario.agreed_engagement()
        second, second_id = scenario.manager_with_login()
        ok(case.invite(scenario.lead, "manager", manager_id=str(second_id)))
        drain()
        assert notified(second) == ["participant.invited"]
        assert case.answer(second, "decline").status_code == 204
        drain()
        assert notified(scenario.lead)[-1] == "participant.declined"
        assert notified(as_enterprise) == []

    def test_an_assigned_task_is_told_to_its_assignee(self, scenario: Scenario, drain: Drain) -> None:
        case = scenario.agreed_engagement()
        body = {
            "title": "寄送样品",
            "due_on": day(2),
            "assignee_id": case.participation_of(scenario.institution),
        }
        ok(scenario.lead.post(f"{case.path}/tasks", json=body), 201)
        drain()
        assert notified(scenario.institution, group="tasks") == ["task.assigned"]
        assert notified(scenario.enterprise, group="tasks") == []


def test_who_takes_part_beside_their_organisation_is_notified_once(
    scenario: Scenario, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> None:
    case = scenario.agreed_engagement()
    owner = scenario.enterprise
    ok(case.invite(owner, "entrepreneur", user_id=str(owner.user_id)))
    invited = next(
        one["id"] for one in case.seen(owner)["participants"] if one["state"] == "invited" and one["mine"]
    )
    ok(owner.post(f"{case.path}/participants/{invited}/consent"))
    drain()
    before, address = notified(owner), with_mail(owner)
    ok(case.move("contacted"))
    drain()
    assert notified(owner) == [*before, "engagement.moved"]
    assert len(mailbox.to(address)) == 1


def contract_types(caller: Caller) -> list[str]:
    return notified(caller, group="contracts")


def test_who_is_taken_out_of_a_draft_is_told_once(scenario: Scenario, drain: Drain) -> None:
    """Also after they signed; the notice does not say who takes their place."""
    case = scenario.agreed_engagement()
    contract = ok(case.contract(), 201)
    ok(sign(scenario.institution, contract["id"], day()))
    drain()
    path = f"/v1/contracts/{contract['id']}"
    other = scenario.log_in(Role.INSTITUTION)
    for body in ({"seller_org_id": str(other.organisation_id)}, {"title": "另一名称的开发"}):
        tag = {"If-Match": scenario.lead.get(path).headers["ETag"]}
        ok(scenario.lead.patch(path, json=body, headers=tag))
    drain()
    assert contract_types(scenario.institution).count("contract.dropped") == 1
    [told] = [
        one
        for one in ok(scenario.institution.get("/v1/notices"))["items"]
        if one["type"] == "contract.dropped"
    ]
    assert contract["number"] in told["zh"] and told["path"] == "/v1/contracts"
    for caller in (scenario.enterprise, scenario.lead, other):
        assert "contract.dropped" not in contract_types(caller)


def test_a_contract_is_told_to_its_parties_and_managers(
    scenario: Scenario,
    with_mail: WithMail,
    endpoint: Endpoint,
    mailbox: Mailbox,
    receiver: Receiver,
    drain: Drain,
) -> None:
    """What somebody wrote stays in the service: who reads a mail, or what a program stores, is out of its hands."""
    address = with_mail(scenario.enterprise)
    issued = endpoint(scenario.institution.organisation_id, "contract.cancelled")
    case = scenario.agreed_engagement().reach("negotiating")
    contract = ok(case.contract(), 201)
    drain()
    assert contract_types(scenario.enterprise) == contract_types(scenario.institution) == ["contract.drafted"]
    assert contract_types(scenario.lead) == []
    reason = {"reason": "双方另行协商"}
    ok(scenario.lead.post(f"/v1/contracts/{contract['id']}/cancel", json=reason))
    drain()
    assert contract_types(scenario.enterprise)[-1] == "contract.cancelled"
    newest = ok(scenario.enterprise.get("/v1/notices"))["items"][0]
    words = f"合同 {contract['number']} 已撤销。"
    assert newest["zh"] == f"{words}原因：双方另行协商"
    letter = next(one for one in mailbox.to(address) if "撤销" in one.subject)
    [call] = receiver.calls
    assert verified(call, issued["secret"])["data"]["zh"] == words
    assert words in letter.parts["text/plain"]
    for text in (letter.subject, *letter.parts.values(), call.body):
        assert "双方另行协商" not in text


def test_signers_know_what_they_did_and_a_record_is_asked_about_once(
    scenario: Scenario, log_in: LogIn, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> None:
    address = with_mail(scenario.enterprise)
    case = scenario.agreed_engagement().reach("negotiating")
    contract = ok(case.contract(), 201)
    path = f"/v1/contracts/{contract['id']}"
    ok(sign(scenario.enterprise, contract["id"], day()))
    drain()
    assert contract_types(scenario.enterprise) == ["contract.drafted"]
    told = ok(scenario.institution.get("/v1/notices"))["items"][0]
    assert told["zh"] == f"合同 {contract['number']} 的买方已签字，尚待卖方签字。"
    assert (
        told["en"] == f"The buyer has signed the contract {contract['number']}; the seller has still to sign."
    )
    ok(sign(scenario.institution, contract["id"], day()))
    registration = {"registration_no": "2026-370100-000123", "registered_on": day()}
    ok(scenario.operator.post(f"{path}/register", json=registration))
    landing = {"landed_on": day(), "landed_in_jinan": True}
    ok(log_in(Role.OPERATOR).post(f"{path}/land", json=landing))
    drain()
    registered = next(letter for letter in mailbox.to(address) if "认定登记" in letter.subject)
    assert registered.subject == (
        f"【三库】合同 {contract['number']} 已于 {chinese_day(date.fromisoformat(day()))} 完成技术合同认定登记"
    )
    asked = [letter for letter in mailbox.to(address) if letter.subject == "【三库】请确认是否关闭需求"]
    assert len(asked) == 1


def test_it_arrives_by_mail_and_webhook_in_the_same_words(
    scenario: Scenario,
    with_mail: WithMail,
    endpoint: Endpoint,
    mailbox: Mailbox,
    receiver: Receiver,
    drain: Drain,
) -> None:
    owner = scenario.enterprise
    address, issued = with_mail(owner), endpoint(owner.organisation_id, "engagement.invitation")
    case = scenario.open_engagement()
    drain()
    [notice] = ok(owner.get("/v1/notices"))["items"]
    [letter] = mailbox.to(address)
    assert letter.subject == f"【三库】一位技术经理人就贵单位的记录发起了对接 {case.seen()['number']}"
    text = letter.parts["text/plain"]
    assert notice["zh"] in text and notice["en"] in text
    assert f"https://sanku.example.com/open{case.path.removeprefix('/v1')}" in text
    [call] = receiver.calls
    body = verified(call, issued["secret"])
    assert body["type"] == "engagement.invitation"
    assert (body["data"]["zh"], body["data"]["engagement_id"]) == (notice["zh"], case.id)


def test_quiet_hours_hold_a_notice_but_not_an_urgent_one(
    scenario: Scenario, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> None:
    owner = scenario.enterprise
    address = with_mail(owner)
    awake = local(now()) + timedelta(hours=2)
    with scenario.database.unit_of_work() as session:
        hours = session.get_one(OwnerPreference, owner.organisation_id)
        hours.quiet_from = (awake + timedelta(minutes=1)).strftime("%H:%M")
        hours.quiet_until = awake.strftime("%H:%M")
    scenario.open_engagement()
    drain()
    assert notified(owner) == ["engagement.invitation"]
    assert mailbox.letters == []
    new = {"new_password": "九月的-Purple-Kettle-41"}
    assert scenario.operator.put(f"/v1/users/{owner.user_id}/password", json=new).status_code == 204
    drain()
    assert [letter.to for letter in mailbox.letters] == [address]
    assert "主管部门已重设您的登录密码" in mailbox.letters[0].parts["text/plain"]
    scenario.pass_time(timedelta(days=1))
    drain()
    assert len(mailbox.letters) == 2


def test_an_invitation_that_was_answered_meanwhile_is_not_sent(
    scenario: Scenario, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> None:
    case = scenario.agreed_engagement()
    second, second_id = scenario.manager_with_login()
    with_mail(second)  # in the quiet hours or not, by the time of the test
    ok(case.invite(scenario.lead, "manager", manager_id=str(second_id)))
    assert case.answer(second, "decline").status_code == 204
    scenario.pass_time(timedelta(days=8))
    drain()
    assert mailbox.letters == []


class TestPreferences:
    def test_each_group_has_its_channels_and_the_inbox_all(
        self, scenario: Scenario, with_mail: WithMail, mailbox: Mailbox, drain: Drain
    ) -> None:
        owner = scenario.enterprise
        with_mail(owner)
        shown = owner.get("/v1/notices/preferences")
        assert (shown.headers["ETag"], shown.json()["channels"]["contracts"]) == ('"0"', ["mail"])
        wanted: dict[str, Any] = {"channels": {"invitations": [], "account": []}}
        path = "/v1/notices/preferences"
        assert owner.put(path, json=wanted).status_code == 428
        stored = ok(owner.put(path, json=wanted, headers={"If-Match": '"0"'}))
        assert stored["channels"]["invitations"] == [] and stored["channels"]["stages"] == ["mail"]
        assert stored["channels"]["account"] == ["mail"]  # who lost their password must learn of it
        scenario.open_engagement()
        drain()
        assert notified(owner) == ["engagement.invitation"]
        assert mailbox.letters == []

    def test_an_unknown_group_is_refused(self, as_enterprise: Caller) -> None:
        path, wanted = "/v1/notices/preferences", {"channels": {"weather": ["mail"]}}
        assert as_enterprise.put(path, json=wanted, headers={"If-Match": '"0"'}).status_code == 422


class TestReading:
    @pytest.fixture
    def case(self, scenario: Scenario, drain: Drain) -> EngagementCase:
        case = scenario.open_engagement()
        drain()
        return case

    def test_marks_are_of_each_user(self, case: EngagementCase, log_in: LogIn) -> None:
        owner = case.scenario.enterprise
        colleague = log_in(Role.ENTERPRISE, organisation_id=owner.organisation_id)
        [notice] = ok(owner.get("/v1/notices"))["items"]
        assert notice["read_at"] is None and ok(owner.get("/v1/notices/count")) == {"unread": 1}
        assert ok(owner.post(f"/v1/notices/{notice['id']}/read"))["read_at"]
        assert ok(owner.get("/v1/notices/count")) == {"unread": 0}
        assert notified(owner, unread=True) == []
        assert notified(colleague, unread=True) == ["engagement.invitation"]
        assert ok(colleague.post("/v1/notices/read")) == {"marked": 1}
        assert ok(colleague.post("/v1/notices/read")) == {"marked": 0}

    def test_nobody_reads_anothers(self, case: EngagementCase, as_enterprise: Caller) -> None:
        [notice] = ok(case.scenario.enterprise.get("/v1/notices"))["items"]
        assert as_enterprise.post(f"/v1/notices/{notice['id']}/read").status_code == 404
        employed = case.scenario.lead
        assert notified(employed) == []

    def test_an_investor_of_the_house_does_not_read_the_owners(
        self, case: EngagementCase, log_in: LogIn
    ) -> None:
        investor = log_in(Role.INVESTOR, organisation_id=case.scenario.enterprise.organisation_id)
        assert notified(investor) == []

    def test_a_repeated_event_tells_nobody_twice(self, case: EngagementCase, drain: Drain) -> None:
        [opened] = case.scenario.events("engagement.opened")
        with case.scenario.database.unit_of_work() as session:
            session.get_one(type(opened), opened.id).done_at = None
        drain()
        assert notified(case.scenario.enterprise) == ["engagement.invitation"]


def test_the_bureau_is_told_of_what_waits_for_it_and_the_manager_of_the_result(
    scenario: Scenario, drain: Drain
) -> None:
    operator, (manager, manager_id) = scenario.operator, scenario.manager_with_login()
    body = {
        "manager_id": str(manager_id),
        "level": "primary",
        "number": "JS-2026-0001",
        "issued_by": "国家技术转移人才培养基地",
        "issued_on": day(-10),
        "evidence": "证书原件扫描件",
    }
    certificate = ok(manager.post("/v1/certificates", json=body), 201)
    drain()
    assert notified(operator) == ["certificate.submitted"]
    ok(operator.post(f"/v1/certificates/{certificate['id']}/verify", json={}))
    drain()
    assert notified(manager, group="certificates") == ["certificate.verified"]
    assert UUID(ok(manager.get("/v1/notices"))["items"][-1]["subject_id"]) == UUID(certificate["id"])


def test_an_owner_is_notified_of_a_review_and_a_reporter_of_the_answer(
    app: Any, scenario: Scenario, drain: Drain
) -> None:
    """Also of a record that was never published."""
    app.state.services[Settings].review_demands = True
    owner, operator = scenario.enterprise, scenario.operator
    path = f"/v1/demands/{create(owner, 'demands', demand_payload())['id']}"
    match = {"If-Match": "*"}
    ok(operator.post(f"{path}/return", json={"note": "请补充技术指标。"}, headers=match))
    drain()
    assert notified(owner) == ["demand.returned"]
    ok(owner.post(f"{path}/submit", headers=match))
    ok(operator.post(f"{path}/approve", headers=match))
    drain()
    assert notified(owner) == ["demand.returned", "demand.approved"]
    pair = UUID(path.rpartition("/")[2]), scenario.achievement()
    scenario.rank_pair(*pair)
    body = {"demand_id": str(pair[0]), "achievement_id": str(pair[1]), "category": "wrong_topic"}
    report = ok(owner.post("/v1/match-reports", json=body), 201)
    answer = {"state": "dismissed", "resolution": "两者确属同一主题"}
    ok(operator.post(f"/v1/match-reports/{report['id']}/resolve", json=answer))
    drain()
    assert notified(owner, group="objections") == ["match.report_dismissed"]
    ok(operator.post(f"{path}/close", headers=match))
    merged = {"kept_id": str(owner.organisation_id), "verdict": "same", "note": "营业执照一致"}
    other = scenario.organisation()
    ok(operator.post("/v1/organisations/duplicates", json=merged | {"other_id": str(other)}), 201)
    drain()
    assert notified(owner, group="records")[-1] == "demand.closed"
    assert notified(owner, group="organisation") == ["organisation.merged"]


def test_the_administrators_of_an_agency_are_asked_whether_a_manager_works_for_it(
    app: Any, scenario: Scenario, log_in: LogIn, drain: Drain
) -> None:
    """Its users are managers; a colleague who administers nothing is not asked, and nobody answers for themselves."""
    chief = log_in(Role.MANAGER, administrator=True)
    agency = chief.organisation_id
    colleague = log_in(Role.MANAGER, organisation_id=agency)
    with scenario.database.unit_of_work() as session:
        session.get_one(Organisation, agency).kind = "agency"
        session.get_one(User, colleague.user_id).administrator = False
    manager = log_in(Role.MANAGER)
    posts = [
        {"organisation_id": str(manager.organisation_id), "is_primary": True},
        {"organisation_id": str(agency), "kind": "part_time"},
    ]
    create(manager, "managers", manager_payload(affiliations=posts))
    drain()
    assert notified(chief) == ["affiliation.asked"]
    assert notified(colleague) == []
    [post] = ok(chief.get("/v1/affiliations", params={"consent": "pending"}))["items"]
    assert colleague.post(f"/v1/affiliations/{post['id']}/consent", json={}).status_code == 403
    assert ok(chief.post(f"/v1/affiliations/{post['id']}/consent", json={}))["consent"] == "given"
    drain()
    assert notified(manager, group="certificates") == ["affiliation.given"]
    with scenario.database.unit_of_work() as session:
        session.get_one(User, manager.user_id).organisation_id = agency
        session.get_one(User, manager.user_id).administrator = True
    refused(manager.post(f"/v1/affiliations/{post['id']}/consent", json={}), 403, "own_affiliation")


def test_old_notices_are_deleted_with_their_marks(scenario: Scenario, drain: Drain) -> None:
    scenario.open_engagement()
    drain()
    [notice] = ok(scenario.enterprise.get("/v1/notices"))["items"]
    ok(scenario.enterprise.post(f"/v1/notices/{notice['id']}/read"))
    with scenario.database.unit_of_work() as session:
        delete_old_notices(session, older_than=timedelta(days=400))
        assert session.get(Notice, UUID(notice["id"])) is not None
        session.get_one(Notice, UUID(notice["id"])).created_at = now() - timedelta(days=401)
        session.flush()
        delete_old_notices(session, older_than=timedelta(days=400))
    assert ok(scenario.enterprise.get("/v1/notices"))["items"] == []
    with scenario.database.reading() as session:
        assert session.scalars(select(NoticeReading)).all() == []


def test_a_group_of_unknown_readers_learns_only_that_there_is_something(
    scenario: Scenario, receiver: Receiver, drain: Drain
) -> None:
    owner = scenario.enterprise
    url = "https://open.feishu.cn/open-apis/bot/v2/hook/693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
    ok(owner.post("/v1/channels", json={"kind": "feishu", "name": "群", "url": url}), 201)
    wanted = {"channels": {"invitations": ["robot"]}}
    ok(owner.put("/v1/notices/preferences", json=wanted, headers={"If-Match": '"0"'}))
    case = scenario.open_engagement()
    drain()
    [call] = receiver.calls
    assert "您有一条关于“对接邀请与答复”的新通知" in call.body
    assert case.seen()["number"] not in call.body and case.id not in call.body


def test_what_was_read_during_quiet_hours_is_not_sent_after_them(
    scenario: Scenario, drain: Drain, with_mail: WithMail, mailbox: Mailbox
) -> None:
    case = scenario.open_engagement()
    address, awake = with_mail(scenario.lead), local(now()) + timedelta(hours=2)
    quiet = {"quiet_from": awake + timedelta(minutes=1), "quiet_until": awake}
    scenario.prefer(scenario.lead_id, **{name: f"{moment:%H:%M}" for name, moment in quiet.items()})
    case.consent(scenario.enterprise)
    drain()
    ok(scenario.lead.post("/v1/notices/read"))
    case.consent(scenario.institution)
    drain()
    assert mailbox.to(address) == []
    scenario.pass_time(timedelta(days=1))
    drain()
    assert [letter.subject for letter in mailbox.to(address)] == [
        f"【三库】对接 {case.seen()['number']} 的供需双方均已同意"
    ]
