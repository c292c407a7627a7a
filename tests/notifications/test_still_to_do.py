"""A message that asks for something is not sent once it is done, and those who have to act since are notified."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role, User
from app.clock import JINAN_TIME, chinese_day, today, working_day_before
from app.database import Database, now
from app.engagements.lifecycle.stage_changes import continue_in
from app.engagements.models import Engagement, Stage, Task
from app.engagements.tasks.service import remind
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.notifications.models import Message
from app.notifications.notices.table import ROWS
from app.pushes.preferences.models import OwnerPreference
from app.pushes.preferences.working_time import local
from app.talent.certificates.models import CertificateState, TrainingCertificate
from app.talent.filings.models import Filing
from app.talent.filings.service import pledge
from app.talent.rounds.reviews.service import doubt
from app.talent.tiers.models import ManagerTier
from app.talent.tiers.service import refresh_outdated_years
from tests.engagements.contracts.test_contracts import amend, step
from tests.support.builders.demands import demand_payload
from tests.support.callers import Caller, LogIn
from tests.support.days import day
from tests.support.http import ok, sign
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase, Engagements
from tests.support.servers import Mailbox

Drain = Callable[[], int]
WithMail = Callable[[Caller], str]

ANY_HOUR: Mapping[str, Any] = {"quiet_from": None, "quiet_until": None, "on_days_off": True}

ASKS = re.compile(
    "请.*(答复|签字|确认|核对条款|重新提交)|恢复后重新发布|待(审核|认定登记|答复|处理|各方同意)|尚待|申请续期|请在公布前"
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is still to be done does not depend on the database."""
    return sqlite_url


@pytest.fixture
def scenario(app: Any, log_in: LogIn, with_mail: WithMail) -> Scenario:
    """People with mailboxes, who may be notified at any hour."""
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    with scenario.database.unit_of_work() as session:
        for one in (scenario.enterprise, scenario.institution, scenario.operator):
            session.add(OwnerPreference(organisation_id=one.organisation_id, **ANY_HOUR))
    scenario.prefer(scenario.lead_id)
    for caller in (scenario.enterprise, scenario.institution, scenario.lead, scenario.operator):
        with_mail(caller)
    return scenario


class Mails:
    """What arrived since the last look: address → subjects."""

    def __init__(self, mailbox: Mailbox, drain: Drain) -> None:
        self._mailbox, self._drain, self._seen = mailbox, drain, 0

    def new(self) -> dict[str, list[str]]:
        self._drain()
        letters = self._mailbox.letters[self._seen :]
        self._seen += len(letters)
        found: dict[str, list[str]] = {}
        for letter in letters:
            found.setdefault(letter.to, []).append(letter.subject.removeprefix("【三库】"))
        return found


@pytest.fixture
def mails(mailbox: Mailbox, drain: Drain) -> Mails:
    return Mails(mailbox, drain)


def address_of(scenario: Engagements, caller: Caller) -> str:
    with scenario.database.reading() as session:
        return session.get_one(User, caller.user_id).email


def test_what_asks_is_asked_again_before_it_is_sent() -> None:
    assert [row.type for row in ROWS if ASKS.search(row.zh) and row.still_holds is None] == []


def test_what_is_over_is_not_asked_for(scenario: Scenario, mails: Mails) -> None:
    case = scenario.open_engagement()
    ok(case.move("ended", reason="other"))
    assert mails.new() == {}, "nobody hears of the end of what they never heard of"
    case = scenario.open_engagement()
    mails.new()
    ok(case.move("ended", reason="other"))
    ended = [f"对接 {case.seen()['number']} 已终止"]
    owners = [address_of(scenario, one) for one in (scenario.enterprise, scenario.institution)]
    assert mails.new() == dict.fromkeys(owners, ended)
    contract = scenario.agreed_engagement().reach("negotiating").signed()
    ok(amend(scenario.enterprise, contract, deal_amount_wan="130", reason="增加中试"))
    ok(sign(scenario.institution, contract["id"], day()))
    registration = {"registration_no": "2026-370100-000123", "registered_on": day()}
    ok(scenario.operator.post(f"/v1/contracts/{contract['id']}/register", json=registration))
    found = mails.new()
    subjects = {subject for of_one in found.values() for subject in of_one}
    assert not {one for one in subjects if re.search("已起草|已签字|待各方|发起了对接|待认定", one)}
    assert f"合同 {contract['number']} 已变更" in subjects
    assert address_of(scenario, scenario.operator) not in found


def test_one_step_of_contract_and_engagement_is_said_once(scenario: Scenario, mails: Mails) -> None:
    case = scenario.agreed_engagement().reach("negotiating")
    contract = case.signed()
    mails.new()
    ok(case.move("signed"))
    assert mails.new() == {}
    registration = {"registration_no": "2026-370100-000123", "registered_on": day()}
    ok(step(scenario.operator, contract, "register", **registration))
    other = scenario.log_in(Role.OPERATOR)
    ok(step(other, contract, "land", landed_on=day(), landed_in_jinan=True))
    ok(case.move("landed"))
    (landed,) = [
        subject for subject in mails.new()[address_of(scenario, scenario.enterprise)] if "落地" in subject
    ]
    assert landed == f"合同 {contract['number']} 的项目已确认落地"


