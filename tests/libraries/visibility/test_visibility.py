"""Visibility: level × field, also in lists, searches, filters, facets and sorts."""

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import inspect

from app.accounts.access.opened_records import NOTHING_OPENED, Disclosure, OpenedRecords
from app.accounts.models import Organisation, Role
from app.libraries.managers.user_link import manager_of_user
from app.libraries.record.enums import RecordKind, ViewLevel
from app.libraries.registry import LIBRARIES
from app.libraries.visibility.fields import FIELD_LEVELS
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.http import ON_ONE_DATABASE
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

OWNER = "济南泽垚泵阀铸造有限公司"
CODE = "91370100MA3C0W1A2X"

DEMAND = demand_payload(
    title="高合金铸铁件补焊裂纹控制",
    keywords=["补焊", "铸铁"],
    budget_min_wan=80,
    budget_max_wan=120,
    indicators=[{"name": "裂纹率", "op": "≤", "value": 2, "unit": "%"}],
    expected_goal="补焊后无可见裂纹",
    existing_basis="现有两台中频炉与补焊工位",
    confidential_note="年底前须交付核电客户",
    preferred_partners=["岱北理工大学"],
    contact_name="周若川",
    contact_phone="13800000001",
    contact_email="zhou@example.com",
    source_ref="ZY-2026-07",
    source="self",
)

# level at which each field appears: (public, confidential)
EXPECTED = {
    "title": (0, 0),
    "number": (0, 0),
    "keywords": (0, 0),
    "fields": (0, 0),
    "region": (0, 0),
    "deadline": (0, 0),
    "cooperation_modes": (0, 0),
    "budget_band": (0, 0),
    "indicator_names": (0, 0),
    "main_problem": (1, 1),
    "indicators": (1, 1),
    "expected_goal": (1, 1),
    "budget_min_wan": (1, 1),
    "owner_org_id": (1, 2),
    "owner_name": (1, 2),
    "contact_name": (3, 3),
    "contact_phone": (3, 3),
    "contact_email": (3, 3),
    "existing_basis": (2, 2),
    "preferred_partners": (2, 2),
    "confidential_note": (3, 3),
    "excluded_orgs": (3, 3),
    "source_ref": (3, 3),
    "created_by": (3, 3),
}


@pytest.mark.parametrize("mode", ["public", "confidential"])
def test_levels_of_a_demand(
    scenario: Scenario, enterprise: UserClient, rival: UserClient, operator: UserClient, mode: str
) -> None:
    made = enterprise.create("demands", DEMAND | {"publish_mode": mode})
    path = f"/v1/demands/{made['id']}"
    readers = {
        scenario.anonymous_client: 0,
        rival: 1,
        scenario.user_client(Role.MANAGER): 1,
        scenario.user_client(Role.INVESTOR): 1,
        enterprise: 3,
        operator: 3,
    }
    for reader, level in readers.items():
        listed = next(item for item in reader.get("/v1/demands").json()["items"] if item["id"] == made["id"])
        for seen in (reader.get(path).json(), listed):
            assert seen["view_level"] == level
            for name, levels in EXPECTED.items():
                assert (name in seen) is (level >= levels[mode == "confidential"]), (name, level)
            if level == 0:
                assert seen["budget_band"] == "from_100"
                assert seen["indicator_names"] == ["裂纹率"]
            if level < 3:
                assert seen["completeness"]["missing"] == []
            if mode == "confidential":
                assert seen["public_alias"] == "济南市历城区某精细和专用化学品领域企业"
                if level < 2:
                    text = json.dumps(seen, ensure_ascii=False)
                    assert not any(word in text for word in ("泽垚", "周若川", "1380000", "ZY-2026"))
            else:
                assert "public_alias" not in seen


