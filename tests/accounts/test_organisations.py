"""Organisations: identity, names, verification and families."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.access.principal import SYSTEM
from app.accounts.field_checks import name_key
from app.accounts.models import Organisation, OrganisationKind, Role
from app.accounts.organisations.duplicates import likely_duplicates
from app.accounts.organisations.groups import families, whole_families
from app.accounts.organisations.lookup import find_organisation, organisation_by_name
from app.accounts.organisations.merges.decisions import IdentityVerdict, decide
from app.accounts.organisations.service import (
    OrganisationFacts,
    add_organisation,
    change_organisation,
    verify_organisation,
)
from app.database import Database
from app.errors import Conflict, Invalid
from tests.accounts.conftest import People
from tests.support.builders.accounts import make_organisation, make_user
from tests.support.http import ON_ONE_DATABASE

USCC = "91370102YY000001X4"
ANOTHER_USCC = "91370112YY0000028K"
FACTORY = {"name": "济南泉城阀门有限公司", "kind": "enterprise", "region": "370102", "uscc": USCC}


def create(client: TestClient, headers: dict[str, str], **changes: Any) -> Any:
    return client.post("/v1/organisations", json=FACTORY | changes, headers=headers)


def test_the_operator_creates_reads_changes_and_verifies(client: TestClient, people: People) -> None:
    operator = people.role(Role.OPERATOR)
    made = create(client, operator, uscc="9137 0102-yy000001x4", aliases=["泉城阀门"])
    assert made.status_code == 201
    assert made.headers["Location"] == f"/v1/organisations/{made.json()['id']}"
    assert made.json()["uscc"] == USCC, "separators and case are set right"
    assert made.json()["verified_at"] is None
    where = made.headers["Location"]
    changed = client.patch(
        where, json={"region": "370112", "uscc": None}, headers=operator | {"If-Match": made.headers["ETag"]}
    )
    assert changed.json()["region"] == "370112"
    assert changed.json()["uscc"] is None
    too_early = client.post(f"{where}/verify", headers=operator | {"If-Match": changed.headers["ETag"]})
    assert too_early.json()["code"] == "uscc_missing"
    again = client.patch(where, json={"uscc": USCC}, headers=operator | {"If-Match": changed.headers["ETag"]})
    unseen = client.post(f"{where}/verify", headers=operator | {"If-Match": made.headers["ETag"]})
    assert unseen.status_code == 412, "what is verified must be what was looked at"
    assert client.post(f"{where}/verify", headers=operator).status_code == 428
    verified = client.post(f"{where}/verify", headers=operator | {"If-Match": again.headers["ETag"]})
    assert verified.json()["verified_at"] is not None
    assert client.get(where, headers=operator).headers["ETag"] == verified.headers["ETag"]


def test_the_same_key_creates_once(client: TestClient, people: People) -> None:
    header = people.role(Role.OPERATOR) | {"Idempotency-Key": "create-one-1"}
    first, second = create(client, header), create(client, header)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert create(client, header, name="另一家公司").status_code == 422


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"uscc": "91370102YY000001X5"}, "uscc"),
        ({"uscc": "1"}, "uscc"),
        ({"region": "3701"}, "region"),
        ({"region": "没有的地方"}, "region"),
        ({"kind": "company"}, "kind"),
        ({"name": ""}, "name"),
        ({"name": "名" * 121}, "name"),
        ({"name": "济南\u202e公司"}, "name"),
        ({"name": "济南\u0000公司"}, "name"),
        ({"name": "''"}, "name"),
        ({"aliases": ["甲"]}, "aliases.0"),
        ({"aliases": ["别名"] * 21}, "aliases"),
        ({"parent_id": str(uuid4())}, "parent_id"),
        ({"verified_at": "2026-01-01T00:00:00Z"}, "verified_at"),
        ({"name": 7}, "name"),
    ],
)
def test_a_wrong_organisation_is_reported_by_field_and_not_stored(
    client: TestClient, people: People, changes: dict[str, Any], field: str
) -> None:
    operator = people.role(Role.OPERATOR)
    answer = create(client, operator, **changes)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert any("\u4e00" <= char <= "\u9fff" for char in error["message_zh"])
    found = client.get("/v1/organisations", params={"uscc": USCC}, headers=operator)
    assert found.json()["items"] == []


@pytest.mark.parametrize("written", ["370102", "３７０１０２", "历下区"])
def test_a_region_is_stored_as_its_code(client: TestClient, people: People, written: str) -> None:
    answer = create(client, people.role(Role.OPERATOR), region=written)
    assert answer.status_code == 201, answer.text
    assert answer.json()["region"] == "370102"


def test_every_domestic_organisation_has_a_credit_code(client: TestClient, people: People) -> None:
    operator = people.role(Role.OPERATOR)
    missing = create(client, operator, uscc=None)
    assert missing.status_code == 422
    assert [error["code"] for error in missing.json()["errors"]] == ["uscc_missing"]
    assert (
        create(client, operator, uscc=None, region="000000", name="Quancheng Valves Ltd").status_code == 201
    )
    secret = create(client, operator, uscc=None, code_exemption="机密★10年，不予公开")
    assert [error["code"] for error in secret.json()["errors"]] == ["state_secret"]
    exempt = create(client, operator, uscc=None, code_exemption="筹建中，尚未取得登记证书")
    assert exempt.json()["code_exemption"] == "筹建中，尚未取得登记证书"
    where = exempt.headers["Location"]
    verified = client.post(f"{where}/verify", headers=operator | {"If-Match": exempt.headers["ETag"]})
    assert verified.json()["verified_at"] is not None


def test_who_registers_themselves_gives_a_code_and_keeps_it(client: TestClient, people: People) -> None:
    facts = {field: value for field, value in FACTORY.items() if field != "uscc"}
    user = {"email": "li@factory.example.com", "name": "李明", "password": "Quancheng-72-spring"}
    body = {"organisation": facts, "user": user, "notice_version": 1}
    answer = client.post("/v1/register", json=body)
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
        ("organisation.uscc", "uscc_missing")
    ]
    reason = facts | {"code_exemption": "没有代码"}
    assert client.post("/v1/register", json=body | {"organisation": reason}).status_code == 422
    own = people.organisation(uscc=USCC)
    header = people.headers(people.make(organisation=own))
    where = f"/v1/organisations/{own.id}"
    match = {"If-Match": client.get(where, headers=header).headers["ETag"]}
    assert client.patch(where, json={"uscc": None}, headers=header | match).status_code == 422
    refused = client.patch(where, json={"code_exemption": "没有代码"}, headers=header | match)
    assert refused.status_code == 403


def test_a_credit_code_is_registered_once(client: TestClient, people: People) -> None:
    operator = people.role(Role.OPERATOR)
    create(client, operator)
    taken = create(client, operator, name="另一家公司")
    assert taken.status_code == 409
    assert taken.json()["errors"][0]["field"] == "uscc"


def test_strangers_see_no_organisation_and_users_all(client: TestClient, people: People) -> None:
    organisation = people.organisation(name="济南（泉城）阀门")
    assert client.get("/v1/organisations").status_code == 401
    assert client.get(f"/v1/organisations/{organisation.id}").status_code == 401
    header = people.role(Role.INVESTOR)
    assert client.get(f"/v1/organisations/{organisation.id}", headers=header).status_code == 200
    assert client.get(f"/v1/organisations/{uuid4()}", headers=header).status_code == 404
    for name in ("(泉城)", "泉城 阀门".replace(" ", ""), "济南(泉城)"):
        found = client.get("/v1/organisations", params={"name": name}, headers=header).json()["items"]
        assert ([one["id"] for one in found] == [str(organisation.id)]) is (name != "泉城阀门")
    assert client.get("/v1/organisations", params={"name": "%"}, headers=header).json()["items"] == []
    assert client.get("/v1/organisations", params={"name": "a\0"}, headers=header).status_code == 422


def test_the_list_pages_and_filters(client: TestClient, people: People) -> None:
    made = [people.organisation(name=f"第{n}研究所", kind=OrganisationKind.INSTITUTE) for n in range(5)]
    header = people.role(Role.OPERATOR)
    seen, cursor = [], None
    while True:
        params: dict[str, str | int] = {"kind": "institute", "limit": 2, "sort": "-created_at"}
        if cursor:
            params["cursor"] = cursor
        page = client.get("/v1/organisations", params=params, headers=header).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [str(one.id) for one in reversed(made)]


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.INSTITUTION, Role.MANAGER, Role.INVESTOR])
def test_only_the_operator_creates_and_verifies(client: TestClient, people: People, role: Role) -> None:
    header = people.role(role)
    other = people.organisation()
    assert create(client, header).status_code == 403
    assert client.post(f"/v1/organisations/{other.id}/verify", headers=header).status_code == 403
    changed = client.patch(
        f"/v1/organisations/{other.id}", json={"region": "370103"}, headers=header | {"If-Match": '"1"'}
    )
    assert changed.status_code == 403


def test_who_changes_what_was_verified_must_be_verified_again(client: TestClient, people: People) -> None:
    user = people.make(Role.ENTERPRISE)
    header, where = people.headers(user), f"/v1/organisations/{user.organisation_id}"

    def change(**changes: Any) -> Any:
        tag = client.get(where, headers=header).headers["ETag"]
        return client.patch(where, json=changes, headers=header | {"If-Match": tag})

    same = change(name=client.get(where, headers=header).json()["name"])
    assert same.json()["verified_at"] is not None
    for field in ("parent_id", "kind"):
        refused = change(**{field: None if field == "parent_id" else "bureau"})
        assert refused.status_code == 403, (
            "whose family an organisation belongs to decides conflicts of interest"
        )
        assert refused.json()["errors"][0]["field"] == field
    assert change(name=None).json()["errors"][0]["code"] == "not_clearable"
    assert change(aliases=["山东大学"]).json()["verified_at"] is None


def test_of_two_changes_at_once_one_wins(client: TestClient, people: People) -> None:
    user = people.make(Role.ENTERPRISE)
    header, where = people.headers(user), f"/v1/organisations/{user.organisation_id}"
    tag = client.get(where, headers=header).headers["ETag"]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda name: client.patch(where, json={"name": name}, headers=header | {"If-Match": tag}),
                ["甲甲公司", "乙乙公司"],
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


def test_a_circle_of_control_is_refused(database: Database) -> None:
    with database.unit_of_work() as session:
        top = make_organisation(session)
        middle = make_organisation(session, parent=top)
        bottom = make_organisation(session, parent=middle)
        for parent in (top, bottom):
            with pytest.raises(Invalid) as caught:
                change_organisation(session, top, principal=SYSTEM, changes={"parent_id": parent.id})
            assert caught.value.fields[0].code == "parent_cycle"
        change_organisation(session, bottom, principal=SYSTEM, changes={"parent_id": top.id})


def test_the_family_of_an_organisation_is_its_topmost_parent(database: Database) -> None:
    with database.unit_of_work() as session:
        top = make_organisation(session)
        middle = make_organisation(session, parent=top)
        bottom = make_organisation(session, parent=middle)
        alone, unknown = make_organisation(session), uuid4()
        ids = [top.id, middle.id, bottom.id, alone.id, unknown]
        assert families(session, ids) == dict(zip(ids, [top.id] * 3 + [alone.id, unknown], strict=True))
        assert families(session, []) == {}
        whole = {top.id: top.id, middle.id: top.id, bottom.id: top.id}
        assert whole_families(session, [middle.id]) == whole
        assert whole_families(session, [bottom.id, alone.id]) == whole | {alone.id: alone.id}
        assert whole_families(session, [unknown]) == {unknown: unknown}
        assert whole_families(session, []) == {}
        # A circle can only come from outside; walking it must still end.
        top.parent_id = bottom.id
        session.flush()
        assert set(families(session, ids[:3])) == set(ids[:3])
        assert whole_families(session, ids[:1]) == families(session, ids[:3])


def test_names_are_found_however_they_are_written(database: Database) -> None:
    with database.unit_of_work() as session:
        made = make_organisation(
            session, name="山东（泉城）大学", kind=OrganisationKind.UNIVERSITY, uscc=USCC, aliases=["泉大"]
        )
        for name in ("山东(泉城)大学", "山东（泉城） 大学", "泉大"):
            assert find_organisation(session, name=name) == made
        assert find_organisation(session, uscc=USCC.lower()) == made
        assert find_organisation(session, name="山东大学") is None
        assert find_organisation(session, uscc=ANOTHER_USCC) is None
        with pytest.raises(Invalid):
            find_organisation(session, uscc="1")


def load(session: Any, **facts: Any) -> Organisation:
    return organisation_by_name(
        session,
        principal=SYSTEM,
        **({"name": "泉城大学", "kind": "university", "region": "370102"} | facts),
    )


def test_a_bulk_load_finds_or_makes_organisations(database: Database) -> None:
    with database.unit_of_work() as session:
        made = load(session)
        assert made.verified_at is None
        assert load(session, name="泉城 大学") == made
        parent = make_organisation(session)
        assert load(session, uscc=USCC, parent_id=parent.id, aliases=["泉大"]) == made
        assert (made.uscc, made.parent_id, made.aliases) == (USCC, parent.id, ["泉大"])
        assert load(session, name="泉大") == made
        assert load(session, name="改名了", uscc=USCC) == made
        make_user(session, role=Role.INSTITUTION, organisation=made)
        assert load(session) == made, "a load can be repeated after its people have got their logins"
        with pytest.raises(Invalid):
            load(session, name="别处", kind="company")


def test_nobody_inherits_records_by_registering_under_a_name(database: Database) -> None:
    """Records imported for a university must not go to an organisation registered under its name or alias."""
    with database.unit_of_work() as session:
        facts = OrganisationFacts(
            name="泉城大学", kind=OrganisationKind.UNIVERSITY, region="370102", uscc=USCC, aliases=("泉大",)
        )
        squatter = add_organisation(session, facts=facts, self_registered=True)
        real = load(session)
        assert real != squatter
        assert load(session) == real
        assert load(session, name="泉大") != squatter
        with pytest.raises(Conflict):
            load(session, name="泉城大学二部", uscc=USCC)
        with pytest.raises(Conflict) as held:
            verify_organisation(session, squatter, principal=SYSTEM)
        assert held.value.problem_code == "looks_like_another"
        # The bureau has looked at each pair: these are different organisations.
        for pair in likely_duplicates(session, squatter.id):
            first, second = (session.get_one(Organisation, id_) for id_ in (pair.first, pair.second))
            different = IdentityVerdict.DIFFERENT
            decide(session, principal=SYSTEM, kept=first, other=second, verdict=different, note="两家单位")
        verify_organisation(session, squatter, principal=SYSTEM)
        assert load(session, uscc=USCC) == squatter, "now it is what it says"


@given(st.text(max_size=40))
def test_the_compared_form_of_a_name_is_stable(name: str) -> None:
    key = name_key(name)
    assert name_key(f" {name.upper()} ") in (key, name_key(name.upper()))
    assert not any(char.isspace() for char in key)
