"""Organisations that a demand excludes by a name of which nobody was registered when it was entered."""

from typing import Any

import pytest

from app.accounts.models import Role
from app.database import Database
from tests.support.callers import LogIn
from tests.support.http import created, ok
from tests.support.scenario import Scenario


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The same on both."""
    return sqlite_url


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    return Scenario(app.state.services[Database], log_in=log_in)


EXCLUDED = "济南柱川液压油缸有限公司"


@pytest.mark.parametrize(
    ("registered", "reason"),
    [
        ("济南柱川液压油缸有限责任公司", "excluded_org"),
        ("濟南（柱川）液壓油缸股份有限公司", "excluded_org"),
        ("济南柱川液压油缸有限公司青岛分公司", "excluded_org"),
        ("济南柱川液压油缸集团有限公司", "possibly_excluded"),
        ("柱川液压油缸（济南）有限公司", "possibly_excluded"),
        ("济南柱川液压油缸有限公司工会委员会", "possibly_excluded"),
        ("济南岱川泵业有限公司", None),
    ],
)
@pytest.mark.parametrize("as_former", [False, True])
def test_who_takes_the_name_that_a_demand_excludes_gets_no_push_and_loses_a_live_one(
    scenario: Scenario, registered: str, reason: str | None, as_former: bool
) -> None:
    """However it is written, as a present or a former name; excluded while nobody was registered so."""
    owner = scenario.organisation(name="山东云岭种苗有限公司")
    demand = scenario.demand(excluded_orgs=[EXCLUDED])
    manager = scenario.manager(fit=0.9)
    scenario.rank_pair(demand, scenario.achievement(owner=owner), 0.9)
    scenario.emit_event("demand.published", demand)
    scenario.work()
    assert scenario.states(manager_id=manager) == ["new"]
    bureau, path = scenario.log_in(Role.OPERATOR), f"/v1/organisations/{owner}"
    change = {"former_names": [{"name": registered}]} if as_former else {"name": registered}
    ok(bureau.patch(path, json=change, headers={"If-Match": "*"}))
    scenario.work()
    [push] = scenario.pushes(manager_id=manager)
    assert (push.state, push.ended_reason) == (("new", None) if reason is None else ("cancelled", reason))
    later = scenario.achievement(owner=owner)
    scenario.rank_pair(demand, later, 0.9)
    scenario.emit_event("achievement.published", later)
    scenario.work()
    assert scenario.states(achievement_id=later) == (["new"] if reason is None else [])


@pytest.mark.parametrize("known_by", ["bureau", "merge"])
def test_a_newly_registered_organisation_ties_the_excluded_name_to_an_owner(
    scenario: Scenario, known_by: str
) -> None:
    """It has the excluded name, and the owner's as a former one; or the bureau finds that both are one."""
    owner = scenario.organisation(name="山东云岭种苗有限公司")
    demand = scenario.demand(excluded_orgs=[EXCLUDED])
    scenario.manager(fit=0.9)
    scenario.rank_pair(demand, scenario.achievement(owner=owner), 0.9)
    scenario.emit_event("demand.published", demand)
    scenario.work()
    assert scenario.states(demand_id=demand) == ["new"]
    bureau = scenario.log_in(Role.OPERATOR)
    facts: dict[str, Any] = {"name": "济南柱川液压油缸有限责任公司", "kind": "enterprise", "region": "000000"}
    if known_by == "bureau":
        facts["former_names"] = [{"name": "山东云岭种苗有限责任公司"}]
    other = created(bureau.post("/v1/organisations", json=facts))["id"]
    if known_by == "merge":
        body = {"kept_id": str(owner), "other_id": other, "verdict": "same", "note": "营业执照一致"}
        ok(bureau.post("/v1/organisations/duplicates", json=body), 201)
    scenario.work()
    [push] = scenario.pushes(demand_id=demand)
    assert (push.state, push.ended_reason) == ("cancelled", "excluded_org")
