"""Who holds a filing hears of its end before it comes; for staff without a login their institution does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.clock import chinese_day, english_day, today
from app.database import Database
from app.events.outbox import Event
from app.pushes.preferences.models import OwnerPreference
from app.schedule import JOBS
from app.services import Services
from app.talent.filings.models import Filing
from app.talent.filings.service import pledge
from tests.support.callers import Caller, LogIn
from tests.support.http import ok
from tests.support.scenario import Scenario
from tests.support.servers import Mailbox

PLEDGE = {"pledge_version": pledge()["version"], "accept_pledge": True}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Who is reminded does not depend on the database."""
    return sqlite_url


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    """The lead manager and the institution may be notified at any hour."""
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    scenario.prefer(scenario.lead_id)
    with scenario.database.unit_of_work() as session:
        hours = {"quiet_from": None, "quiet_until": None, "on_days_off": True}
        session.add(OwnerPreference(organisation_id=scenario.institution.organisation_id, **hours))
    return scenario


class Filed:
    """A filing that the bureau has approved, its holder's mails, and the job that reminds."""

    def __init__(
        self, scenario: Scenario, services: Services, mailbox: Mailbox, drain: Callable[[], int]
    ) -> None:
        self.scenario, self._services, self._mailbox, self._drain = scenario, services, mailbox, drain
        self._seen = 0
        (self._job,) = [job for job in JOBS if job.name == "remind_of_filings"]
        self.id = ok(scenario.lead.post("/v1/filings", json={"statement": "从事技术转移十年。"}), 201)["id"]
        self.step(scenario.lead, "submit", PLEDGE)
        self.number = self.step(scenario.operator, "approve")["filing_number"]
        self.mails()

    def step(self, caller: Caller, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = ok(caller.post(f"/v1/filings/{self.id}/{name}", json=body or {}))
        return answer

    def ends_in(self, days: int) -> None:
        """As if it had been approved long ago, and ended in so many days."""
        with self.scenario.database.unit_of_work() as session:
            session.get_one(Filing, UUID(self.id)).valid_to = today() + timedelta(days=days)

    def days_pass(self, days: int) -> None:
        """What was done with it lies so much longer ago, and its end is so much nearer."""
        with self.scenario.database.unit_of_work() as session:
            filing = session.get_one(Filing, UUID(self.id))
            assert filing.valid_to is not None
            filing.valid_to -= timedelta(days=days)
            for event in session.query(Event).filter_by(subject_id=filing.id):
                event.created_at -= timedelta(days=days)

    def remind(self) -> None:
        self._job.execute(self._services)

    def mails(self) -> list[str]:
        self._drain()
        new, self._seen = self._mailbox.letters[self._seen :], len(self._mailbox.letters)
        return [letter.subject.removeprefix("【三库】") for letter in new]

    def last_text(self) -> str:
        return self._mailbox.letters[-1].parts["text/plain"]


@pytest.fixture
def filed(
    scenario: Scenario,
    app: Any,
    mailbox: Mailbox,
    drain: Callable[[], int],
    with_mail: Callable[[Caller], str],
) -> Filed:
    with_mail(scenario.lead)
    return Filed(scenario, app.state.services, mailbox, drain)


def test_who_holds_it_is_reminded_when_it_can_be_renewed_and_two_weeks_before_its_end(filed: Filed) -> None:
    filed.ends_in(120)
    filed.days_pass(29)
    filed.remind()
    assert filed.mails() == []
    filed.days_pass(1)
    filed.remind()
    day = today() + timedelta(days=90)
    assert filed.mails() == [f"您的备案 {filed.number} 将于 {chinese_day(day)} 到期"]
    assert "申请续期" in filed.last_text() and english_day(day) in filed.last_text()
    filed.remind()
    filed.days_pass(75)
    filed.remind()
    assert filed.mails() == []
    filed.days_pass(1)
    filed.remind()
    filed.remind()
    assert filed.mails() == [f"您的备案 {filed.number} 将于 {chinese_day(today() + timedelta(days=14))} 到期"]
    filed.days_pass(14)
    filed.remind()
    assert filed.mails() == []


def test_who_has_asked_for_the_renewal_is_not_reminded(filed: Filed) -> None:
    filed.ends_in(120)
    filed.days_pass(30)
    filed.step(filed.scenario.lead, "renew", PLEDGE)
    filed.mails()
    filed.days_pass(80)
    filed.remind()
    assert filed.mails() == []
    filed.step(filed.scenario.operator, "approve-renewal")
    filed.mails()
    filed.remind()
    assert filed.mails() == []


def test_a_filing_that_can_be_renewed_from_its_first_day_is_announced_two_weeks_before_its_end(
    filed: Filed,
) -> None:
    filed.ends_in(60)
    filed.remind()
    assert filed.mails() == []
    filed.days_pass(46)
    filed.remind()
    assert filed.mails() == [f"您的备案 {filed.number} 将于 {chinese_day(today() + timedelta(days=14))} 到期"]


def test_for_staff_without_a_login_their_institution_is_notified(
    scenario: Scenario, mailbox: Mailbox, drain: Callable[[], int], with_mail: Callable[[Caller], str]
) -> None:
    """It hands in their filings and certificates, and nobody else could read what the bureau says."""
    address = with_mail(scenario.institution)
    first, second = (
        scenario.manager_record(name, owner=scenario.institution.organisation_id) for name in ("孙立", "周明")
    )
    for staff in (first, second):
        body = {"manager_id": str(staff.id), "statement": "从事技术转移十年。"}
        id_ = ok(scenario.institution.post("/v1/filings", json=body), 201)["id"]
        ok(scenario.institution.post(f"/v1/filings/{id_}/submit", json=PLEDGE))
        ok(scenario.operator.post(f"/v1/filings/{id_}/return", json={"note": "请补充业绩材料"}))
    drain()
    returned = [f"致贵单位技术经理人 {staff.number}：您的备案申请被退回" for staff in (first, second)]
    assert [(letter.to, letter.subject) for letter in mailbox.letters] == [
        (address, f"【三库】{subject}") for subject in returned
    ]
    assert f"To your manager {second.number}: " in mailbox.letters[-1].parts["text/plain"]
    notices = ok(scenario.institution.get("/v1/notices"))["items"]
    assert [notice["zh"].partition("，")[0] for notice in reversed(notices)] == returned
    assert ok(scenario.institution.get("/v1/notices/count")) == {"unread": 2}
    shown = ok(scenario.institution.post(f"/v1/notices/{notices[0]['id']}/read"))
    assert shown["zh"] == notices[0]["zh"]
    others = (scenario.enterprise, scenario.lead)
    assert [ok(other.get("/v1/notices"))["items"] for other in others] == [[], []]


def test_what_is_to_a_person_with_a_login_is_not_to_their_institution(
    scenario: Scenario,
    log_in: LogIn,
    mailbox: Mailbox,
    drain: Callable[[], int],
    with_mail: Callable[[Caller], str],
) -> None:
    colleague = log_in(Role.MANAGER)
    address = with_mail(colleague)
    with_mail(scenario.institution)
    staff = scenario.manager_record(
        "孙立", owner=scenario.institution.organisation_id, user_id=colleague.user_id
    )
    scenario.prefer(staff.id)
    body = {"manager_id": str(staff.id), "statement": "从事技术转移十年。"}
    id_ = ok(scenario.institution.post("/v1/filings", json=body), 201)["id"]
    ok(scenario.institution.post(f"/v1/filings/{id_}/submit", json=PLEDGE))
    ok(scenario.operator.post(f"/v1/filings/{id_}/return", json={"note": "请补充业绩材料"}))
    drain()
    assert [letter.to for letter in mailbox.letters] == [address]
    assert ok(scenario.institution.get("/v1/notices"))["items"] == []
