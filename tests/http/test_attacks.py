"""What must not leak, and what nobody may take who has no right to it: attacks that were tried once, kept."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.models import Organisation, Role
from app.database import Database, now
from app.matching.ranking.explanation import without_contacts
from app.observability import Metrics
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import LogIn
from tests.support.http import create, ok, wrong_fields


@pytest.fixture
def hidden_owner(log_in: LogIn) -> Any:
    return log_in(Role.INSTITUTION, organisation_name="泉城隐名研究大学")


@pytest.fixture
def hidden_demand(hidden_owner: Any) -> dict[str, Any]:
    return create(hidden_owner, "demands", demand_payload(publish_mode="confidential"))


def _recommended(reader: Any, demand: dict[str, Any], achievement: dict[str, Any]) -> list[dict[str, Any]]:
    params = {"demand_id": demand["id"], "achievement_id": achievement["id"]}
    items: list[dict[str, Any]] = ok(reader.get("/v1/recommendations", params=params))["items"]
    return items


def test_a_conflict_of_interest_does_not_tell_who_stands_behind_a_confidential_demand(
    log_in: LogIn, as_operator: Any, hidden_owner: Any, hidden_demand: dict[str, Any]
) -> None:
    insider = log_in(Role.MANAGER, organisation_id=hidden_owner.organisation_id)
    create(insider, "managers", manager_payload())
    stranger_to_it = log_in(Role.INSTITUTION)
    achievement = create(stranger_to_it, "achievements", achievement_payload())
    (item,) = _recommended(stranger_to_it, hidden_demand, achievement)
    assert str(hidden_owner.organisation_id) not in str(item["conflict"])
    assert item["conflict"] is None
    assert item["recommended"]
    assert "供需一方" not in str(item["reasons"])
    for knows in (hidden_owner, as_operator):
        (item,) = _recommended(knows, hidden_demand, achievement)
        assert (item["recommended"], item["conflict"]["kind"]) == (False, "affiliation")


def test_reasons_for_a_manager_do_not_quote_to_an_unverified_reader_what_the_record_hides(
    log_in: LogIn, hidden_demand: dict[str, Any]
) -> None:
    work = "水性环氧防腐涂层专利许可"
    create(log_in(Role.MANAGER), "managers", manager_payload(track_record=[{"title": work}], years=17))
    unverified = log_in(Role.INSTITUTION, verified=False)
    achievement = create(unverified, "achievements", achievement_payload())
    (item,) = _recommended(unverified, hidden_demand, achievement)
    assert item["manager"]["view_level"] == 0
    assert work not in str(item["reasons"])


@pytest.mark.parametrize("claimed", ["nobody", "the owner"])
def test_naming_a_co_owner_does_not_tell_whose_confidential_demands_there_are(
    log_in: LogIn, hidden_owner: Any, hidden_demand: dict[str, Any], claimed: str
) -> None:
    """Matches leave out one's own: a user who may name any co-owner could ask for each organisation in turn."""
    curious = log_in(Role.INSTITUTION)
    co_owners = [str(hidden_owner.organisation_id)] if claimed == "the owner" else []
    achievement = create(curious, "achievements", achievement_payload(co_org_ids=co_owners, draft=True))
    answer = ok(curious.get(f"/v1/achievements/{achievement['id']}/matches"))
    assert [item["record"]["id"] for item in answer["items"]] == [hidden_demand["id"]]
    assert answer["left_out"] == {}


def test_excluding_an_organisation_does_not_tell_whose_confidential_achievements_there_are(
    app: Any, log_in: LogIn, hidden_owner: Any
) -> None:
    code = "91370102YY000001X4"
    with app.state.services[Database].unit_of_work() as session:
        session.get_one(Organisation, hidden_owner.organisation_id).uscc = code
    hidden = create(hidden_owner, "achievements", achievement_payload(publish_mode="confidential"))
    curious = log_in(Role.ENTERPRISE)
    demand = create(curious, "demands", demand_payload(excluded_orgs=[code], draft=True))
    answer = ok(curious.get(f"/v1/demands/{demand['id']}/matches"))
    assert [item["record"]["id"] for item in answer["items"]] == [hidden["id"]]
    assert answer["left_out"] == {}


def test_an_excluded_manager_does_not_learn_of_the_exclusion(app: Any, log_in: LogIn) -> None:
    code = "91370102YY000001X4"
    excluded = log_in(Role.INSTITUTION)
    with app.state.services[Database].unit_of_work() as session:
        session.get_one(Organisation, excluded.organisation_id).uscc = code
    create(log_in(Role.ENTERPRISE), "demands", demand_payload(excluded_orgs=[code]))
    achievement = create(excluded, "achievements", achievement_payload())
    answer = ok(excluded.get(f"/v1/achievements/{achievement['id']}/matches"))
    assert answer["items"] == []
    assert "excluded_org" not in answer["left_out"]


