"""Figures of the bureau: what they count, and that each leads down to exactly its rows."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.engagements.contract_models import ContractState
from tests.statistics.conftest import all_rows, counted, day, figure
from tests.support.http import ok, refused, wrong_fields
from tests.support.scenario import Scenario
from tests.support.scenario.statistics import NOON


def by_key(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {line["key"]: line for line in lines}


def check_rows(scenario: Scenario, counts: dict[str, int], links: dict[str, str]) -> None:
    for name, count in counts.items():
        rows = all_rows(scenario.operator, links[name])
        assert len(rows) == count, (name, links[name])
        ids = [row.get("id") or row["demand"]["id"] for row in rows]
        assert len(set(ids)) == count


def test_the_funnel_counts_how_far_the_demands_of_a_period_came(scenario: Scenario) -> None:
    _, manager = scenario.manager_with_login()
    achievement = scenario.published_achievement()
    demands = [scenario.published_demand() for _ in range(7)]
    scenario.published_demand(at=NOON - timedelta(days=365))  # of another year
    scenario.demand(state="draft", fields=["401"])
    scenario.rank_pair(demands[1], achievement, 0.99)
    scenario.rank_pair(demands[2], achievement, 0.99)
    scenario.push_with_attempt(manager, demands[2], achievement)
    scenario.engagement_row(manager, demands[3], achievement, "ended", reason="no_fit")
    scenario.engagement_row(manager, demands[4], achievement, "contacted", "meeting")
    scenario.engagement_row(manager, demands[5], achievement, "contacted", "meeting", "negotiating", "signed")
    scenario.contract_row(demand_id=demands[6], landed_on=day("2026-05-01"))  # without any engagement or push
    scenario.contract_row(demand_id=demands[0], state=ContractState.CANCELLED)  # is as if it had never been

    found = figure(scenario.operator, "funnel")
    counts = {line["key"]: line["count"] for line in found["steps"]}
    assert counts == {
        "published": 7,
        "matched": 6,
        "pushed": 5,
        "accepted": 4,
        "contacted": 3,
        "meeting": 3,
        "negotiating": 2,
        "signed": 2,
        "registered": 1,
        "landed": 1,
    }
    steps = by_key(found["steps"])
    assert steps["pushed"]["of_published"] == round(5 / 7, 4)
    assert steps["pushed"]["of_previous"] == round(5 / 6, 4)
    check_rows(scenario, counts, {key: line["rows"] for key, line in steps.items()})
    assert all_rows(scenario.operator, steps["landed"]["rows"])[0]["step"] == "landed"

    (ended,) = found["ended"]
    assert (ended["key"], ended["count"]) == ("no_fit", 1)
    check_rows(scenario, {"n": 1}, {"n": ended["rows"]})


def test_an_undone_acceptance_is_no_acceptance(scenario: Scenario) -> None:
    manager, offered = scenario.manager(), scenario.published_achievement()
    for reason in ("undone", "manager_unavailable"):
        demand = scenario.published_demand()
        scenario.push_with_attempt(manager, demand, offered)
        scenario.engagement_row(manager, demand, offered, "ended", reason=reason)
    steps = {step["key"]: step["count"] for step in figure(scenario.operator, "funnel")["steps"]}
    assert (steps["pushed"], steps["accepted"]) == (2, 1)


def test_the_funnel_by_groups_and_filters_adds_up(scenario: Scenario) -> None:
    for fields, region in ((["401"], "370102"), (["405", "101"], "370112"), (["101"], "370200"), ([], None)):
        scenario.published_demand(fields=fields, region=region)
    for grouping in ("field", "region"):
        lines = figure(scenario.operator, "funnel", group_by=grouping)["steps"]
        published = {line["group"]: line["count"] for line in lines if line["key"] == "published"}
        assert sum(published.values()) == 4
        names = {(line["group_zh"], line["group_en"]) for line in lines}
        assert ("无", "None") in names and all(not zh.isascii() and en.isascii() for zh, en in names), names
        for line in lines:
            assert len(all_rows(scenario.operator, line["rows"])) == line["count"]
    assert figure(scenario.operator, "funnel", field="40")["steps"][0]["count"] == 2
    assert figure(scenario.operator, "funnel", region="370100")["steps"][0]["count"] == 2
    assert figure(scenario.operator, "funnel", region="370000")["steps"][0]["count"] == 3


def test_days_are_days_in_jinan(scenario: Scenario) -> None:
    late = NOON.replace(hour=16, minute=30)  # half past midnight of the 11th
    scenario.published_demand(at=late)
    tenth = {"from": "2026-03-10", "to": "2026-03-10"}
    eleventh = {"from": "2026-03-11", "to": "2026-03-11"}
    assert figure(scenario.operator, "funnel", **tenth)["steps"][0]["count"] == 0
    assert figure(scenario.operator, "funnel", **eleventh)["steps"][0]["count"] == 1


def test_time_in_each_stage_covers_finished_and_open_engagements(scenario: Scenario) -> None:
    _, manager = scenario.manager_with_login()
    achievement = scenario.published_achievement()
    for length in (1, 2, 3, 10):
        scenario.engagement_row(
            manager, scenario.published_demand(), achievement, "contacted", each=timedelta(days=length)
        )
    scenario.engagement_row(
        manager,
        scenario.published_demand(),
        achievement,
        "contacted",
        "meeting",
        "negotiating",
        "signed",
        "negotiating",
    )
    stages = by_key(figure(scenario.operator, "stage-times")["stages"])
    proposed = stages["proposed"]
    assert (proposed["finished"], proposed["ongoing"]) == (5, 0)
    assert (proposed["mean_days"], proposed["median_days"], proposed["p90_days"]) == (3.6, 2.0, 10.0)
    assert (stages["contacted"]["finished"], stages["contacted"]["ongoing"]) == (1, 4)
    assert (stages["negotiating"]["finished"], stages["negotiating"]["ongoing"]) == (1, 1)
    for line in stages.values():
        rows = all_rows(scenario.operator, line["rows"])
        assert len(rows) == line["finished"]
        assert len(all_rows(scenario.operator, line["ongoing_rows"])) == line["ongoing"]
        if rows:
            mean = sum(row["days"] for row in rows) / len(rows)
            assert abs(mean - line["mean_days"]) < 0.01


def test_contract_value_is_the_sum_of_its_rows(scenario: Scenario) -> None:
    scenario.contract_row(deal="0.10", technology="0.07", fields=["401"], region="370102")
    scenario.contract_row(deal="0.20", fields=["405"], region="370112", landed_on=day("2026-05-01"))
    scenario.contract_row(
        deal="99999.99", fields=["101"], region="370102", signed_on=day("2026-04-30"), kind="service"
    )
    scenario.contract_row(deal="5.00", fields=[], state=ContractState.CANCELLED)
    scenario.contract_row(deal="7.00", signed_on=day("2025-12-31"))
    scenario.contract_row(deal="8.00", signed_on=None, registered_on=None)
    for grouping in (None, "field", "region", "month", "kind"):
        chosen = {} if grouping is None else {"group_by": grouping}
        found = figure(scenario.operator, "contracts", **chosen)
        total = found["total"]
        assert (total["count"], total["landed"], total["cancelled"]) == (3, 1, 1)
        assert Decimal(total["deal_amount_wan"]) == Decimal("100000.29")
        assert Decimal(total["technology_amount_wan"]) == Decimal("100000.26")
        assert Decimal(total["landed_deal_wan"]) == Decimal("0.20")
        assert Decimal(total["cancelled_deal_wan"]) == Decimal("5.00")
        for line in [*found["groups"], total]:
            for count, amount, rows in (
                ("count", "deal_amount_wan", "rows"),
                ("landed", "landed_deal_wan", "landed_rows"),
                ("cancelled", "cancelled_deal_wan", "cancelled_rows"),
            ):
                below = all_rows(scenario.operator, line[rows])
                assert len(below) == line[count]
                of_rows = sum((Decimal(row["deal_amount_wan"]) for row in below), Decimal(0))
                assert of_rows == Decimal(line[amount])
    groups = by_key(figure(scenario.operator, "contracts", group_by="month")["groups"])
    assert {key: line["count"] for key, line in groups.items()} == {"2026-03": 2, "2026-04": 1}
    assert figure(scenario.operator, "contracts", field="40")["total"]["count"] == 2
    assert figure(scenario.operator, "contracts", region="370112")["total"]["count"] == 1


def test_gaps_are_where_demands_find_nothing_good(scenario: Scenario) -> None:
    good, unripe, spare = (scenario.published_achievement(trl=trl, fields=["401"]) for trl in (7, 3, 5))
    lucky, demanding, modest = (scenario.published_demand(min_trl=trl) for trl in (5, 9, 4))
    lone = scenario.published_demand(fields=["101"], min_trl=6)
    gone = scenario.published_achievement(state="withdrawn")
    scenario.rank_pair(lucky, good, 0.99)
    scenario.rank_pair(demanding, unripe, 0.01)
    scenario.rank_pair(modest, gone, 0.99)
    found = figure(scenario.operator, "gaps")
    assert found["formula"] == "without_good / (1 + good_achievements / demands)"
    lines = by_key(found["fields"])
    materials = lines["40"]
    assert {name: materials[name] for name in materials["rows"]} == {
        "demands": 3,
        "with_good": 1,
        "without_good": 2,
        "too_immature": 1,
        "achievements": 3,
        "unwanted": 2,
        "good_achievements": 1,
    }
    assert materials["gap_score"] == round(2 / (1 + 1 / 3), 4)
    assert lines["10"]["too_immature"] == 1
    for line in lines.values():
        check_rows(scenario, {name: line[name] for name in line["rows"]}, line["rows"])
    (row,) = all_rows(scenario.operator, lines["10"]["rows"]["too_immature"])
    assert row["id"] == str(lone)
    assert spare


def test_response_to_pushes_by_day_reason_and_channel(scenario: Scenario) -> None:
    _, manager = scenario.manager_with_login()
    achievement = scenario.published_achievement()
    answer = {"answered_at": NOON + timedelta(hours=3)}
    later = NOON + timedelta(days=20)
    scenario.push_with_attempt(
        manager, scenario.published_demand(), achievement, state="accepted", outcome="accepted", **answer
    )
    scenario.push_with_attempt(
        manager,
        scenario.published_demand(),
        achievement,
        state="declined",
        outcome="declined",
        reason="price",
        **answer,
    )
    scenario.push_with_attempt(
        manager, scenario.published_demand(), achievement, state="read", read_at=NOON, at=later
    )
    scenario.push_with_attempt(manager, scenario.published_demand(), achievement, state="expired")
    scenario.push_with_attempt(manager, scenario.published_demand(), achievement, state="cancelled", at=later)
    scenario.delivery_row("mail", "delivered")
    scenario.delivery_row("mail", "dead")
    scenario.delivery_row("webhook", "waiting")
    for grouping, groups in (("day", 2), ("week", 2), ("month", 1)):
        found = figure(scenario.operator, "pushes", group_by=grouping)
        assert len(found["groups"]) == groups
        for line in [*found["groups"], found["total"]]:
            check_rows(scenario, {name: line[name] for name in line["rows"]}, line["rows"])
    total = found["total"]
    outcomes = ("accepted", "declined", "waiting", "unanswered", "cancelled")
    assert [total[name] for name in ("got", "read", *outcomes)] == [5, 3, 1, 1, 1, 1, 1]
    assert found["median_answer_hours"] == 3.0
    (reason,) = found["reasons"]
    assert (reason["key"], reason["count"]) == ("price", 1) and reason["label_zh"] != "price"
    check_rows(scenario, {"n": 1}, {"n": reason["rows"]})
    mail = by_key(found["channels"])["mail"]
    assert (mail["total"], mail["delivered"], mail["undelivered"], mail["under_way"]) == (2, 1, 1, 0)
    assert (mail["label_zh"], mail["label_en"]) == ("邮箱", "Mail")
    for line in found["channels"]:
        check_rows(scenario, {name: line[name] for name in line["rows"]}, line["rows"])


def test_activity_of_managers_and_its_rows(scenario: Scenario) -> None:
    _, manager = scenario.manager_with_login()
    _, other = scenario.manager_with_login()
    achievement = scenario.published_achievement()
    answered = {"outcome": "accepted", "answered_at": NOON + timedelta(hours=5)}
    scenario.push_with_attempt(
        manager, scenario.published_demand(), achievement, state="accepted", **answered
    )
    scenario.push_with_attempt(manager, scenario.published_demand(), achievement)
    scenario.engagement_row(manager, scenario.published_demand(), achievement, "contacted")
    scenario.engagement_row(
        manager, scenario.published_demand(), achievement, "contacted", "meeting", "negotiating", "signed"
    )
    scenario.engagement_row(other, scenario.published_demand(), achievement, "ended", reason="no_fit")
    scenario.contract_row({manager: "33.33", other: "66.67"}, deal="0.05")
    scenario.contract_row({manager: "100.00"}, deal="10.00", state=ContractState.CANCELLED)
    lines = {line["key"]: line for line in figure(scenario.operator, "managers")["items"]}
    mine = lines[str(manager)]
    assert (mine["got"], mine["accepted"], mine["waiting"], mine["median_answer_hours"]) == (2, 1, 1, 5.0)
    assert (mine["engagements"], mine["open"], mine["signed"], mine["ended"]) == (2, 1, 1, 0)
    shares = [Decimal(lines[str(one)]["contract_amount_wan"]) for one in (manager, other)]
    assert sum(shares) == Decimal("0.05")
    for line in lines.values():
        check_rows(scenario, {name: line[name] for name in line["rows"]}, line["rows"])


def test_files_hold_what_the_answer_says(scenario: Scenario) -> None:
    scenario.contract_row(deal="1.10", fields=["401"])
    for name in ("funnel", "stage-times", "contracts", "gaps", "managers", "pushes"):
        for form, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
            answer = scenario.operator.get(
                f"/v1/statistics/{name}", params={"format": form, "from": "2026-01-01"}
            )
            assert answer.status_code == 200 and answer.content.startswith(start), (name, form)
            assert f'.{form}"' in answer.headers["content-disposition"]
    text = scenario.operator.get(
        "/v1/statistics/contracts", params={"format": "csv", "group_by": "field", "from": "2026-01-01"}
    ).content.decode("utf-8-sig")
    assert "成交额（万元） deal_amount_wan" in text.splitlines()[0]
    assert text.splitlines()[1].split(",")[3:5] == ["1", "1.10"]


def test_a_name_that_looks_like_a_formula_stays_a_text(scenario: Scenario) -> None:
    scenario.manager(title="=1+1")
    text = scenario.operator.get("/v1/statistics/managers", params={"format": "csv"}).content.decode(
        "utf-8-sig"
    )
    assert ",'=1+1," in text


def test_invalid_questions_are_refused_with_a_reason(scenario: Scenario) -> None:
    def ask(**parameters: str) -> Any:
        return scenario.operator.get("/v1/statistics/funnel", params=parameters)

    assert wrong_fields(ask(**{"from": "2026-02-01", "to": "2026-01-01"})) == ["to"]
    assert wrong_fields(ask(**{"from": "1901-01-01"})) == ["from"]
    assert wrong_fields(ask(field="401")) == ["field"]
    assert wrong_fields(ask(region="999999")) == ["region"]
    assert wrong_fields(ask(group_by="colour")) == ["group_by"]


def test_strangers_see_no_statistics(scenario: Scenario, as_stranger: Any) -> None:
    for path in ("funnel", "gaps", "managers", "contracts/rows", "pushes/deliveries/rows"):
        refused(as_stranger.get(f"/v1/statistics/{path}", params={"field": "40"}), 401, "unauthenticated")


def test_the_number_of_queries_does_not_grow(scenario: Scenario) -> None:
    def ask() -> list[int]:
        spent = []
        for name in ("funnel", "stage-times", "contracts", "gaps", "managers", "pushes"):
            with counted(scenario) as statements:
                figure(scenario.operator, name)
            spent.append(len(statements))
            with counted(scenario) as statements:
                asked = {"from": "2026-01-01", **selected.get(name, {})}
                ok(scenario.operator.get(f"/v1/statistics/{name}/rows", params=asked))
            spent.append(len(statements))
        return spent

    def fill() -> None:
        _, manager = scenario.manager_with_login()
        managers.append(manager)
        achievement, demand = scenario.published_achievement(), scenario.published_demand()
        scenario.push_with_attempt(
            manager, demand, achievement, outcome="declined", reason="price", answered_at=NOON
        )
        scenario.engagement_row(managers[0], demand, achievement, "contacted", "meeting")
        scenario.contract_row({managers[0]: "100.00"})

    managers: list[Any] = []
    fill()
    by_manager, by_key = {"manager_id": str(managers[0])}, {"key": "40"}
    selected = {
        "funnel": by_key,
        "gaps": by_key,
        "contracts": by_key | by_manager,
        "managers": by_manager,
        "pushes": by_manager,
    }
    few = ask()
    for _ in range(3):
        fill()
    assert ask() == few
    assert max(few) < 20
