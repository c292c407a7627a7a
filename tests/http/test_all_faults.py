"""All faults of a body in one answer: those of its form and those of the rules, on every route that has rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.database import Database
from tests.http.registration import REGISTRATION
from tests.support.builders.demands import demand_payload
from tests.support.callers import Caller, LogIn
from tests.support.days import day
from tests.support.embedders import BigramEmbedder
from tests.support.http import ok
from tests.support.scenario import Scenario

NOBODY = "01930000-0000-7000-8000-00000000dead"
BUYER, SELLER, AMOUNT = "buyer_org_id", "seller_org_id", "deal_amount_wan"


@pytest.fixture(scope="session")
def embedder() -> BigramEmbedder:
    """Nothing that is embedded matters here."""
    return BigramEmbedder()


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    return tmp_path / "no model"


@dataclass(frozen=True)
class Case:
    """A faulty body, who sends it where, and the fields that the one answer must name."""

    who: Any
    call: str
    body: Mapping[str, Any]
    fields: set[str]


def registration(**changes: Any) -> dict[str, Any]:
    parts: dict[str, Any] = {
        name: dict(part) for name, part in REGISTRATION.items() if isinstance(part, dict)
    }
    for name, value in changes.items():
        part, _, field = name.partition("__")
        parts[part][field] = value
    return parts | {"notice_version": 1}


def cases(scenario: Scenario, stranger: Any) -> list[Case]:
    enterprise, institution, lead, operator = (
        scenario.enterprise,
        scenario.institution,
        scenario.lead,
        scenario.operator,
    )
    case = scenario.agreed_engagement().reach("negotiating")
    draft = ok(case.contract(), 201)
    contract = {
        "engagement_id": case.id,
        "kind": "development",
        "title": "耐磨涂层开发",
        "deal_amount_wan": "120.00",
        "technology_amount_wan": "100.00",
    }
    return [
        Case(
            stranger,
            "POST /v1/register",
            registration(
                organisation__region="Atlantis",
                organisation__uscc=None,
                user__email="li",
                user__password="short",
            )
            | {"role": "institution"},
            {"organisation.region", "user.email", "user.password", "role"},
        ),
        Case(
            stranger,
            "POST /v1/register",
            registration(organisation__uscc=None, user__password="wangfang") | {"role": "operator"},
            {"organisation.uscc", "user.password", "role"},
        ),
        Case(
            operator,
            "POST /v1/organisations",
            {"name": "甲", "kind": "enterprise", "region": "Atlantis", "parent_id": NOBODY, "uscc": "1"},
            {"name", "region", "uscc", "parent_id"},
        ),
        Case(
            operator,
            "POST /v1/users",
            {
                "email": "li",
                "name": "李明",
                "password": "short",
                "role": "manager",
                "organisation_id": NOBODY,
            },
            {"email", "password", "organisation_id"},
        ),
        Case(
            operator,
            "POST /v1/users",
            {
                "email": "li",
                "name": "",
                "password": "short",
                "role": "manager",
                "organisation_id": "没有这个单位",
            },
            {"email", "name", "password", "organisation_id"},
        ),
        Case(
            operator,
            "POST /v1/api-keys",
            {"name": "", "scopes": ["all"], "organisation_id": "没有这个单位", "allowed_networks": ["x"]},
            {"name", "scopes", "organisation_id", "allowed_networks.0"},
        ),
        Case(
            lead,
            f"PUT /v1/engagements/{case.id}/shares",
            {"shares": [{"manager_id": "没有此人", "percent": 0.6}, {"manager_id": NOBODY, "percent": "六"}]},
            {"shares.0.manager_id", "shares.0.percent", "shares.1.percent"},
        ),
        Case(
            operator,
            "POST /v1/invitations",
            {"email": "li", "role": "manager", "organisation_id": NOBODY},
            {"email", "organisation_id"},
        ),
        Case(
            enterprise,
            "POST /v1/api-keys",
            {"name": "", "scopes": ["demands:read", "all"], "expires_at": "2020-01-01T00:00:00Z"},
            {"name", "scopes", "expires_at"},
        ),
        Case(
            enterprise,
            "POST /v1/demands",
            demand_payload(
                fields=["炼金术"],
                deadline="2020-01-01",
                budget_min_wan=9,
                budget_max_wan=5,
                cooperation_modes=None,
                min_trl=12,
            ),
            {"fields", "deadline", "budget_min_wan", "cooperation_modes", "min_trl"},
        ),
        Case(
            enterprise,
            "POST /v1/demands",
            demand_payload(
                region="Atlantis",
                publish_mode="confidential",
                scenario="请致电13905310000",
                main_problem="漏水",
            ),
            {"region", "scenario", "main_problem"},
        ),
        Case(
            operator,
            "POST /v1/demands",
            demand_payload(publish_mode="confidential", owner_org_id=NOBODY, region="Atlantis"),
            {"owner_org_id", "region"},
        ),
        Case(
            institution,
            "POST /v1/achievements",
            {
                "title": "耐磨涂层",
                "summary": "短",
                "fields": ["炼金术"],
                "trl": 12,
                "price_min_wan": 9,
                "price_max_wan": 5,
                "research_start": "2026-03",
                "research_end": "2026-01",
                "co_org_ids": [NOBODY],
            },
            {
                "summary",
                "fields",
                "trl",
                "price_min_wan",
                "research_end",
                "co_org_ids.0",
                "region",
                "transfer_modes",
            },
        ),
        Case(
            operator,
            "POST /v1/managers",
            {
                "title": "王芳",
                "user_id": NOBODY,
                "regions": ["Atlantis"],
                "affiliations": [
                    {
                        "organisation_id": NOBODY,
                        "start": "2026-02-01",
                        "end": "2026-01-01",
                        "is_primary": True,
                    }
                ],
            },
            {
                "user_id",
                "regions",
                "affiliations.0.end",
                "affiliations.0.organisation_id",
                "fields",
                "expertise",
            },
        ),
        Case(
            lead,
            "POST /v1/contracts",
            contract
            | {
                "kind": "炼金",
                "deal_amount_wan": "-1",
                BUYER: NOBODY,
                "starts_on": day(9),
                "ends_on": day(3),
                "shares": [{"manager_id": str(scenario.lead_id), "percent": "60"}],
            },
            {"kind", "deal_amount_wan", BUYER, "ends_on", "shares"},
        ),
        Case(
            lead,
            f"PATCH /v1/contracts/{draft['id']}",
            {
                "title": "",
                "technology_amount_wan": "130",
                "registration_no": "2026-370100-001234",
                "ends_on": day(-9),
                "payments": [{"name": "首付款", "amount_wan": "500"}],
                "shares": [{"manager_id": NOBODY, "percent": "60"}],
            },
            {"title", "technology_amount_wan", "registration_no", "ends_on", "payments", "shares"},
        ),
        Case(
            lead,
            f"PUT {case.path}/shares",
            {"shares": [{"manager_id": NOBODY, "percent": "60.00"}]},
            {"shares"},
        ),
        Case(
            lead,
            f"POST {case.path}/tasks",
            {"title": "", "due_on": day(-2), "remind_on": day(3), "assignee_id": NOBODY},
            {"title", "due_on", "remind_on", "assignee_id"},
        ),
        Case(
            lead, f"POST {case.path}/moves", {"to": "ended", "note": "", "reason": "没钱"}, {"note", "reason"}
        ),
        Case(
            lead,
            f"POST {case.path}/participants",
            {"role": "manager", "manager_id": NOBODY, "organisation_id": "x"},
            {"manager_id", "organisation_id"},
        ),
        Case(
            operator,
            "POST /v1/certificates",
            {
                "manager_id": str(scenario.lead_id),
                "level": "highest",
                "number": "2024-1",
                "issued_by": "省技术市场协会",
                "evidence": "档案 12",
                "issued_on": "2090-01-01",
                "valid_to": "2020-01-01",
            },
            {"level", "issued_on", "valid_to"},
        ),
        Case(
            lead,
            "POST /v1/trainings",
            {
                "base_id": NOBODY,
                "rung": "short_course",
                "course": "",
                "hours": 0,
                "started_on": day(9),
                "ended_on": day(3),
            },
            {"base_id", "course", "hours", "ended_on"},
        ),
        Case(
            operator,
            "POST /v1/training-bases",
            {"name": "基地", "region": "Atlantis", "organisation_id": NOBODY},
            {"region", "organisation_id"},
        ),
        Case(
            operator,
            "POST /v1/contests",
            {
                "kind": "project_contest",
                "title": "",
                "deadline": "2020-03-01T00:00:00Z",
                "starts_at": "2020-02-01T00:00:00Z",
                "ends_at": "2020-01-01T00:00:00Z",
            },
            {"title", "deadline", "starts_at", "ends_at"},
        ),
        Case(
            operator,
            "POST /v1/rankings",
            {
                "year": 1800,
                "title": "",
                "formula": {"id": "gold-2026", "title_zh": "公式", "title_en": "formula", "figures": []},
                "honours": [{"name": "金", "first_place": 3, "last_place": 2}],
            },
            {"year", "title", "formula.figures", "honours.0.name", "honours.0.last_place"},
        ),
        Case(
            operator,
            "POST /v1/webhooks",
            {
                "name": "项目系统",
                "url": "http://example.com/hook",
                "types": ["push.new"],
                "organisation_id": "没有登记的单位",
            },
            {"url", "organisation_id"},
        ),
        Case(
            operator,
            "POST /v1/training-bases",
            {"name": "", "organisation_id": "91370102YY000001X5"},
            {"name", "organisation_id"},
        ),
        Case(
            enterprise,
            "POST /v1/webhooks",
            {"name": "", "url": "http://127.0.0.1/hook", "types": ["push.news"]},
            {"name", "url", "types.0"},
        ),
        Case(
            lead,
            "POST /v1/channels",
            {"kind": "wecom", "name": "x" * 99, "url": "https://example.com/robot", "secret": "12345678"},
            {"name", "url", "secret"},
        ),
        Case(
            enterprise,
            "POST /v1/match-reports",
            {
                "demand_id": str(case.demand_id),
                "achievement_id": str(case.achievement_id),
                "category": "nonsense",
                "note": "x" * 3000,
            },
            {"category", "note"},
        ),
        Case(
            lead,
            f"POST /v1/pushes/{scenario.push_to_lead(scenario.contactable_pair())}/decline",
            {"reason": "nonsense", "note": "x" * 3000},
            {"reason", "note"},
        ),
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_all_faults_are_answered_at_once(app: Any, client: Any, log_in: LogIn) -> None:
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    wrong = {}
    for case in cases(scenario, client):
        method, path = case.call.split()
        answer = case.who.request(method, path, json=case.body, headers=_etag(case.who, method, path))
        entries = answer.json().get("errors", []) if answer.status_code == 422 else []
        named = {entry["field"] for entry in entries}
        if named != case.fields:
            wrong[case.call, tuple(sorted(case.fields))] = (
                answer.status_code,
                sorted(named),
                answer.text[:400],
            )
        assert all(entry["message_zh"] and entry["message_en"] for entry in entries)
    assert not wrong, "\n".join(
        f"{call}\n   expected {fields}\n   {got}" for (call, fields), got in wrong.items()
    )


def _etag(who: Caller, method: str, path: str) -> dict[str, str]:
    tag = who.get(path).headers.get("etag") if method == "PATCH" else None
    return {"If-Match": tag} if tag else {}