@pytest.fixture
def accepted(
    log_in: LogIn, drain: Callable[[], int]
) -> Callable[[Any], tuple[Any, dict[str, Any], dict[str, Any]]]:
    """A manager who took a pair up → the demand's owner, the demand, the achievement."""

    def take_up(manager: Any) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        create(manager, "managers", manager_payload())
        owner = log_in(Role.ENTERPRISE)
        demand = create(
            owner,
            "demands",
            demand_payload(
                contact_name="王珊", contact_phone="13905310000", confidential_note="只给承接人看的内容"
            ),
        )
        achievement = create(log_in(Role.INSTITUTION), "achievements", achievement_payload())
        drain()
        (push,) = ok(manager.get("/v1/inbox"))["items"]
        ok(manager.post(f"/v1/pushes/{push['id']}/accept"))
        return owner, demand, achievement

    return take_up


def test_a_self_registered_manager_gets_no_push_until_verified(
    log_in: LogIn, drain: Callable[[], int], app: Any
) -> None:
    unknown = log_in(Role.MANAGER)
    create(unknown, "managers", manager_payload())
    with app.state.services[Database].unit_of_work() as session:
        organisation = session.get_one(Organisation, unknown.organisation_id)
        organisation.verified_at, organisation.self_registered = None, True
    create(log_in(Role.INSTITUTION), "achievements", achievement_payload())
    create(log_in(Role.ENTERPRISE), "demands", demand_payload())
    drain()
    assert ok(unknown.get("/v1/inbox"))["items"] == []

    with app.state.services[Database].unit_of_work() as session:
        session.get_one(Organisation, unknown.organisation_id).verified_at = now()
    create(log_in(Role.ENTERPRISE), "demands", demand_payload())
    drain()
    assert len(ok(unknown.get("/v1/inbox"))["items"]) == 1


def test_accepting_a_push_opens_no_contacts_to_an_unverified_manager(
    log_in: LogIn, accepted: Callable[[Any], Any], app: Any
) -> None:
    unverified = log_in(Role.MANAGER)
    _, demand, _ = accepted(unverified)
    with app.state.services[Database].unit_of_work() as session:
        organisation = session.get_one(Organisation, unverified.organisation_id)
        organisation.verified_at, organisation.self_registered = None, True
    seen = ok(unverified.get(f"/v1/demands/{demand['id']}"))
    assert seen["view_level"] == 0
    assert not {"contact_phone", "confidential_note", "main_problem", "owner_name"} & seen.keys()
    (listed,) = ok(unverified.get("/v1/demands"))["items"]
    assert listed["view_level"] == 0


@pytest.mark.parametrize("step", ["withdraw", "close"])
def test_a_manager_does_not_follow_a_record_that_its_owner_took_back(
    log_in: LogIn, accepted: Callable[[Any], Any], step: str
) -> None:
    manager = log_in(Role.MANAGER)
    owner, demand, _ = accepted(manager)
    path = f"/v1/demands/{demand['id']}"
    seen = ok(manager.get(path))
    assert seen["confidential_note"] == "只给承接人看的内容"
    assert "contact_phone" not in seen  # shown in the engagement, after both sides consent
    ok(owner.post(f"{path}/{step}"))
    assert manager.get(path).status_code == 404
    ok(owner.post(f"{path}/restore"))
    assert manager.get(path).status_code == 404
    assert ok(manager.get("/v1/demands"))["items"] == []


def test_a_manager_keeps_their_record_under_the_organisation_that_the_bureau_assigned(
    log_in: LogIn, as_operator: Any
) -> None:
    manager, university = log_in(Role.MANAGER), log_in(Role.INSTITUTION)
    elsewhere = str(university.organisation_id)
    posts = [{"organisation_id": elsewhere, "is_primary": True}]
    for forged in ({"owner_org_id": elsewhere}, {"affiliations": posts}):
        assert manager.post("/v1/managers", json=manager_payload(**forged)).status_code == 403
    made = create(manager, "managers", manager_payload())
    path = f"/v1/managers/{made['id']}"
    assert manager.patch(path, json={"affiliations": posts}, headers={"If-Match": '"1"'}).status_code == 403
    moved = as_operator.patch(path, json={"affiliations": posts}, headers={"If-Match": '"1"'})
    assert ok(moved)["owner_org_id"] == elsewhere
    kept = manager.patch(path, json={"affiliations": posts, "years": 3}, headers={"If-Match": '"2"'})
    assert ok(kept)["years"] == 3


def test_invented_methods_do_not_fill_the_metrics(app: Any, client: Any) -> None:
    for number in range(3):
        client.request(f"NONSENSE{number}", "/healthz")
    assert b"NONSENSE" not in generate_latest(app.state.services[Metrics].registry)


def test_an_error_of_the_database_does_not_carry_the_values_into_the_log(database: Database) -> None:
    with database.reading() as session, pytest.raises(SQLAlchemyError) as caught:
        session.execute(text("SELECT * FROM no_such_table WHERE phone = :phone"), {"phone": "13905310000"})
    assert "13905310000" not in str(caught.value)


def test_a_key_that_ends_beyond_the_calendar_is_refused(as_enterprise: Any) -> None:
    body = {"name": "x", "scopes": ["demands:read"], "expires_at": "9999-12-31T23:59:59-14:00"}
    assert as_enterprise.post("/v1/api-keys", json=body).status_code == 422


