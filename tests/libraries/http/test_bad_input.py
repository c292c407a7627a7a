"""Invalid input is reported by field in both languages, and nothing is stored."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app.events.outbox import Event
from app.libraries.record.models import RecordVersion
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Refused input never reaches the database, so one database is enough."""
    return sqlite_url


PAYLOADS = {"demands": demand_payload, "achievements": achievement_payload, "managers": manager_payload}

BAD: list[tuple[str, dict[str, Any], str, str]] = [
    # library, change of a good payload, field, code
    ("demands", {"title": None}, "title", "missing"),
    ("demands", {"title": ""}, "title", "text_missing"),
    ("demands", {"title": "泵"}, "title", "text_too_short"),
    ("demands", {"title": "泵" * 201}, "title", "text_too_long"),
    ("demands", {"title": 17}, "title", "string_type"),
    ("demands", {"title": "泵体\u0000打磨"}, "title", "text_hidden_character"),
    ("demands", {"title": "泵体\u202e打磨"}, "title", "text_hidden_character"),
    ("demands", {"main_problem": "太短"}, "main_problem", "text_too_short"),
    ("demands", {"main_problem": "长" * 5001}, "main_problem", "text_too_long"),
    ("demands", {"main_problem": ["不是文本"]}, "main_problem", "string_type"),
    ("demands", {"main_problem": "控制\u0007字符在正文里面也不行"}, "main_problem", "text_hidden_character"),
    ("demands", {"main_problem": None}, "main_problem", "required"),
    ("demands", {"fields": ["999"]}, "fields", "unknown_code"),
    ("demands", {"fields": []}, "fields", "required"),
    ("demands", {"fields": ["10", "20", "30", "40"]}, "fields", "too_many_codes"),
    ("demands", {"fields": 405}, "fields", "list_type"),
    ("demands", {"region": "370199"}, "region", "unknown_code"),
    ("demands", {"region": None}, "region", "required"),
    ("demands", {"industries": ["Z99"]}, "industries", "unknown_code"),
    ("demands", {"deadline": "2020-01-01"}, "deadline", "deadline_past"),
    ("demands", {"deadline": "2999-01-01"}, "deadline", "deadline_far"),
    ("demands", {"deadline": "2027-02-30"}, "deadline", "date_format"),
    ("demands", {"deadline": None}, "deadline", "required"),
    ("demands", {"valid_until": "2020-01-01"}, "valid_until", "deadline_past"),
    ("demands", {"cooperation_modes": ["barter"]}, "cooperation_modes", "unknown_code"),
    ("demands", {"budget_min_wan": -1}, "budget_min_wan", "money_not_positive"),
    ("demands", {"budget_min_wan": 0}, "budget_min_wan", "money_not_positive"),
    ("demands", {"budget_max_wan": "12.345"}, "budget_max_wan", "money_places"),
    ("demands", {"budget_max_wan": 1_000_001}, "budget_max_wan", "money_too_large"),
    ("demands", {"budget_min_wan": 200, "budget_max_wan": 100}, "budget_min_wan", "money_range"),
    ("demands", {"budget_min_wan": True}, "budget_min_wan", "money_format"),
    ("demands", {"min_trl": 0}, "min_trl", "trl_range"),
    ("demands", {"min_trl": 10}, "min_trl", "trl_range"),
    ("demands", {"keywords": ["词"] * 3 + [f"词{n}" for n in range(40)]}, "keywords", "too_long"),
    ("demands", {"excluded_orgs": ["91370100MA3CHECK00"]}, "excluded_orgs.0", "uscc_check"),
    ("demands", {"contact_phone": "12345"}, "contact_phone", "phone_format"),
    ("demands", {"contact_email": "不是邮箱"}, "contact_email", "email_format"),
    ("demands", {"indicators": [{"name": "盐雾", "op": "≥"}]}, "indicators.0", "indicator_value"),
    ("demands", {"indicators": [{"op": "≥", "value": 1}]}, "indicators.0.name", "missing"),
    ("demands", {"publish_mode": "secret"}, "publish_mode", "enum"),
    ("demands", {"budget": 100}, "budget", "extra_forbidden"),
    ("demands", {"draft": "yes"}, "draft", "bool_type"),
    ("demands", {"start_date": "2099-01-01"}, "deadline", "order"),
    ("achievements", {"trl": None}, "trl", "required"),
    ("achievements", {"trl": 6.5}, "trl", "trl_range"),
    ("achievements", {"trl": "很成熟"}, "trl", "trl_range"),
    ("achievements", {"transfer_modes": []}, "transfer_modes", "required"),
    (
        "achievements",
        {"ip_list": [{"type": "invention_patent", "number": "ZL201310699744.3"}]},
        "ip_list.0.number",
        "patent_check",
    ),
    ("achievements", {"ip_list": [{"type": "发明家"}]}, "ip_list.0.type", "unknown_code"),
    ("achievements", {"research_start": "2024-13"}, "research_start", "string_pattern_mismatch"),
    ("achievements", {"research_start": "2024-05", "research_end": "2023-05"}, "research_end", "order"),
    (
        "achievements",
        {"co_org_ids": ["0192f0c0-0000-7000-8000-000000000001"]},
        "co_org_ids.0",
        "unknown_organisation",
    ),
    ("managers", {"regions": []}, "regions", "required"),
    ("managers", {"expertise": None}, "expertise", "required"),
    ("managers", {"capacity": -1}, "capacity", "greater_than_equal"),
    ("managers", {"capacity": "5"}, "capacity", "int_type"),
    ("managers", {"certificates": [{"level": "大师"}]}, "certificates.0.level", "unknown_code"),
    ("managers", {"publish_mode": "confidential"}, "publish_mode", "extra_forbidden"),
    (
        "managers",
        {"declared_conflicts": [{"note": "有亲属"}]},
        "declared_conflicts.0.organisation_name",
        "conflict_with_whom",
    ),
    ("managers", {"affiliations": []}, "affiliations", "one_primary"),
]


