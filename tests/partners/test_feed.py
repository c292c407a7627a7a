"""The feed: what a partner learns, in which order, and that it misses nothing."""

import json
import random
import threading
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.database import Database
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.partners.feed.keys import is_signed
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.http import created, ok, refused, wrong_fields
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CANARY = "哨兵岱屿"


@SQLITE
def test_a_record_comes_changes_and_goes(
    scenario: Scenario, operator: UserClient, enterprise: UserClient, new_partner: Any
) -> None:
    partner = new_partner(publish_modes=["public"], regions=["370100"], all_regions=False)
    assert partner.follow() == []
    draft = enterprise.create("demands", demand_payload(title="尚未发布的需求", draft=True))
    elsewhere = enterprise.create("demands", demand_payload(title="外市的需求", region="370200"))
    hidden = enterprise.create("demands", demand_payload(title="匿名的需求", publish_mode="confidential"))
    assert partner.follow() == []
    demand = enterprise.create("demands", demand_payload())
    path = f"/v1/demands/{demand['id']}"
    (entry,) = partner.follow()
    assert (entry["op"], entry["kind"], entry["id"]) == ("upsert", "demand", demand["id"])
    assert set(entry["record"]) == {
        *("title", "main_problem", "region", "deadline", "owner_name", "number", "publish_mode", "version")
    }
    assert partner.follow() == []

    def change(**values: Any) -> None:
        ok(enterprise.patch(path, values, If_Match="*"))

    change(title="第一次改名的需求")
    change(title="第二次改名的需求")
    (entry,) = partner.follow()
    assert entry["record"]["title"] == "第二次改名的需求"
    gone = [{"op": "delete", "kind": "demand", "id": demand["id"]}]
    leaving: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"publish_mode": "confidential"}, {"publish_mode": "public"}),
        ({"region": "370200"}, {"region": "370102"}),
    ]
    for out, back in leaving:
        change(**out)
        assert partner.follow() == gone
        change(**back)
        assert [one["op"] for one in partner.follow()] == ["upsert"]
    ok(enterprise.post(f"{path}/withdraw"))
    assert partner.follow() == gone
    # What the partner never had is not taken away from it either.
    for never in (draft, elsewhere, hidden):
        ok(enterprise.patch(f"/v1/demands/{never['id']}", {"keywords": ["防腐"]}, If_Match="*"))
    assert enterprise.delete(f"/v1/demands/{draft['id']}").status_code == 204
    assert partner.follow() == []
    assert partner.copy == {}


@SQLITE
def test_a_changed_agreement_gives_and_takes_what_it_changes(
    operator: UserClient, enterprise: UserClient, new_partner: Any
) -> None:
    here = enterprise.create("demands", demand_payload())["id"]
    there = enterprise.create("demands", demand_payload(title="外市的需求", region="370200"))["id"]
    hidden = enterprise.create("demands", demand_payload(title="匿名需求", publish_mode="confidential"))["id"]
    made = enterprise.create("achievements", achievement_payload())["id"]
    partner = new_partner()
    path = f"/v1/partner-agreements/{partner.agreement['id']}"
    partner.follow(limit=1)
    assert partner.copy.keys() == {here, there, hidden, made}

    def agree(**values: Any) -> None:
        ok(operator.patch(path, values, If_Match="*"))
        partner.follow(limit=2)

    agree(all_regions=False, regions=["370100"])
    assert partner.copy.keys() == {here, hidden, made}
    agree(publish_modes=["public"])
    assert partner.copy.keys() == {here, made}
    agree(libraries={"demand": ["title", "owner_name"]})
    assert partner.copy.keys() == {here}
    assert partner.copy[here].keys() == {"title", "owner_name", "number", "publish_mode", "version"}
    agree(libraries={"demand": ["title"]}, level="public", all_regions=True, regions=[])
    assert partner.copy.keys() == {here, there}
    cursor = partner.cursor
    agree(ends_on="2066-01-01")
    assert partner.cursor == cursor, "another end gives out nothing else"
    # A new agreement with the same partner takes up what the old one has given.
    assert operator.delete(path).status_code == 204
    changed = {
        name: partner.agreement[name] for name in ("organisation_id", "basis", "agreed_by", "starts_on")
    }
    scope = {"libraries": {"achievement": ["title"]}, "level": "public", "publish_modes": ["public"]}
    assert operator.post("/v1/partner-agreements", changed | scope | {"all_regions": True}).status_code == 201
    partner.follow()
    assert partner.copy.keys() == {made}