class TestWhoHeardNothing:
    """Who was never notified that something began is not notified that it is over."""

    def colleague(self, scenario: Scenario, with_mail: WithMail) -> Caller:
        colleague = scenario.log_in(Role.ENTERPRISE, organisation_id=scenario.enterprise.organisation_id)
        with_mail(colleague)
        return colleague

    def test_an_amendment_that_was_declined_at_once_is_mailed_to_its_proposer_alone(
        self, scenario: Scenario, with_mail: WithMail, mails: Mails
    ) -> None:
        self.colleague(scenario, with_mail)
        contract = scenario.agreed_engagement().reach("negotiating").signed()
        mails.new()
        ok(amend(scenario.enterprise, contract, deal_amount_wan="130", reason="增加中试"))
        ok(step(scenario.institution, contract, "amendment/decline", reason="费用过高"))
        declined = [f"合同 {contract['number']} 的变更提议已拒绝"]
        assert mails.new() == {address_of(scenario, scenario.enterprise): declined}

    def test_a_draft_that_was_cancelled_or_changed_hands_at_once(
        self, scenario: Scenario, mails: Mails
    ) -> None:
        case = scenario.agreed_engagement().reach("negotiating")
        mails.new()
        drafts = [ok(case.contract(), 201) for _ in range(2)]
        other = scenario.log_in(Role.INSTITUTION)
        ok(amend(scenario.lead, drafts[0], seller_org_id=str(other.organisation_id)))
        for draft in drafts:
            ok(step(scenario.lead, draft, "cancel", reason="双方另行协商"))
        assert mails.new() == {}
        draft = ok(case.contract(), 201)
        mails.new()
        ok(step(scenario.lead, draft, "cancel", reason="双方另行协商"))
        parties = [address_of(scenario, one) for one in (scenario.enterprise, scenario.institution)]
        cancelled = [f"合同 {draft['number']} 已撤销"]
        assert mails.new() == dict.fromkeys(parties, cancelled)

    def test_a_filing_that_was_taken_back_at_once(self, scenario: Scenario, mails: Mails) -> None:
        filing = f"/v1/filings/{ok(scenario.lead.post('/v1/filings', json={}), 201)['id']}"
        signed = {"pledge_version": pledge()["version"], "accept_pledge": True}
        ok(scenario.lead.post(f"{filing}/submit", json=signed))
        ok(scenario.lead.post(f"{filing}/withdraw", json={}))
        assert mails.new() == {}
        ok(scenario.lead.post(f"{filing}/submit", json=signed))
        bureau = address_of(scenario, scenario.operator)
        assert set(mails.new()) == {bureau}
        ok(scenario.lead.post(f"{filing}/withdraw", json={}))
        assert set(mails.new()) == {bureau}

    def test_who_consented_before_the_invitation_was_sent_hears_of_the_end(
        self, scenario: Scenario, with_mail: WithMail, mails: Mails
    ) -> None:
        """They take part, whether or not a mail was needed for it; so do their colleagues."""
        colleague = self.colleague(scenario, with_mail)
        case = scenario.open_engagement()
        case.consent(scenario.enterprise)
        mails.new()
        ok(case.move("ended", reason="other"))
        ended = [f"对接 {case.seen()['number']} 已终止"]
        told = [address_of(scenario, one) for one in (scenario.enterprise, colleague, scenario.institution)]
        assert mails.new() == dict.fromkeys(told, ended)


class TestMergesThatAreUndone:
    def merge(self, scenario: Scenario, kept: Caller, other: Caller) -> str:
        body = {"kept_id": str(kept.organisation_id), "other_id": str(other.organisation_id)}
        body |= {"verdict": "same", "note": "营业执照一致"}
        path = "/v1/organisations/duplicates"
        return f"{path}/{ok(scenario.operator.post(path, json=body), 201)['id']}/undo"

    def test_who_was_told_of_a_merge_of_organisations_is_told_of_its_undoing(
        self, scenario: Scenario, log_in: LogIn, with_mail: WithMail, mails: Mails
    ) -> None:
        kept, gone = log_in(Role.ENTERPRISE), log_in(Role.ENTERPRISE)
        both = [with_mail(kept), with_mail(gone)]
        with scenario.database.unit_of_work() as session:
            for one in (kept, gone):
                session.add(OwnerPreference(organisation_id=one.organisation_id, **ANY_HOUR))
        undo = self.merge(scenario, kept, gone)
        merged = ["主管部门已将重复登记的单位合并"]
        assert mails.new() == dict.fromkeys(both, merged)
        ok(scenario.operator.post(undo))
        undone = ["主管部门已撤销将贵单位与另一单位合并的认定"]
        assert mails.new() == dict.fromkeys(both, undone)
        for caller in (kept, gone):
            newest = ok(caller.get("/v1/notices?limit=1"))["items"][0]
            assert newest["type"] == "organisation.merge_undone"
            assert newest["path"] == f"/v1/organisations/{caller.organisation_id}"

        undo = self.merge(scenario, kept, gone)
        ok(scenario.operator.post(undo))
        assert mails.new() == {}, "nobody hears of a merge that is none, nor of its end"

    def test_an_undone_merge_is_not_said_to_be_another_one(
        self, scenario: Scenario, log_in: LogIn, with_mail: WithMail, mails: Mails
    ) -> None:
        """The organisation keeps what an earlier merge has brought."""
        kept, first, second = (log_in(Role.ENTERPRISE) for _ in range(3))
        address = with_mail(kept)
        with scenario.database.unit_of_work() as session:
            session.add(OwnerPreference(organisation_id=kept.organisation_id, **ANY_HOUR))
        self.merge(scenario, kept, first)
        undo = self.merge(scenario, kept, second)
        mails.new()
        ok(scenario.operator.post(undo))
        assert mails.new() == {address: ["主管部门已撤销将贵单位与另一单位合并的认定"]}

    @pytest.mark.parametrize("draft", [False, True], ids=["published", "draft"])
    def test_the_owner_of_a_record_that_is_no_duplicate_after_all_hears_what_it_is_now(
        self, scenario: Scenario, mails: Mails, draft: bool
    ) -> None:
        owner = scenario.enterprise
        made = [
            ok(owner.post("/v1/demands", json=demand_payload(title=title)), 201)
            for title in ("阀体内壁防腐涂层", "球阀阀体防腐涂料")
        ]
        kept, other = (one["id"] for one in made)
        body = {"kind": "demand", "kept_id": kept, "other_id": other, "verdict": "same", "note": "同一需求"}
        decision = ok(scenario.operator.post("/v1/duplicates", json=body), 201)["id"]
        address, number = address_of(scenario, owner), made[1]["number"]
        assert mails.new() == {address: [f"贵单位的技术需求 {number} 已下架"]}
        if draft:  # its deadline passes meanwhile
            with scenario.database.unit_of_work() as session:
                session.get_one(Demand, UUID(other)).deadline = today() - timedelta(days=1)
        ok(scenario.operator.post(f"/v1/duplicates/{decision}/undo"))
        assert mails.new() == {address: [f"技术需求 {number} 的重复认定已由主管部门撤销"]}
        newest = ok(owner.get("/v1/notices?limit=1"))["items"][0]
        assert ("已恢复为草稿" if draft else "已恢复发布") in newest["zh"]
        assert newest["path"] == f"/v1/demands/{other}"
        assert ok(owner.get(newest["path"]))["state"] == ("draft" if draft else "published")


