"""Yearly recognition: freeze, decide, object, publish, recompute to the last contract, export."""

import csv
import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.accounts.models import Role
from app.engagements.contract_models import ContractState
from app.libraries.managers.models import Manager
from app.talent.rounds.models import TRANSITIONS, RecognitionEntry, RecognitionRound, RoundState
from tests.support.scenario import Scenario
from tests.support.scenario.recognition import Person

ROUNDS = "/v1/recognition-rounds"
LANDED = date(2026, 5, 1)


def opened(scenario: Scenario, year: int = 2026) -> str:
    made = scenario.operator_client.post(ROUNDS, {"year": year, "title": f"{year}年度人才认定"})
    assert made.status_code == 201, made.text
    id_: str = made.json()["id"]
    return id_


def move(scenario: Scenario, round_id: str, name: str, note: str | None = None) -> dict[str, Any]:
    answer = scenario.operator_client.post(f"{ROUNDS}/{round_id}/{name}", {"note": note})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def entries(scenario: Scenario, round_id: str) -> dict[str, dict[str, Any]]:
    rows = scenario.operator_client.get(f"{ROUNDS}/{round_id}/entries", limit=100).json()["items"]
    return {row["manager_name"]: row for row in rows}


def recomputed(scenario: Scenario, round_id: str) -> dict[str, Any]:
    answer = scenario.operator_client.post(f"{ROUNDS}/{round_id}/recompute")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture
def managers(scenario: Scenario) -> dict[str, Person]:
    """One manager of each tier, and one of none."""
    people = {tier: scenario.recognised_manager(f"{tier}经理") for tier in ("C", "D", "E", "无")}
    scenario.signed_contracts(people["C"].id, 20, deal="250.00", landed_on=LANDED)
    scenario.signed_contracts(people["D"].id, 10, deal="50.00", landed_on=LANDED)
    scenario.verified_certificate(people["E"].id, "advanced")
    scenario.signed_contract(people["无"].id, deal="3.00")
    return people


def test_a_round_from_open_to_published(scenario: Scenario, managers: dict[str, Person]) -> None:
    round_id = opened(scenario)
    twin = scenario.operator_client.post(ROUNDS, {"year": 2026, "title": "再来一次"})
    assert (twin.status_code, twin.json()["code"]) == (409, "round_exists")
    frozen = move(scenario, round_id, "freeze")
    assert (frozen["state"], frozen["entries"], frozen["pending"]) == ("frozen", 4, 1)
    found = entries(scenario, round_id)
    assert {name: (row["computed_tier"], row["tier"], row["decision"]) for name, row in found.items()} == {
        "C经理": ("C", None, "pending"),
        "D经理": ("D", "D", "computed"),
        "E经理": ("E", "E", "computed"),
        "无经理": (None, None, "computed"),
    }
    undecided = scenario.operator_client.post(f"{ROUNDS}/{round_id}/review", {})
    assert (undecided.status_code, undecided.json()["code"]) == (409, "decisions_pending")
    decided = scenario.operator_client.post(
        f"/v1/recognition-entries/{found['C经理']['id']}/decide", {"tier": "C", "reason": "经评审。"}
    )
    assert (decided.json()["tier"], decided.json()["decision"]) == ("C", "confirmed")
    bare = scenario.operator_client.post(
        f"/v1/recognition-entries/{found['D经理']['id']}/decide", {"tier": "E"}
    )
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (422, "reason")
    move(scenario, round_id, "review")
    assert scenario.anonymous_client.get("/v1/recognitions").json()["items"] == []
    published = move(scenario, round_id, "publish")
    assert (published["state"], published["allowed"]) == ("published", [])
    everybody = scenario.anonymous_client.get("/v1/recognitions", year=2026).json()["items"]
    assert sorted((one["name"], one["tier"]) for one in everybody) == [
        ("C经理", "C"),
        ("D经理", "D"),
        ("E经理", "E"),
    ]
    assert all(one.keys() == {"name", "tier", "year", "withdrawn_on"} for one in everybody)
    record = scenario.anonymous_client.get(f"/v1/managers/{managers['D'].id}").json()
    assert (record["recognised_tier"], record["recognised_year"]) == ("D", 2026)
    listed = scenario.anonymous_client.get("/v1/managers", tier=["C", "E"]).json()["items"]
    assert {one["title"] for one in listed} == {"C经理", "E经理"}
    assert scenario.tier_of(managers["C"])["recognised"] == {"tier": "C", "year": 2026}
    assert "recognition.published" in scenario.event_names(round_id)
    history = [one["name"] for one in scenario.operator_client.get(f"{ROUNDS}/{round_id}/moves").json()]
    assert history == ["create", "freeze", "review", "publish"]