@SQLITE
def test_pages_are_signed_and_can_be_asked_for_again(
    scenario: Scenario, operator: UserClient, enterprise: UserClient, new_partner: Any
) -> None:
    partner = new_partner()
    for number in range(3):
        enterprise.create("demands", demand_payload(title=f"第{number}项需求"))
    answer = partner.page(limit=2)
    key = ok(scenario.anonymous_client.get("/v1/feed/key"))
    signature = answer.headers["X-JWS-Signature"]
    assert is_signed(answer.content, signature, key)
    assert not is_signed(answer.content.replace(b"demand", b"damend"), signature, key)
    assert not is_signed(answer.content, signature[:-8] + "AAAAAAAA", key)
    again = partner.key.get("/v1/feed", limit=2)
    assert (again.content, again.headers["ETag"]) == (answer.content, answer.headers["ETag"])
    partner.key.headers["If-None-Match"] = answer.headers["ETag"]
    same = partner.key.get("/v1/feed", limit=2)
    assert (same.status_code, same.content) == (304, b"")
    # Another page, and another partner's, have other tags.
    partner.cursor = answer.json()["next"]
    assert len(ok(partner.page(limit=2))["entries"]) == 1
    assert wrong_fields(partner.key.get("/v1/feed", cursor="AAAA")) == ["cursor"]
    assert wrong_fields(partner.key.get("/v1/feed", cursor=partner.cursor[:-6] + "AAAAAA")) == ["cursor"]
    assert wrong_fields(partner.key.get("/v1/feed", limit=0)) == ["limit"]
    other = new_partner(libraries={"achievement": ["title"]})
    assert other.follow() == []
    other.cursor = partner.cursor
    assert other.follow() == [], "a cursor opens nothing that the agreement does not"


@SQLITE
def test_hidden_changes_leave_no_trace(enterprise: UserClient, new_partner: Any) -> None:
    """Neither an entry nor a cursor tells a partner that something happened that it does not see."""
    partner = new_partner(libraries={"achievement": ["title"]})
    enterprise.create("achievements", achievement_payload())
    partner.follow()
    before = partner.page().content
    hidden = enterprise.create("demands", demand_payload())
    ok(enterprise.patch(f"/v1/demands/{hidden['id']}", {"title": "改名的需求"}, If_Match="*"))
    enterprise.create("achievements", achievement_payload(title="草稿成果", draft=True))
    assert partner.page().content == before
    assert len(partner.cursor) == 64


@SQLITE
def test_nothing_hidden_is_given_out(
    scenario: Scenario, operator: UserClient, enterprise: UserClient, new_partner: Any
) -> None:
    """Every field that an agreement may name, of records that hold the canary wherever the partner may not look."""
    offered: dict[str, list[str]] = {}
    for kind in ("achievement", "demand", "manager"):
        wrong = operator.post(
            "/v1/partner-agreements",
            {
                "organisation_id": str(enterprise.user.organisation_id),
                "libraries": {kind: ["?"]},
                "publish_modes": ["public"],
                "level": "verified",
                "all_regions": True,
                "starts_on": "2026-01-01",
                "basis": "协议",
                "agreed_by": "处室",
            },
        )
        offered[kind] = wrong.json()["errors"][0]["message_en"].split("available: ")[1].split(", ")
    organisation = scenario.registered_organisation(name=f"济南{CANARY}泵业有限公司")
    owner = scenario.user_client(Role.ENTERPRISE, organisation)
    contacts = {
        "contact_name": "哨兵联系人",
        "contact_phone": "13905319999",
        "contact_email": "canary@example.com",
        "source_ref": "CANARY-1",
    }
    secret = contacts | {"publish_mode": "confidential"}
    basis = {
        "existing_basis": "哨兵基础",
        "confidential_note": "哨兵备注",
        "preferred_partners": ["哨兵高校"],
    }
    private = achievement_payload(title="匿名成果", rd_investment_wan=77)
    shown = {
        owner.create("demands", demand_payload(title="匿名需求", **secret, **basis))["id"],
        owner.create("achievements", private | secret)["id"],
        enterprise.create("demands", demand_payload(title="公开需求", **contacts, **basis))["id"],
        operator.create("managers", manager_payload(owner_org_id=str(enterprise.user.organisation_id)))["id"],
    }
    owner.create("demands", demand_payload(title=f"{CANARY}草稿", draft=True))
    withdrawn = owner.create("achievements", achievement_payload(title=f"{CANARY}下架"))
    ok(owner.post(f"/v1/achievements/{withdrawn['id']}/withdraw"))
    partner = new_partner(libraries=offered)
    text = json.dumps(partner.follow(), ensure_ascii=False)
    assert partner.copy.keys() == shown
    for word in (
        CANARY,
        "哨兵",
        "13905319999",
        "canary",
        "CANARY",
        "rd_investment",
        "contact_",
        "owner_org_id",
    ):
        assert word not in text, word
    assert str(organisation.id) not in text


