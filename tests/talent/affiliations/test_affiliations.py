"""Several institutions at once: one is the primary, the others consent."""

from datetime import timedelta
from typing import Any

import pytest

from app.accounts.models import Organisation, Role
from app.clock import today
from app.libraries.managers.models import Affiliation
from tests.talent.conftest import Person, World


def post_at(world: World, manager: Person, organisation: Organisation, **facts: Any) -> str:
    with world.database.unit_of_work() as session:
        row = Affiliation(
            manager_id=manager.id, organisation_id=organisation.id, **{"kind": "part_time"} | facts
        )
        session.add(row)
        session.flush()
        return str(row.id)


def consents(manager: Person) -> dict[str, str]:
    rows = manager.http.get(f"/v1/managers/{manager.id}/affiliations").json()
    return {row["organisation_id"]: row["consent"] for row in rows}


def test_overlapping_posts_of_every_kind(world: World) -> None:
    manager = world.manager("周明")
    others = {kind: world.organisation() for kind in ("part_time", "cross_institution", "adviser")}
    for kind, organisation in others.items():
        post_at(world, manager, organisation, kind=kind)
    rows = manager.http.get(f"/v1/managers/{manager.id}/affiliations").json()
    assert [row["is_primary"] for row in rows].count(True) == 1
    assert {row["kind"] for row in rows} == {"full_time", *others}
    assert all(row["active"] for row in rows)
    assert consents(manager) == {str(manager.organisation_id): "not_needed"} | {
        str(one.id): "pending" for one in others.values()
    }


@pytest.mark.parametrize("role", [Role.INSTITUTION, Role.ENTERPRISE])
def test_the_second_institution_answers(world: World, role: Role) -> None:
    manager = world.manager("周明")
    organisation = world.organisation()
    id_ = post_at(world, manager, organisation)
    second = world.somebody(role, organisation)
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


def test_nobody_answers_for_another_institution(world: World) -> None:
    manager = world.manager()
    organisation = world.organisation()
    id_ = post_at(world, manager, organisation)
    for outsider, status in (
        (world.somebody(Role.INSTITUTION), 404),
        (manager.http, 403),
        (world.stranger, 401),
    ):
        assert outsider.post(f"/v1/affiliations/{id_}/consent", {}).status_code == status
    unverified = world.somebody(Role.ENTERPRISE, world.organisation(verified=False))
    assert unverified.user is not None
    own = post_at(world, manager, Organisation(id=unverified.user.organisation_id))
    answer = unverified.post(f"/v1/affiliations/{own}/consent", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_verified")
    assert consents(manager)[str(organisation.id)] == "pending"
    assert world.operator.post(f"/v1/affiliations/{id_}/consent", {}).status_code == 200


def test_the_primary_post_and_ended_ones_need_no_consent(world: World) -> None:
    manager = world.manager()
    (primary,) = manager.http.get(f"/v1/managers/{manager.id}/affiliations").json()
    answer = world.operator.post(f"/v1/affiliations/{primary['id']}/consent", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "primary_post")
    organisation = world.organisation()
    post_at(world, manager, organisation, end=today() - timedelta(days=1))
    second = world.somebody(Role.INSTITUTION, organisation)
    assert second.get("/v1/affiliations", consent="pending").json()["items"] == []
    (ended,) = second.get("/v1/affiliations").json()["items"]
    assert ended["active"] is False


def test_consent_outlives_a_change_of_the_posts(world: World) -> None:
    """The record's posts are written anew by each change; the institution's word is not asked again."""
    manager = world.manager()
    organisation = world.organisation()
    id_ = post_at(world, manager, organisation)
    world.somebody(Role.INSTITUTION, organisation).post(f"/v1/affiliations/{id_}/consent", {})
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
