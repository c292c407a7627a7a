"""Figures of the bureau: what they count, and that each leads down to exactly its rows."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.engagements.contract_models import ContractState
from tests.engagements.town import ok, refused, wrong_fields
from tests.statistics.conftest import NOON, City, all_rows, counted, day, figure


def by_key(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {line["key"]: line for line in lines}


def check_rows(city: City, counts: dict[str, int], links: dict[str, str]) -> None:
    for name, count in counts.items():
        rows = all_rows(city.bureau, links[name])
        assert len(rows) == count, (name, links[name])
        ids = [row.get("id") or row["demand"]["id"] for row in rows]
        assert len(set(ids)) == count


def test_the_funnel_counts_how_far_the_demands_of_a_period_came(city: City) -> None:
    _, manager = city.manager()
    achievement = city.achievement()
    demands = [city.demand() for _ in range(7)]
    city.demand(at=NOON - timedelta(days=365))  # of another year
    city.world.demand(state="draft", fields=["401"])
    city.world.pair(demands[1], achievement, 0.99)
    city.world.pair(demands[2], achievement, 0.99)
    city.push(manager, demands[2], achievement)
    city.engagement(manager, demands[3], achievement, "ended", reason="no_fit")
    city.engagement(manager, demands[4], achievement, "contacted", "meeting")
    city.engagement(manager, demands[5], achievement, "contacted", "meeting", "negotiating", "signed")
    city.contract(demand_id=demands[6], landed_on=day("2026-05-01"))  # without any engagement or push
    city.contract(demand_id=demands[0], state=ContractState.CANCELLED)  # is as if it had never been

    found = figure(city.bureau, "funnel")
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
    check_rows(city, counts, {key: line["rows"] for key, line in steps.items()})
    assert all_rows(city.bureau, steps["landed"]["rows"])[0]["step"] == "landed"

    (ended,) = found["ended"]
    assert (ended["key"], ended["count"]) == ("no_fit", 1)
    check_rows(city, {"n": 1}, {"n": ended["rows"]})


def test_the_funnel_by_groups_and_filters_adds_up(city: City) -> None:
    for fields, region in ((["401"], "370102"), (["405", "101"], "370112"), (["101"], "370200"), ([], None)):
        city.demand(fields=fields, region=region)
    for grouping in ("field", "region"):
        lines = figure(city.bureau, "funnel", group_by=grouping)["steps"]
        published = {line["group"]: line["count"] for line in lines if line["key"] == "published"}
        assert sum(published.values()) == 4
        for line in lines:
            assert len(all_rows(city.bureau, line["rows"])) == line["count"]
    assert figure(city.bureau, "funnel", field="40")["steps"][0]["count"] == 2
    assert figure(city.bureau, "funnel", region="370100")["steps"][0]["count"] == 2
    assert figure(city.bureau, "funnel", region="370000")["steps"][0]["count"] == 3


def test_days_are_days_in_jinan(city: City) -> None:
    late = NOON.replace(hour=16, minute=30)  # half past midnight of the 11th
    city.demand(at=late)
    tenth = {"from": "2026-03-10", "to": "2026-03-10"}
    eleventh = {"from": "2026-03-11", "to": "2026-03-11"}
    assert figure(city.bureau, "funnel", **tenth)["steps"][0]["count"] == 0
    assert figure(city.bureau, "funnel", **eleventh)["steps"][0]["count"] == 1


def test_time_in_each_stage_is_told_of_what_is_over_and_what_lasts(city: City) -> None:
    _, manager = city.manager()
    achievement = city.achievement()
    for length in (1, 2, 3, 10):
        city.engagement(manager, city.demand(), achievement, "contacted", each=timedelta(days=length))
    city.engagement(
        manager, city.demand(), achievement, "contacted", "meeting", "negotiating", "signed", "negotiating"
    )
    stages = by_key(figure(city.bureau, "stage-times")["stages"])
    proposed = stages["proposed"]
    assert (proposed["finished"], proposed["ongoing"]) == (5, 0)
    assert (proposed["mean_days"], proposed["median_days"], proposed["p90_days"]) == (3.6, 2.0, 10.0)
    assert (stages["contacted"]["finished"], stages["contacted"]["ongoing"]) == (1, 4)
    assert (stages["negotiating"]["finished"], stages["negotiating"]["ongoing"]) == (1, 1)
    for line in stages.values():
        rows = all_rows(city.bureau, line["rows"])
        assert len(rows) == line["finished"]
        assert len(all_rows(city.bureau, line["ongoing_rows"])) == line["ongoing"]
        if rows:
            mean = sum(row["days"] for row in rows) / len(rows)
            assert abs(mean - line["mean_days"]) < 0.01


def test_contract_value_is_the_sum_of_its_rows(city: City) -> None:
    city.contract(deal="0.10", technology="0.07", fields=["401"], region="370102")
    city.contract(deal="0.20", fields=["405"], region="370112", landed_on=day("2026-05-01"))
    city.contract(
        deal="99999.99", fields=["101"], region="370102", signed_on=day("2026-04-30"), kind="service"
    )
    city.contract(deal="5.00", fields=[], state=ContractState.CANCELLED)
    city.contract(deal="7.00", signed_on=day("2025-12-31"))
    city.contract(deal="8.00", signed_on=None, registered_on=None)
    for grouping in (None, "field", "region", "month", "kind"):
        chosen = {} if grouping is None else {"group_by": grouping}
        found = figure(city.bureau, "contracts", **chosen)
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
                below = all_rows(city.bureau, line[rows])
                assert len(below) == line[count]
                of_rows = sum((Decimal(row["deal_amount_wan"]) for row in below), Decimal(0))
                assert of_rows == Decimal(line[amount])
    groups = by_key(figure(city.bureau, "contracts", group_by="month")["groups"])
    assert {key: line["count"] for key, line in groups.items()} == {"2026-03": 2, "2026-04": 1}
    assert figure(city.bureau, "contracts", field="40")["total"]["count"] == 2
    assert figure(city.bureau, "contracts", region="370112")["total"]["count"] == 1


def test_gaps_are_where_demands_find_nothing_good(city: City) -> None:
    good, unripe, spare = (city.achievement(trl=trl, fields=["401"]) for trl in (7, 3, 5))
    lucky, demanding, modest = (city.demand(min_trl=trl) for trl in (5, 9, 4))
    lone = city.demand(fields=["101"], min_trl=6)
    gone = city.achievement(state="withdrawn")
    city.world.pair(lucky, good, 0.99)
    city.world.pair(demanding, unripe, 0.01)
    city.world.pair(modest, gone, 0.99)
    found = figure(city.bureau, "gaps")
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
        check_rows(city, {name: line[name] for name in line["rows"]}, line["rows"])
    (row,) = all_rows(city.bureau, lines["10"]["rows"]["too_immature"])
    assert row["id"] == str(lone)
    assert spare


def test_response_to_pushes_by_day_reason_and_channel(city: City) -> None:
    _, manager = city.manager()
    achievement = city.achievement()
    answer = {"answered_at": NOON + timedelta(hours=3)}
    later = NOON + timedelta(days=20)
    city.push(manager, city.demand(), achievement, state="accepted", outcome="accepted", **answer)
    city.push(
        manager, city.demand(), achievement, state="declined", outcome="declined", reason="price", **answer
    )
    city.push(manager, city.demand(), achievement, state="read", read_at=NOON, at=later)
    city.push(manager, city.demand(), achievement, state="expired")
    city.push(manager, city.demand(), achievement, state="cancelled", at=later)
    city.delivery("mail", "delivered")
    city.delivery("mail", "dead")
    city.delivery("webhook", "waiting")
    for grouping, groups in (("day", 2), ("week", 2), ("month", 1)):
        found = figure(city.bureau, "pushes", group_by=grouping)
        assert len(found["groups"]) == groups
        for line in [*found["groups"], found["total"]]:
            check_rows(city, {name: line[name] for name in line["rows"]}, line["rows"])
    total = found["total"]
    outcomes = ("accepted", "declined", "waiting", "unanswered", "cancelled")
    assert [total[name] for name in ("got", "read", *outcomes)] == [5, 3, 1, 1, 1, 1, 1]
    assert found["median_answer_hours"] == 3.0
    (reason,) = found["reasons"]
    assert (reason["key"], reason["count"]) == ("price", 1) and reason["label_zh"] != "price"
    check_rows(city, {"n": 1}, {"n": reason["rows"]})
    mail = by_key(found["channels"])["mail"]
    assert (mail["total"], mail["delivered"], mail["undelivered"], mail["under_way"]) == (2, 1, 1, 0)
    for line in found["channels"]:
        check_rows(city, {name: line[name] for name in line["rows"]}, line["rows"])


def test_activity_of_managers_and_its_rows(city: City) -> None:
    _, manager = city.manager()
    _, other = city.manager()
    achievement = city.achievement()
    answered = {"outcome": "accepted", "answered_at": NOON + timedelta(hours=5)}
    city.push(manager, city.demand(), achievement, state="accepted", **answered)
    city.push(manager, city.demand(), achievement)
    city.engagement(manager, city.demand(), achievement, "contacted")
    city.engagement(manager, city.demand(), achievement, "contacted", "meeting", "negotiating", "signed")
    city.engagement(other, city.demand(), achievement, "ended", reason="no_fit")
    city.contract({manager: "33.33", other: "66.67"}, deal="0.05")
    city.contract({manager: "100.00"}, deal="10.00", state=ContractState.CANCELLED)
    lines = {line["key"]: line for line in figure(city.bureau, "managers")["items"]}
    mine = lines[str(manager)]
    assert (mine["got"], mine["accepted"], mine["waiting"], mine["median_answer_hours"]) == (2, 1, 1, 5.0)
    assert (mine["engagements"], mine["open"], mine["signed"], mine["ended"]) == (2, 1, 1, 0)
    shares = [Decimal(lines[str(one)]["contract_amount_wan"]) for one in (manager, other)]
    assert sum(shares) == Decimal("0.05")
    for line in lines.values():
        check_rows(city, {name: line[name] for name in line["rows"]}, line["rows"])


def test_files_hold_what_the_answer_says(city: City) -> None:
    city.contract(deal="1.10", fields=["401"])
    for name in ("funnel", "stage-times", "contracts", "gaps", "managers", "pushes"):
        for form, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
            answer = city.bureau.get(f"/v1/statistics/{name}", params={"format": form, "from": "2026-01-01"})
            assert answer.status_code == 200 and answer.content.startswith(start), (name, form)
            assert f'.{form}"' in answer.headers["content-disposition"]
    text = city.bureau.get(
        "/v1/statistics/contracts", params={"format": "csv", "group_by": "field", "from": "2026-01-01"}
    ).content.decode("utf-8-sig")
    assert "成交额(万元) deal_amount_wan" in text.splitlines()[0]
    assert text.splitlines()[1].split(",")[3:5] == ["1", "1.10"]


def test_a_name_that_looks_like_a_formula_stays_a_text(city: City) -> None:
    city.world.manager(title="=1+1")
    text = city.bureau.get("/v1/statistics/managers", params={"format": "csv"}).content.decode("utf-8-sig")
    assert ",'=1+1," in text


def test_what_cannot_be_asked_is_told(city: City) -> None:
    def ask(**parameters: str) -> Any:
        return city.bureau.get("/v1/statistics/funnel", params=parameters)

    assert wrong_fields(ask(**{"from": "2026-02-01", "to": "2026-01-01"})) == ["to"]
    assert wrong_fields(ask(**{"from": "1901-01-01"})) == ["from"]
    assert wrong_fields(ask(field="401")) == ["field"]
    assert wrong_fields(ask(region="999999")) == ["region"]
    assert wrong_fields(ask(group_by="colour")) == ["group_by"]


def test_strangers_see_no_statistics(city: City, as_stranger: Any) -> None:
    for path in ("funnel", "gaps", "managers", "contracts/rows", "pushes/deliveries/rows"):
        refused(as_stranger.get(f"/v1/statistics/{path}", params={"key": "40"}), 401, "unauthenticated")


def test_the_number_of_queries_does_not_grow(city: City) -> None:
    def ask() -> list[int]:
        spent = []
        for name in ("funnel", "stage-times", "contracts", "gaps", "managers", "pushes"):
            with counted(city) as statements:
                figure(city.bureau, name)
            spent.append(len(statements))
            with counted(city) as statements:
                link = f"/v1/statistics/{name}/rows?key=40&manager_id={managers[0]}&from=2026-01-01"
                ok(city.bureau.get(link))
            spent.append(len(statements))
        return spent

    def fill() -> None:
        _, manager = city.manager()
        managers.append(manager)
        achievement, demand = city.achievement(), city.demand()
        city.push(manager, demand, achievement, outcome="declined", reason="price", answered_at=NOON)
        city.engagement(managers[0], demand, achievement, "contacted", "meeting")
        city.contract({managers[0]: "100.00"})

    managers: list[Any] = []
    fill()
    few = ask()
    for _ in range(3):
        fill()
    assert ask() == few
    assert max(few) < 20
