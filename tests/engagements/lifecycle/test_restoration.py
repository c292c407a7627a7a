"""An accepted engagement survives the correction of a record; a withdrawal that stays ends it with the reason."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from app.engagements.models import Engagement
from tests.support.days import day
from tests.support.http import ok
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase

Drain = Callable[[], int]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def case(scenario: Scenario, drain: Drain) -> EngagementCase:
    case = scenario.open_engagement(
        fields=["401"],
        cooperation_modes=["licence"],
        deadline=date.fromisoformat(day(300)),
        main_problem="输送管道内壁腐蚀快,需要耐腐蚀的防护办法",
    )
    case.consent(scenario.enterprise)
    ok(case.move("contacted"))
    drain()
    return case


def withdraw(case: EngagementCase, drain: Drain) -> None:
    owner, path = case.scenario.enterprise, f"/v1/demands/{case.demand_id}"
    ok(owner.post(f"{path}/withdraw", headers={"If-Match": owner.get(path).headers["ETag"]}))
    drain()


def publish(case: EngagementCase, drain: Drain) -> None:
    owner, path = case.scenario.enterprise, f"/v1/demands/{case.demand_id}"
    for step in ("restore", "submit"):
        ok(owner.post(f"{path}/{step}", headers={"If-Match": owner.get(path).headers["ETag"]}))
    drain()


def test_a_withdrawal_ends_it_with_the_reason(case: EngagementCase, drain: Drain) -> None:
    withdraw(case, drain)
    ended = case.seen()
    assert (ended["stage"], ended["ended_reason"]) == ("ended", "record_unavailable")


def test_it_continues_where_it_was_when_the_record_is_published_again(
    case: EngagementCase, drain: Drain
) -> None:
    before = case.seen()
    withdraw(case, drain)
    publish(case, drain)
    after = case.seen()
    assert (after["stage"], after["ended_reason"]) == ("contacted", None)
    assert [one["state"] for one in after["participants"]] == [one["state"] for one in before["participants"]]
    ok(case.move("ended", reason="other"))


def test_one_that_both_sides_have_agreed_to_goes_on_meanwhile(case: EngagementCase, drain: Drain) -> None:
    case.consent(case.scenario.institution)
    withdraw(case, drain)
    assert case.seen()["stage"] == "contacted"


def test_after_a_month_it_stays_ended(case: EngagementCase, drain: Drain) -> None:
    withdraw(case, drain)
    with case.scenario.database.unit_of_work() as session:
        session.get_one(Engagement, UUID(case.id)).stage_since -= timedelta(days=31)
    publish(case, drain)
    assert case.seen()["stage"] == "ended"


def test_without_a_free_slot_it_stays_ended(case: EngagementCase, drain: Drain) -> None:
    withdraw(case, drain)
    for _ in range(3):
        case.scenario.open_engagement()
    publish(case, drain)
    assert case.seen()["stage"] == "ended"


def test_what_somebody_ended_does_not_come_back(case: EngagementCase, drain: Drain) -> None:
    ok(case.move("ended", reason="other"))
    withdraw(case, drain)
    publish(case, drain)
    assert case.seen()["ended_reason"] == "other"