def test_who_declines_an_amendment_knows_it(scenario: Scenario, mails: Mails) -> None:
    contract = scenario.agreed_engagement().reach("negotiating").signed()
    ok(amend(scenario.enterprise, contract, deal_amount_wan="130", reason="增加中试"))
    mails.new()
    ok(step(scenario.institution, contract, "amendment/decline", reason="费用过高"))
    declined = [f"合同 {contract['number']} 的变更提议已拒绝"]
    told = [address_of(scenario, one) for one in (scenario.enterprise, scenario.lead)]
    assert mails.new() == dict.fromkeys(told, declined)


def test_a_proposal_that_was_taken_back_or_that_ends_the_contract_is_called_so(
    scenario: Scenario, mails: Mails
) -> None:
    contract = scenario.agreed_engagement().reach("negotiating").signed()
    number = contract["number"]
    told = [address_of(scenario, one) for one in (scenario.institution, scenario.lead)]
    ok(amend(scenario.enterprise, contract, deal_amount_wan="130", reason="增加中试"))
    mails.new()
    ok(step(scenario.enterprise, contract, "amendment/decline", reason="提错了"))
    assert mails.new() == {one: [f"合同 {number} 的变更提议已撤回"] for one in told}
    newest = ok(scenario.lead.get("/v1/notices?limit=1"))["items"][0]
    assert f"The proposed change of the contract {number} was taken back" in newest["en"]
    ok(step(scenario.institution, contract, "cancel", reason="项目取消"))
    mails.new()
    ok(step(scenario.enterprise, contract, "amendment/decline", reason="已投入人力"))
    assert mails.new() == {one: [f"合同 {number} 的解除提议已拒绝"] for one in told}
    newest = ok(scenario.lead.get("/v1/notices?limit=1"))["items"][0]
    assert f"The proposed end of the contract {number} was declined" in newest["en"]


def test_who_has_to_confirm_or_sign_is_notified_when_it_is_their_turn(
    scenario: Scenario, with_mail: WithMail, mails: Mails
) -> None:
    case = scenario.agreed_engagement()
    other, other_id = scenario.manager_with_login()
    scenario.prefer(other_id)
    address = with_mail(other)
    case.join(other, other_id)
    mails.new()
    shares = [{"manager_id": str(id_), "percent": "50"} for id_ in (scenario.lead_id, other_id)]
    ok(scenario.lead.put(f"{case.path}/shares", json={"shares": shares}))
    assert mails.new() == {address: [f"对接 {case.seen()['number']} 的牵头技术经理人提出了分成"]}
    contract = ok(case.contract(), 201)
    mails.new()
    for percent, row in zip(("60", "40"), shares, strict=True):
        row["percent"] = percent
    ok(amend(scenario.lead, contract, shares=shares))
    assert mails.new() == {address: [f"合同 {contract['number']} 的草稿已修改"]}
    ok(step(other, contract, "shares/confirm"))
    parties = [address_of(scenario, one) for one in (scenario.enterprise, scenario.institution)]
    ready = [f"合同 {contract['number']} 的分成已由技术经理人全部确认"]
    assert mails.new() == dict.fromkeys(parties, ready)


def test_an_invitation_that_is_open_again_is_sent_again(
    scenario: Scenario, with_mail: WithMail, mails: Mails
) -> None:
    """After the record is back, and where a hidden owner would be known to one more manager."""
    hidden = {"publish_mode": "confidential", "public_alias": "某化工企业"}
    case = scenario.open_engagement(**hidden)
    case.consent(scenario.enterprise)
    mails.new()
    other, other_id = scenario.manager_with_login()
    case.join(other, other_id)
    owner = address_of(scenario, scenario.enterprise)
    assert mails.new()[owner] == [f"请重新答复对接 {case.seen()['number']} 的邀请"]
    asked = ok(scenario.enterprise.get("/v1/notices?limit=1"))["items"][0]
    assert "又有一名技术经理人加入" in asked["zh"] and "Another manager has joined" in asked["en"]
    with scenario.database.unit_of_work() as session:
        engagement = session.get_one(Engagement, UUID(case.id))
        engagement.stage, engagement.ended_reason = Stage.ENDED, "record_unavailable"
        session.flush()
        continue_in(session, engagement, Stage.PROPOSED, note="需求或成果已重新发布")
    found = mails.new()
    for invited in (scenario.enterprise, scenario.institution):
        assert found[address_of(scenario, invited)] == ["需求或成果已重新发布"]


