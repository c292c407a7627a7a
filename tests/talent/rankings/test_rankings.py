"""Rankings for gold: a published formula, contributions that add up, places with ties, honours on the record."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.database import new_id, now
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.pushes.models import Push
from app.talent.rankings.formula import FigureName, Formula, default_formula, rank
from tests.support.http import ON_ONE_DATABASE
from tests.support.scenario import Scenario
from tests.support.scenario.recognition import Person
from tests.talent.trainings.test_trainings import base, record

LANDED = date(2026, 5, 1)


def weighed(**weights: Any) -> dict[str, Any]:
    """A formula of figures → weight, or (weight, full_at)."""
    figures = []
    for name, weight in weights.items():
        value, full_at = weight if isinstance(weight, tuple) else (weight, None)
        figures.append({"name": name, "weight": str(value), "full_at": full_at and str(full_at)})
    return {"id": "test-formula", "title_zh": "公式", "title_en": "Formula", "figures": figures}


def made(scenario: Scenario, **facts: Any) -> str:
    body = {"year": 2026, "title": "2026年度金牌评选"} | facts
    answer = scenario.operator_client.post("/v1/rankings", body)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


def take(scenario: Scenario, ranking_id: str, name: str) -> dict[str, Any]:
    answer = scenario.operator_client.post(f"/v1/rankings/{ranking_id}/{name}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def places(who: Any, ranking_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = who.get(f"/v1/rankings/{ranking_id}/places", limit=100).json()["items"]
    return rows


def push(scenario: Scenario, manager: Person, state: str) -> None:
    number = new_id().hex[-12:]
    with scenario.database.unit_of_work() as session:
        demand = Demand(number=f"D{number}", title="需求", owner_org_id=manager.organisation_id)
        achievement = Achievement(number=f"A{number}", title="成果", owner_org_id=manager.organisation_id)
        session.add_all([demand, achievement])
        session.flush()
        session.add(
            Push(
                manager_id=manager.id,
                demand_id=demand.id,
                achievement_id=achievement.id,
                pair_score=0.8,
                manager_score=0.8,
                rank_score=0.8,
                rank_key=0.8,
                model_version="test",
                demand_version=1,
                achievement_version=1,
                state=state,
                expires_at=now(),
                answered_at=datetime(2026, 6, 1, tzinfo=UTC),
            )
        )


def test_every_contribution_is_shown_and_adds_up(scenario: Scenario) -> None:
    best, next_best = scenario.recognised_manager("周明"), scenario.recognised_manager("吴越")
    scenario.signed_contracts(best.id, 2, deal="1000.00", landed_on=LANDED)
    scenario.signed_contract(next_best.id, deal="500.00")
    scenario.verified_certificate(best.id, "intermediate")
    base_id = base(scenario)
    scenario.operator_client.post(f"/v1/trainings/{record(next_best.http, base_id, hours=20)}/verify", {})
    for state in ("accepted", "accepted", "declined"):
        push(scenario, next_best, state)
    ranking_id = made(scenario)
    assert places(scenario.operator_client, ranking_id) == []
    take(scenario, ranking_id, "compute")
    rows = places(scenario.operator_client, ranking_id)
    assert [(row["place"], row["name"]) for row in rows] == [(1, "周明"), (2, "吴越")]
    for row in rows:
        assert sum(Decimal(part["points"]) for part in row["contributions"]) == Decimal(row["points"])
    first, second = ({part["name"]: part for part in row["contributions"]} for row in rows)
    assert (first["landed_projects"]["value"], first["landed_projects"]["points"]) == ("2", "2.50")
    assert (first["amount_year_wan"]["value"], first["amount_year_wan"]["points"]) == ("2000.00", "12.00")
    assert (first["certificate_rank"]["value"], first["certificate_rank"]["points"]) == ("2", "6.67")
    # Both parties of each contract are enterprises; the best manager earns the whole weight.
    assert (first["enterprises_served"]["value"], first["enterprises_served"]["points"]) == ("4", "15.00")
    assert (second["enterprises_served"]["value"], second["enterprises_served"]["points"]) == ("2", "7.50")
    assert (second["acceptance_rate"]["value"], second["acceptance_rate"]["points"]) == ("0.6667", "6.67")
    assert (second["training_hours"]["value"], second["training_hours"]["points"]) == ("20", "2.50")


def test_ties_share_a_place_and_honours_go_to_the_record(scenario: Scenario) -> None:
    people = [scenario.recognised_manager(name) for name in ("甲某", "乙某", "丙某", "丁某")]
    for manager, amount in zip(people, ("300.00", "200.00", "200.00", "100.00"), strict=True):
        scenario.signed_contract(manager.id, deal=amount)
    ranking_id = made(
        scenario,
        formula=weighed(amount_year_wan=(100, 400)),
        honours=[
            {"name": "金牌技术经理人", "first_place": 1, "last_place": 1},
            {"name": "银牌技术经理人", "first_place": 2, "last_place": 2},
        ],
    )
    take(scenario, ranking_id, "compute")
    for hidden in (scenario.anonymous_client, people[0].http):
        assert hidden.get("/v1/rankings").json()["items"] == []
        assert hidden.get(f"/v1/rankings/{ranking_id}").status_code == 404
        assert hidden.get(f"/v1/rankings/{ranking_id}/places").status_code == 404
    published = take(scenario, ranking_id, "publish")
    rows = places(scenario.anonymous_client, ranking_id)
    assert [(row["place"], row["points"], row["honour"]) for row in rows] == [
        (1, "75.00", "金牌技术经理人"),
        (2, "50.00", "银牌技术经理人"),
        (2, "50.00", "银牌技术经理人"),
        (4, "25.00", None),
    ]
    shown = scenario.anonymous_client.get(f"/v1/rankings/{ranking_id}").json()
    assert shown == published
    assert [(one["name"], one["weight"], one["full_at"]) for one in shown["formula"]["figures"]] == [
        ("amount_year_wan", "100", "400")
    ]
    record_ = scenario.anonymous_client.get(f"/v1/managers/{people[0].id}").json()
    assert [(honour["name"], honour["year"]) for honour in record_["honours"]] == [("金牌技术经理人", 2026)]
    assert scenario.anonymous_client.get(f"/v1/managers/{people[3].id}").json()["honours"] == []
    again = scenario.operator_client.post(f"/v1/rankings/{ranking_id}/compute")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert (
        scenario.operator_client.patch(
            f"/v1/rankings/{ranking_id}", {"title": "改名"}, If_Match="*"
        ).status_code
        == 409
    )


def test_a_new_formula_undoes_what_was_computed(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    scenario.signed_contract(manager.id, deal="100.00")
    ranking_id = made(scenario)
    take(scenario, ranking_id, "compute")
    body = {"formula": weighed(contracts=60, training_hours=40)}
    assert scenario.operator_client.patch(f"/v1/rankings/{ranking_id}", body).status_code == 428
    changed = scenario.operator_client.patch(f"/v1/rankings/{ranking_id}", body, If_Match="*").json()
    assert (changed["state"], changed["computed_at"]) == ("draft", None)
    assert places(scenario.operator_client, ranking_id) == []
    assert scenario.operator_client.post(f"/v1/rankings/{ranking_id}/publish").status_code == 409
    take(scenario, ranking_id, "compute")
    assert places(scenario.operator_client, ranking_id)[0]["points"] == "60.00"


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("formula", "code"),
    [
        (weighed(contracts=60, training_hours=39), "weights_100"),
        (weighed(contracts=100) | {"figures": weighed(contracts=50)["figures"] * 2}, "figure_twice"),
        (weighed(fame=100), "enum"),
        (weighed(contracts=(100, -1)), "greater_than"),
    ],
)
def test_a_formula_must_be_one(scenario: Scenario, formula: dict[str, Any], code: str) -> None:
    answer = scenario.operator_client.post(
        "/v1/rankings", {"year": 2026, "title": "评选", "formula": formula}
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


def test_only_the_bureau_ranks(scenario: Scenario) -> None:
    body = {"year": 2026, "title": "评选"}
    assert scenario.recognised_manager().http.post("/v1/rankings", body).status_code == 403
    assert scenario.anonymous_client.post("/v1/rankings", body).status_code == 401
    assert scenario.anonymous_client.get("/v1/ranking-formula").json()["id"] == default_formula().id


figures = st.fixed_dictionaries({name: st.decimals(0, 6000, places=2) for name in FigureName})


@given(values=st.dictionaries(st.uuids(), figures, max_size=12))
def test_places_follow_points(values: dict[UUID, dict[FigureName, Decimal]]) -> None:
    ranked = rank(default_formula(), values)
    assert {one.manager_id for one in ranked} == values.keys()
    assert all(0 <= one.points <= 100 for one in ranked)
    for one in ranked:
        assert one.points == sum(part.points for part in one.contributions)
        assert one.place == 1 + sum(other.points > one.points for other in ranked)
    assert all(one.points >= two.points for one, two in pairwise(ranked))


@given(values=st.dictionaries(st.uuids(), figures, min_size=1, max_size=6), name=st.sampled_from(FigureName))
def test_more_of_a_figure_never_costs_points(
    values: dict[UUID, dict[FigureName, Decimal]], name: FigureName
) -> None:
    """With fixed full marks, so that one manager's gain is not the measure of the others."""
    formula = Formula.model_validate(weighed(**{name.value: (100, 100)}))
    mine = min(values)
    more = values | {mine: values[mine] | {name: values[mine][name] + 1}}
    before, after = (
        next(one for one in rank(formula, each) if one.manager_id == mine) for each in (values, more)
    )
    assert after.points >= before.points and after.place <= before.place
