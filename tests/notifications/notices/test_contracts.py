"""Those whom a contract concerns are notified of its end, also where it names no manager."""

from collections.abc import Callable
from typing import Any

import pytest

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


def test_a_draft_between_the_parties_alone_is_cancelled(scenario: Scenario, drain: Callable[[], int]) -> None:
    """It names no manager yet: nobody's recognition rests on it."""
    body = {
        "kind": "consulting",
        "title": "阀门选型技术咨询",
        "buyer_org_id": str(scenario.enterprise.organisation_id),
        "seller_org_id": str(scenario.institution.organisation_id),
        "deal_amount_wan": "20",
        "technology_amount_wan": "20",
    }
    contract = ok(scenario.enterprise.post("/v1/contracts", json=body), 201)
    cancel = f"/v1/contracts/{contract['id']}/cancel"
    ok(scenario.enterprise.post(cancel, json={"reason": "项目取消"}, headers={"If-Match": "*"}))
    drain()
    notices = ok(scenario.institution.get("/v1/notices"))["items"]
    assert [notice["type"] for notice in notices] == ["contract.cancelled", "contract.drafted"]
    waiting = ok(scenario.operator.get("/v1/events", params={"state": "waiting"}))["items"]
    assert "contract.cancelled" not in [event["name"] for event in waiting]