def test_what_is_frozen_stays_and_is_recomputed_to_the_last_contract(
    scenario: Scenario, managers: dict[str, Person]
) -> None:
    shared = scenario.signed_contract({managers["D"].id: "30", managers["E"].id: "70"}, deal="33.33")
    round_id = opened(scenario)
    frozen = move(scenario, round_id, "freeze")
    before = recomputed(scenario, round_id)
    assert (before["equal"], before["entries"], before["drift"]) == (True, 4, [])
    assert before["recomputed_digest"] == frozen["digest"] == before["stored_digest"]
    figures = entries(scenario, round_id)["D经理"]["figures"]
    assert figures["amount_year_wan"] == "509.999"

    scenario.change_contract(shared, deal_amount_wan=Decimal("44.44"), technology_amount_wan=Decimal("44.44"))
    lost = scenario.signed_contracts(managers["无"].id, 1, deal="9.00")[0]
    with scenario.database.reading() as session:
        contract_of_d = UUID(entry_inputs(session, managers["D"].id)["contracts"][0]["id"])
    scenario.change_contract(contract_of_d, state=ContractState.CANCELLED)
    after = recomputed(scenario, round_id)
    assert after["equal"] and after["recomputed_digest"] == before["recomputed_digest"]
    drift = {(one["manager_id"], one["subject_id"], one["field"]): one for one in after["drift"]}
    amount = drift[str(managers["D"].id), str(shared), "deal_wan"]
    assert (amount["frozen"], amount["found"]) == ("33.33", "44.44")
    assert drift[str(managers["E"].id), str(shared), "version"]["found"] == 2
    assert drift[str(managers["D"].id), str(contract_of_d), "live"]["found"] is False
    added = drift[str(managers["无"].id), str(lost), "present"]
    assert (added["frozen"], added["found"]) == (False, True)
    assert after["tiers_today"] == [
        {"manager_id": str(managers["D"].id), "frozen_tier": "D", "tier_today": None}
    ]
    assert entries(scenario, round_id)["D经理"]["figures"] == figures


def entry_inputs(session: Any, manager_id: UUID) -> dict[str, Any]:
    inputs: dict[str, Any] = session.scalars(
        select(RecognitionEntry.inputs).where(RecognitionEntry.manager_id == manager_id)
    ).one()
    return inputs


def test_a_tampered_round_is_found_out(scenario: Scenario, managers: dict[str, Person]) -> None:
    round_id = opened(scenario)
    move(scenario, round_id, "freeze")
    with scenario.database.unit_of_work() as session:
        row = session.scalars(
            select(RecognitionEntry).where(RecognitionEntry.manager_id == managers["无"].id)
        ).one()
        inputs = dict(row.inputs)
        inputs["contracts"] = [inputs["contracts"][0] | {"deal_wan": "5000.00"}]
        row.inputs = inputs
        session.execute(
            update(RecognitionEntry)
            .where(RecognitionEntry.manager_id == managers["D"].id)
            .values(computed_tier="C")
        )
    found = recomputed(scenario, round_id)
    assert found["equal"] is False and found["recomputed_digest"] != found["stored_digest"]
    differences = {
        (one["manager_id"], one["field"]): (one["frozen"], one["found"]) for one in found["differences"]
    }
    assert differences[str(managers["D"].id), "computed_tier"] == ("C", "D")
    assert {field for id_, field in differences if id_ == str(managers["无"].id)} == {"digest", "figures"}


def test_rules_and_choices_are_frozen_with_it(scenario: Scenario, managers: dict[str, Person]) -> None:
    round_id = opened(scenario)
    move(scenario, round_id, "freeze")
    body = {"filing": "required", "reason": "局务会纪要"}
    changed = scenario.operator_client.patch("/v1/tier-rules/jinan-2026/configuration", body, If_Match='"0"')
    assert changed.status_code == 200
    assert scenario.tier_of(managers["D"])["tier"] is None
    assert recomputed(scenario, round_id)["equal"]
    row = entries(scenario, round_id)["D经理"]
    detail = scenario.operator_client.get(f"/v1/recognition-entries/{row['id']}").json()
    assert detail["evaluation"]["tier"] == "D"
    assert len(detail["evaluation"]["contracts"]) == 10
    move(scenario, round_id, "reopen", "口径调整后重新冻结。")
    assert entries(scenario, round_id) == {}
    again = move(scenario, round_id, "freeze")
    assert again["pending"] == 0
    assert {row["computed_tier"] for row in entries(scenario, round_id).values()} == {None}


