"""An operator decides nothing about a party that they have a tie to; another one does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app.accounts.models import Organisation, Role
from app.accounts.organisations.merges.decisions import IdentityVerdict
from app.database import now
from app.libraries.managers.models import Affiliation, Manager
from app.talent.filings.service import pledge
from tests.engagements.contracts.test_contracts import step
from tests.engagements.reviews.cases import declare, hidden_demand, reviews
from tests.support.builders.demands import demand_payload
from tests.support.callers import Caller
from tests.support.days import day
from tests.support.http import create, ok, refused, wrong_fields
from tests.support.scenario import Scenario

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both

Drain = Callable[[], int]
ANY = {"If-Match": "*"}


@pytest.fixture
def tied(scenario: Scenario) -> Caller:
    """An operator who once worked for the enterprise, and is related to the lead manager."""
    operator = scenario.log_in(Role.OPERATOR, organisation_id=scenario.operator.organisation_id)
    with scenario.database.reading() as session:
        number = session.get_one(Manager, scenario.lead_id).number
    ties = ((str(scenario.enterprise.organisation_id), "former_post"), (number, "relative"))
    for party, kind in ties:
        ok(operator.post("/v1/recusals", json={"party": party, "kind": kind}), 201)
    return operator


def without_code(scenario: Scenario) -> None:
    """The bureau may verify all organisations of now, which have no credit code."""
    with scenario.database.unit_of_work() as session:
        session.execute(update(Organisation).values(code_exemption="机关内设机构"))


class Decisions:
    """Each is refused to the tied operator, and another one makes it."""

    def __init__(self, scenario: Scenario, tied: Caller) -> None:
        self.scenario, self.tied = scenario, tied

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        def send(operator: Caller) -> Any:
            return operator.post(path, json=body, headers=ANY)

        problem = refused(send(self.tied), 409, "recusal")
        assert "请由其他工作人员办理" in problem["message_zh"] and "another operator" in problem["message_en"]
        return ok(send(self.scenario.operator), status)


@pytest.fixture
def decisions(scenario: Scenario, tied: Caller) -> Decisions:
    return Decisions(scenario, tied)


def test_about_an_organisation_and_its_family(scenario: Scenario, decisions: Decisions) -> None:
    owner = scenario.enterprise.organisation_id
    path = f"/v1/organisations/{owner}"
    other = scenario.organisation(name="山东别家材料有限公司")
    daughter = scenario.organisation(name="济南子公司阀门有限公司")
    without_code(scenario)
    decisions.post(f"{path}/verify")
    change = {"json": {"region": "370103"}, "headers": ANY}
    refused(decisions.tied.patch(path, **change), 409, "recusal")
    merge = {"kept_id": str(owner), "other_id": str(other), "note": "查验登记资料"}
    for verdict in (IdentityVerdict.SAME, IdentityVerdict.DIFFERENT):
        made = decisions.post("/v1/organisations/duplicates", merge | {"verdict": verdict}, 201)
        decisions.post(f"/v1/organisations/duplicates/{made['id']}/undo")
    parent = {"json": {"parent_id": str(owner)}, "headers": ANY}
    ok(scenario.operator.patch(f"/v1/organisations/{daughter}", **parent))
    decisions.post(f"/v1/organisations/{daughter}/verify")
    ok(decisions.tied.post(f"/v1/organisations/{other}/verify", headers=ANY))


def test_about_records(scenario: Scenario, decisions: Decisions) -> None:
    made = [create(scenario.enterprise, "demands", demand_payload(title=f"需求之{n}")) for n in "甲乙丙"]
    first, second, third = (one["id"] for one in made)
    path = f"/v1/demands/{first}"
    refused(decisions.tied.patch(path, json={"keywords": ["防腐"]}, headers=ANY), 409, "recusal")
    decisions.post(f"{path}/return", {"note": "请补充技术指标。"})
    body = {"kind": "demand", "kept_id": second, "other_id": third, "verdict": "same", "note": "同一需求"}
    merged = decisions.post("/v1/duplicates", body, 201)
    decisions.post(f"/v1/duplicates/{merged['id']}/undo")
    decisions.post("/v1/pushes/plan", {"demand_id": second}, 202)
    decisions.post("/v1/assignments/run", {"limit": 10, "demand_ids": [second]}, 202)
    ok(decisions.tied.post("/v1/assignments/run", json={"limit": 10}), 202)
    own = create(scenario.enterprise, "demands", demand_payload(title="本单位自行办理"))
    ok(scenario.enterprise.post(f"/v1/demands/{own['id']}/withdraw"))


def test_about_a_match(scenario: Scenario, decisions: Decisions) -> None:
    pair = scenario.demand(owner=scenario.enterprise.organisation_id), scenario.achievement()
    scenario.rank_pair(*pair)
    body = {"demand_id": str(pair[0]), "achievement_id": str(pair[1]), "category": "wrong_topic"}
    report = ok(scenario.enterprise.post("/v1/match-reports", json=body), 201)["id"]
    decisions.post(
        f"/v1/match-reports/{report}/resolve", {"state": "resolved", "resolution": "已更正行业分类"}
    )


def test_about_a_possible_conflict_of_interest(
    scenario: Scenario, decisions: Decisions, drain: Drain
) -> None:
    _, owner, spy, spy_id = hidden_demand(scenario)
    declare(spy, spy_id, organisation_id=str(owner.organisation_id))
    drain()
    (waiting,) = reviews(scenario)
    path = f"/v1/engagement-reviews/{waiting['id']}/decision"
    body = {"verdict": "confirm", "reason": "双方存在关联"}
    party = {"party": str(owner.organisation_id), "kind": "holding"}
    ok(decisions.tied.post("/v1/recusals", json=party), 201)
    decisions.post(path, body)


def test_about_a_contract(scenario: Scenario, decisions: Decisions) -> None:
    contract = scenario.agreed_engagement().reach("negotiating").signed()
    registration = {"registration_no": "2026-370100-000123", "registered_on": day()}
    path = f"/v1/contracts/{contract['id']}"
    decisions.post(f"{path}/register", registration)
    landing = {"landed_on": day(), "landed_in_jinan": True}
    refused(step(decisions.tied, contract, "land", **landing), 409, "recusal")
    refused(step(decisions.tied, contract, "cancel", reason="双方另行协商"), 409, "recusal")


def test_about_an_engagement(scenario: Scenario, decisions: Decisions) -> None:
    case = scenario.agreed_engagement()
    investor = scenario.organisation(name="济南某创业投资有限公司")
    scenario.log_in(Role.INVESTOR, organisation_id=investor)
    asked = {"role": "investor", "organisation_id": str(investor)}
    decisions.post(f"{case.path}/participants", asked)
    refused(case.contract(decisions.tied), 409, "recusal")
    decisions.post(f"{case.path}/moves", {"to": "ended", "note": "双方均已停止", "reason": "other"})


def test_about_a_manager(scenario: Scenario, decisions: Decisions) -> None:
    """Also about one who works for the organisation."""
    lead = scenario.lead
    filing = f"/v1/filings/{ok(lead.post('/v1/filings', json={}), 201)['id']}"
    signed = {"pledge_version": pledge()["version"], "accept_pledge": True}
    ok(lead.post(f"{filing}/submit", json=signed))
    decisions.post(f"{filing}/approve", {})
    body = {"level": "advanced", "number": "JS-2026-0001", "issued_by": "国家技术转移人才培养基地"}
    body |= {"issued_on": day(-10), "evidence": "证书原件扫描件"}
    certificate = ok(lead.post("/v1/certificates", json=body), 201)["id"]
    decisions.post(f"/v1/certificates/{certificate}/verify", {})
    base = ok(scenario.operator.post("/v1/training-bases", json={"name": "济南市人才培养基地"}), 201)
    course = {"base_id": base["id"], "rung": "short_course", "course": "技术合同实务", "hours": 16}
    course |= {"started_on": "2026-03-02", "ended_on": "2026-03-03"}
    training = ok(lead.post("/v1/trainings", json=course), 201)["id"]
    decisions.post(f"/v1/trainings/{training}/verify", {})

    rounds = "/v1/recognition-rounds"
    round_ = ok(scenario.operator.post(rounds, json={"title": "年度认定", "year": 2026}), 201)["id"]
    ok(scenario.operator.post(f"{rounds}/{round_}/freeze", json={}))
    objection = ok(lead.post(f"{rounds}/{round_}/objections", json={"text": "漏计合同一份"}), 201)["id"]
    answer = {"upheld": False, "answer": "该合同不计入"}
    decisions.post(f"/v1/recognition-objections/{objection}/answer", answer)
    (entry,) = ok(scenario.operator.get(f"{rounds}/{round_}/entries"))["items"]
    decisions.post(f"/v1/recognition-entries/{entry['id']}/decide", {"tier": entry["tier"]})
    for step_ in ("review", "publish"):
        ok(scenario.operator.post(f"{rounds}/{round_}/{step_}", json={}))
    withdrawn = {"withdrawn": True, "reason": "证书系伪造"}
    decisions.post(f"/v1/recognition-entries/{entry['id']}/review", withdrawn)

    colleague, colleague_id = scenario.manager_with_login()
    with scenario.database.unit_of_work() as session:
        session.add(Affiliation(manager_id=colleague_id, organisation_id=scenario.enterprise.organisation_id))
    other = ok(colleague.post("/v1/certificates", json=body | {"number": "JS-2026-0002"}), 201)["id"]
    decisions.post(f"/v1/certificates/{other}/verify", {})


def test_about_what_a_manager_says_of_themselves(scenario: Scenario, decisions: Decisions) -> None:
    path = f"/v1/managers/{scenario.lead_id}/verified-claims"
    claims = {"json": {"years": False, "track_record": []}}
    refused(decisions.tied.put(path, **claims), 409, "recusal")
    ok(scenario.operator.put(path, **claims))
    _, colleague_id = scenario.manager_with_login()
    with scenario.database.unit_of_work() as session:
        post = Affiliation(
            manager_id=colleague_id, organisation_id=scenario.enterprise.organisation_id, kind="part_time"
        )
        session.add(post)
        session.flush()
        asked = post.id
    decisions.post(f"/v1/affiliations/{asked}/consent", {})


def test_about_a_contest(scenario: Scenario, decisions: Decisions) -> None:
    """Who is tied to one of those who take part places none of them."""
    start = now() + timedelta(days=20)
    body = {"kind": "project_contest", "title": "技术转移项目大赛", "starts_at": start.isoformat()}
    body |= {
        "deadline": (start - timedelta(days=10)).isoformat(),
        "ends_at": (start + timedelta(hours=8)).isoformat(),
    }
    contest = f"/v1/contests/{ok(scenario.operator.post('/v1/contests', json=body), 201)['id']}"
    ok(scenario.operator.post(f"{contest}/open", json={}))
    entry = ok(scenario.lead.post(f"{contest}/registrations", json={"project": "防腐涂层"}), 201)
    ok(scenario.operator.post(f"{contest}/close", json={}))
    placings = {"json": {"placings": [{"registration_id": entry["id"], "place": 1, "award": "一等奖"}]}}
    refused(decisions.tied.put(f"{contest}/placings", **placings), 409, "recusal")
    ok(scenario.operator.put(f"{contest}/placings", **placings))


def test_about_a_partner(scenario: Scenario, decisions: Decisions) -> None:
    terms = {
        "organisation_id": str(scenario.enterprise.organisation_id),
        "libraries": {"demand": ["title"]},
        "publish_modes": ["public"],
        "level": "public",
        "all_regions": True,
        "agreed_by": "省平台成果处",
        "basis": "数据共享协议",
        "starts_on": day(-10),
    }
    decisions.post("/v1/partner-agreements", terms, 201)
    (made,) = ok(scenario.operator.get("/v1/partner-agreements"))["items"]
    path = f"/v1/partner-agreements/{made['id']}"
    change = {"json": {"level": "verified"}, "headers": ANY}
    refused(decisions.tied.patch(path, **change), 409, "recusal")
    refused(decisions.tied.delete(path), 409, "recusal")
    ok(scenario.operator.delete(path), 204)


def test_a_record_is_not_moved_to_a_tied_owner(scenario: Scenario, decisions: Decisions) -> None:
    other = scenario.organisation(name="山东别家材料有限公司")
    demand = scenario.demand(owner=other)
    moved = {"owner_org_id": str(scenario.enterprise.organisation_id)}
    path = f"/v1/demands/{demand}"
    refused(decisions.tied.patch(path, json=moved, headers=ANY), 409, "recusal")
    ok(decisions.tied.patch(path, json={"keywords": ["防腐"]}, headers=ANY))


def test_a_manager_who_becomes_an_operator_brings_their_ties(scenario: Scenario) -> None:
    operator = scenario.log_in(Role.OPERATOR, organisation_id=scenario.operator.organisation_id)
    former = scenario.organisation(name="济南某前任单位有限公司")
    manager = scenario.manager(owner=former)
    with scenario.database.unit_of_work() as session:
        session.get_one(Manager, manager).user_id = operator.user_id
    refused(operator.post(f"/v1/organisations/{former}/verify", headers=ANY), 409, "recusal")


class TestDeclaring:
    def test_a_colleague_takes_a_tie_back_and_nobody_their_own(
        self, scenario: Scenario, tied: Caller
    ) -> None:
        listed = ok(scenario.operator.get("/v1/recusals"))["items"]
        assert {(one["kind_zh"], one["withdrawable"]) for one in listed} == {
            ("曾任职", True),
            ("亲属关系", True),
        }
        assert [one["withdrawable"] for one in ok(tied.get("/v1/recusals"))["items"]] == [False, False]
        (tie,) = [one for one in listed if one["organisation_id"]]
        path = f"/v1/recusals/{tie['id']}"
        refused(tied.delete(path), 409, "own_recusal")
        ok(scenario.operator.delete(path), 204)
        without_code(scenario)
        ok(tied.post(f"/v1/organisations/{tie['organisation_id']}/verify", headers=ANY))
        trail = ok(scenario.log_in(Role.AUDITOR).get("/v1/audit"))["items"]
        details = [one["details"] for one in trail if one["action"] == "recusal.declare"]
        assert any(one.startswith("withdrawn: former_post") for one in details)

    def test_what_is_wrong_is_named(self, scenario: Scenario, tied: Caller) -> None:
        path, party = "/v1/recusals", str(scenario.enterprise.organisation_id)
        again = {"party": party, "kind": "other"}
        refused(tied.post(path, json=again), 409, "already_declared")
        nobody = {"party": "没有这样的单位", "kind": "other", "user_id": str(scenario.enterprise.user_id)}
        assert wrong_fields(tied.post(path, json=nobody)) == ["user_id", "party"]
        unknown = {"party": str(UUID(int=7)), "kind": "other"}
        assert wrong_fields(tied.post(path, json=unknown)) == ["party"]
        for caller in (scenario.enterprise, scenario.institution, scenario.lead):
            refused(caller.get(path), 403, "forbidden")
            refused(caller.post(path, json=again), 403, "forbidden")
