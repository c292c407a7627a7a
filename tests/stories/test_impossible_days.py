"""Days that nobody means are refused, in every body that takes one, with an error in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.clock import today
from app.database import Database
from app.libraries.achievements.models import Achievement
from app.partners.agreements.models import PartnerAgreement
from app.talent.contests.models import Contest
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.callers import LogIn
from tests.support.days import day
from tests.support.embedders import BigramEmbedder
from tests.support.http import created, ok
from tests.support.scenario import Scenario


@pytest.fixture(scope="session")
def embedder() -> BigramEmbedder:
    """Nothing that is embedded matters here."""
    return BigramEmbedder()


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    return tmp_path / "no model"


@dataclass(frozen=True)
class Bodies:
    """A good body, and what makes it a wrong one: the changes, and the fields that the answer must name."""

    who: Any
    call: str
    good: Mapping[str, Any]
    wrong: tuple[tuple[Mapping[str, Any], set[str]], ...]


LONG_AGO, FAR = "0001-01-01", "9999-12-31"


def bodies(scenario: Scenario) -> list[Bodies]:
    lead, operator, institution = scenario.lead, scenario.operator, scenario.institution
    base = created(operator.post("/v1/training-bases", json={"name": "济南市培养基地"}))["id"]
    moment = "{}T08:00:00+08:00".format
    contest = {"deadline": moment(day(9)), "starts_at": moment(day(20)), "ends_at": moment(day(21))}
    certificate = {"level": "初级", "number": "JS-2026-17", "issued_by": "培养基地", "evidence": "档案 1"}
    training = {"base_id": base, "rung": "short_course", "course": "技术合同实务", "hours": 16}
    manager = ok(lead.get("/v1/managers?mine=true"))["items"][0]
    post = {"organisation_id": str(lead.organisation_id), "is_primary": True}
    agreement = {
        "organisation_id": str(institution.organisation_id),
        "libraries": {"achievement": ["title"]},
        "publish_modes": ["public"],
        "level": "public",
        "all_regions": True,
        "basis": "数据共享协议",
        "agreed_by": "成果处",
    }
    return [
        Bodies(
            lead,
            "POST /v1/certificates",
            certificate | {"issued_on": day(), "valid_to": day(1000)},
            (
                ({"issued_on": "1900-01-01"}, {"issued_on"}),
                ({"issued_on": day(1), "valid_to": FAR}, {"issued_on", "valid_to"}),
            ),
        ),
        Bodies(
            operator,
            "POST /v1/training-bases",
            {"name": "济南市另一基地", "designated_on": day()},
            tuple(({"designated_on": wrong}, {"designated_on"}) for wrong in (LONG_AGO, day(1), FAR)),
        ),
        Bodies(
            lead,
            "POST /v1/trainings",
            training | {"started_on": day(-2), "ended_on": day()},
            (({"started_on": "1900-01-01"}, {"started_on"}), ({"ended_on": day(1)}, {"ended_on"})),
        ),
        Bodies(
            operator,
            "POST /v1/contests",
            contest | {"kind": "brand_event", "title": "对接会"},
            (
                ({"deadline": moment(day(-1))}, {"deadline"}),
                (
                    {name: moment("2020-01-0" + n) for name, n in zip(contest, "123", strict=True)},
                    {"deadline"},
                ),
                ({"starts_at": moment(day(1))}, {"starts_at"}),
                ({"ends_at": moment(FAR)}, {"ends_at"}),
                ({"deadline": "0001-01-01T00:00:00+14:00", "ends_at": moment(FAR)}, {"deadline", "ends_at"}),
                ({"ends_at": "9999-12-31T23:59:59-14:00"}, {"ends_at"}),
            ),
        ),
        Bodies(
            operator,
            "POST /v1/recognition-rounds",
            {"title": "年度认定", "year": today().year},
            (({"year": today().year + 1}, {"year"}),),
        ),
        Bodies(
            operator,
            "POST /v1/rankings",
            {"title": "年度评选", "year": today().year},
            (({"year": today().year + 1}, {"year"}),),
        ),
        Bodies(
            operator,
            "POST /v1/partner-agreements",
            agreement | {"starts_on": day(), "ends_on": day(400)},
            (
                ({"starts_on": FAR, "ends_on": None}, {"starts_on"}),
                ({"starts_on": LONG_AGO, "ends_on": FAR}, {"starts_on", "ends_on"}),
            ),
        ),
        Bodies(
            operator,
            f"PATCH /v1/organisations/{institution.organisation_id}",
            {"former_names": [{"name": "岱北工学院", "since": "1865-01-01", "until": day(-1)}]},
            tuple(
                ({"former_names": [{"name": "岱北工学院", end: wrong}]}, {f"former_names.0.{end}"})
                for end in ("since", "until")
                for wrong in (LONG_AGO, day(1))
            ),
        ),
        Bodies(
            institution,
            "POST /v1/achievements",
            achievement_payload(
                research_start="2020-01",
                research_end=day()[:7],
                ip_list=[{"type": "invention_patent", "granted_on": day(), "valid_until": day(3000)}],
            ),
            (
                ({"research_start": f"{today().year + 1}-01", "research_end": None}, {"research_start"}),
                (
                    {"research_start": "1900-01", "research_end": "2098-12"},
                    {"research_start", "research_end"},
                ),
                (
                    {"ip_list": [{"type": "invention_patent", "granted_on": FAR, "valid_until": LONG_AGO}]},
                    {"ip_list.0.granted_on", "ip_list.0.valid_until"},
                ),
                (
                    {"ip_list": [{"type": "invention_patent", "granted_on": day(), "valid_until": day(-1)}]},
                    {"ip_list.0.valid_until"},
                ),
            ),
        ),
        Bodies(
            scenario.enterprise,
            "POST /v1/demands",
            demand_payload(start_date=day(5), deadline=day(60)),
            (({"start_date": "1900-01-01"}, {"start_date"}),),
        ),
        Bodies(
            lead,
            f"PATCH /v1/managers/{manager['id']}",
            {
                "expertise": "十年新材料领域技术转移经历，擅长专利许可谈判。",
                "fields": ["40"],
                "regions": ["370100"],
                "affiliations": [post | {"start": "1990-01-01", "end": day(300)}],
                "certificates": [{"level": "初级", "issued_on": day(), "valid_to": day(1)}],
                "track_record": [{"title": "阀门涂层许可", "year": today().year}],
                "leave": [{"start": day(3), "end": day(9)}],
            },
            (
                (
                    {"affiliations": [post | {"start": LONG_AGO, "end": FAR}]},
                    {"affiliations.0.start", "affiliations.0.end"},
                ),
                (
                    {"certificates": [{"level": "初级", "issued_on": day(1), "valid_to": day()}]},
                    {"certificates.0.issued_on", "certificates.0.valid_to"},
                ),
                ({"track_record": [{"title": "来年", "year": today().year + 1}]}, {"track_record.0.year"}),
                ({"leave": [{"start": day(3), "end": FAR}]}, {"leave.0.end"}),
                (
                    {"declared_conflicts": [{"organisation_name": "泉城阀门厂", "start": LONG_AGO}]},
                    {"declared_conflicts.0.start"},
                ),
            ),
        ),
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_days_that_nobody_means_are_refused(app: Any, log_in: LogIn) -> None:
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    wrong = []
    for one in bodies(scenario):
        method, path = one.call.split()
        for changes, fields in one.wrong:
            answer = one.who.request(method, path, json={**one.good, **changes}, headers={"If-Match": "*"})
            entries = answer.json().get("errors", []) if answer.status_code == 422 else []
            if {entry["field"] for entry in entries} != fields:
                wrong.append(f"{one.call} {changes}: {answer.status_code} {answer.json().get('errors')}")
            assert all(entry["message_zh"] and entry["message_en"] for entry in entries)
        answer = one.who.request(method, path, json=one.good, headers={"If-Match": "*"})
        if not answer.is_success:
            wrong.append(f"{one.call}: {answer.status_code} {answer.json().get('errors')}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_deadline_of_a_contest_is_not_moved_into_the_past(app: Any, log_in: LogIn) -> None:
    operator = Scenario(app.state.services[Database], log_in=log_in).operator
    times = {
        name: f"{day(at)}T09:00:00+08:00" for name, at in (("deadline", 3), ("starts_at", 9), ("ends_at", 9))
    }
    contest = created(operator.post("/v1/contests", json={"kind": "brand_event", "title": "对接会"} | times))
    path, past = f"/v1/contests/{contest['id']}", {"deadline": f"{day(-1)}T09:00:00+08:00"}
    answer = operator.patch(path, json=past, headers={"If-Match": "*"})
    assert [entry["field"] for entry in answer.json()["errors"]] == ["deadline"]
    ok(operator.patch(path, json={"venue": "济南"}, headers={"If-Match": "*"}))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_accepted_before_stands_in_nobodys_way(app: Any, log_in: LogIn) -> None:
    """Values of then are refused when they are changed, not when something else is."""
    database = app.state.services[Database]
    scenario = Scenario(database, log_in=log_in)
    owner = scenario.institution
    made = {
        state: created(owner.post("/v1/achievements", json=achievement_payload(draft=state == "draft")))
        for state in ("draft", "published")
    }
    paths = {state: f"/v1/achievements/{one['id']}" for state, one in made.items()}
    with database.unit_of_work() as session:
        for achievement in session.scalars(select(Achievement)):
            achievement.research_end = "2098-12"
            achievement.ip_list = [{"type": "invention_patent", "granted_on": "1925-03-01"}]
    for state, path in paths.items():
        changed = ok(owner.patch(path, json={"keywords": ["涂料"]}, headers={"If-Match": "*"}))
        assert (changed["state"], changed["research_end"]) == (state, "2098-12")
        sent_again = {"keywords": ["防腐"], "research_end": "2098-12", "ip_list": changed["ip_list"]}
        ok(owner.patch(path, json=sent_again, headers={"If-Match": "*"}))
        for wrong, field in (
            ({"research_end": "2099-01"}, "research_end"),
            ({"ip_list": [{"type": "invention_patent", "granted_on": "1925-03-02"}]}, "ip_list.0.granted_on"),
        ):
            answer = owner.patch(path, json=wrong, headers={"If-Match": "*"})
            assert [entry["field"] for entry in answer.json()["errors"]] == [field]
        ok(owner.patch(path, json={"research_end": None}, headers={"If-Match": "*"}))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_contest_whose_deadline_has_passed_is_changed_with_it(app: Any, log_in: LogIn) -> None:
    """A form sends the deadline again with whatever else is changed."""
    database = app.state.services[Database]
    operator = Scenario(database, log_in=log_in).operator
    times = {
        name: f"{day(at)}T09:00:00+08:00" for name, at in (("deadline", 3), ("starts_at", 9), ("ends_at", 9))
    }
    contest = created(operator.post("/v1/contests", json={"kind": "brand_event", "title": "对接会"} | times))
    passed = f"{day(-1)}T09:00:00+08:00"
    with database.unit_of_work() as session:
        session.get_one(Contest, UUID(contest["id"])).deadline = datetime.fromisoformat(passed)
    path = f"/v1/contests/{contest['id']}"
    ok(operator.patch(path, json={"venue": "济南", "deadline": passed}, headers={"If-Match": "*"}))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_agreement_of_then_is_changed_in_what_it_opens(app: Any, log_in: LogIn) -> None:
    database = app.state.services[Database]
    scenario = Scenario(database, log_in=log_in)
    agreement = next(one for one in bodies(scenario) if one.call == "POST /v1/partner-agreements")
    root = "/v1/partner-agreements"
    path = f"{root}/{created(scenario.operator.post(root, json=agreement.good))['id']}"
    with database.unit_of_work() as session:
        session.scalars(select(PartnerAgreement)).one().ends_on = date(2099, 12, 31)
    sent_again = {"basis": "数据共享协议（补充）", "ends_on": "2099-12-31"}
    ok(scenario.operator.patch(path, json=sent_again, headers={"If-Match": "*"}))
    answer = scenario.operator.patch(path, json={"ends_on": "2100-12-31"}, headers={"If-Match": "*"})
    assert [entry["field"] for entry in answer.json()["errors"]] == ["ends_on"]