def test_a_manager_assigned_to_a_record_sees_it_all_but_the_contacts(
    scenario: Scenario, enterprise: UserClient, app: Any
) -> None:
    demand = enterprise.create("demands", DEMAND | {"publish_mode": "confidential"})
    broker = scenario.user_client(Role.MANAGER)
    broker.create("managers", manager_payload())
    path = f"/v1/demands/{demand['id']}"
    assert broker.get(path).json()["view_level"] == 1
    brokered = OpenedRecords(brokered=frozenset({UUID(demand["id"])}))
    app.state.services[Disclosure] = Disclosure(
        manager_of_user, lambda _, principal: brokered if principal.manager_id else NOTHING_OPENED
    )
    seen = broker.get(path).json()
    assert seen["view_level"] == 3
    assert not [name for name in seen if name.startswith("contact_")]
    assert broker.patch(path, {"title": "管理人不能改"}, If_Match='"1"').status_code == 403


def test_a_confidential_demand_cannot_be_asked_out(
    scenario: Scenario, enterprise: UserClient, rival: UserClient
) -> None:
    """No search, filter, facet or sort by others reveals the owner."""
    hidden = enterprise.create("demands", DEMAND | {"publish_mode": "confidential"})
    shown = enterprise.create("demands", demand_payload(title="公开发布的需求"))
    owner = str(enterprise.user.organisation_id)
    for reader in (rival, scenario.user_client(Role.INVESTOR), scenario.user_client(Role.MANAGER)):
        for q in (OWNER, "泽垚"):
            found = reader.get("/v1/demands", q=q).json()["items"]
            assert [item["id"] for item in found] == [shown["id"]], q
        for q in ("周若川", "13800000001", "ZY-2026-07", "核电", "中频炉", "岱北理工大学"):
            assert reader.get("/v1/demands", q=q).json()["items"] == [], q
        by_owner = reader.get("/v1/demands", owner=owner, facets=True).json()
        assert [item["id"] for item in by_owner["items"]] == [shown["id"]]
        assert sum(entry["count"] for entry in by_owner["facets"]["state"]) == 1
        assert reader.get("/v1/demands", mine=True).json()["items"] == []
        assert "owner" not in reader.get("/v1/demands", facets=True).json()["facets"]
        assert hidden["id"] in [item["id"] for item in reader.get("/v1/demands").json()["items"]]
        assert reader.get("/v1/demands", sort="owner_org_id").status_code == 422
        assert reader.get("/v1/demands", contact_phone="13800000001").status_code == 422
        assert reader.get(f"/v1/demands/{hidden['id']}/versions").status_code == 403
    own = enterprise.get("/v1/demands", owner=owner).json()["items"]
    assert {item["id"] for item in own} == {hidden["id"], shown["id"]}


def test_a_stranger_cannot_filter_by_hidden_fields(scenario: Scenario, enterprise: UserClient) -> None:
    enterprise.create("demands", DEMAND)
    stranger = scenario.anonymous_client
    owner = str(enterprise.user.organisation_id)
    for params in (
        {"owner": owner},
        {"mine": True},
        {"budget_min": 100},
        {"budget_max": 100},
        {"sort": "budget"},
        {"sort": "-budget"},
    ):
        assert stranger.get("/v1/demands", **params).status_code == 401, params
    assert stranger.get("/v1/achievements", price_max=5).status_code == 401
    for q in (
        "可见裂纹",
        "裂纹率",
        "水性涂料",
    ):  # in the goal, the indicators and the problem, not in the title
        assert stranger.get("/v1/demands", q=q).json()["items"] == [], q
    assert len(stranger.get("/v1/demands", q="补焊").json()["items"]) == 1
    assert len(stranger.get("/v1/demands", budget_band="from_100").json()["items"]) == 1