def test_what_waited_follows_an_organisation_into_the_one_it_was_merged_into(
    scenario: Scenario, log_in: LogIn, with_mail: WithMail, mails: Mails
) -> None:
    colleague = log_in(Role.ENTERPRISE)
    address = with_mail(colleague)
    awake = local(now()) + timedelta(hours=2)  # quiet but for one minute that is not this one
    with scenario.database.unit_of_work() as session:
        session.add(OwnerPreference(organisation_id=colleague.organisation_id, **ANY_HOUR))
        hours = session.get_one(OwnerPreference, scenario.enterprise.organisation_id)
        hours.quiet_from = (awake + timedelta(minutes=1)).strftime("%H:%M")
        hours.quiet_until = awake.strftime("%H:%M")
    case = scenario.open_engagement()
    assert address_of(scenario, scenario.enterprise) not in mails.new()
    merged = {
        "kept_id": str(colleague.organisation_id),
        "other_id": str(scenario.enterprise.organisation_id),
        "verdict": "same",
        "note": "营业执照一致",
    }
    ok(scenario.operator.post("/v1/organisations/duplicates", json=merged), 201)
    scenario.pass_time(timedelta(days=1))
    invitation = f"一位技术经理人就贵单位的记录发起了对接 {case.seen()['number']}"
    assert invitation in mails.new()[address]


class TestTasks:
    @pytest.fixture
    def case(self, scenario: Scenario, mails: Mails) -> EngagementCase:
        case = scenario.agreed_engagement()
        mails.new()
        return case

    def task(self, case: EngagementCase, **values: Any) -> str:
        """The path of a task of the institution's that is due tomorrow and reminded of today."""
        assignee = case.participation_of(case.scenario.institution)
        body = {"title": "寄样", "due_on": day(1), "remind_on": day(), "assignee_id": assignee} | values
        return f"{case.path}/tasks/{ok(case.scenario.lead.post(f'{case.path}/tasks', json=body), 201)['id']}"

    def remind(self, case: EngagementCase, *, days_later: int = 0) -> None:
        with case.scenario.database.unit_of_work() as session:
            for task in session.query(Task):
                task.due_on -= timedelta(days=days_later)
            assert remind(session) == 1

    def change(self, case: EngagementCase, path: str, **values: Any) -> None:
        ok(case.scenario.lead.patch(path, json=values, headers={"If-Match": "*"}))

    def test_a_reminder_names_the_day_and_comes_once_a_day(
        self, case: EngagementCase, mailbox: Mailbox, mails: Mails
    ) -> None:
        self.task(case)
        address = address_of(case.scenario, case.scenario.institution)
        number = case.seen()["number"]
        assert mails.new() == {address: [f"对接 {number} 中有一项任务分配给您"]}
        self.remind(case)
        self.remind(case, days_later=2)
        assert mails.new() == {address: ["对接任务提醒"]}
        late = chinese_day(today() - timedelta(days=1))
        text = mailbox.letters[-1].parts["text/plain"]
        assert f"对接 {number} 中您的一项任务已于 {late} 到期，尚未完成" in text

    def test_it_goes_to_whose_task_it_is_now_and_the_day_is_that_of_now(
        self, case: EngagementCase, mails: Mails
    ) -> None:
        scenario, path = case.scenario, self.task(case)
        mails.new()
        self.remind(case)
        self.change(case, path, assignee_id=case.participation_of(scenario.enterprise))
        self.change(case, path, due_on=day(40))
        enterprise = address_of(scenario, scenario.enterprise)
        number = case.seen()["number"]
        assert mails.new() == {
            enterprise: [
                f"对接 {number} 中您的一项任务的截止日期已改为 {chinese_day(date.fromisoformat(day(40)))}"
            ]
        }

    def test_who_is_assigned_a_task_on_its_day_or_reminded_at_once_reads_it_once(
        self, case: EngagementCase, mails: Mails
    ) -> None:
        address, number = address_of(case.scenario, case.scenario.institution), case.seen()["number"]
        path = self.task(case, due_on=day())
        assert mails.new() == {address: [f"对接 {number} 中有一项任务分配给您"]}
        self.remind(case)
        assert mails.new() == {}
        self.change(case, path, due_on=day(1), remind_on=day())
        self.remind(case)
        assert mails.new() == {
            address: [
                f"对接 {number} 中您的一项任务的截止日期已改为 {chinese_day(date.fromisoformat(day(1)))}"
            ]
        }

    def test_a_person_is_reminded_outside_the_quiet_hours_of_their_organisation(
        self, scenario: Scenario, case: EngagementCase, log_in: LogIn, with_mail: WithMail, mails: Mails
    ) -> None:
        investor = log_in(Role.INVESTOR)
        address = with_mail(investor)
        ok(case.invite(scenario.lead, "investor", user_id=str(investor.user_id)))
        case.consent(investor)
        awake = local(now()) + timedelta(hours=2)  # quiet but for one minute that is not this one
        until, since = awake.strftime("%H:%M"), (awake + timedelta(minutes=1)).strftime("%H:%M")
        hours = {**ANY_HOUR, "quiet_from": since, "quiet_until": until}
        self.task(case, assignee_id=case.participation_of(investor), remind_on=day(1))
        mails.new()
        with scenario.database.unit_of_work() as session:
            session.add(OwnerPreference(organisation_id=investor.organisation_id, **hours))
            for task in session.query(Task):
                task.remind_on = today()
            for message in session.query(Message):
                message.created_at -= timedelta(days=1)
        self.remind(case)
        assert mails.new() == {}
        scenario.pass_time(timedelta(days=1))
        assert mails.new() == {address: ["对接任务提醒"]}

    def test_without_an_assignee_no_reminder_is_set_for_the_past(self, case: EngagementCase) -> None:
        task = ok(case.scenario.lead.post(f"{case.path}/tasks", json={"title": "寄样", "due_on": day()}), 201)
        assert task["remind_on"] == day()

    @pytest.mark.parametrize(
        ("due_on", "remind_on"),
        [("2026-10-08", "2026-09-30"), ("2026-10-12", "2026-10-10"), ("2027-01-01", "2026-12-31")],
    )
    def test_the_usual_reminder_comes_on_a_working_day(self, due_on: str, remind_on: str) -> None:
        assert working_day_before(date.fromisoformat(due_on)) == date.fromisoformat(remind_on)


