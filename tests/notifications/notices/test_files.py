"""Who takes part beside the two sides hears when both have opened the files to them."""

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.models import Role
from app.database import Database
from tests.support.callers import LogIn
from tests.support.http import ok
from tests.support.scenario import Scenario


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Who is notified does not depend on the database."""
    return sqlite_url


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    return Scenario(app.state.services[Database], log_in=log_in)


def test_an_investor_hears_once_that_both_sides_have_opened_the_files(
    scenario: Scenario, drain: Callable[[], int]
) -> None:
    case = scenario.agreed_engagement(undertaking="once")
    investor = scenario.log_in(Role.INVESTOR)
    ok(case.invite(scenario.lead, "investor", organisation_id=str(investor.organisation_id)))
    case.consent(investor)
    files = f"{case.path}/participants/{case.participation_of(investor)}/files"

    def heard() -> list[str]:
        drain()
        notices = ok(investor.get("/v1/notices"))["items"]
        return [notice["zh"] for notice in notices if notice["type"] == "participant.admitted"]

    ok(scenario.enterprise.post(f"{files}/open"))
    assert heard() == []
    ok(scenario.institution.post(f"{files}/open"))
    ok(scenario.institution.post(f"{files}/open"))
    number = case.seen()["number"]
    said = f"供需双方已向您开放对接 {number} 的文件，可以查看；其中要求保密承诺的记录，须先作出承诺。"
    assert heard() == [said]
    ok(scenario.institution.post(f"{files}/close"))
    ok(scenario.institution.post(f"{files}/open"))
    assert heard() == [said, said]


def test_an_investor_whose_files_were_opened_before_they_consented_hears_with_their_consent(
    scenario: Scenario, drain: Callable[[], int]
) -> None:
    case = scenario.agreed_engagement()
    investor = scenario.log_in(Role.INVESTOR)
    ok(case.invite(scenario.lead, "investor", organisation_id=str(investor.organisation_id)))
    files = f"{case.path}/participants/{case.participation_of(investor)}/files"

    def heard() -> list[str]:
        drain()
        types = [notice["type"] for notice in ok(investor.get("/v1/notices"))["items"]]
        return [type_ for type_ in types if type_ == "participant.admitted"]

    for side in (scenario.enterprise, scenario.institution):
        ok(side.post(f"{files}/open"))
    assert heard() == []
    case.consent(investor)
    assert heard() == ["participant.admitted"]
