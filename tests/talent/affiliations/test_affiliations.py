"""Several institutions at once: one is the primary, the others consent."""

from datetime import timedelta
from typing import Any

import pytest

from app.accounts.models import Organisation, Role
from app.clock import today
from app.libraries.managers.models import Affiliation
from tests.support.scenario import Scenario
from tests.support.scenario.recognition import Person


def post_at(scenario: Scenario, manager: Person, organisation: Organisation, **facts: Any) -> str:
    with scenario.database.unit_of_work() as session:
        row = Affiliation(
            manager_id=manager.id, organisation_id=organisation.id, **{"kind": "part_time"} | facts
        )
        session.add(row)
        session.flush()
        return str(row.id)


def consents(manager: Person) -> dict[str, str]:
    rows = manager.http.get(f"/v1/managers/{manager.id}/affiliations").json()
    return {row["organisation_id"]: row["consent"] for row in rows}


def test_overlapping_posts_of_every_kind(scenario: Scenario) -> None:
    manager = scenario.recognised_manager("周明")
    others = {
        kind: scenario.registered_organisation() for kind in ("part_time", "cross_institution", "adviser")
    }
    for kind, organisation in others.items():
        post_at(scenario, manager, organisation, kind=kind)
    rows = manager.http.get(f"/v1/managers/{manager.id}/affiliations").json()
    assert [row["is_primary"] for row in rows].count(True) == 1
    assert {row["kind"] for row in rows} == {"full_time", *others}
    assert all(row["active"] for row in rows)
    assert consents(manager) == {str(manager.organisation_id): "not_needed"} | {
        str(one.id): "pending" for one in others.values()
    }


@pytest.mark.parametrize("role", [Role.INSTITUTION, Role.ENTERPRISE])
def test_the_second_institution_answers(scenario: Scenario, role: Role) -> None:
    manager = scenario.recognised_manager("周明")
    organisation = scenario.registered_organisation()
    id_ = post_at(scenario, manager, organisation)
    second = scenario.user_client(role, organisation)
    (asked,) = second.get("/v1/affiliations", consent="pending").json()["items"]
    assert (asked["id"], asked["manager_name"], asked["position"]) == (id_, "周明", "")
    given = second.post(f"/v1/affiliations/{id_}/consent", {"reference": "人字〔2026〕12号"}).json()
    assert (given["consent"], given["consent_reference"]) == ("given", "人字〔2026〕12号")
    assert second.get("/v1/affiliations", consent="pending").json()["items"] == []
    refused = second.post(f"/v1/affiliations/{id_}/refuse", {"note": "岗位不允许。"}).json()
    assert (refused["consent"], refused["consent_reference"], refused["consent_note"]) == (
        "refused",
        None,
        "岗位不允许。",
    )
    assert consents(manager)[str(organisation.id)] == "refused"
    assert len(second.get("/v1/affiliations", consent="refused").json()["items"]) == 1


def test_nobody_answers_for_another_institution(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    organisation = scenario.registered_organisation()
    id_ = post_at(scenario, manager, organisation)
    for outsider, status in (
        (scenario.user_client(Role.INSTITUTION), 404),
        (manager.http, 403),
        (scenario.anonymous_client, 401),
    ):
        assert outsider.post(f"/v1/affiliations/{id_}/consent", {}).status_code == status
    unverified = scenario.user_client(Role.ENTERPRISE, scenario.registered_organisation(verified=False))
    own = post_at(scenario, manager, Organisation(id=unverified.user.organisation_id))
    answer = unverified.post(f"/v1/affiliations/{own}/consent", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_verified")
    assert consents(manager)[str(organisation.id)] == "pending"
    assert scenario.operator_client.post(f"/v1/affiliations/{id_}/consent", {}).status_code == 200


def test_the_primary_post_and_ended_ones_need_no_consent(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    (primary,) = manager.http.get(f"/v1/managers/{manager.id}/affiliations").json()
    answer = scenario.operator_client.post(f"/v1/affiliations/{primary['id']}/consent", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "primary_post")
    organisation = scenario.registered_organisation()
    post_at(scenario, manager, organisation, end=today() - timedelta(days=1))
    second = scenario.user_client(Role.INSTITUTION, organisation)
    assert second.get("/v1/affiliations", consent="pending").json()["items"] == []
    (ended,) = second.get("/v1/affiliations").json()["items"]
    assert ended["active"] is False


def test_consent_outlives_a_change_of_the_posts(scenario: Scenario) -> None:
    """The record's posts are written anew by each change; the institution's word is not asked again."""
    manager = scenario.recognised_manager()
    organisation = scenario.registered_organisation()
    id_ = post_at(scenario, manager, organisation)
    scenario.user_client(Role.INSTITUTION, organisation).post(f"/v1/affiliations/{id_}/consent", {})
    posts = [
        {"organisation_id": str(manager.organisation_id), "is_primary": True},
        {"organisation_id": str(organisation.id), "kind": "adviser", "position": "顾问"},
    ]
    values = {
        "affiliations": posts,
        "expertise": "十年新材料领域技术转移经历,擅长专利许可。",
        "fields": ["40"],
        "regions": ["370100"],
    }
    changed = manager.http.patch(f"/v1/managers/{manager.id}", values, If_Match="*")
    assert changed.status_code == 200, changed.text
    assert consents(manager)[str(organisation.id)] == "given"