@pytest.mark.parametrize(("library", "change", "field", "code"), BAD)
def test_refused_with_the_field_named(
    scenario: Scenario,
    operator: UserClient,
    library: str,
    change: dict[str, Any],
    field: str,
    code: str,
) -> None:
    payload = {name: value for name, value in (PAYLOADS[library]() | change).items() if value is not None}
    answer = operator.post(f"/v1/{library}", payload)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (field, code) in [(error["field"], error["code"]) for error in problem["errors"]]
    assert all(error["message_zh"] and error["message_en"] for error in problem["errors"])
    with scenario.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RecordVersion)) == 0
        assert session.scalar(select(func.count()).select_from(Event)) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null", b'{"title": "\xff"}', b"12"])
def test_a_body_that_is_no_object(client: Any, operator: UserClient, body: bytes) -> None:
    headers = operator.headers | {"Content-Type": "application/json"}
    answer = client.post("/v1/demands", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_all_faults_at_once(operator: UserClient) -> None:
    payload = demand_payload(region=None, deadline="2020-01-01", budget_min_wan=5, budget_max_wan=3)
    errors = operator.post("/v1/demands", payload).json()["errors"]
    assert {error["field"] for error in errors} == {"region", "deadline", "budget_min_wan"}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"sort": "owner"}, "sort"),
        ({"sort": "relevance"}, "sort"),
        ({"cursor": "!!"}, "cursor"),
        ({"cursor": "WyIiLCAiMSIsICIyIl0"}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"field": "999"}, "field"),
        ({"region": "济"}, "region"),
        ({"state": "lost"}, "state.0"),
        ({"q": ""}, "q"),
        ({"q": "!?"}, "q"),
        ({"q": "a\u0000b"}, "q"),
        ({"deadline_from": "gestern"}, "deadline_from"),
        ({"published_after": "0001-01-01"}, "published_after"),
        ({"budget_band": "a lot"}, "budget_band"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_list_refuses_what_it_does_not_know(
    operator: UserClient, params: dict[str, Any], field: str
) -> None:
    answer = operator.get("/v1/demands", **params)
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]


def test_an_id_that_is_none(operator: UserClient) -> None:
    assert operator.get("/v1/demands/17").status_code == 422
    assert operator.get("/v1/demands/0192f0c0-0000-7000-8000-000000000001").status_code == 404
