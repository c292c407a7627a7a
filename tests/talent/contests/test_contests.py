"""Contests and events: registration with capacity, deadline and waiting list; outcomes and honours."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from app.accounts.models import Role
from app.database import now
from app.talent.contests.models import Contest
from app.talent.contests.service import close_due
from tests.support.scenario import Scenario
from tests.support.scenario.recognition import Person


def made(scenario: Scenario, *, open_: bool = True, **facts: Any) -> str:
    start = now() + timedelta(days=20)
    body = {
        "kind": "project_contest",
        "title": "技术转移项目大赛",
        "deadline": (start - timedelta(days=10)).isoformat(),
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=8)).isoformat(),
    }
    answer = scenario.operator_client.post("/v1/contests", body | facts)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    if open_:
        assert scenario.operator_client.post(f"/v1/contests/{id_}/open", {}).status_code == 200
    return id_


def register(manager: Person, contest: str) -> dict[str, Any]:
    answer = manager.http.post(f"/v1/contests/{contest}/registrations", {"project": "高温防腐涂层"})
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


def states(scenario: Scenario, contest: str) -> dict[str, tuple[str, int | None]]:
    rows = scenario.operator_client.get(f"/v1/contests/{contest}/registrations", limit=100).json()["items"]
    return {row["manager_id"]: (row["state"], row["position"]) for row in rows}


def test_the_waiting_list_moves_up(scenario: Scenario) -> None:
    contest = made(scenario, capacity=1)
    people = [scenario.recognised_manager() for _ in range(4)]
    rows = [register(manager, contest) for manager in people]
    assert [(row["state"], row["position"]) for row in rows] == [
        ("registered", None),
        ("waiting", 1),
        ("waiting", 2),
        ("waiting", 3),
    ]
    shown = scenario.anonymous_client.get(f"/v1/contests/{contest}").json()
    assert (shown["registered"], shown["waiting"], shown["state_zh"]) == (1, 3, "报名中")
    people[1].http.post(f"/v1/contest-registrations/{rows[1]['id']}/withdraw")
    people[0].http.post(f"/v1/contest-registrations/{rows[0]['id']}/withdraw")
    ids = [str(manager.id) for manager in people]
    assert states(scenario, contest) == {
        ids[0]: ("withdrawn", None),
        ids[1]: ("withdrawn", None),
        ids[2]: ("registered", None),
        ids[3]: ("waiting", 1),
    }
    assert "contest.promoted" in scenario.event_names(contest)
    back = register(people[0], contest)
    assert (back["state"], back["position"], back["id"]) == ("waiting", 2, rows[0]["id"])
    scenario.operator_client.patch(f"/v1/contests/{contest}", {"capacity": 2}, If_Match="*")
    assert states(scenario, contest)[ids[3]] == ("registered", None)
    assert states(scenario, contest)[ids[0]] == ("waiting", 1)
    scenario.operator_client.patch(f"/v1/contests/{contest}", {"capacity": None}, If_Match="*")
    assert states(scenario, contest)[ids[0]] == ("registered", None)


def test_registration_has_its_time_and_its_terms(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    drafted = made(scenario, open_=False)
    assert scenario.anonymous_client.get(f"/v1/contests/{drafted}").status_code == 404
    assert manager.http.get("/v1/contests").json()["items"] == []
    contest = made(scenario)
    path = f"/v1/contests/{contest}/registrations"
    bare = manager.http.post(path, {})
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (422, "project")
    register(manager, contest)
    assert manager.http.post(path, {"project": "再报"}).json()["code"] == "registered_already"
    with scenario.database.unit_of_work() as session:
        session.execute(update(Contest).values(deadline=now() - timedelta(minutes=1)))
    late = scenario.recognised_manager().http.post(path, {"project": "迟到"})
    assert (late.status_code, late.json()["code"]) == (409, "registration_closed")
    for expected in (1, 0):
        with scenario.database.unit_of_work() as session:
            assert close_due(session) == expected
    assert scenario.anonymous_client.get(f"/v1/contests/{contest}").json()["state"] == "closed"
    assert scenario.operator_client.post(f"/v1/contests/{contest}/open", {}).status_code == 422
    event = made(scenario, kind="brand_event", title="技术经理人沙龙")
    assert (
        scenario.recognised_manager().http.post(f"/v1/contests/{event}/registrations", {}).status_code == 201
    )


def test_outcome_is_seen_when_published_and_awards_become_honours(scenario: Scenario) -> None:
    contest = made(scenario)
    first, second = scenario.recognised_manager("周明"), scenario.recognised_manager("吴越")
    one, two = register(first, contest), register(second, contest)
    path = f"/v1/contests/{contest}/placings"
    body = {
        "placings": [
            {"registration_id": one["id"], "place": 1, "points": "95.50", "award": "一等奖"},
            {"registration_id": two["id"], "place": 2},
        ]
    }
    early = scenario.operator_client._client.put(path, json=body, headers=scenario.operator_client.headers)
    assert early.status_code == 409
    scenario.operator_client.post(f"/v1/contests/{contest}/close", {})
    placed = scenario.operator_client._client.put(path, json=body, headers=scenario.operator_client.headers)
    assert placed.status_code == 200, placed.text
    assert scenario.anonymous_client.get(path).json()["items"] == []
    (hidden,) = first.http.get(f"/v1/contests/{contest}/registrations").json()["items"]
    assert (hidden["place"], hidden["award"]) == (None, None)
    unknown = {"placings": [{"registration_id": contest, "place": 1}]}
    wrong = scenario.operator_client._client.put(path, json=unknown, headers=scenario.operator_client.headers)
    assert wrong.json()["errors"][0]["field"] == "placings.0.registration_id"
    assert scenario.operator_client.post(f"/v1/contests/{contest}/finish", {}).json()["state"] == "finished"
    assert scenario.anonymous_client.get(path).json()["items"] == [
        {"place": 1, "name": "周明", "project": "高温防腐涂层", "points": "95.50", "award": "一等奖"},
        {"place": 2, "name": "吴越", "project": "高温防腐涂层", "points": None, "award": None},
    ]
    (honour,) = scenario.anonymous_client.get(f"/v1/managers/{first.id}").json()["honours"]
    assert honour["name"] == "技术转移项目大赛 一等奖"
    assert scenario.anonymous_client.get(f"/v1/managers/{second.id}").json()["honours"] == []
    assert first.http.post(f"/v1/contest-registrations/{one['id']}/withdraw").status_code == 409
    assert (
        scenario.operator_client.patch(f"/v1/contests/{contest}", {"title": "改名"}, If_Match="*").status_code
        == 409
    )


def test_of_two_at_once_only_one_gets_the_last_place(scenario: Scenario) -> None:
    contest = made(scenario, capacity=1)
    people = [scenario.recognised_manager() for _ in range(2)]
    rows: list[dict[str, Any]] = []
    threads = [
        threading.Thread(target=lambda each=manager: rows.append(register(each, contest)))
        for manager in people
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(row["state"] for row in rows) == ["registered", "waiting"]


def test_whose_business_a_registration_is(scenario: Scenario) -> None:
    organisation = scenario.registered_organisation()
    manager = scenario.recognised_manager(organisation=organisation)
    employer = scenario.user_client(Role.INSTITUTION, organisation)
    contest = made(scenario)
    path = f"/v1/contests/{contest}/registrations"
    body = {"manager_id": str(manager.id), "project": "代报项目"}
    row = employer.post(path, body).json()
    outsider = scenario.recognised_manager()
    assert outsider.http.get(path).json()["items"] == []
    assert outsider.http.post(path, body).status_code == 403
    assert outsider.http.post(f"/v1/contest-registrations/{row['id']}/withdraw").status_code == 404
    assert scenario.anonymous_client.get(path).status_code == 401
    assert scenario.user_client(Role.INVESTOR).post(path, body).status_code == 403
    for verb in ("open", "close", "finish", "cancel"):
        assert manager.http.post(f"/v1/contests/{contest}/{verb}", {"note": "理由"}).status_code == 403
    assert UUID(manager.http.get(path).json()["items"][0]["id"]) == UUID(row["id"])


def test_an_old_draft_is_opened_by_the_rules_of_today(scenario: Scenario) -> None:
    """Every time that is wrong is named at once."""
    contest = made(scenario, open_=False)
    days = {"deadline": 1, "starts_at": 2, "ends_at": 3}
    times = {name: datetime(1999, 5, day, tzinfo=UTC) for name, day in days.items()}
    with scenario.database.unit_of_work() as session:
        session.execute(update(Contest).values(times))
    answer = scenario.operator_client.post(f"/v1/contests/{contest}/open", {})
    assert answer.status_code == 422, answer.text
    assert sorted((one["field"], one["code"]) for one in answer.json()["errors"]) == [
        ("deadline", "moment_range"),
        ("deadline", "past"),
        ("ends_at", "moment_range"),
        ("starts_at", "moment_range"),
    ]
