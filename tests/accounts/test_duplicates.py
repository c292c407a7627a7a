"""Organisations that may be one: what is held for the bureau, and what its decisions do."""

from itertools import combinations
from random import Random
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from app.accounts.models import AuditEntry, Organisation, OrganisationKind, Role
from app.accounts.organisations.duplicates import likely_duplicates
from app.accounts.organisations.groups import families, family_of
from app.libraries.managers.models import Manager
from tests.accounts.conftest import People
from tests.support.http import created, ok, refused

NAME = "济南砺桥技术转移有限公司"
DUPLICATES = "/v1/organisations/duplicates"


@pytest.fixture
def bureau(people: People) -> dict[str, str]:
    return people.role(Role.OPERATOR)


def pairs(client: TestClient, bureau: dict[str, str]) -> dict[frozenset[str], list[str]]:
    """Names of the two → codes of the evidence, for those that this test made."""
    items = ok(client.get(DUPLICATES, headers=bureau))["items"]
    return {
        frozenset((one["first"]["name"], one["second"]["name"])): [each["code"] for each in one["evidence"]]
        for one in items
        if NAME in (one["first"]["name"], one["second"]["name"])
    }


def decide(
    client: TestClient, bureau: dict[str, str], kept: Organisation, other: Organisation, verdict: str
) -> Any:
    body = {"kept_id": str(kept.id), "other_id": str(other.id), "verdict": verdict, "note": "查验登记资料"}
    return client.post(DUPLICATES, json=body, headers=bureau)


@pytest.mark.parametrize(
    ("name", "facts", "evidence"),
    [
        (f"{NAME} ", {}, "same_name"),
        ("济南砺桥技术转移有限责任公司", {}, "same_name"),
        ("濟南礪橋技術轉移有限公司", {}, "same_name"),
        (f"{NAME}青岛分公司", {}, "branch"),
        ("济南长虹科技有限公司", {"aliases": [NAME]}, "alias"),
        ("济南砺桥技术转让有限公司", {}, "similar_name"),
        ("青岛砺石检测有限公司", {}, None),
        ("济南砺桥技术转让有限公司", {"region": "370202"}, None),
        ("济南砺桥技术转让有限公司", {"region": "370112"}, None),
        ("济南砺桥市技术转移有限公司", {"region": "370112"}, "similar_name"),
        ("山东砺桥技术转移有限公司", {}, "similar_name"),
        ("砺桥技术转移（济南）有限公司", {}, "similar_name"),
        (f"{NAME}工会委员会", {"region": "370202"}, "part"),
        ("济南砺桥检测技术有限公司", {}, None),
        ("济南砺桥技术转移研究院", {"kind": OrganisationKind.INSTITUTE}, "similar_name"),
        ("山东砺桥技术转移工程研究院", {"kind": OrganisationKind.INSTITUTE}, "similar_name"),
        ("砺桥技术转移实验室", {"region": "370112"}, "similar_name"),
        ("砺桥技术转移研究所", {"region": "370202"}, None),
        ("济南砺桥化工研究院", {"kind": OrganisationKind.INSTITUTE}, None),
        ("Jinan Liqiao Technology Transfer Co., Ltd.", {}, "similar_name"),
        ("Liqiao Technology Transfer (Shandong) Co., Ltd.", {"region": "370112"}, "similar_name"),
        ("Jinan Liqiao Chemical Co., Ltd.", {}, None),
        ("Jinan Liqiao Technology Transfer Co., Ltd.", {"region": "370202"}, None),
    ],
)
def test_likely_duplicates_are_held_with_evidence(
    client: TestClient,
    people: People,
    bureau: dict[str, str],
    name: str,
    facts: dict[str, Any],
    evidence: str | None,
) -> None:
    people.organisation(name=NAME)
    people.organisation(name=name, **facts)
    found = [codes[0] for codes in pairs(client, bureau).values()]
    assert found == ([] if evidence is None else [evidence])


def test_the_grounds_of_a_decision_are_no_state_secret(
    client: TestClient, people: People, bureau: dict[str, str]
) -> None:
    kept, other = people.organisation(name=NAME), people.organisation(name=f"{NAME} ")
    body = {
        "kept_id": str(kept.id),
        "other_id": str(other.id),
        "verdict": "same",
        "note": "见机密★10年的批复",
    }
    error = refused(client.post(DUPLICATES, json=body, headers=bureau), 422, "invalid")
    assert [(one["field"], one["code"]) for one in error["errors"]] == [("note", "state_secret")]
    assert pairs(client, bureau) != {}


