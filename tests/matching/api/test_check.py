"""POST /v1/demands/check: what is answered before a demand is published, and that nothing of it stays."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app import database_schema
from app.accounts.models import Role, User
from app.database import Database
from app.libraries.visibility.fields import FIELD_LEVELS
from tests.support.builders.accounts import make_api_key
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.http import ON_ONE_DATABASE, create, ok

CHECK = "/v1/demands/check"
PROBLEM = "application/problem+json"
VAGUE = {"title": "设备升级", "main_problem": "希望设备性能达到国际先进水平,价格面议,其他根据需要。"}
CLEAR = demand_payload(
    expected_goal="中性盐雾不低于1000 h;干膜厚度≤200 μm;VOC≤100 g/L",
    scenario="Q235 碳钢储罐内壁,接触盐雾与 60 ℃ 热水",
    budget_max_wan=100,
    min_trl=6,
)


DISTINCT = {
    "石墨烯改性富锌底漆": "以少层石墨烯搭接锌粉,锌用量减半,阴极保护时间延长,用于钢结构长效防腐。",
    "水性丙烯酸防腐漆": "丙烯酸乳液交联成膜,替代溶剂型涂料,挥发物低,用于储罐和钢结构外壁防腐。",
    "储罐内壁无溶剂环氧涂料": "不含溶剂,一次厚涂,耐盐雾和浸泡,解决水性涂料在储罐上起泡脱落的问题。",
    "聚脲防腐弹性体涂层": "双组分喷涂,十秒凝胶,耐盐雾三千小时,用于储罐和管道的长效防腐。",
    "水性涂料闪锈抑制剂": "加入水性涂料后钢材表面不再闪锈起泡,耐盐雾时间延长一倍。",
    "水性聚氨酯面漆": "水性双组分聚氨酯,耐候耐盐雾,配合水性环氧底漆用于储罐,挥发物减少八成。",
}


@pytest.fixture
def library(log_in: Callable[..., Any]) -> dict[str, str]:
    """Two published achievements: title → id."""
    university = log_in(Role.INSTITUTION)
    vision = achievement_payload(
        title="机器视觉铸件表面缺陷检测设备",
        summary="用深度学习识别铸件表面缺陷,在线检测设备可升级改造,漏检率 0.1%。",
    )
    made = [ok(university.post("/v1/achievements", json=one), 201) for one in (achievement_payload(), vision)]
    return {one["title"]: one["id"] for one in made}


def _codes(answer: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in answer["clarity"]["findings"]}


def _rows(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in database_schema.metadata().sorted_tables
        }


def test_a_better_text_scores_higher_and_finds_better(as_enterprise: Any, library: dict[str, str]) -> None:
    vague, clear = (ok(as_enterprise.post(CHECK, json=body)) for body in (VAGUE, CLEAR))
    assert {"vague_word", "no_indicators", "no_conditions", "short_problem", "no_budget"} <= _codes(vague)
    assert not {"vague_word", "no_indicators", "no_conditions", "no_budget"} & _codes(clear)
    assert clear["clarity"]["score"] > vague["clarity"]["score"] + 30
    assert vague["matches"]["no_good_match"] is not None
    assert all(item["score"] >= 0.005 for item in vague["matches"]["items"])
    best = clear["matches"]["items"][0]
    assert best["record"]["id"] == library["缓蚀微胶囊改性水性环氧防腐涂层制备技术"]
    assert best["score"] > max((item["score"] for item in vague["matches"]["items"]), default=0)
    assert best["reasons"]["sentences"]


def test_nothing_is_stored(app: Any, as_enterprise: Any, library: dict[str, str], drain: Any) -> None:
    drain()
    before = _rows(app.state.services[Database])
    for body in (VAGUE, CLEAR, CLEAR | {"draft": True}):
        ok(as_enterprise.post(CHECK, json=body))
    assert _rows(app.state.services[Database]) == before
    assert drain() == 0


def test_the_matches_are_those_of_a_draft(as_enterprise: Any, library: dict[str, str]) -> None:
    checked = ok(as_enterprise.post(CHECK, json=CLEAR))["matches"]
    draft = ok(as_enterprise.post("/v1/demands", json=CLEAR | {"draft": True}), 201)
    stored = ok(as_enterprise.get(f"/v1/demands/{draft['id']}/matches"))
    for answer in (checked, stored):
        del answer["computed_at"]
    assert checked == stored


def test_figures_are_shown_before_publication_as_after_it(
    as_enterprise: Any, log_in: Callable[..., Any]
) -> None:
    """What a text says outright is read of a record that is stored nowhere, too."""
    figure = {"name": "盐雾", "op": "≥", "value": 1000, "unit": "h"}
    offered = achievement_payload(indicators=[figure | {"value": 1200}])
    ok(log_in(Role.INSTITUTION).post("/v1/achievements", json=offered), 201)
    wanted = CLEAR | {"indicators": [figure]}
    checked = ok(as_enterprise.post(CHECK, json=wanted))["matches"]["items"]
    demand = ok(as_enterprise.post("/v1/demands", json=wanted), 201)
    published = ok(as_enterprise.get(f"/v1/demands/{demand['id']}/matches"))["items"]
    assert published[0]["reasons"]["figures"]
    assert checked[0]["reasons"]["figures"] == published[0]["reasons"]["figures"]


def test_changing_the_text_changes_the_matches(as_enterprise: Any, library: dict[str, str]) -> None:
    vision = {
        "title": "铸件表面缺陷视觉检测",
        "main_problem": "铸件表面缺陷靠人眼检查,漏检多,想用机器视觉在线检测。",
    }
    first = [
        ok(as_enterprise.post(CHECK, json=body))["matches"]["items"][0]["record"]["title"]
        for body in (CLEAR, vision)
    ]
    assert first == list(library)


def test_at_most_five_matches(as_enterprise: Any, log_in: Callable[..., Any]) -> None:
    university = log_in(Role.INSTITUTION)
    for title, summary in DISTINCT.items():
        create(university, "achievements", achievement_payload(title=title, summary=summary))
    assert len(ok(as_enterprise.post(CHECK, json=CLEAR))["matches"]["items"]) == 5


def test_text_that_reveals_a_hidden_owner_is_reported(log_in: Callable[..., Any]) -> None:
    name = "济南泽川储运装备有限公司"
    owner = log_in(Role.ENTERPRISE, organisation_name=name)
    telling = CLEAR | {"existing_basis": name, "scenario": f"{name}储罐车间,电话 13800000001"}
    hidden = ok(owner.post(CHECK, json=telling | {"publish_mode": "confidential"}))
    leaks = [one for one in hidden["clarity"]["findings"] if one["code"].startswith("leak_")]
    assert {(one["code"], one["field"]) for one in leaks} == {
        ("leak_organisation", "scenario"),
        ("leak_phone", "scenario"),
    }
    assert all(one["severity"] == "high" and one["question_zh"] and one["excerpt"] for one in leaks)
    assert not any(code.startswith("leak_") for code in _codes(ok(owner.post(CHECK, json=telling))))


def test_one_who_is_not_verified_sees_level_0(log_in: Callable[..., Any], library: dict[str, str]) -> None:
    newcomer = log_in(Role.ENTERPRISE, verified=False)
    answer = ok(newcomer.post(CHECK, json=CLEAR))
    assert answer["clarity"]["score"] > 50
    threshold = answer["matches"]["threshold"]
    assert answer["matches"]["confidence"] is None
    nothing = ok(
        newcomer.post(CHECK, json={"title": "黑猪冷冻精液", "main_problem": "黑猪冷冻精液解冻后活力低"})
    )
    assert nothing["matches"]["items"] == []
    assert nothing["matches"]["no_good_match"]["best_score"] is None
    assert {item["record"]["id"] for item in answer["matches"]["items"]} == set(library.values())
    for item in answer["matches"]["items"]:
        assert item["record"]["view_level"] == 0
        assert item["score"] in (0, threshold, 0.8)
        assert "summary" not in item["record"]
        assert item["reasons"]["sentences"] == item["reasons"]["features"] == item["reasons"]["terms"] == []


def test_who_may_create_a_demand_may_have_it_checked(
    log_in: Callable[..., Any], as_operator: Any, as_manager: Any, as_stranger: Any
) -> None:
    other = log_in(Role.ENTERPRISE)
    for caller, status in (
        (other, 200),
        (log_in(Role.INSTITUTION), 200),
        (as_operator, 200),
        (as_manager, 403),
        (log_in(Role.INVESTOR), 403),
        (as_stranger, 401),
    ):
        assert caller.post(CHECK, json=CLEAR).status_code == status
    of_others = CLEAR | {"owner_org_id": str(other.organisation_id)}
    assert as_operator.post(CHECK, json=of_others).status_code == 200
    assert log_in(Role.ENTERPRISE).post(CHECK, json=of_others).status_code == 403


def test_a_key_needs_the_scope(app: Any, client: Any, as_enterprise: Any) -> None:
    with app.state.services[Database].unit_of_work() as session:
        user = session.get_one(User, as_enterprise.user_id)
        keys = {scope: make_api_key(session, user, scope) for scope in ("demands:write", "demands:read")}
    answers = {
        scope: client.post(CHECK, json=CLEAR, headers={"X-API-Key": key}).status_code
        for scope, key in keys.items()
    }
    assert answers == {"demands:write": 200, "demands:read": 403}


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "main_problem"),
        ({"fields": ["405"], "title": None}, "main_problem"),
        ({"title": "短" * 201}, "title"),
        (CLEAR | {"unknown": 1}, "unknown"),
        (CLEAR | {"budget_min_wan": 200}, "budget_min_wan"),
        (CLEAR | {"indicators": [{"name": "盐雾", "op": "≥"}]}, "indicators.0"),
        (CLEAR | {"owner_org_id": "01890000-0000-7000-8000-000000000000"}, "owner_org_id"),
    ],
)
def test_what_is_wrong_is_named(as_operator: Any, body: dict[str, Any], field: str) -> None:
    answer = as_operator.post(CHECK, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == PROBLEM
    errors = answer.json()["errors"]
    assert any(error["field"].startswith(field) for error in errors), errors
    assert all(error["message_zh"] and error["message_en"] for error in errors)


def test_an_explicit_null_is_a_field_left_out(as_enterprise: Any) -> None:
    blank = dict.fromkeys(("key_technology", "budget_max_wan", "indicators", "publish_mode", "language"))
    assert ok(as_enterprise.post(CHECK, json=VAGUE | blank))["clarity"]["score"] > 0


def test_every_finding_names_a_field_of_a_demand(as_enterprise: Any) -> None:
    from app.libraries.record.enums import RecordKind

    for finding in ok(as_enterprise.post(CHECK, json=VAGUE))["clarity"]["findings"]:
        assert finding["field"] in FIELD_LEVELS[RecordKind.DEMAND]
