"""What managers say of themselves is marked as such until the bureau has verified it, and once they change it."""

from typing import Any

import pytest

from app.accounts.models import Role
from app.clock import today
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller, LogIn
from tests.support.http import create, ok

WORK = {"title": "热力管线泄漏监测许可", "contract_type": "licence", "year": 2025}
OTHER = {"title": "高端阀门密封改造", "contract_type": "development", "year": 2024}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Stated:
    """A manager with a record that states years and brokered work."""

    def __init__(self, log_in: LogIn, **values: Any) -> None:
        self.caller = log_in(Role.MANAGER)
        self.id: str = create(self.caller, "managers", manager_payload(**values))["id"]

    def change(self, **values: Any) -> None:
        version = ok(self.caller.get(f"/v1/managers/{self.id}"))["version"]
        headers = {"If-Match": f'"{version}"'}
        ok(self.caller.patch(f"/v1/managers/{self.id}", json=values, headers=headers))

    def marks(self, field: str = "verification") -> dict[Any, tuple[str, str]]:
        shown = ok(self.caller.get(f"/v1/managers/{self.id}"))
        return {mark["value"]: (mark["mark"], mark["mark_zh"]) for mark in shown[field]}

    def verified(self, bureau: Caller, **claims: Any) -> Any:
        return bureau.put(f"/v1/managers/{self.id}/verified-claims", json=claims)


def test_statements_are_marked_on_the_record_and_in_lists_until_verified(
    log_in: LogIn, as_operator: Caller, as_stranger: Caller
) -> None:
    manager = Stated(log_in, years=12, track_record=[WORK, OTHER])
    assert manager.marks()[12] == ("self_declared", "自述")
    assert set(manager.marks("track_record_verification").values()) == {("self_declared", "自述")}
    claims = {"years": True, "track_record": [WORK["title"]]}
    assert manager.verified(manager.caller, **claims).status_code == 403
    ok(manager.verified(as_operator, **claims))
    assert manager.marks()[12] == ("verified", "已核验")
    assert manager.marks("track_record_verification") == {
        WORK["title"]: ("verified", "已核验"),
        OTHER["title"]: ("self_declared", "自述"),
    }
    [listed] = ok(as_operator.get("/v1/managers"))["items"]
    [years] = [mark for mark in listed["verification"] if mark["item"] == "years"]
    assert (years["mark"], years["verified_on"]) == ("verified", today().isoformat())
    assert years["verified_by"]
    assert not ok(as_stranger.get(f"/v1/managers/{manager.id}")).get("track_record_verification")


def test_who_changes_a_verified_statement_makes_it_self_declared_again(
    log_in: LogIn, as_operator: Caller
) -> None:
    manager = Stated(log_in, years=12, track_record=[WORK, OTHER])
    ok(manager.verified(as_operator, years=True, track_record=[WORK["title"], OTHER["title"]]))
    manager.change(years=30, track_record=[WORK | {"year": 2026}, OTHER])
    assert manager.marks()[30] == ("self_declared", "自述")
    works = manager.marks("track_record_verification")
    assert (works[WORK["title"]][0], works[OTHER["title"]][0]) == ("self_declared", "verified")
    manager.change(years=12)
    assert manager.marks()[12] == ("self_declared", "自述")


def test_only_what_the_record_states_can_be_verified(log_in: LogIn, as_operator: Caller) -> None:
    manager = Stated(log_in, track_record=[WORK])
    answer = manager.verified(as_operator, track_record=[WORK["title"], "没有写过的项目"])
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["track_record.1"]


def test_the_level_of_a_certificate_follows_its_review(log_in: LogIn, as_operator: Caller) -> None:
    certificate = {
        "level": "intermediate",
        "number": "JS-2026-00017",
        "issued_by": "国家技术转移人才培养基地（山东）",
        "issued_on": "2026-03-20",
    }
    manager = Stated(log_in, certificates=[certificate])
    assert manager.marks()["intermediate"] == ("self_declared", "自述")
    handed_in = manager.caller.post("/v1/certificates", json=certificate | {"evidence": "档案 2026-技-0031"})
    path = f"/v1/certificates/{handed_in.json()['id']}"
    ok(as_operator.post(f"{path}/verify", json={}))
    assert manager.marks()["intermediate"] == ("verified", "已核验")
    ok(as_operator.post(f"{path}/revoke", json={"note": "编号不实。"}))
    assert manager.marks()["intermediate"] == ("self_declared", "自述")
