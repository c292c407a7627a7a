"""Who sees whose figures: the scenario by years and without small cells, one's own exactly, the bureau everything."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.models import Role
from app.statistics.queries.contracts import ContractGroup
from tests.statistics.conftest import YEAR, all_rows, figure
from tests.support.http import ok, refused
from tests.support.scenario import Scenario
from tests.support.scenario.statistics import NOON


def no_links(value: Any) -> bool:
    """Nothing in the answer leads to rows."""
    if isinstance(value, dict):
        return all(no_links(one) for one in value.values())
    if isinstance(value, list):
        return all(no_links(one) for one in value)
    return not (isinstance(value, str) and value.startswith("/v1/"))


def test_small_cells_of_the_city_are_hidden_from_everybody_but_the_bureau(scenario: Scenario) -> None:
    enterprise = scenario.log_in(Role.ENTERPRISE)
    for fields, count in ((["401"], 1), (["101"], 4), (["201"], 5)):
        for _ in range(count):
            scenario.contract_row(deal="10.00", fields=fields)
    found = figure(enterprise, "contracts", group_by="field")
    assert found["min_cell"] == 3 and found["rule_zh"] and found["rule_en"]
    counts = {line["key"]: line["count"] for line in found["groups"]}
    assert counts == {"10": None, "20": None, "40": None}, "the second keeps the first, the third the second"
    assert found["total"]["count"] == 10
    hidden = [line for line in found["groups"] if line["hidden"]]
    assert all(line["deal_amount_wan"] is None for line in hidden)
    bureau = figure(scenario.operator, "contracts", group_by="field")
    assert {line["key"]: line["count"] for line in bureau["groups"]} == {"10": 4, "20": 5, "40": 1}


def test_no_grouping_shows_a_total_that_another_hides(scenario: Scenario) -> None:
    enterprise = scenario.log_in(Role.ENTERPRISE)
    scenario.contract_row(kind="consulting", signed_on=date(2026, 2, 1))
    groupings: tuple[dict[str, str], ...] = ({}, *({"group_by": name.value} for name in ContractGroup))

    def totals() -> list[Any]:
        return [figure(enterprise, "contracts", **chosen)["total"]["count"] for chosen in groupings]

    assert totals() == [None] * len(groupings)
    for _ in range(7):
        scenario.contract_row()
    assert totals() == [8] * len(groupings)
    for name in (ContractGroup.MONTH, ContractGroup.KIND):
        assert figure(enterprise, "contracts", group_by=name)["groups"] == [], (
            "7 and 1 cannot hide each other"
        )
    bureau = figure(scenario.operator, "contracts", group_by="month")["groups"]
    assert [line["count"] for line in bureau] == [1, 7]


def test_no_figure_of_the_city_leads_others_to_rows(scenario: Scenario) -> None:
    _, manager = scenario.manager_with_login()
    achievement = scenario.published_achievement()
    for _ in range(4):
        demand = scenario.published_demand()
        scenario.push_with_attempt(
            manager, demand, achievement, outcome="declined", reason="price", answered_at=NOON
        )
        scenario.engagement_row(manager, demand, achievement, "ended", reason="no_fit")
        scenario.contract_row()
    enterprise = scenario.log_in(Role.ENTERPRISE)
    for name in ("funnel", "stage-times", "contracts", "gaps", "pushes"):
        assert no_links(figure(enterprise, name)), name
        key = {"key": "40"} if name in ("funnel", "contracts", "gaps") else {}
        rows = ok(enterprise.get(f"/v1/statistics/{name}/rows", params=YEAR | key))
        if name != "gaps":  # demands and achievements that are published are no secret
            assert rows["items"] == [], name
    refused(enterprise.get("/v1/statistics/pushes/deliveries/rows"), 403, "bureau_only")
    assert figure(enterprise, "managers")["items"] == []


@pytest.mark.parametrize(
    "asked",
    [{"to": "2026-11-30"}, {"from": "2025-01-01"}, {"field": "40"}, {"region": "370102"}],
)
def test_others_see_the_city_by_years_and_without_filters(scenario: Scenario, asked: dict[str, str]) -> None:
    institution = scenario.log_in(Role.INSTITUTION)
    for name in ("funnel", "contracts", "gaps", "pushes", "stage-times"):
        path = f"/v1/statistics/{name}"
        refused(institution.get(path, params=YEAR | asked), 403, "city_by_years")
        ok(institution.get(path, params=YEAR | asked | {"scope": "own"}))
        ok(scenario.operator.get(path, params=YEAR | asked))
    refused(institution.get("/v1/statistics/funnel", params={"group_by": "field"}), 403, "bureau_only")
    refused(institution.get("/v1/statistics/pushes", params={"group_by": "day"}), 403, "bureau_only")


def test_own_rows_are_counted_exactly_and_lead_to_their_rows(scenario: Scenario) -> None:
    enterprise = scenario.log_in(Role.ENTERPRISE)
    scenario.published_demand()
    mine = scenario.published_demand(owner=enterprise.organisation_id, publish_mode="confidential")
    scenario.contract_row(buyer_id=enterprise.organisation_id, deal="3.00")
    scenario.contract_row(deal="100.00")
    funnel = figure(enterprise, "funnel", scope="own")
    published = funnel["steps"][0]
    assert (funnel["min_cell"], published["count"]) == (None, 1)
    (row,) = all_rows(enterprise, published["rows"])
    assert row["demand"]["id"] == str(mine)
    contracts = figure(enterprise, "contracts", scope="own")["total"]
    assert (contracts["count"], contracts["deal_amount_wan"]) == (1, "3.00")
    assert len(all_rows(enterprise, contracts["rows"])) == 1


def test_a_program_reads_its_organisations_figures_with_the_scope_for_it(
    scenario: Scenario, client: Any
) -> None:
    """A key sees what its organisation sees: its own exactly, the scenario as others do."""
    enterprise = scenario.log_in(Role.ENTERPRISE)
    mine = scenario.published_demand(owner=enterprise.organisation_id)
    scenario.published_demand()

    def key(scope: str) -> dict[str, str]:
        made = enterprise.post("/v1/api-keys", json={"name": "报表", "scopes": [scope]})
        assert made.status_code == 201, made.text
        return {"X-API-Key": made.json()["key"]}

    path, own = "/v1/statistics/funnel", YEAR | {"scope": "own"}
    without = client.get(path, params=own, headers=key("demands:read"))
    assert (without.status_code, without.json()["code"]) == (403, "insufficient_scope")
    assert "statistics:read" in without.json()["message_en"]
    opened = key("statistics:read")
    published = client.get(path, params=own, headers=opened).json()["steps"][0]
    assert published["count"] == 1
    (row,) = client.get(published["rows"], headers=opened).json()["items"]
    assert row["demand"]["id"] == str(mine)
    city_figures = client.get(path, params=YEAR, headers=opened).json()
    assert city_figures["min_cell"] == 3
    assert no_links(city_figures)
    assert client.get("/v1/demands", headers=opened).status_code == 403


def test_a_manager_sees_their_own_rows_and_an_institution_those_of_its_staff(scenario: Scenario) -> None:
    institution = scenario.log_in(Role.INSTITUTION)
    caller, manager = scenario.manager_with_login(owner=institution.organisation_id)
    scenario.manager_with_login()
    achievement = scenario.published_achievement()
    for _ in range(3):
        scenario.push_with_attempt(manager, scenario.published_demand(), achievement)
    scenario.push_with_attempt(
        manager,
        scenario.published_demand(),
        achievement,
        outcome="accepted",
        answered_at=NOON + timedelta(hours=2),
    )
    scenario.engagement_row(manager, scenario.published_demand(), achievement)

    (mine,) = figure(caller, "managers")["items"]
    assert (mine["key"], mine["got"], mine["accepted"], mine["engagements"]) == (str(manager), 4, 1, 1)
    for name in ("got", "accepted", "engagements"):
        assert len(all_rows(caller, mine["rows"][name])) == mine[name]

    (staff,) = figure(institution, "managers")["items"]
    assert staff["rows"] == {} and staff["hidden"]
    assert (staff["accepted"], staff["engagements"], staff["median_answer_hours"]) == (None, None, None)
    link = f"/v1/statistics/pushes/rows?manager_id={manager}&from=2026-01-01"
    assert all_rows(institution, link) == []


def test_rows_show_no_more_than_the_records_themselves(scenario: Scenario) -> None:
    """A manager who was pushed a confidential demand learns no owner from statistics."""
    caller, manager = scenario.manager_with_login()
    secret = scenario.published_demand(
        publish_mode="confidential", confidential_note="不公开", contact_phone="13905310000"
    )
    scenario.push_with_attempt(manager, secret, scenario.published_achievement())
    answer = caller.get("/v1/statistics/pushes/rows", params=YEAR)
    (row,) = ok(answer)["items"]
    assert row["demand"]["id"] == str(secret)
    assert "owner_org_id" not in row["demand"]
    assert "不公开" not in answer.text and "13905310000" not in answer.text


STATE = st.sampled_from(
    ["none", "pair", "push", "proposed", "contacted", "meeting", "negotiating", "contract"]
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(states=st.lists(STATE, min_size=1, max_size=6))
def test_the_funnel_never_widens_and_its_sums_are_its_rows(scenario: Scenario, states: list[str]) -> None:
    """Whatever happened, in whatever order and with whatever left out."""
    manager = scenario.lead_id
    for state in states:
        demand, achievement = scenario.published_demand(), scenario.published_achievement()
        if state == "pair":
            scenario.rank_pair(demand, achievement, 0.99)
        elif state == "push":
            scenario.push_with_attempt(manager, demand, achievement)
        elif state == "contract":
            scenario.contract_row(demand_id=demand, deal="0.01")
        elif state != "none":
            scenario.engagement_row(manager, demand, achievement, *([] if state == "proposed" else [state]))
    steps = figure(scenario.operator, "funnel")["steps"]
    counts = [line["count"] for line in steps]
    assert counts == sorted(counts, reverse=True)
    for line in steps:
        assert len(all_rows(scenario.operator, line["rows"], limit=100)) == line["count"]


AMOUNT = st.decimals(min_value="0.01", max_value="1000000", places=2)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(amounts=st.lists(st.tuples(AMOUNT, st.sampled_from(["401", "101", "201"])), min_size=1, max_size=5))
def test_amounts_are_the_exact_sums_of_their_rows(
    scenario: Scenario, amounts: list[tuple[Decimal, str]]
) -> None:
    for amount, code in amounts:
        scenario.contract_row(deal=amount, fields=[code])
    found = figure(scenario.operator, "contracts", group_by="field")
    for line in [*found["groups"], found["total"]]:
        rows = all_rows(scenario.operator, line["rows"], limit=100)
        assert len(rows) == line["count"]
        assert sum(Decimal(row["deal_amount_wan"]) for row in rows) == Decimal(line["deal_amount_wan"])
    parts = sum(Decimal(line["deal_amount_wan"]) for line in found["groups"])
    assert parts == Decimal(found["total"]["deal_amount_wan"])