def test_objections_are_answered_before_publication(scenario: Scenario, managers: dict[str, Person]) -> None:
    round_id = opened(scenario)
    path = f"{ROUNDS}/{round_id}/objections"
    manager = managers["无"].http
    early = manager.post(path, {"text": "未计入合同。"})
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    move(scenario, round_id, "freeze")
    c = entries(scenario, round_id)["C经理"]
    scenario.operator_client.post(f"/v1/recognition-entries/{c['id']}/decide", {"tier": "C"})
    raised = manager.post(path, {"text": "高级证书已于本月核验,未计入。"})
    assert raised.status_code == 201, raised.text
    assert manager.post(path, {"text": "再提一次。"}).json()["code"] == "objection_open"
    other = managers["D"].http.post(path, {"text": "金额有误。"}).json()
    assert [one["id"] for one in manager.get(path).json()["items"]] == [raised.json()["id"]]
    assert len(scenario.operator_client.get(path, open_only=True).json()["items"]) == 2
    move(scenario, round_id, "review")
    waiting = scenario.operator_client.post(f"{ROUNDS}/{round_id}/publish", {})
    assert (waiting.status_code, waiting.json()["objections"]) == (409, 2)
    answer = f"/v1/recognition-objections/{raised.json()['id']}/answer"
    upheld = scenario.operator_client.post(
        answer, {"upheld": True, "answer": "经核实,予以更正。", "tier": "E"}
    )
    assert upheld.json()["state"] == "upheld"
    assert scenario.operator_client.post(answer, {"upheld": False, "answer": "重复。"}).status_code == 409
    scenario.operator_client.post(
        f"/v1/recognition-objections/{other['id']}/answer", {"upheld": False, "answer": "经核实无误。"}
    )
    row = entries(scenario, round_id)["无经理"]
    assert (row["computed_tier"], row["tier"], row["decision"], row["reason"]) == (
        None,
        "E",
        "corrected",
        "经核实,予以更正。",
    )
    move(scenario, round_id, "publish")
    assert manager.get(f"/v1/managers/{managers['无'].id}").json()["recognised_tier"] == "E"
    late = manager.post(path, {"text": "太晚了。"})
    assert late.status_code == 409
    assert (
        scenario.operator_client.post(
            f"/v1/recognition-entries/{row['id']}/decide", {"tier": None}
        ).status_code
        == 409
    )


def test_a_later_recognition_is_not_overwritten_by_an_earlier_year(
    scenario: Scenario, managers: dict[str, Person]
) -> None:
    with scenario.database.unit_of_work() as session:
        session.execute(
            update(Manager)
            .where(Manager.id == managers["E"].id)
            .values(recognised_tier="D", recognised_year=2027)
        )
    round_id = opened(scenario)
    move(scenario, round_id, "freeze")
    c = entries(scenario, round_id)["C经理"]
    rejected = scenario.operator_client.post(
        f"/v1/recognition-entries/{c['id']}/decide", {"tier": "D", "reason": "项目核查后认定为D类。"}
    )
    assert rejected.json()["decision"] == "corrected"
    move(scenario, round_id, "review")
    move(scenario, round_id, "publish")
    records = {
        tier: scenario.anonymous_client.get(f"/v1/managers/{person.id}").json()
        for tier, person in managers.items()
    }
    assert (records["E"]["recognised_tier"], records["E"]["recognised_year"]) == ("D", 2027)
    assert (records["C"]["recognised_tier"], records["无"]["recognised_tier"]) == ("D", None)


