"""The life cycle of a record of each kind, over HTTP, on both databases."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.accounts.models import AuditEntry
from app.database import Database
from app.libraries.demands.models import Demand
from app.libraries.expiry import expire_due
from app.libraries.record.models import RecordCode, RecordVersion
from app.libraries.search.full_text import SearchDocument
from app.settings import Settings
from tests.libraries.conftest import RecordingIndexer
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import NEXT_YEAR, demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

Payload = Callable[..., dict[str, Any]]

KINDS = [
    pytest.param("achievements", "institution", achievement_payload, id="achievement"),
    pytest.param("demands", "enterprise", demand_payload, id="demand"),
    pytest.param("managers", "manager", manager_payload, id="manager"),
]


@pytest.mark.parametrize(("library", "owner", "payload"), KINDS)
def test_a_whole_life(
    request: pytest.FixtureRequest,
    scenario: Scenario,
    operator: UserClient,
    indexer: RecordingIndexer,
    library: str,
    owner: str,
    payload: Payload,
) -> None:
    """draft → published → changed → closed → draft → published → withdrawn, with its events and versions."""
    me: UserClient = request.getfixturevalue(owner)
    kind = library.removesuffix("s")
    draft = me.post(f"/v1/{library}", {"title": payload()["title"], "draft": True})
    assert draft.status_code == 201, draft.text
    body = draft.json()
    path = draft.headers["Location"]
    assert path == f"/v1/{library}/{body['id']}"
    assert draft.headers["ETag"] == '"1"'
    year = date.fromisoformat(body["created_at"][:10]).year
    assert body["number"] == f"JN-{kind[0].upper()}-{year}-000001"
    assert (body["state"], body["version"], body["view_level"]) == ("draft", 1, 3)
    assert body["completeness"]["score"] < 50
    assert {item["field"] for item in body["completeness"]["missing"] if item["required"]}
    assert scenario.event_names(body["id"]) == []

    incomplete = me.post(f"{path}/submit")
    assert incomplete.status_code == 422
    assert {error["code"] for error in incomplete.json()["errors"]} == {"required"}

    rest = {name: value for name, value in payload().items() if name != "title"}
    filled = me.patch(path, rest, If_Match='"1"')
    assert filled.status_code == 200, filled.text
    assert filled.headers["ETag"] == '"2"'
    assert scenario.event_names(body["id"]) == []
    assert indexer.findable == {}

    published = me.post(f"{path}/submit")
    assert published.status_code == 200, published.text
    assert published.json()["state"] == "published"
    assert published.json()["published_at"] is not None
    assert len(indexer.findable) == 1

    quiet = me.patch(path, {"contact_phone": "138 0000 0001"}, If_Match='"3"')
    assert quiet.json()["contact_phone"] == "13800000001"
    loud = me.patch(path, {"title": "改名之后的记录", "keywords": ["改名"]}, If_Match='"4"')
    assert loud.status_code == 200, loud.text
    assert next(iter(indexer.findable.values())).startswith("改名之后的记录")

    closed = me.post(f"{path}/close")
    assert closed.json()["state"] == "closed"
    assert indexer.findable == {}
    assert me.patch(path, {"title": "成交之后不再改"}, If_Match='"6"').status_code == 409
    assert me.post(f"{path}/restore").json()["state"] == "draft"
    assert me.post(f"{path}/submit").json()["state"] == "published"
    assert me.post(f"{path}/withdraw").json()["state"] == "withdrawn"
    assert me.post(f"{path}/withdraw").status_code == 409
    assert me.delete(path).status_code == 409

    assert scenario.event_names(body["id"]) == [
        f"{kind}.{name}" for name in ("published", "changed", "closed", "published", "withdrawn")
    ]
    history = me.get(f"{path}/versions").json()["items"]
    assert [(entry["version"], entry["action"]) for entry in history] == [
        (9, "withdraw"),
        (8, "publish"),
        (7, "restore"),
        (6, "close"),
        (5, "change"),
        (4, "change"),
        (3, "publish"),
        (2, "change"),
        (1, "create"),
    ]
    assert history[4]["changed_fields"] == ["keywords", "title"]
    assert history[4]["data"]["title"] == "改名之后的记录"
    assert history[-1]["data"]["title"] == payload()["title"]
    assert {entry["changed_by"] for entry in history} == {str(me.user.id)}
    assert operator.get(f"{path}/versions", limit=2).json()["next_cursor"]
    with scenario.database.reading() as session:
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.startswith(f"{kind}.")).order_by(AuditEntry.id)
        ).all()
    assert len(actions) == 9
    assert actions[-1] == f"{kind}.withdraw"


def test_created_and_published_at_once(scenario: Scenario, enterprise: UserClient) -> None:
    made = enterprise.create("demands", demand_payload(contact_email="Zhang@EXAMPLE.com"))
    assert (made["state"], made["version"]) == ("published", 1)
    assert made["contact_email"] == "Zhang@example.com"
    assert made["owner_name"] == "济南泽垚泵阀铸造有限公司"
    assert scenario.event_names(made["id"]) == ["demand.published"]
    assert enterprise.get(f"/v1/demands/{made['id']}").headers["ETag"] == '"1"'


def test_numbers_count_per_library(enterprise: UserClient, institution: UserClient) -> None:
    numbers = [enterprise.create("demands", demand_payload())["number"][-6:] for _ in range(3)]
    assert numbers == ["000001", "000002", "000003"]
    assert institution.create("achievements", achievement_payload())["number"].endswith("000001")


def test_review(scenario: Scenario, settings: Settings, enterprise: UserClient, operator: UserClient) -> None:
    """With reviews enabled, an operator must approve a submitted record, and again after a change."""
    settings.review_demands = True
    made = enterprise.create("demands", demand_payload())
    path = f"/v1/demands/{made['id']}"
    assert made["state"] == "submitted"
    assert scenario.anonymous_client.get(path).status_code == 404
    assert enterprise.post(f"{path}/approve").status_code == 403
    assert operator.post(f"{path}/return").status_code == 422
    returned = operator.post(f"{path}/return", {"note": "请补充技术指标。"})
    assert returned.json()["state"] == "draft"
    assert enterprise.get(path).json()["review_note"] == "请补充技术指标。"
    assert enterprise.post(f"{path}/submit").json()["state"] == "submitted"
    assert operator.post(f"{path}/approve", If_Match='"1"').status_code == 412
    approved = operator.post(f"{path}/approve", If_Match='"3"')
    assert approved.json()["state"] == "published"
    assert scenario.anonymous_client.get(path).status_code == 200
    changed = enterprise.patch(path, {"min_trl": 5}, If_Match='"4"')
    assert changed.json()["state"] == "submitted"
    assert scenario.anonymous_client.get(path).status_code == 404
    assert operator.post(f"{path}/approve").json()["state"] == "published"
    by_bureau = operator.patch(path, {"min_trl": 6}, If_Match='"6"')
    assert by_bureau.json()["state"] == "published"
    assert scenario.event_names(made["id"]) == [
        "demand.returned",
        "demand.published",
        "demand.withdrawn",
        "demand.published",
        "demand.changed",
    ]


def test_nothing_to_change_is_no_version(enterprise: UserClient) -> None:
    made = enterprise.create("demands", demand_payload())
    same = enterprise.patch(f"/v1/demands/{made['id']}", {"title": made["title"]}, If_Match='"1"')
    assert (same.status_code, same.headers["ETag"]) == (200, '"1"')


def test_a_deleted_draft_leaves_only_the_audit(scenario: Scenario, enterprise: UserClient) -> None:
    made = enterprise.create("demands", {"title": "误建的草稿", "draft": True, "fields": ["40"]})
    path = f"/v1/demands/{made['id']}"
    assert enterprise.delete(path, If_Match='"7"').status_code == 412
    assert enterprise.delete(path).status_code == 204
    assert enterprise.get(path).status_code == 404
    with scenario.database.reading() as session:
        for table in (Demand, RecordVersion, RecordCode, SearchDocument):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalars(select(AuditEntry.action)).all()[-1] == "demand.delete"


def test_null_clears_and_absence_keeps(enterprise: UserClient) -> None:
    made = enterprise.create(
        "demands", demand_payload(budget_min_wan="60", budget_max_wan=120.5, expected_goal="盐雾一千小时")
    )
    assert (made["budget_min_wan"], made["budget_max_wan"]) == ("60.00", "120.50")
    changed = enterprise.patch(
        f"/v1/demands/{made['id']}", {"budget_max_wan": None, "expected_goal": None}, If_Match='"1"'
    ).json()
    assert (changed["budget_min_wan"], changed["budget_max_wan"]) == ("60.00", None)
    assert changed["expected_goal"] == ""
    refused = enterprise.patch(f"/v1/demands/{made['id']}", {"title": None}, If_Match='"2"')
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "title"


def test_a_published_record_stays_publishable(enterprise: UserClient) -> None:
    made = enterprise.create("demands", demand_payload())
    answer = enterprise.patch(f"/v1/demands/{made['id']}", {"fields": []}, If_Match='"1"')
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "fields"
    assert enterprise.get(f"/v1/demands/{made['id']}").json()["fields"] == ["405"]


def test_expiry(
    scenario: Scenario,
    database: Database,
    settings: Settings,
    enterprise: UserClient,
    institution: UserClient,
    indexer: RecordingIndexer,
) -> None:
    past = enterprise.create("demands", demand_payload())
    enterprise.create("demands", demand_payload(valid_until=NEXT_YEAR))
    institution.create("achievements", achievement_payload())
    yesterday = date.today() - timedelta(days=2)  # noqa: DTZ011 — surely past in Jinan too
    with database.unit_of_work() as session:
        session.execute(update(Demand).where(Demand.number == past["number"]).values(deadline=yesterday))
    with database.unit_of_work() as session:
        assert expire_due(session, indexer=indexer, settings=settings) == 1
        assert expire_due(session, indexer=indexer, settings=settings) == 0
    seen = enterprise.get(f"/v1/demands/{past['id']}").json()
    assert seen["state"] == "withdrawn"
    assert scenario.event_names(past["id"]) == ["demand.published", "demand.withdrawn"]
    assert len(indexer.findable) == 2
    resubmitted = [
        enterprise.post(f"/v1/demands/{past['id']}/{step}").status_code for step in ("restore", "submit")
    ]
    assert resubmitted == [200, 422]


def test_the_bureau_may_act_for_any_owner(
    scenario: Scenario, operator: UserClient, enterprise: UserClient
) -> None:
    owner = scenario.registered_organisation()
    made = operator.create("demands", demand_payload(owner_org_id=str(owner.id)))
    assert made["owner_name"] == owner.name
    foreign = enterprise.post("/v1/demands", demand_payload(owner_org_id=str(owner.id)))
    assert foreign.status_code == 403
    unknown = operator.post("/v1/demands", demand_payload(owner_org_id=made["id"]))
    assert unknown.json()["errors"][0]["field"] == "owner_org_id"
    ours = enterprise.create("demands", demand_payload())
    given = {"owner_org_id": str(owner.id)}
    assert enterprise.patch(f"/v1/demands/{ours['id']}", given, If_Match='"1"').status_code == 403
    assert (
        operator.patch(f"/v1/demands/{ours['id']}", given, If_Match='"1"').json()["owner_name"] == owner.name
    )


def test_text_that_changed_while_it_was_embedded_is_not_published(
    scenario: Scenario, database: Database, enterprise: UserClient, indexer: RecordingIndexer
) -> None:
    made = enterprise.create("demands", demand_payload(draft=True))

    original = indexer.prepare

    def prepare(records: Any, **_: Any) -> Any:
        prepared = original(records)
        with database.unit_of_work() as session:
            session.execute(update(Demand).values(title="别人先改了名称"))
        return prepared

    indexer.prepare = prepare  # type: ignore[method-assign]
    assert enterprise.post(f"/v1/demands/{made['id']}/submit").status_code == 412
    assert enterprise.get(f"/v1/demands/{made['id']}").json()["state"] == "draft"
    assert scenario.event_names() == []