def test_what_conflicts_take_for_one_is_what_the_bureau_finds_in_its_list(people: People) -> None:
    """Among many like names: a possible conflict that nobody could decide about would hold pushes for good."""
    chance = Random(7)
    trades = ["技术转移", "机械设备", "生物科技", "环保工程", "检测"]
    brands = ["鑫源", "鑫泉", "砺桥", "砺石", "山大"]
    made = [
        people.organisation(
            name="".join(
                (
                    chance.choice(["济南", "山东", "济南市", ""]),
                    *chance.sample(brands, 2),
                    chance.choice(trades),
                    chance.choice(["有限公司", "公司", "研究院", "工程研究所"]),
                )
            ),
            kind=chance.choice([OrganisationKind.ENTERPRISE, OrganisationKind.INSTITUTE]),
            region=chance.choice(["370102", "370112", "370202"]),
        ).id
        for _ in range(90)
    ]
    with people.database.reading() as session:
        family = family_of(session, map(str, made))
        held = {
            frozenset(pair)
            for pair in combinations(made, 2)
            if family[str(pair[0])] != family[str(pair[1])] and family.maybe_one(*map(str, pair))
        }
        listed = {frozenset((one.first, one.second)) for one in likely_duplicates(session)}
    assert len(held) > 5
    assert held <= listed


def test_what_the_bureau_writes_stays_with_the_decision(
    client: TestClient, people: People, bureau: dict[str, str]
) -> None:
    """It may name people: stored encrypted, and no part of the trail, which is kept longer and leaves the service."""
    one, other = people.organisation(name=NAME), people.organisation(name=f"{NAME}分公司")
    body = {"kept_id": str(one.id), "other_id": str(other.id), "verdict": "different"}
    note = "张三在两单位均任监事"
    made = created(client.post(DUPLICATES, json=body | {"note": note}, headers=bureau))
    assert made["note"] == note
    with people.database.reading() as session:
        (stored,) = session.scalars(text("SELECT note FROM organisation_decisions WHERE undone_at IS NULL"))
        trail = [str(entry.details) for entry in session.scalars(select(AuditEntry))]
    assert note not in stored
    assert not [details for details in trail if note in details]


def test_only_the_bureau_sees_and_decides(client: TestClient, people: People) -> None:
    one, other = people.organisation(name=NAME), people.organisation(name=f"{NAME}分公司")
    for role in (Role.ENTERPRISE, Role.INSTITUTION, Role.MANAGER, Role.INVESTOR):
        header = people.role(role)
        assert client.get(DUPLICATES, headers=header).status_code == 403
        assert decide(client, header, one, other, "same").status_code == 403
    assert client.get(DUPLICATES).status_code == 401


def test_two_that_are_different_are_remembered_and_no_family(
    client: TestClient, people: People, bureau: dict[str, str]
) -> None:
    one, other = people.organisation(name=NAME), people.organisation(name=f"{NAME[:-4]}有限责任公司")

    def together() -> bool:
        with people.database.reading() as session:
            return len(set(families(session, [one.id, other.id]).values())) == 1

    assert together()
    decision = created(decide(client, bureau, one, other, "different"))
    assert pairs(client, bureau) == {}
    assert not together()
    problem = refused(decide(client, bureau, one, other, "same"), 409, "already_decided")
    assert problem["decision_id"] == decision["id"]
    ok(client.post(f"{DUPLICATES}/{problem['decision_id']}/undo", headers=bureau))
    assert together()
    assert pairs(client, bureau)


def test_a_merge_moves_what_refers_to_the_second_and_is_undone(
    client: TestClient, people: People, bureau: dict[str, str]
) -> None:
    kept, gone = people.organisation(name=NAME), people.organisation(name="济南礪橋有限公司")
    below = people.organisation(name="济南长虹科技有限公司", parent=gone)
    member = people.make(organisation=gone)
    decision = created(decide(client, bureau, kept, gone, "same"))

    def homes() -> tuple[Any, Any]:
        user = ok(client.get(f"/v1/users/{member.id}", headers=bureau))
        child = ok(client.get(f"/v1/organisations/{below.id}", headers=bureau))
        return user["organisation_id"], child["parent_id"]

    assert homes() == (str(kept.id), str(kept.id))
    read = ok(client.get(f"/v1/organisations/{gone.id}", headers=bureau))
    assert read["merged_into_id"] == str(kept.id), "the row and its history stay"
    listed = ok(client.get("/v1/organisations", params={"name": "砺桥"}, headers=bureau))["items"]
    assert [one["id"] for one in listed] == [str(kept.id)]
    with people.database.reading() as session:
        assert families(session, [gone.id]) == {gone.id: kept.id}
    refused(decide(client, bureau, kept, gone, "same"), 409, "already_merged")
    ok(client.post(f"{DUPLICATES}/{decision['id']}/undo", headers=bureau))
    assert homes() == (str(gone.id), str(gone.id))
    refused(client.post(f"{DUPLICATES}/{decision['id']}/undo", headers=bureau), 409, "already_undone")


