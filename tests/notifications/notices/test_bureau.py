"""The bureau is notified of what begins to wait for it, however much that is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.accounts.access.principal import SYSTEM
from app.accounts.models import Role
from app.database import Database, now
from app.libraries.managers.models import Manager
from app.pushes.preferences.models import OwnerPreference
from app.pushes.preferences.working_time import local
from app.statistics.open_work import waiting_work
from tests.http.registration import REGISTRATION
from tests.support.callers import Caller, LogIn
from tests.support.http import ok
from tests.support.scenario import Scenario
from tests.support.servers import Mailbox

Drain = Callable[[], int]
WithMail = Callable[[Caller], str]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Who is notified of what does not depend on the database."""
    return sqlite_url


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    return Scenario(app.state.services[Database], log_in=log_in)


class Registrations:
    """Organisations that register themselves, each from a place of its own, and what the bureau gets of it."""

    def __init__(self, app: Any, scenario: Scenario, drain: Drain, mailbox: Mailbox) -> None:
        self.app, self.scenario, self.drain, self.mailbox = app, scenario, drain, mailbox
        self.count = self.seen = 0

    def register(self) -> UUID:
        """An organisation whose user has confirmed their mailbox."""
        self.count += 1
        where = {"name": f"Lihua {self.count} GmbH", "region": "000000", "uscc": None}
        body = {
            **REGISTRATION,
            "organisation": REGISTRATION["organisation"] | where,
            "user": REGISTRATION["user"] | {"email": f"applicant{self.count}@example.com"},
        }
        client = TestClient(self.app, client=(f"10.0.{self.count}.1", 4000))
        ok(client.post("/v1/register", json=body), 202)
        (pending,) = ok(self.scenario.operator.get("/v1/registrations"))["items"]
        confirmed = ok(self.scenario.operator.post(f"/v1/registrations/{pending['id']}/confirm"))
        return UUID(confirmed["organisation"]["id"])

    def verify(self, organisation_id: UUID) -> None:
        ok(
            self.scenario.operator.post(
                f"/v1/organisations/{organisation_id}/verify", headers={"If-Match": "*"}
            )
        )

    def mails(self, address: str) -> list[str]:
        """Subjects of the mails to the bureau since the last look."""
        self.drain()
        letters = self.mailbox.letters[self.seen :]
        self.seen += len(letters)
        return [letter.subject.removeprefix("【三库】") for letter in letters if letter.to == address]


@pytest.fixture
def registrations(app: Any, scenario: Scenario, drain: Drain, mailbox: Mailbox) -> Registrations:
    return Registrations(app, scenario, drain, mailbox)


@pytest.fixture
def bureau(scenario: Scenario, with_mail: WithMail) -> str:
    """The mailbox of an operator who may be notified at any hour."""
    with scenario.database.unit_of_work() as session:
        any_hour = {"quiet_from": None, "quiet_until": None, "on_days_off": True}
        session.add(OwnerPreference(organisation_id=scenario.operator.organisation_id, **any_hour))
    return with_mail(scenario.operator)


def notices_to_verify(caller: Caller) -> list[str]:
    items = ok(caller.get("/v1/notices", params={"limit": 100}))["items"]
    return [one["zh"] for one in items if one["type"] == "organisation.to_verify"]


