"""Those whom a contract concerns are notified of its end, also where it names no manager."""

from collections.abc import Callable
from typing import Any

import pytest

from app.database import Database
from tests.support.callers import Caller, LogIn
from tests.support.http import ok
from tests.support.scenario import Scenario


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Who is notified does not depend on the database."""
    return sqlite_url


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    return Scenario(app.state.services[Database], log_in=log_in)


def drafted(scenario: Scenario) -> dict[str, Any]:
    """A contract between the parties alone, drafted by the buyer."""
    body = {
        "kind": "consulting",
        "title": "阀门选型技术咨询",
        "buyer_org_id": str(scenario.enterprise.organisation_id),
        "seller_org_id": str(scenario.institution.organisation_id),
        "deal_amount_wan": "20",
        "technology_amount_wan": "20",
    }
    contract: dict[str, Any] = ok(scenario.enterprise.post("/v1/contracts", json=body), 201)
    return contract


def heard(caller: Caller) -> list[str]:
    """The types of their notices, the newest first."""
    return [notice["type"] for notice in ok(caller.get("/v1/notices"))["items"]]


def test_a_draft_between_the_parties_alone_is_cancelled(scenario: Scenario, drain: Callable[[], int]) -> None:
    """It names no manager yet: nobody's recognition rests on it."""
    contract = drafted(scenario)
    cancel = f"/v1/contracts/{contract['id']}/cancel"
    ok(scenario.enterprise.post(cancel, json={"reason": "项目取消"}, headers={"If-Match": "*"}))
    drain()
    assert heard(scenario.institution) == ["contract.cancelled", "contract.drafted"]
    waiting = ok(scenario.operator.get("/v1/events", params={"state": "waiting"}))["items"]
    assert "contract.cancelled" not in [event["name"] for event in waiting]


def test_the_other_party_and_the_managers_hear_that_a_draft_was_changed(
    scenario: Scenario, drain: Callable[[], int]
) -> None:
    contract = drafted(scenario)
    path, any_version = f"/v1/contracts/{contract['id']}", {"If-Match": "*"}
    ok(scenario.enterprise.patch(path, json={"deal_amount_wan": "25"}, headers=any_version))
    drain()
    assert heard(scenario.institution) == ["contract.redrafted", "contract.drafted"]
    ok(scenario.enterprise.patch(path, json={"deal_amount_wan": "25"}, headers=any_version))
    drain()
    assert heard(scenario.institution) == ["contract.redrafted", "contract.drafted"]

    case = scenario.agreed_engagement().reach("negotiating")
    contract = ok(case.contract(), 201)
    path = f"/v1/contracts/{contract['id']}"
    ok(scenario.institution.patch(path, json={"deal_amount_wan": "130"}, headers=any_version))
    drain()
    assert heard(scenario.enterprise)[0] == heard(scenario.lead)[0] == "contract.redrafted"