def test_all_decisions_are_listed_or_those_about_one_organisation(
    people: People, client: TestClient, bureau: dict[str, str]
) -> None:
    """So that an old one, whose id nobody has any more, can be undone."""
    names = (NAME, "济南长虹检测有限公司", "济南金阀密封有限公司")
    kept, second, third = (people.organisation(name=name) for name in names)
    merged = created(decide(client, bureau, kept, second, "same"))["id"]
    told_apart = created(decide(client, bureau, kept, third, "different"))["id"]
    ok(client.post(f"{DUPLICATES}/{told_apart}/undo", headers=bureau))

    def listed(**asked: Any) -> list[str]:
        items = ok(client.get(f"{DUPLICATES}/decisions", params=asked, headers=bureau))["items"]
        assert all((one["undone_at"] is not None) == (one["id"] == told_apart) for one in items)
        return [one["id"] for one in items]

    assert listed()[:2] == [told_apart, merged]
    assert listed(organisation_id=str(second.id)) == [merged]
    assert listed(organisation_id=str(kept.id)) == [told_apart, merged]
    for role in (Role.ENTERPRISE, Role.AUDITOR):
        refused(client.get(f"{DUPLICATES}/decisions", headers=people.role(role)), 403, "forbidden")


def test_merges_of_one_organisation_are_undone_latest_first(
    client: TestClient, people: People, bureau: dict[str, str]
) -> None:
    first, second, third = (people.organisation(name=f"{name}{NAME}") for name in ("甲", "乙", "丙"))
    member = people.make(organisation=first)
    earlier = created(decide(client, bureau, second, first, "same"))
    later = created(decide(client, bureau, third, second, "same"))

    def home() -> Any:
        return ok(client.get(f"/v1/users/{member.id}", headers=bureau))["organisation_id"]

    answer = client.post(f"{DUPLICATES}/{earlier['id']}/undo", headers=bureau)
    refused(answer, 409, "merged_later")
    assert answer.json()["decision_id"] == later["id"]
    assert home() == str(third.id)
    for decision, owner in ((later, second), (earlier, first)):
        ok(client.post(f"{DUPLICATES}/{decision['id']}/undo", headers=bureau))
        assert home() == str(owner.id)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("edited", [False, True])
def test_merges_into_one_are_undone_in_any_order_and_no_declared_tie_is_lost(
    client: TestClient, people: People, bureau: dict[str, str], order: tuple[int, ...], edited: bool
) -> None:
    kept, *gone = (people.organisation(name=f"{name}{NAME}") for name in "甲乙丙丁")
    other = people.organisation(name="济南沅芷科技有限公司")
    ties = [str(gone[0].id), str(other.id), str(gone[1].id), str(gone[2].id)]
    with people.database.unit_of_work() as session:
        session.add(
            Manager(
                number="JN-M-TEST-900001",
                title="林若溪",
                owner_org_id=other.id,
                state="draft",
                declared_conflicts=[{"organisation_id": tie, "note": "参股"} for tie in ties],
            )
        )

    def declared(added: str | None = None) -> list[str]:
        with people.database.unit_of_work() as session:
            manager = session.scalars(select(Manager)).one()
            if added is not None:
                manager.declared_conflicts = [*manager.declared_conflicts, {"organisation_id": added}]
            return [tie["organisation_id"] for tie in manager.declared_conflicts]

    merges = [created(decide(client, bureau, kept, one, "same")) for one in gone]
    assert declared() == [str(kept.id), str(other.id)]
    if edited:
        declared("济南新登记的一家公司")
    undone: set[str] = set()
    for index in order:
        ok(client.post(f"{DUPLICATES}/{merges[index]['id']}/undo", headers=bureau))
        undone.add(str(gone[index].id))
        if edited:
            assert undone <= set(declared())
        else:
            expected = [tie if tie in undone or tie == str(other.id) else str(kept.id) for tie in ties]
            assert declared() == list(dict.fromkeys(expected))
    assert set(ties) <= set(declared())


def test_a_newcomer_that_looks_like_another_is_verified_after_a_decision(
    client: TestClient, people: People, bureau: dict[str, str]
) -> None:
    first = people.organisation(name=NAME)
    second = people.organisation(name=f" {NAME}", verified=False, uscc="91370102YY000001X4")
    where = f"/v1/organisations/{second.id}"

    def verify() -> Any:
        match = {"If-Match": client.get(where, headers=bureau).headers["ETag"]}
        return client.post(f"{where}/verify", headers=bureau | match)

    refused(verify(), 409, "looks_like_another")
    created(decide(client, bureau, first, second, "different"))
    assert ok(verify())["verified_at"] is not None