def test_nobody_is_asked_about_a_recognition_that_was_reopened(scenario: Scenario, mails: Mails) -> None:
    """Reopening discards the results and the objections to them; the next freeze makes new ones."""
    scenario.verified_certificate(scenario.lead_id, "advanced")
    rounds = "/v1/recognition-rounds"
    path = (
        f"{rounds}/{ok(scenario.operator.post(rounds, json={'title': '年度认定', 'year': 2026}), 201)['id']}"
    )
    mails.new()
    ok(scenario.operator.post(f"{path}/freeze", json={}))
    ok(scenario.lead.post(f"{path}/objections", json={"text": "漏计合同一份"}), 201)
    ok(scenario.operator.post(f"{path}/reopen", json={"note": "补录数据"}))
    lead = address_of(scenario, scenario.lead)
    assert mails.new() == {lead: ["2026 年度人才认定已重新开放"]}
    ok(scenario.operator.post(f"{path}/freeze", json={}))
    assert mails.new() == {lead: ["2026 年度人才认定结果可以查看"]}
    (entry,) = ok(scenario.operator.get(f"{path}/entries"))["items"]
    decide = f"/v1/recognition-entries/{entry['id']}/decide"
    ok(scenario.operator.post(decide, json={"tier": entry["tier"]}))
    assert mails.new() == {}  # as the rule says
    for tier in ("D", None):
        ok(scenario.operator.post(decide, json={"tier": tier, "reason": "合同不计入"}))
    assert mails.new() == {lead: ["您在 2026 年度人才认定中的结果已由主管部门审定或更正"]}
    ok(scenario.operator.post(f"{path}/cancel", json={"note": "改为明年"}))
    assert mails.new() == {lead: ["2026 年度人才认定已取消"]}


def test_who_had_no_tier_hears_of_no_reopening(scenario: Scenario, mails: Mails) -> None:
    """Unless they objected to having none."""
    colleague, colleague_id = scenario.manager_with_login()
    for manager in (scenario.lead_id, colleague_id):
        scenario.verified_certificate(manager, "primary")
    rounds = "/v1/recognition-rounds"
    made = ok(scenario.operator.post(rounds, json={"title": "年度认定", "year": 2026}), 201)
    path = f"{rounds}/{made['id']}"
    ok(scenario.operator.post(f"{path}/freeze", json={}))
    listed = ok(scenario.operator.get(f"{path}/entries"))["items"]
    assert [one["computed_tier"] for one in listed] == [None, None]
    ok(scenario.lead.post(f"{path}/objections", json={"text": "漏计合同一份"}), 201)
    mails.new()
    ok(scenario.operator.post(f"{path}/reopen", json={"note": "补录数据"}))
    assert mails.new() == {address_of(scenario, scenario.lead): ["2026 年度人才认定已重新开放"]}
    told = [
        [notice["type"] for notice in ok(who.get("/v1/notices"))["items"]]
        for who in (scenario.lead, colleague)
    ]
    assert ["recognition.reopened" in types for types in told] == [True, False]


def test_who_reviews_a_training_and_whose_it_is_are_notified(scenario: Scenario, mails: Mails) -> None:
    base = ok(scenario.operator.post("/v1/training-bases", json={"name": "济南市人才培养基地"}), 201)
    body = {"base_id": base["id"], "rung": "short_course", "course": "技术合同实务", "hours": 16}
    body |= {"started_on": "2026-03-02", "ended_on": "2026-03-03"}
    bureau, lead = (address_of(scenario, one) for one in (scenario.operator, scenario.lead))

    def training() -> str:
        return f"/v1/trainings/{ok(scenario.lead.post('/v1/trainings', json=body), 201)['id']}"

    first, which = training(), "“技术合同实务”（济南市人才培养基地）"
    number = number_of(scenario, scenario.lead_id)
    assert mails.new() == {bureau: [f"技术经理人 {number} 的培训记录待核验：{which}"]}
    ok(scenario.operator.post(f"{first}/verify", json={}))
    assert mails.new() == {lead: [f"您的培训记录已通过核验：{which}"]}
    body |= {"started_on": "2026-04-02", "ended_on": "2026-04-03"}  # another course of the same name
    ok(scenario.operator.post(f"{training()}/reject", json={"note": "查无记录"}))
    assert mails.new() == {lead: [f"您的培训记录未通过核验：{which}"]}


def number_of(scenario: Scenario, manager_id: UUID) -> str:
    with scenario.database.reading() as session:
        return session.get_one(Manager, manager_id).number