class TestOrganisationsToVerify:
    def test_a_flood_of_registrations_is_one_mail_an_hour(
        self, registrations: Registrations, scenario: Scenario, bureau: str
    ) -> None:
        registrations.register()
        assert registrations.mails(bureau) == ["有 1 家单位待核验"]
        for _ in range(5):
            registrations.register()
            assert registrations.mails(bureau) == []
        scenario.pass_time(timedelta(hours=1))
        assert registrations.mails(bureau) == ["有 6 家单位待核验"]
        assert notices_to_verify(scenario.operator) == [
            f"有 {number} 家单位待核验，请核对其名称和统一社会信用代码。" for number in (6, 1)
        ]
        registrations.register()
        scenario.pass_time(timedelta(minutes=50))
        assert registrations.mails(bureau) == []
        scenario.pass_time(timedelta(minutes=10))
        assert registrations.mails(bureau) == ["有 7 家单位待核验"]
        assert notices_to_verify(scenario.enterprise) == []

    def test_who_was_verified_meanwhile_is_not_asked_for(
        self, registrations: Registrations, scenario: Scenario, bureau: str
    ) -> None:
        first = registrations.register()
        registrations.verify(first)
        assert registrations.mails(bureau) == []
        second = registrations.register()
        registrations.verify(second)
        scenario.pass_time(timedelta(hours=1))
        assert registrations.mails(bureau) == []
        assert notices_to_verify(scenario.operator) == []

    def test_after_quiet_hours_the_last_of_many_speaks_for_all(
        self, registrations: Registrations, scenario: Scenario, bureau: str
    ) -> None:
        awake = local(now()) + timedelta(hours=20)  # quiet but for one minute that is not this one
        with scenario.database.unit_of_work() as session:
            hours = session.get_one(OwnerPreference, scenario.operator.organisation_id)
            hours.quiet_from = (awake + timedelta(minutes=1)).strftime("%H:%M")
            hours.quiet_until = awake.strftime("%H:%M")
        for _ in range(3):
            registrations.register()
            assert registrations.mails(bureau) == []
            scenario.pass_time(timedelta(hours=1))
        registrations.drain()
        scenario.pass_time(timedelta(days=1))
        assert registrations.mails(bureau) == ["有 3 家单位待核验"]

    def test_who_changes_verified_data_waits_again(
        self, registrations: Registrations, scenario: Scenario, bureau: str
    ) -> None:
        owner = scenario.enterprise
        path, tag = f"/v1/organisations/{owner.organisation_id}", {"If-Match": "*"}
        ok(owner.patch(path, json={"name": "济南泺锐阀门有限公司"}, headers=tag))
        assert registrations.mails(bureau) == ["有 1 家单位待核验"]
        ok(owner.patch(path, json={"name": "济南泺锐特种阀门有限公司"}, headers=tag))
        scenario.pass_time(timedelta(hours=1))
        assert registrations.mails(bureau) == [], "it waits since the change before"

    def test_the_mail_leads_to_the_queue_and_the_queue_counts_who_is_in_it(
        self, registrations: Registrations, scenario: Scenario, bureau: str
    ) -> None:
        kept, other = registrations.register(), registrations.register()
        registrations.drain()
        (letter,) = registrations.mailbox.to(bureau)
        assert "https://sanku.example.com/open/organisations" in letter.parts["text/plain"].split()[-1]
        merged = {"kept_id": str(kept), "other_id": str(other), "verdict": "same", "note": "同一单位"}
        ok(scenario.operator.post("/v1/organisations/duplicates", json=merged), 201)
        with scenario.database.reading() as session:
            waiting = {one.code: one.number for one in waiting_work(session, principal=SYSTEM)}
        assert waiting["organisations"] == 1


def test_the_bureau_hears_which_manager_has_left_and_is_led_there(
    scenario: Scenario, drain: Callable[[], int]
) -> None:
    case = scenario.open_engagement()
    user = f"/v1/users/{scenario.lead.user_id}"
    ok(scenario.operator.patch(user, json={"active": False}, headers={"If-Match": "*"}))
    drain()
    colleague = scenario.log_in(Role.OPERATOR)
    (notice,) = [
        one for one in ok(scenario.operator.get("/v1/notices"))["items"] if one["type"] == "manager.left"
    ]
    with scenario.database.reading() as session:
        number = session.get_one(Manager, scenario.lead_id).number
    assert number in notice["zh"] and number in notice["en"]
    assert notice["path"] == f"/v1/managers/{scenario.lead_id}"
    assert ok(colleague.get(notice["path"]))["number"] == number
    assert ok(scenario.operator.get(case.path))["stage"] == "proposed"
