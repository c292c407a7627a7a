"""Organisations named by id, credit code or name, wherever a record refers to one."""

from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Organisation, Role
from app.database import Database
from tests.support.builders.accounts import make_organisation
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import LogIn
from tests.support.http import create, ok, refused, wrong_fields

NAME, CODE = "济南砺桥技术转移有限公司", "91370102YY000001X4"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The same on both."""
    return sqlite_url


@pytest.fixture
def known(app: Any) -> Organisation:
    with app.state.services[Database].unit_of_work() as session:
        return make_organisation(session, name=NAME, uscc=CODE)


def test_ties_posts_and_co_owners_by_code_or_name(app: Any, log_in: LogIn, known: Organisation) -> None:
    manager, owner, id_ = log_in(Role.MANAGER), log_in(Role.INSTITUTION), str(known.id)
    written = ("济南 砺桥技术转移有限责任公司", "9137 0102-yy000001x4", id_.upper())
    record = create(manager, "managers", manager_payload())
    for text in written:
        posts = [
            {"organisation_id": str(manager.organisation_id), "is_primary": True},
            {"organisation_id": text, "kind": "part_time"},
        ]
        body = {"affiliations": posts, "declared_conflicts": [{"organisation_id": text}]}
        changed = manager.patch(f"/v1/managers/{record['id']}", json=body, headers={"If-Match": "*"})
        assert ok(changed)["affiliations"][1]["organisation_id"] == id_
        assert changed.json()["declared_conflicts"][0]["organisation_id"] == id_
        shared = create(owner, "achievements", achievement_payload(co_org_ids=[text]))
        assert shared["co_org_ids"] == [id_]


@pytest.mark.parametrize("mode", ["public", "confidential"])
def test_an_unknown_co_owner_is_a_fault_beside_the_others(log_in: LogIn, mode: str) -> None:
    """Also where the names of co-owners are looked up: for what must not be said of an anonymous record."""
    owner = log_in(Role.INSTITUTION)
    record = create(owner, "achievements", achievement_payload(publish_mode=mode))
    body = {"co_org_ids": ["济南没有这家有限公司"], "ip_list": [{"type": "invention_patent", "number": "1"}]}
    answer = owner.patch(f"/v1/achievements/{record['id']}", json=body, headers={"If-Match": "*"})
    fields = {one["field"] for one in refused(answer, 422, "invalid")["errors"]}
    assert fields == {"co_org_ids.0", "ip_list.0.number"}


def test_none_and_several_of_a_name_are_refused_with_what_would_be_right(
    app: Any, log_in: LogIn, known: Organisation
) -> None:
    with app.state.services[Database].unit_of_work() as session:
        other = make_organisation(session, name=f"{NAME[:-4]}股份有限公司", region="370112")
    owner = log_in(Role.INSTITUTION)
    answer = owner.post(
        "/v1/achievements",
        json=achievement_payload(co_org_ids=["济南没有这家有限公司", "济南砺桥技术转移有限责任公司", NAME]),
    )
    assert answer.status_code == 422
    errors = {one["field"]: one for one in answer.json()["errors"]}
    assert {field: one["code"] for field, one in errors.items()} == {
        "co_org_ids.0": "unknown_organisation",
        "co_org_ids.1": "several_organisations",
    }, "the exact name tells one of several"
    assert "济南没有这家有限公司" in errors["co_org_ids.0"]["message_zh"]
    assert CODE in errors["co_org_ids.1"]["message_zh"]
    assert str(other.id) in errors["co_org_ids.1"]["message_en"]
    record = create(owner, "achievements", achievement_payload())
    changed = owner.patch(
        f"/v1/achievements/{record['id']}",
        json={"co_org_ids": ["济南没有这家有限公司"]},
        headers={"If-Match": "*"},
    )
    assert wrong_fields(changed) == ["co_org_ids.0"]


@pytest.mark.parametrize(
    "meant",
    [
        "济南砺桥",
        "砺桥",
        "砺桥技术转移",
        "砺桥技术转移（济南）有限公司",
        "济南砺桥技术转让有限公司",
        f"{NAME}检测中心",
    ],
)
def test_a_name_that_is_nearly_one_is_asked_and_another_is_kept(
    log_in: LogIn, known: Organisation, meant: str
) -> None:
    """Excluded or declared as it is written, it would hold for nobody."""
    owner, manager = log_in(Role.ENTERPRISE), log_in(Role.MANAGER)
    ties = [{"organisation_name": meant, "kind": "family"}]
    for caller, plural, payload, field in (
        (owner, "demands", demand_payload(excluded_orgs=[meant]), "excluded_orgs.0"),
        (
            manager,
            "managers",
            manager_payload(declared_conflicts=ties),
            "declared_conflicts.0.organisation_name",
        ),
    ):
        [error] = caller.post(f"/v1/{plural}", json=payload).json()["errors"]
        assert (error["field"], error["code"]) == (field, "unclear_organisation")
        assert NAME in error["message_zh"] and NAME in error["message_en"]
    kept = create(owner, "demands", demand_payload(excluded_orgs=["济南金阀密封有限公司", NAME, CODE]))
    assert kept["excluded_orgs"] == ["济南金阀密封有限公司", NAME, CODE]
    kept = create(owner, "demands", demand_payload(excluded_orgs=[str(known.id).upper()]))
    assert kept["excluded_orgs"] == [CODE], "an id holds, and stays readable"
    for written in (
        "９１３７０１０２ＹＹ０００００１Ｘ４",
        f"统一社会信用代码：{CODE}",
        f"信用代码 {CODE.lower()}",
    ):
        kept = create(owner, "demands", demand_payload(excluded_orgs=[written]))
        assert kept["excluded_orgs"] == [CODE], "a code in any form"
    nobody = demand_payload(excluded_orgs=["0190a0a0-bbbb-7ccc-addd-eeeeffffaaaa"])
    refused = owner.post("/v1/demands", json=nobody)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_organisation")


def test_a_merge_rewrites_ids_in_lists_and_puts_back_what_nobody_changed(
    app: Any, log_in: LogIn, known: Organisation
) -> None:
    with app.state.services[Database].unit_of_work() as session:
        gone, third = (
            make_organisation(session, name=f"济南{brand}检测有限公司").id for brand in ("长虹", "金阀")
        )
    manager, owner, bureau = log_in(Role.MANAGER), log_in(Role.INSTITUTION), log_in(Role.OPERATOR)

    def shared(*ids: UUID) -> str:
        payload = achievement_payload(co_org_ids=[str(id_) for id_ in ids])
        return str(create(owner, "achievements", payload)["id"])

    both, one, changed = shared(gone, known.id), shared(third, gone), shared(gone)
    record = create(manager, "managers", manager_payload(declared_conflicts=[{"organisation_id": str(gone)}]))

    def named() -> list[list[str]]:
        lists = [ok(owner.get(f"/v1/achievements/{id_}"))["co_org_ids"] for id_ in (both, one, changed)]
        ties = ok(manager.get(f"/v1/managers/{record['id']}"))["declared_conflicts"]
        return [*lists, [tie["organisation_id"] for tie in ties]]

    before = named()
    body = {"kept_id": str(known.id), "other_id": str(gone), "verdict": "same", "note": "营业执照一致"}
    decision = ok(bureau.post("/v1/organisations/duplicates", json=body), 201)
    kept = str(known.id)
    assert named() == [[kept], [str(third), kept], [kept], [kept]]
    assert ok(owner.get(f"/v1/achievements/{shared(gone)}"))["co_org_ids"] == [kept]
    path = f"/v1/achievements/{changed}"
    ok(owner.patch(path, json={"co_org_ids": [str(third)]}, headers={"If-Match": "*"}))
    ok(bureau.post(f"/v1/organisations/duplicates/{decision['id']}/undo"))
    assert named() == [*before[:2], [str(third)], before[3]]