def test_what_is_not_published_is_known_to_owner_and_bureau(
    scenario: Scenario, enterprise: UserClient, rival: UserClient, operator: UserClient
) -> None:
    draft = enterprise.create("demands", demand_payload(draft=True))
    path = f"/v1/demands/{draft['id']}"
    for other in (rival, scenario.anonymous_client, scenario.user_client(Role.MANAGER, None)):
        assert other.get(path).status_code == 404
        assert other.get("/v1/demands", facets=True).json()["items"] == []
        assert other.get("/v1/demands", facets=True).json()["facets"]["field"] == []
    for step in ("submit", "withdraw", "close", "restore"):
        assert rival.post(f"{path}/{step}").status_code == 404
    assert rival.patch(path, {"title": "别人的草稿"}, If_Match='"1"').status_code == 404
    assert rival.delete(path).status_code == 404
    assert enterprise.get(path).status_code == operator.get(path).status_code == 200
    colleague = scenario.user_client(Role.ENTERPRISE, _organisation(scenario, enterprise))
    assert colleague.get(path).status_code == 200


def _organisation(scenario: Scenario, somebody: UserClient) -> Any:
    with scenario.database.reading() as session:
        organisation = session.get(Organisation, somebody.user.organisation_id)
        session.expunge_all()
        return organisation


def test_others_may_not_touch_a_published_record(
    scenario: Scenario, enterprise: UserClient, rival: UserClient
) -> None:
    path = f"/v1/demands/{enterprise.create('demands', demand_payload())['id']}"
    assert rival.patch(path, {"title": "改成别的名称"}, If_Match='"1"').status_code == 403
    for step in ("withdraw", "close", "approve"):
        assert rival.post(f"{path}/{step}").status_code == 403
        assert scenario.anonymous_client.post(f"{path}/{step}").status_code == 401
    assert rival.delete(path).status_code == 403
    assert scenario.anonymous_client.post("/v1/demands", demand_payload()).status_code == 401
    assert scenario.user_client(Role.INVESTOR).post("/v1/demands", demand_payload()).status_code == 403


def test_an_api_key_may_what_its_scopes_say(scenario: Scenario, enterprise: UserClient) -> None:
    writer = scenario.key_client(enterprise.user, "demands:write")
    reader = scenario.key_client(enterprise.user, "demands:read")
    made = writer.post("/v1/demands", demand_payload(draft=True))
    assert made.status_code == 201
    path = made.headers["Location"]
    assert writer.patch(path, {"title": "程序改的名称"}, If_Match='"1"').status_code == 200
    assert writer.get(path).status_code == 403
    assert reader.get(path).json()["view_level"] == 3
    assert reader.get("/v1/demands", mine=True).json()["items"]
    assert reader.post("/v1/demands", demand_payload()).status_code == 403


def test_a_confidential_record_that_names_its_owner_is_not_published(enterprise: UserClient) -> None:
    telling = DEMAND | {
        "publish_mode": "confidential",
        "main_problem": "我公司泽垚泵阀的高合金铸件补焊后开裂,请致电 0531-88880001。",
        "keywords": ["铸铁", "泽垚"],
    }
    answer = enterprise.post("/v1/demands", telling)
    assert answer.status_code == 422
    errors = {(error["field"], error["code"]) for error in answer.json()["errors"]}
    assert {
        ("main_problem", "leak_organisation"),
        ("main_problem", "leak_phone"),
        ("keywords.1", "leak_organisation"),
    } <= errors
    draft = enterprise.create("demands", telling | {"draft": True})
    assert enterprise.post(f"/v1/demands/{draft['id']}/submit").status_code == 422
    public = enterprise.patch(f"/v1/demands/{draft['id']}", {"publish_mode": "public"}, If_Match='"1"')
    assert public.status_code == 200
    assert enterprise.post(f"/v1/demands/{draft['id']}/submit").status_code == 200
    hidden = enterprise.patch(f"/v1/demands/{draft['id']}", {"publish_mode": "confidential"}, If_Match='"3"')
    assert hidden.status_code == 422


