"""What managers say of themselves is marked as such until the bureau has verified it, and once they change it."""

from typing import Any

from app.clock import today
from tests.support.scenario import Scenario
from tests.support.scenario.recognition import Person
from tests.talent.certificates.test_certificates import hand_in

WORK = {"title": "热力管线泄漏监测许可", "contract_type": "licence", "year": 2025}
COMPLETE = {"expertise": "十年热力与阀门领域的技术转移经历。", "fields": ["405"], "regions": ["370100"]}
OTHER = {"title": "高端阀门密封改造", "contract_type": "development", "year": 2024}


def _stated(scenario: Scenario, **values: Any) -> Person:
    manager = scenario.recognised_manager()
    _change(manager, **COMPLETE | values)
    return manager


def _change(manager: Person, **values: Any) -> None:
    version = manager.http.get(f"/v1/managers/{manager.id}").json()["version"]
    answer = manager.http.patch(f"/v1/managers/{manager.id}", values, if_match=f'"{version}"')
    assert answer.status_code == 200, answer.text


def _marks(reader: Any, manager: Person, field: str = "verification") -> dict[Any, tuple[str, str]]:
    shown = reader.get(f"/v1/managers/{manager.id}").json()
    return {mark["value"]: (mark["mark"], mark["mark_zh"]) for mark in shown[field]}


def test_statements_are_marked_on_the_record_and_in_lists_until_verified(scenario: Scenario) -> None:
    manager = _stated(scenario, years=12, track_record=[WORK, OTHER])
    assert _marks(manager.http, manager)[12] == ("self_declared", "自述")
    assert set(_marks(manager.http, manager, "track_record_verification").values()) == {
        ("self_declared", "自述")
    }
    body = {"years": True, "track_record": [WORK["title"]]}
    path = f"/v1/managers/{manager.id}/verified-claims"
    assert manager.http.put(path, body).status_code == 403
    answer = scenario.operator_client.put(path, body)
    assert answer.status_code == 200, answer.text
    assert _marks(manager.http, manager)[12] == ("verified", "已核验")
    assert _marks(manager.http, manager, "track_record_verification") == {
        WORK["title"]: ("verified", "已核验"),
        OTHER["title"]: ("self_declared", "自述"),
    }
    [listed] = manager.http.get("/v1/managers").json()["items"]
    [years] = [mark for mark in listed["verification"] if mark["item"] == "years"]
    assert (years["mark"], years["verified_on"]) == ("verified", today().isoformat())
    assert years["verified_by"]
    assert (
        "track_record_verification"
        not in scenario.anonymous_client().get(f"/v1/managers/{manager.id}").json()
    )


def test_who_changes_a_verified_statement_makes_it_self_declared_again(scenario: Scenario) -> None:
    manager = _stated(scenario, years=12, track_record=[WORK, OTHER])
    path = f"/v1/managers/{manager.id}/verified-claims"
    both = [WORK["title"], OTHER["title"]]
    assert scenario.operator_client.put(path, {"years": True, "track_record": both}).status_code == 200
    _change(manager, years=30, track_record=[WORK | {"year": 2026}, OTHER])
    assert _marks(manager.http, manager)[30] == ("self_declared", "自述")
    works = _marks(manager.http, manager, "track_record_verification")
    assert (works[WORK["title"]][0], works[OTHER["title"]][0]) == ("self_declared", "verified")
    _change(manager, years=12)
    assert _marks(manager.http, manager)[12] == ("self_declared", "自述")


def test_only_what_the_record_states_can_be_verified(scenario: Scenario) -> None:
    manager = _stated(scenario, track_record=[WORK])
    answer = scenario.operator_client.put(
        f"/v1/managers/{manager.id}/verified-claims", {"track_record": [WORK["title"], "没有写过的项目"]}
    )
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["track_record.1"]


def test_the_level_of_a_certificate_follows_its_review(scenario: Scenario) -> None:
    stated = {"level": "intermediate", "number": "JS-2026-00017", "issued_on": "2026-03-20"}
    manager = _stated(scenario, certificates=[stated])
    assert _marks(manager.http, manager)["intermediate"] == ("self_declared", "自述")
    id_ = hand_in(manager)
    assert scenario.operator_client.post(f"/v1/certificates/{id_}/verify", {}).status_code == 200
    assert _marks(manager.http, manager)["intermediate"] == ("verified", "已核验")
    revoked = scenario.operator_client.post(f"/v1/certificates/{id_}/revoke", {"note": "编号不实。"})
    assert revoked.status_code == 200
    assert _marks(manager.http, manager)["intermediate"] == ("self_declared", "自述")