class TestExport:
    def table(self, scenario: Scenario, round_id: str, sheet: str) -> list[dict[str, str]]:
        answer = scenario.operator_client.get(f"{ROUNDS}/{round_id}/export", format="csv", sheet=sheet)
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.content.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    def test_the_figures_are_the_column_sums_of_the_contracts(
        self, scenario: Scenario, managers: dict[str, Person]
    ) -> None:
        scenario.signed_contract(
            {managers["D"].id: "33.33", managers["C"].id: "66.67"}, deal="12.34", registered_on=None
        )
        round_id = opened(scenario)
        assert scenario.operator_client.get(f"{ROUNDS}/{round_id}/export").json()["code"] == "not_frozen"
        move(scenario, round_id, "freeze")
        people = self.table(scenario, round_id, "entries")
        contracts = self.table(scenario, round_id, "contracts")
        assert len(contracts) == 20 + 10 + 1 + 2
        for row in people:
            own = [one for one in contracts if one["人才编号 number"] == row["人才编号 number"]]
            total = sum(
                (
                    Decimal(one["计入金额（万元） counted_wan"])
                    for one in own
                    if one["计入当年 in_year"] == "是"
                ),
                Decimal(0),
            )
            projects = sum((Decimal(one["计入落地项目 projects"]) for one in own), Decimal(0))
            assert total == Decimal(row["当年技术合同额（万元） amount_year_wan"])
            assert projects == Decimal(row["在济落地项目数 landed_projects"])
        assert {one["未计入当年金额的原因 amount_reason"] for one in contracts} == {"", "合同未认定登记"}

    def test_a_workbook_with_three_sheets(self, scenario: Scenario, managers: dict[str, Person]) -> None:
        round_id = opened(scenario)
        move(scenario, round_id, "freeze")
        answer = scenario.operator_client.get(f"{ROUNDS}/{round_id}/export")
        assert 'filename="RD-' in answer.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            sheets = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
            strings = book.read("xl/sharedStrings.xml").decode()
        assert sheets == ["认定结果", "合同明细", "规则与口径"]
        assert "D经理" in strings and "济科发〔2025〕38号" in strings

    def test_a_name_is_never_a_formula(self, scenario: Scenario) -> None:
        manager = scenario.recognised_manager('=HYPERLINK("http://evil.example","点我")')
        scenario.verified_certificate(manager.id, "advanced")
        round_id = opened(scenario)
        move(scenario, round_id, "freeze")
        (row,) = self.table(scenario, round_id, "entries")
        assert row["姓名 name"].startswith("'=HYPERLINK")
        assert row["最高有效证书 certificate"] == "高级"
        with zipfile.ZipFile(
            io.BytesIO(scenario.operator_client.get(f"{ROUNDS}/{round_id}/export").content)
        ) as book:
            assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_move_from_every_state(scenario: Scenario) -> None:
    """The table is the truth: what it does not hold is a conflict that changes nothing."""
    round_id = opened(scenario)
    for state, step in product(RoundState, TRANSITIONS.values()):
        with scenario.database.unit_of_work() as session:
            session.execute(update(RecognitionRound).values(state=state.value, digest="0" * 64))
        answer = scenario.operator_client.post(f"{ROUNDS}/{round_id}/{step.name}", {"note": "理由"})
        assert (answer.status_code == 200) is (state in step.sources), (state, step.name, answer.text)
        with scenario.database.reading() as session:
            now = session.scalars(select(RecognitionRound.state)).one()
        assert now == (step.target if state in step.sources else state)


def test_whose_business_a_round_is(scenario: Scenario, managers: dict[str, Person]) -> None:
    round_id = opened(scenario)
    move(scenario, round_id, "freeze")
    rows = entries(scenario, round_id)
    mine, theirs = rows["E经理"]["id"], rows["D经理"]["id"]
    manager = managers["E"].http
    assert [row["id"] for row in manager.get(f"{ROUNDS}/{round_id}/entries").json()["items"]] == [mine]
    assert manager.get(f"/v1/recognition-entries/{mine}").status_code == 200
    assert manager.get(f"/v1/recognition-entries/{theirs}").status_code == 404
    shown = manager.get(f"{ROUNDS}/{round_id}").json()
    assert (shown["entries"], shown["pending"], shown["allowed"]) == (None, None, [])
    for path, body in (
        (f"{ROUNDS}/{round_id}/review", {}),
        (f"{ROUNDS}/{round_id}/recompute", None),
        (f"/v1/recognition-entries/{mine}/decide", {"tier": "C"}),
        (ROUNDS, {"year": 2027, "title": "我来"}),
    ):
        assert manager.post(path, body).status_code == 403
    assert manager.get(f"{ROUNDS}/{round_id}/export").status_code == 403
    employer = scenario.user_client(Role.INSTITUTION)
    assert employer.get(f"{ROUNDS}/{round_id}/entries").json()["items"] == []
    forged = employer.post(
        f"{ROUNDS}/{round_id}/objections", {"manager_id": str(managers["E"].id), "text": "代提异议"}
    )
    assert forged.status_code == 403
    assert scenario.user_client(Role.ENTERPRISE).get(ROUNDS).status_code == 403
    assert scenario.anonymous_client.get(f"{ROUNDS}/{round_id}").status_code == 401
    assert (
        scenario.operator_client.post(
            f"{ROUNDS}/{round_id}/objections", {"text": "主管部门自己的异议"}
        ).status_code
        == 403
    )