def test_a_mail_about_a_filing_a_certificate_or_an_objection_says_which(
    scenario: Scenario, mails: Mails
) -> None:
    """Who reviews several at once, or has several themselves, sees without a login what it is about."""
    bureau, lead = (address_of(scenario, one) for one in (scenario.operator, scenario.lead))
    manager = number_of(scenario, scenario.lead_id)
    filing = f"/v1/filings/{ok(scenario.lead.post('/v1/filings', json={}), 201)['id']}"
    signed = {"pledge_version": pledge()["version"], "accept_pledge": True}
    ok(scenario.lead.post(f"{filing}/submit", json=signed))
    assert mails.new() == {bureau: [f"技术经理人 {manager} 的备案申请待审核"]}
    number = ok(scenario.operator.post(f"{filing}/approve", json={}))["filing_number"]
    assert mails.new() == {lead: [f"您的备案申请（备案号 {number}）已批准"]}
    assert f"its number is {number}." in ok(scenario.lead.get("/v1/notices?limit=1"))["items"][0]["en"]
    with scenario.database.unit_of_work() as session:  # renewed in its last weeks
        session.query(Filing).update({Filing.valid_to: today() + timedelta(days=10)})
    ok(scenario.lead.post(f"{filing}/renew", json=signed))
    assert mails.new() == {bureau: [f"技术经理人 {manager} 的备案（备案号 {number}）续期申请待审核"]}
    ok(scenario.operator.post(f"{filing}/return-renewal", json={"note": "请补充业绩"}))
    assert mails.new() == {lead: [f"您的备案（备案号 {number}）续期申请被退回"]}

    body = {"level": "advanced", "number": "JS-2026-0001", "issued_by": "国家技术转移人才培养基地"}
    body |= {"issued_on": day(-10), "evidence": "证书原件扫描件"}
    certificate = ok(scenario.lead.post("/v1/certificates", json=body), 201)["id"]
    assert mails.new() == {bureau: [f"技术经理人 {manager} 的高级证书待审核"]}
    ok(scenario.operator.post(f"/v1/certificates/{certificate}/verify", json={}))
    assert "您的高级证书（编号 JS-2026-0001）已通过审核" in mails.new()[lead]

    round_ = ok(
        scenario.operator.post("/v1/recognition-rounds", json={"title": "年度认定", "year": 2026}), 201
    )
    path = f"/v1/recognition-rounds/{round_['id']}"
    ok(scenario.operator.post(f"{path}/freeze", json={}))
    mails.new()
    objection = ok(scenario.lead.post(f"{path}/objections", json={"text": "漏计合同一份"}), 201)["id"]
    assert mails.new() == {bureau: [f"技术经理人 {manager} 对 2026 年度人才认定结果的异议待答复"]}
    answer = {"upheld": False, "answer": "该合同不计入"}
    ok(scenario.operator.post(f"/v1/recognition-objections/{objection}/answer", json=answer))
    assert mails.new() == {lead: ["您对 2026 年度人才认定结果的异议已有答复"]}


def test_a_mail_about_a_reported_match_names_the_demand(scenario: Scenario, mails: Mails) -> None:
    pair = scenario.demand(owner=scenario.enterprise.organisation_id), scenario.achievement()
    scenario.rank_pair(*pair)
    number = ok(scenario.enterprise.get(f"/v1/demands/{pair[0]}"))["number"]
    body = {"demand_id": str(pair[0]), "achievement_id": str(pair[1]), "category": "wrong_topic"}
    report = ok(scenario.enterprise.post("/v1/match-reports", json=body), 201)["id"]
    bureau, owner = (address_of(scenario, one) for one in (scenario.operator, scenario.enterprise))
    assert mails.new()[bureau] == [f"需求 {number} 的一条匹配纠错待处理"]
    resolved = {"state": "resolved", "resolution": "已更正行业分类"}
    ok(scenario.operator.post(f"/v1/match-reports/{report}/resolve", json=resolved))
    assert mails.new() == {owner: [f"您对需求 {number} 的匹配纠错已处理"]}


def test_a_new_year_is_no_lost_tier(scenario: Scenario, mails: Mails) -> None:
    scenario.verified_certificate(scenario.lead_id, "advanced")
    with scenario.database.unit_of_work() as session:
        session.add(
            ManagerTier(
                manager_id=scenario.lead_id,
                year=today().year - 1,
                day=today(),
                tier="C",
                rule_id="C",
                figures={},
                inputs="",
            )
        )
        session.flush()
        assert refresh_outdated_years(session) == 1
    assert mails.new() == {
        address_of(scenario, scenario.lead): [f"您的人才类别已按 {today().year} 年度重新测算"]
    }


def test_who_is_registered_learns_that_a_contest_is_moved_or_cancelled(
    scenario: Scenario, mails: Mails
) -> None:
    start = now() + timedelta(days=20)
    times = {"deadline": start - timedelta(days=10), "starts_at": start, "ends_at": start}
    body = {name: moment.isoformat() for name, moment in times.items()}
    body |= {"kind": "brand_event", "title": "对接会"}
    path = f"/v1/contests/{ok(scenario.operator.post('/v1/contests', json=body), 201)['id']}"
    ok(scenario.operator.post(f"{path}/open", json={}))
    registration = ok(scenario.lead.post(f"{path}/registrations", json={}), 201)["id"]
    ok(scenario.lead.post(f"/v1/contest-registrations/{registration}/withdraw", json={}))
    assert mails.new() == {}  # they have left before they were notified that they are in it
    ok(scenario.lead.post(f"{path}/registrations", json={}), 201)
    mails.new()
    headers = {"If-Match": "*"}
    ok(scenario.operator.patch(path, json={"description": "议程另行通知"}, headers=headers))
    assert mails.new() == {}
    ok(scenario.operator.patch(path, json={"venue": "济南国际会展中心"}, headers=headers))
    lead = address_of(scenario, scenario.lead)
    contest = ok(scenario.operator.get(path))
    assert mails.new() == {lead: [f"您报名的“对接会”（{contest['number']}）的时间或地点有变动"]}
    local = start.astimezone(JINAN_TIME)
    when = f"{local.year}年{local.month}月{local.day}日（周{'一二三四五六日'[local.weekday()]}）{local:%-H:%M}开始"
    notice = ok(scenario.lead.get("/v1/notices?limit=1"))["items"][0]
    assert f"，{when}，地点：济南国际会展中心，请查看。" in notice["zh"]
    assert f"it begins on {local:%A}, {local:%-d %B %Y}, {local:%-H:%M}, at 济南国际会展中心" in notice["en"]
    ok(scenario.operator.post(f"{path}/cancel", json={"note": "场地临时调整"}))
    assert mails.new() == {lead: [f"您报名的“对接会”（{contest['number']}）已取消"]}


