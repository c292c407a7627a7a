"""Training on its ladder, the bases that give it, and who verifies."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Role
from app.talent.trainings.ladder import ladder, ladder_progress, next_rung
from app.talent.trainings.models import Rung, TrainingState
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient
from tests.support.scenario.recognition import Person


def base(scenario: Scenario, name: str = "济南市技术转移人才培养基地（示例）", **facts: Any) -> str:
    answer = scenario.operator_client.post("/v1/training-bases", {"name": name} | facts)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


def record(who: UserClient, base_id: str, rung: str = "short_course", hours: int = 16, **more: Any) -> str:
    body = {
        "base_id": base_id,
        "rung": rung,
        "course": "技术合同实务",
        "hours": hours,
        "started_on": "2026-03-02",
        "ended_on": "2026-03-03",
    }
    answer = who.post("/v1/trainings", body | more)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


def summary(manager: Person) -> dict[str, Any]:
    found: dict[str, Any] = manager.http.get(f"/v1/managers/{manager.id}/training-summary").json()
    return found


def test_up_the_ladder(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    base_id = base(scenario)
    found = summary(manager)
    assert [(rung["rung_zh"], rung["complete"]) for rung in found["rungs"]] == [
        ("短期速训", False),
        ("中长期进阶", False),
        ("教学实践", False),
    ]
    assert (found["next_rung"], found["missing_hours"]) == ("short_course", 24)
    first = record(manager.http, base_id, hours=23)
    assert summary(manager)["rungs"][0]["waiting_hours"] == 23
    scenario.operator_client.post(f"/v1/trainings/{first}/verify", {})
    assert (summary(manager)["next_rung"], summary(manager)["missing_hours"]) == ("short_course", 1)
    for rung, hours in (("short_course", 1), ("advanced_course", 80)):
        later = record(manager.http, base_id, rung, hours, course=f"{rung} 实务", ended_on="2026-03-13")
        scenario.operator_client.post(f"/v1/trainings/{later}/verify", {})
    found = summary(manager)
    assert (found["next_rung"], found["missing_hours"]) == ("teaching_practice", 40)
    scenario.operator_client.post(f"/v1/trainings/{first}/reject", {"note": "学时有误。"})
    assert (summary(manager)["next_rung"], summary(manager)["missing_hours"]) == ("short_course", 23)


def test_the_institution_that_runs_a_base_verifies_there_and_nowhere_else(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    organisation = scenario.registered_organisation()
    runs = scenario.user_client(Role.INSTITUTION, organisation)
    own, other = base(scenario, organisation_id=str(organisation.id)), base(scenario, "另一基地")
    here, there = record(manager.http, own), record(manager.http, other)
    assert [one["id"] for one in runs.get("/v1/trainings").json()["items"]] == [here]
    assert runs.post(f"/v1/trainings/{here}/verify", {}).json()["state"] == "verified"
    assert runs.post(f"/v1/trainings/{there}/verify", {}).status_code == 404
    staff = scenario.recognised_manager(organisation=organisation)
    entered = record(runs, own, manager_id=str(staff.id))
    answer = runs.post(f"/v1/trainings/{entered}/verify", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "own_entry")
    assert (
        scenario.user_client(Role.INSTITUTION, organisation)
        .post(f"/v1/trainings/{entered}/verify", {})
        .json()["state"]
        == "verified"
    )
    elsewhere = record(runs, other, manager_id=str(staff.id))
    assert runs.post(f"/v1/trainings/{elsewhere}/verify", {}).status_code == 403
    for holder in (manager.http, staff.http):
        assert holder.post(f"/v1/trainings/{here}/verify", {}).status_code in (403, 404)


def test_the_bureau_keeps_the_bases(scenario: Scenario) -> None:
    id_ = base(scenario, level="provincial", region="370102", designated_on="2025-06-01")
    twin = scenario.operator_client.post("/v1/training-bases", {"name": "济南市技术转移人才培养基地（示例）"})
    assert (twin.status_code, twin.json()["code"]) == (409, "base_exists")
    path = f"/v1/training-bases/{id_}"
    assert scenario.anonymous_client.get(path).json()["level"] == "provincial"
    assert scenario.operator_client.patch(path, {"active": False}).status_code == 428
    closed = scenario.operator_client.patch(path, {"active": False}, If_Match='"1"')
    assert (closed.json()["active"], closed.headers["etag"]) == (False, '"2"')
    assert scenario.operator_client.patch(path, {"name": None}, If_Match='"2"').status_code == 422
    manager = scenario.recognised_manager()
    body = {"base_id": id_, "rung": "short_course", "course": "课程", "hours": 8}
    refused = manager.http.post(
        "/v1/trainings", body | {"started_on": "2026-01-01", "ended_on": "2026-01-02"}
    )
    assert refused.json()["errors"][0]["code"] == "unknown_base"
    assert [
        one["id"] for one in scenario.anonymous_client.get("/v1/training-bases", active=True).json()["items"]
    ] == []
    assert manager.http.patch(path, {"active": True}, If_Match='"2"').status_code == 403
    assert scenario.operator_client.delete(path).status_code == 204
    used = base(scenario, "在用基地")
    record(manager.http, used)
    kept = scenario.operator_client.delete(f"/v1/training-bases/{used}")
    assert (kept.status_code, kept.json()["code"]) == (409, "base_in_use")


def test_nonsense_is_refused(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    base_id = base(scenario)
    good = {
        "base_id": base_id,
        "rung": "short_course",
        "course": "课程",
        "hours": 8,
        "started_on": "2026-01-01",
        "ended_on": "2026-01-02",
    }
    for changes in (
        {"hours": 0},
        {"hours": 1.5},
        {"ended_on": "2025-12-31"},
        {"ended_on": "2999-01-01"},
        {"rung": "doctorate"},
        {"hours": 49},
        {"hours": 2000},
    ):
        assert manager.http.post("/v1/trainings", good | changes).status_code == 422


def test_hours_of_a_course_count_once(scenario: Scenario) -> None:
    manager, colleague = scenario.recognised_manager(), scenario.recognised_manager()
    base_id, other = base(scenario), base(scenario, "另一基地")
    first = record(manager.http, base_id)
    body = {
        "base_id": base_id,
        "rung": "short_course",
        "course": "技术合同实务",
        "hours": 8,
        "started_on": "2026-03-03",
        "ended_on": "2026-03-05",
    }
    for again in ({}, {"course": " 技術合同实务 "}, {"rung": "teaching_practice"}):
        refused = manager.http.post("/v1/trainings", body | again)
        assert (refused.status_code, refused.json()["code"]) == (409, "training_exists")
    record(manager.http, base_id, course="另一门课程")
    record(manager.http, base_id, started_on="2026-03-04", ended_on="2026-03-05")
    record(manager.http, other)
    record(colleague.http, base_id)
    scenario.operator_client.post(f"/v1/trainings/{first}/reject", {"note": "学时有误。"})
    record(manager.http, base_id, hours=8)


hours = st.lists(
    st.tuples(
        st.sampled_from([rung.value for rung in Rung]),
        st.sampled_from([state.value for state in TrainingState]),
        st.integers(1, 200),
    )
)


@given(taken=hours, more=st.integers(1, 200), rung=st.sampled_from(list(Rung)))
def test_more_verified_hours_never_lead_down(
    taken: list[tuple[str, str, int]], more: int, rung: Rung
) -> None:
    order = [*Rung, None]
    before = next_rung(ladder_progress(ladder(), taken))
    after = next_rung(ladder_progress(ladder(), [*taken, (rung.value, "verified", more)]))
    place = [order.index(one.rung if one else None) for one in (before, after)]
    assert place[1] >= place[0]