def test_what_was_there_before_the_database_was_replaced_is_read_anew(
    database: Database, enterprise: UserClient, new_partner: Any
) -> None:
    partner = new_partner()
    enterprise.create("demands", demand_payload())
    assert len(partner.follow()) == 1
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        connection.exec_driver_sql("UPDATE feed_changes SET seq = NULL")
        connection.exec_driver_sql("DELETE FROM feed_positions")
    partner.page()
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        connection.exec_driver_sql("UPDATE feed_positions SET last = 0")
    assert [one["op"] for one in partner.follow()] == ["upsert"]


def test_a_renamed_owner_is_told_with_each_record(
    scenario: Scenario, operator: UserClient, enterprise: UserClient, new_partner: Any
) -> None:
    partner = new_partner()
    made = enterprise.create("demands", demand_payload())
    partner.follow()
    path = f"/v1/organisations/{enterprise.user.organisation_id}"
    ok(operator.patch(path, {"name": "济南岱屿新泵业有限公司"}, If_Match="*"))
    partner.follow()
    assert partner.copy[made["id"]]["owner_name"] == "济南岱屿新泵业有限公司"


def test_a_renamed_co_owner_is_reported_with_each_record(
    scenario: Scenario, operator: UserClient, enterprise: UserClient, new_partner: Any
) -> None:
    other = scenario.registered_organisation(name="济南云屿研究院")
    partner = new_partner(libraries={"achievement": ["title", "co_org_names"]})
    alone = enterprise.create("achievements", achievement_payload(title="泵体涂层独有成果"))
    shared = enterprise.create(
        "achievements", achievement_payload(title="泵体密封共有成果", co_org_ids=[str(other.id)])
    )
    partner.follow()
    ok(operator.patch(f"/v1/organisations/{other.id}", {"name": "济南云屿新研究院"}, If_Match="*"))
    assert [one["id"] for one in partner.follow()] == [shared["id"]]
    assert partner.copy[shared["id"]]["co_org_names"] == ["济南云屿新研究院"]
    assert alone["id"] in partner.copy


def test_a_new_name_of_an_owner_does_not_tell_which_anonymous_records_are_theirs(
    scenario: Scenario, operator: UserClient, enterprise: UserClient, new_partner: Any
) -> None:
    """Neither as owner nor as co-owner: their anonymous records would come again with those that name them."""
    other = scenario.registered_organisation(name="济南云屿研究院")
    partner = new_partner()
    shown = enterprise.create("demands", demand_payload())
    hidden = enterprise.create("demands", demand_payload(title="匿名需求", publish_mode="confidential"))
    shared = achievement_payload(publish_mode="confidential", co_org_ids=[str(other.id)])
    enterprise.create("achievements", shared)
    partner.follow()
    for organisation_id in (enterprise.user.organisation_id, other.id):
        path = f"/v1/organisations/{organisation_id}"
        ok(operator.patch(path, {"name": f"济南岱屿{str(organisation_id)[-4:]}泵业有限公司"}, If_Match="*"))
    assert [one["id"] for one in partner.follow()] == [shown["id"]]
    ok(enterprise.patch(f"/v1/demands/{hidden['id']}", {"title": "另一个匿名需求"}, If_Match="*"))
    assert [one["id"] for one in partner.follow()] == [hidden["id"]]