def test_a_recognition_that_was_reviewed_is_not_asked_for(scenario: Scenario, mails: Mails) -> None:
    certificate = scenario.verified_certificate(scenario.lead_id, "advanced")
    rounds = "/v1/recognition-rounds"
    path = (
        f"{rounds}/{ok(scenario.operator.post(rounds, json={'title': '年度认定', 'year': 2026}), 201)['id']}"
    )
    for step_name in ("freeze", "review", "publish"):
        ok(scenario.operator.post(f"{path}/{step_name}", json={}))
    (entry,) = ok(scenario.operator.get(f"{path}/entries"))["items"]
    mails.new()
    kept = {"withdrawn": False, "reason": "另有同级证书"}

    def take_back() -> None:
        with scenario.database.unit_of_work() as session:
            session.get_one(TrainingCertificate, certificate).state = CertificateState.REVOKED
            session.flush()
            assert doubt(session, scenario.lead_id, certificate, cause="certificate.revoked") == 1

    take_back()
    take_back()
    bureau, number = address_of(scenario, scenario.operator), number_of(scenario, scenario.lead_id)
    asked = f"技术经理人 {number} 的 2026 年度人才认定待复核"
    assert mails.new() == {bureau: [asked]}, "the review is asked for once"
    ok(scenario.operator.post(f"/v1/recognition-entries/{entry['id']}/review", json=kept))
    take_back()
    ok(scenario.operator.post(f"/v1/recognition-entries/{entry['id']}/review", json=kept))
    assert mails.new() == {}


def announced_contest(scenario: Scenario) -> str:
    start = now() + timedelta(days=20)
    times = {"deadline": start - timedelta(days=10), "starts_at": start, "ends_at": start}
    body = {name: moment.isoformat() for name, moment in times.items()}
    body |= {"kind": "brand_event", "title": "对接会"}
    path = f"/v1/contests/{ok(scenario.operator.post('/v1/contests', json=body), 201)['id']}"
    ok(scenario.operator.post(f"{path}/open", json={}))
    return path


def test_of_a_contest_that_is_moved_twice_the_last_day_is_said(
    scenario: Scenario, mails: Mails, mailbox: Mailbox
) -> None:
    path, headers = announced_contest(scenario), {"If-Match": "*"}
    body = {"manager_id": str(scenario.lead_id)}
    ok(scenario.operator.post(f"{path}/registrations", json=body), 201)
    mails.new()
    for venue in ("山东大厦", "舜耕会堂"):
        ok(scenario.operator.patch(path, json={"venue": venue}, headers=headers))
    lead, number = address_of(scenario, scenario.lead), ok(scenario.operator.get(path))["number"]
    assert mails.new() == {lead: [f"您报名的“对接会”（{number}）的时间或地点有变动"]}
    text = mailbox.to(lead)[-1].parts["text/plain"]
    assert "舜耕会堂" in text and "山东大厦" not in text
    ok(scenario.operator.patch(path, json={"venue": "山东大厦"}, headers=headers))
    ok(scenario.operator.post(f"{path}/cancel", json={"note": "场地临时调整"}))
    assert mails.new() == {lead: [f"您报名的“对接会”（{number}）已取消"]}


def test_a_registration_for_a_contest_that_is_cancelled_is_not_announced(
    scenario: Scenario, mails: Mails
) -> None:
    path, body = announced_contest(scenario), {"manager_id": str(scenario.lead_id)}
    ok(scenario.operator.post(f"{path}/registrations", json=body), 201)
    ok(scenario.operator.post(f"{path}/cancel", json={"note": "场地临时调整"}))
    number = ok(scenario.operator.get(path))["number"]
    assert mails.new() == {address_of(scenario, scenario.lead): [f"您报名的“对接会”（{number}）已取消"]}


def test_a_manager_learns_that_somebody_else_has_withdrawn_their_registration(
    scenario: Scenario, mails: Mails
) -> None:
    path, lead = announced_contest(scenario), address_of(scenario, scenario.lead)
    number = ok(scenario.operator.get(path))["number"]
    withdraw = "/v1/contest-registrations/{}/withdraw"
    first = ok(scenario.lead.post(f"{path}/registrations", json={}), 201)["id"]
    mails.new()
    ok(scenario.operator.post(withdraw.format(first), json={}))
    assert mails.new() == {lead: [f"您对“对接会”（{number}）的报名已由所在单位或主管部门退出"]}
    notice = ok(scenario.lead.get("/v1/notices?limit=1"))["items"][0]
    assert notice["type"] == "contest.left"
    assert f"Your registration for “对接会” ({number}) was withdrawn" in notice["en"]
    again = ok(scenario.lead.post(f"{path}/registrations", json={}), 201)["id"]
    ok(scenario.lead.post(withdraw.format(again), json={}))
    assert mails.new() == {}, "they did it themselves"


def test_a_notice_says_which_record_it_is_about(scenario: Scenario, mails: Mails) -> None:
    owner = scenario.enterprise
    path = f"/v1/demands/{ok(owner.post('/v1/demands', json=demand_payload()), 201)['id']}"
    number = ok(owner.get(path))["number"]
    mails.new()
    ok(scenario.operator.post(f"{path}/withdraw"))
    assert mails.new() == {address_of(scenario, owner): [f"贵单位的技术需求 {number} 已下架"]}
    assert ok(owner.get("/v1/notices?limit=1"))["items"][0]["en"] == f"Your demand {number} was withdrawn."