@ON_ONE_DATABASE
def test_a_confidential_achievement_is_not_found_by_related_names_people_or_numbers(
    scenario: Scenario, institution: UserClient
) -> None:
    parent = scenario.registered_organisation(name="山东沃尔森集团有限公司")
    partner = scenario.registered_organisation(name="岱北理工大学")
    with scenario.database.unit_of_work() as session:
        own = session.get_one(Organisation, institution.user.organisation_id)
        own.parent_id, own.former_names = (
            parent.id,
            [{"name": "济南柱川研究所", "since": None, "until": None}],
        )
    hidden = {
        "publish_mode": "confidential",
        "co_org_ids": [str(partner.id)],
        "ip_list": [{"type": "invention_patent", "number": "ZL201310699744.2"}],
        "completed_by": [{"name": "许知远"}],
    }
    for text, code in (
        ("原济南柱川研究所的涂层", "leak_organisation"),
        ("沃尔森集团内已应用", "leak_organisation"),
        ("与岱北理工大学共同完成", "leak_organisation"),
        ("由许知远团队研制", "leak_person"),
        ("已获授权CN 2013 1069 9744.2", "leak_number"),
    ):
        answer = institution.post("/v1/achievements", achievement_payload(**hidden, advantages=text))
        assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("advantages", code)], (
            text
        )
    assert institution.create(
        "achievements", achievement_payload(**hidden, advantages="已获授权ZL202110937746.2")
    )


def test_a_confidential_achievement(scenario: Scenario, institution: UserClient, rival: UserClient) -> None:
    partner = scenario.registered_organisation(name="岱北理工大学")
    made = institution.create(
        "achievements",
        achievement_payload(
            publish_mode="confidential",
            co_org_ids=[str(partner.id)],
            ip_list=[{"type": "invention_patent", "number": "ZL201310699744.2"}],
            completed_by=[{"name": "许知远"}],
        ),
    )
    assert made["co_org_names"] == ["岱北理工大学"]
    seen = rival.get(f"/v1/achievements/{made['id']}").json()
    assert "summary" in seen
    assert seen["public_alias"] == "济南市历下区某精细和专用化学品领域高校"
    for name in ("owner_name", "owner_org_id", "co_org_ids", "co_org_names", "ip_list", "completed_by"):
        assert name not in seen


def test_fields_of_a_manager(scenario: Scenario, manager: UserClient, enterprise: UserClient) -> None:
    made = manager.create(
        "managers",
        manager_payload(
            contact_phone="13800000001",
            certificates=[{"level": "advanced", "number": "A-1"}],
            declared_conflicts=[{"organisation_id": str(enterprise.user.organisation_id), "kind": "family"}],
        ),
    )
    path = f"/v1/managers/{made['id']}"
    stranger, member = scenario.anonymous_client.get(path).json(), enterprise.get(path).json()
    assert stranger["certificate_level"] == "advanced"
    assert "affiliations" not in stranger
    assert member["affiliations"][0]["is_primary"]
    for seen in (stranger, member):
        for name in ("contact_phone", "certificates", "declared_conflicts", "user_id"):
            assert name not in seen
    assert made["user_id"] == str(manager.user.id)


def test_every_column_has_a_level() -> None:
    """A new column is hidden until its view level is decided; this test enforces the decision."""
    for kind, library in LIBRARIES.items():
        columns = {column.key for column in inspect(library.model).column_attrs} | set(library.relations)
        # Managers are always public. Verified claims are read as marks, which have levels of their own.
        unshown = {"publish_mode", "verified_claims"} if kind is RecordKind.MANAGER else set()
        assert columns - {"completeness"} - unshown <= set(FIELD_LEVELS[kind])
        shown = set(library.read_schema.model_fields)
        assert set(FIELD_LEVELS[kind]) | {"completeness", "view_level"} == shown


def test_search_reads_only_what_its_reader_sees() -> None:
    for kind, library in LIBRARIES.items():
        for name in library.public_texts:
            assert FIELD_LEVELS[kind][name] == (ViewLevel.ANONYMOUS, ViewLevel.ANONYMOUS)
        for name in library.member_texts:
            assert max(FIELD_LEVELS[kind][name]) <= ViewLevel.LOGGED_IN
        for facet, name in library.facets.items():
            assert facet == "language" or max(FIELD_LEVELS[kind][name]) == ViewLevel.ANONYMOUS