def test_a_merger_of_owners_does_not_tell_which_anonymous_records_are_theirs(
    operator: UserClient, enterprise: UserClient, institution: UserClient, new_partner: Any
) -> None:
    partner = new_partner()
    shown = enterprise.create("demands", demand_payload())
    hidden = enterprise.create("demands", demand_payload(title="匿名需求", publish_mode="confidential"))
    shared = achievement_payload(
        publish_mode="confidential", co_org_ids=[str(enterprise.user.organisation_id)]
    )
    institution.create("achievements", shared)
    partner.follow()
    kept, other = institution.user.organisation_id, enterprise.user.organisation_id
    merger = {"kept_id": str(kept), "other_id": str(other), "verdict": "same", "note": "查验登记资料"}
    created(operator.post("/v1/organisations/duplicates", merger))
    assert [one["id"] for one in partner.follow()] == [shown["id"]]
    path = f"/v1/demands/{hidden['id']}"
    ok(operator.patch(path, {"title": "另一个匿名需求"}, If_Match="*"))
    assert [one["record"]["title"] for one in partner.follow()] == ["另一个匿名需求"]
    ok(operator.post(f"{path}/withdraw"))
    assert [one["op"] for one in partner.follow()] == ["delete"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_change_that_commits_late_is_not_skipped(
    scenario: Scenario, database: Database, new_partner: Any
) -> None:
    """The first transaction changes a record and waits; the second overtakes it, and the partner reads in between."""
    first, second = scenario.demand(title="先改后交"), scenario.demand(title="后改先交")
    partner = new_partner()
    partner.follow()
    with database.unit_of_work() as slow:
        slow.get_one(Demand, first).title = "先改后交的新名称"
        slow.flush()
        with database.unit_of_work() as quick:
            quick.get_one(Demand, second).title = "后改先交的新名称"
        assert [entry["id"] for entry in partner.follow()] == [str(second)]
        # The record that the slow transaction holds has another change waiting for its number, too.
        third = scenario.demand(title="期间新增")
        assert [entry["id"] for entry in partner.follow()] == [str(third)]
    (entry,) = partner.follow()
    assert (entry["id"], entry["record"]["title"]) == (str(first), "先改后交的新名称")


def test_followers_among_many_writers_miss_nothing(
    scenario: Scenario, database: Database, new_partner: Any
) -> None:
    """Writers change, hide and show records in transactions of several, while a partner reads small pages."""
    ids = [scenario.achievement(title=f"成果{number}") for number in range(6)]
    partner = new_partner()
    failures: list[BaseException] = []

    def write(seed: int) -> None:
        choice = random.Random(seed)
        try:
            for turn in range(8):
                with database.unit_of_work() as session:
                    for id_ in sorted(choice.sample(ids, 2)):
                        record = session.get_one(Achievement, id_, with_for_update=True)
                        record.title = f"成果 {seed}-{turn}"
                        record.state = choice.choice(["published", "published", "withdrawn"])
                        record.version += 1
                        session.flush()
        except BaseException as error:
            failures.append(error)
            raise

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        partner.follow(limit=2)
    for writer in writers:
        writer.join()
    assert not failures
    partner.follow(limit=2)
    with database.reading() as session:
        present = {
            str(id_): record.title
            for id_ in ids
            if (record := session.get_one(Achievement, id_)).state == "published"
        }
    assert {id_: record["title"] for id_, record in partner.copy.items()} == present


@SQLITE
def test_a_partner_who_sees_little_of_much_reads_on(
    scenario: Scenario, new_partner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.partners.feed.pages.SCANNED", 3)
    partner = new_partner(libraries={"achievement": ["title"]})
    seen: list[UUID] = []
    for _ in range(3):
        scenario.demand()
        scenario.demand()
        seen.append(scenario.achievement())
    assert sorted(entry["id"] for entry in partner.follow(limit=2)) == sorted(str(id_) for id_ in seen)


@SQLITE
def test_a_foreign_agreement_is_not_found(operator: UserClient, enterprise: UserClient) -> None:
    refused(operator.get(f"/v1/partner-agreements/{enterprise.user.id}"), 404, "not_found")