class TestNamesOfLater:
    """A confidential text tells its owner by a name that became one after it was published."""

    TEXT = "现用水性涂料半年即起泡脱落,需要耐盐雾的水性防腐体系,用于柱川系列球阀阀体。"

    def publish(self, owner: Caller, **changes: Any) -> str:
        payload = demand_payload(main_problem=self.TEXT, publish_mode="confidential", **changes)
        made = ok(owner.post("/v1/demands", json=payload), 201)
        assert made["state"] == "published"
        return f"/v1/demands/{made['id']}"

    def change(self, scenario: Scenario, organisation_id: UUID, **names: Any) -> None:
        path = f"/v1/organisations/{organisation_id}"
        ok(scenario.operator.patch(path, json=names, headers={"If-Match": "*"}))

    def test_owner_and_bureau_are_notified_what_to_change(
        self, scenario: Scenario, mails: Mails, mailbox: Mailbox
    ) -> None:
        owner = scenario.enterprise
        path = self.publish(owner)
        mails.new()
        self.change(scenario, owner.organisation_id, name="济南柱川阀门有限公司")
        number = ok(owner.get(path))["number"]
        found = mails.new()
        assert found.pop(address_of(scenario, owner)) == [
            f"贵单位匿名发布的技术需求 {number} 可能使人认出贵单位"
        ]
        found.pop(address_of(scenario, scenario.operator), None)  # at night the bureau's mail waits
        assert not found, "nobody else learns that there is something to find"
        of_bureau = ok(scenario.operator.get("/v1/notices?limit=1"))["items"][0]["zh"]
        assert of_bureau.startswith("匿名发布的技术需求") and "请督促修改" in of_bureau
        assert all("柱川" not in str(letter.parts) for letter in mailbox.letters), "a mail is read anywhere"
        notice = ok(owner.get("/v1/notices?limit=1"))["items"][0]
        assert notice["zh"].startswith(
            f"贵单位匿名发布的技术需求 {number} 可能使人认出贵单位，单位名称等信息变更后，其“主要问题”须修改"
        )
        assert "涉及：main_problem: " in notice["zh"] and "柱川" in notice["zh"]
        assert "确认" not in notice["zh"] and "confirm" not in notice["en"], (
            "what is certain is not a question"
        )
        assert scenario.institution.get("/v1/notices?limit=100").text.count("tells_owner") == 0
        # What is certain has to be rewritten: the record is checked by the new name from now on.
        refused = owner.patch(path, json={"keywords": ["防腐"]}, headers={"If-Match": "*"})
        assert {entry["code"] for entry in refused.json()["errors"]} == {"leak_organisation"}

    @pytest.mark.parametrize(
        "names",
        [{"aliases": ["柱川"]}, {"former_names": [{"name": "济南柱川阀门厂"}]}],
        ids=["alias", "former"],
    )
    def test_other_names_count_too(self, scenario: Scenario, mails: Mails, names: dict[str, Any]) -> None:
        owner = scenario.enterprise
        self.publish(owner)
        mails.new()
        self.change(scenario, owner.organisation_id, **names)
        assert address_of(scenario, owner) in mails.new()

    def test_many_records_are_one_message(self, scenario: Scenario, mails: Mails) -> None:
        owner = scenario.enterprise
        for place in range(3):
            self.publish(owner, title=f"球阀阀体防腐涂料{place}")
        mails.new()
        self.change(scenario, owner.organisation_id, name="济南柱川阀门有限公司")
        ((subject,),) = [
            subjects for to, subjects in mails.new().items() if to == address_of(scenario, owner)
        ]
        assert "等 3 条记录 可能使人认出贵单位" in subject
        notices = [
            one for one in ok(owner.get("/v1/notices"))["items"] if one["type"] == "record.tells_owner"
        ]
        assert len(notices) == 3, "each leads to its record"
        self.change(scenario, owner.organisation_id, aliases=["柱川"])
        assert address_of(scenario, owner) not in mails.new()

    def test_a_name_of_the_organisation_above_tells_the_owner(self, scenario: Scenario, mails: Mails) -> None:
        owner, above = scenario.enterprise, scenario.log_in(Role.ENTERPRISE)
        self.publish(owner)
        self.change(scenario, owner.organisation_id, parent_id=str(above.organisation_id))
        assert address_of(scenario, owner) not in mails.new()
        self.change(scenario, above.organisation_id, name="山东柱川集团有限公司")
        assert address_of(scenario, owner) in mails.new()

    def test_nobody_is_notified_of_what_tells_nothing(self, scenario: Scenario, mails: Mails) -> None:
        owner = scenario.enterprise
        path = self.publish(owner)
        ok(owner.post("/v1/demands", json=demand_payload(title="柱川球阀防腐涂料")), 201)  # a public one
        mails.new()
        self.change(scenario, owner.organisation_id, name="济南泺锐阀门有限公司")
        self.change(scenario, owner.organisation_id, region="370103")
        assert mails.new() == {}
        ok(owner.post(f"{path}/withdraw"))
        mails.new()
        self.change(scenario, owner.organisation_id, name="济南柱川阀门有限公司")
        assert mails.new() == {}

    def test_an_alias_that_comes_and_goes_notifies_once(self, scenario: Scenario, mails: Mails) -> None:
        owner = scenario.enterprise
        self.publish(owner)
        mails.new()
        of_owner = f"/v1/organisations/{owner.organisation_id}"

        def notified(*aliases: str) -> set[str]:
            ok(owner.patch(of_owner, json={"aliases": list(aliases)}, headers={"If-Match": "*"}))
            return set(mails.new())

        both = {address_of(scenario, one) for one in (owner, scenario.operator)}
        assert notified("柱川") == both
        for aliases in ((), ("柱川",), ("柱川", "泺锐"), ("泺锐",), ("柱川",)):
            assert notified(*aliases) == set()
        assert notified("柱川", "球阀阀体") == both, "another place is another matter"

    def test_a_word_that_was_confirmed_is_not_asked_for_again(self, scenario: Scenario, mails: Mails) -> None:
        owner = scenario.enterprise
        path = self.publish(owner, scenario="云岭脚下的泵站")
        self.change(scenario, owner.organisation_id, name="济南云岭特种阀门有限公司")
        mails.new()
        notice = ok(owner.get("/v1/notices?limit=1"))["items"][0]
        assert "确与贵单位无关的，请在修改时确认" in notice["zh"] and "or confirm there" in notice["en"]
        asked = owner.patch(path, json={"keywords": ["防腐"]}, headers={"If-Match": "*"}).json()["errors"]
        body = {"keywords": ["防腐"], "confirmed": sorted({one["confirm"] for one in asked})}
        ok(owner.patch(path, json=body, headers={"If-Match": "*"}))
        mails.new()
        self.change(scenario, owner.organisation_id, name="山东云岭特种阀门股份有限公司")
        assert mails.new() == {}