def test_a_page_in_place_of_a_code_is_refused_at_once(client: Any, as_enterprise: Any) -> None:
    """Compared with all names of a vocabulary, it would hold the whole service for minutes."""
    for sign in ("(", "领域", "与", "新材料、", "9"):
        text = sign * (60_000 // len(sign))
        body = demand_payload(fields=[text], region=text)
        assert {"fields", "region"} <= set(wrong_fields(as_enterprise.post("/v1/demands", json=body)))
    answer = client.get("/v1/demands", params={"field": "(" * 20_000})
    assert wrong_fields(answer) == ["field"]


def test_long_titles_do_not_end_a_list_early(as_institution: Any) -> None:
    titles = [f"{number}号" + "𠮷" * 198 for number in range(2)]
    for title in titles:
        create(as_institution, "achievements", achievement_payload(title=title))
    first = ok(as_institution.get("/v1/achievements", params={"sort": "title", "limit": 1}))
    params = {"sort": "title", "limit": 1, "cursor": first["next_cursor"]}
    second = ok(as_institution.get("/v1/achievements", params=params))
    assert [item["title"] for item in (*first["items"], *second["items"])] == titles


@pytest.mark.parametrize(
    "source", ["import", "import:bureau:科技局", "mirror:4f5c", "Mirror：4f5c", "import:organisation:4f5c"]
)
def test_nobody_claims_the_source_of_an_import_or_of_another_platform(
    as_enterprise: Any, source: str
) -> None:
    """A row is found again by it, and the bureau reads in it where a record came from."""
    taken = demand_payload(draft=True, source=source, source_ref="D-0001")
    assert wrong_fields(as_enterprise.post("/v1/demands", json=taken)) == ["source"]
    made = create(as_enterprise, "demands", demand_payload(draft=True, source="本单位台账"))
    path, tag = f"/v1/demands/{made['id']}", {"If-Match": '"1"'}
    assert wrong_fields(as_enterprise.patch(path, json={"source": source}, headers=tag)) == ["source"]


def test_an_imported_record_keeps_the_reference_that_its_row_is_known_by(
    as_enterprise: Any, as_operator: Any
) -> None:
    imported = demand_payload(
        source="import", source_ref="D-0001", owner_org_id=str(as_enterprise.organisation_id)
    )
    path = f"/v1/demands/{create(as_operator, 'demands', imported)['id']}"
    other = {"source_ref": "D-0002"}
    assert as_enterprise.patch(path, json=other, headers={"If-Match": '"1"'}).status_code == 422
    same = {"source": "import", "source_ref": "D-0001", "min_trl": 5}
    assert as_enterprise.patch(path, json=same, headers={"If-Match": '"1"'}).status_code == 200


def test_one_number_cannot_fill_every_list(as_enterprise: Any) -> None:
    endless = [{"name": "盐雾", "op": "≥", "value": "9" * 900_000}]
    answer = as_enterprise.post("/v1/demands", json=demand_payload(draft=True, indicators=endless))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "indicators.0.value"


def test_half_a_character_in_a_password_is_refused_and_not_an_error_of_ours(
    client: Any, as_enterprise: Any
) -> None:
    half = "Quancheng-72-\ud800spring"
    stranger = {
        "organisation": {"name": "济南半字有限公司", "kind": "enterprise", "region": "370102"},
        "user": {"email": "half@example.com", "name": "李明", "password": half},
        "notice_version": 1,
    }
    as_json = {"Content-Type": "application/json"}
    for caller, path, body in (
        (client, "/v1/register", stranger),
        (as_enterprise, "/v1/me/password", {"current_password": half, "new_password": half}),
        (as_enterprise, "/v1/me/password", {"current_password": PASSWORD, "new_password": half}),
    ):
        answer = caller.post(path, content=json.dumps(body), headers=as_json)
        assert answer.status_code == 422, answer.text


def test_a_long_text_costs_no_more_to_quote_than_its_length() -> None:
    """Quadratic time on a text of five thousand characters would be paid by every reader of its matches."""
    started = time.process_time()
    for run in ("字", "1", "a.", "a-"):
        without_contacts(run * (100_000 // len(run)))
    assert time.process_time() - started < 5
    assert without_contacts("请联系li.ming@example.com索取").count("@") == 0


@pytest.mark.parametrize("leaving", [Role.OPERATOR, Role.ENTERPRISE])
def test_a_key_of_the_bureau_ends_with_its_operator_and_an_organisation_s_stays(
    log_in: LogIn, client: Any, as_operator: Any, leaving: Role
) -> None:
    user = log_in(leaving)
    body = {"name": "对接", "scopes": ["demands:read"]}
    key = {"X-API-Key": ok(user.post("/v1/api-keys", json=body), 201)["key"]}
    assert client.get("/v1/demands", headers=key).status_code == 200
    path = f"/v1/users/{user.user_id}"
    tag = {"If-Match": as_operator.get(path).headers["ETag"]}
    ok(as_operator.patch(path, json={"active": False}, headers=tag))
    after = client.get("/v1/demands", headers=key).status_code
    assert after == (401 if leaving is Role.OPERATOR else 200)
