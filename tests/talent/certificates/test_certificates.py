"""Certificates: handed in, verified, revoked, expired; the level that holds on a day."""

import os
from datetime import date, timedelta
from typing import Any

import pytest

from app.accounts.models import Role
from app.clock import today
from app.engagements.files.service import delete_orphaned_files
from app.engagements.files.storage import DiskStore
from app.talent.certificates import evidence
from tests.support.http import ON_ONE_DATABASE
from tests.support.scenario import Scenario
from tests.support.scenario.recognition import Person

ISSUED = date(2026, 3, 20)


def paper(**changes: Any) -> dict[str, Any]:
    return {
        "level": "intermediate",
        "number": "JS-2026-00017",
        "issued_by": "国家技术转移人才培养基地（山东）",
        "issued_on": ISSUED.isoformat(),
        "evidence": "档案 2026-技-0031",
    } | changes


def hand_in(manager: Person, **changes: Any) -> str:
    answer = manager.http.post("/v1/certificates", paper(**changes))
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


def level(manager: Person, day: date | None = None) -> str:
    params = {"day": day.isoformat()} if day else {}
    found: str = manager.http.get(f"/v1/managers/{manager.id}/certificate-level", **params).json()["level"]
    return found


def test_only_what_the_bureau_verified_counts(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    id_ = hand_in(manager, level="中级证书")
    assert level(manager) == "none"
    assert scenario.operator_client.post(f"/v1/certificates/{id_}/revoke", {"note": "误"}).status_code == 409
    shown = scenario.operator_client.post(f"/v1/certificates/{id_}/verify", {}).json()
    assert (shown["state"], shown["valid"], shown["level_zh"]) == ("verified", True, "中级")
    assert level(manager) == "intermediate"
    assert level(manager, ISSUED - timedelta(days=1)) == "none"
    scenario.work()
    assert scenario.event_names(id_) == ["certificate.submitted", "certificate.verified"]
    revoked = scenario.operator_client.post(f"/v1/certificates/{id_}/revoke", {"note": "编号不实。"}).json()
    assert (revoked["state"], revoked["valid"], revoked["review_note"]) == ("revoked", False, "编号不实。")
    assert level(manager) == "none"


def test_the_highest_valid_level_at_a_day(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    end = today() + timedelta(days=30)
    for changes in (
        {"level": "advanced", "number": "A-1", "valid_to": end.isoformat()},
        {"level": "primary", "number": "P-1"},
    ):
        scenario.operator_client.post(f"/v1/certificates/{hand_in(manager, **changes)}/verify", {})
    assert level(manager, end) == "advanced"
    assert level(manager, end + timedelta(days=1)) == "primary"
    best = manager.http.get(f"/v1/managers/{manager.id}/certificate-level").json()
    assert (best["number"], best["valid_to"]) == ("A-1", end.isoformat())


def test_one_number_of_an_issuer_stands_once(scenario: Scenario) -> None:
    first, second = scenario.recognised_manager(), scenario.recognised_manager()
    id_ = hand_in(first)
    twice = second.http.post("/v1/certificates", paper())
    assert (twice.status_code, twice.json()["code"]) == (409, "certificate_twice")
    number, issuer = paper()["number"], paper()["issued_by"]
    for changes in (
        {"number": number.lower()},
        {"number": number.replace("-", "—")},
        {"number": " ".join(number)},
        {"number": number.translate({ord(digit): 0xFEE0 + ord(digit) for digit in "0123456789"})},
        {"issued_by": issuer.translate(str.maketrans("（）", "()"))},
    ):
        assert second.http.post("/v1/certificates", paper(**changes)).status_code == 409, changes
    bare = scenario.operator_client.post(f"/v1/certificates/{id_}/reject", {})
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (422, "note")
    scenario.operator_client.post(f"/v1/certificates/{id_}/reject", {"note": "查无记录。"})
    assert hand_in(second)
    assert hand_in(first, issued_by="另一基地")


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"level": "none"}, "level"),
        ({"issued_on": "2999-01-01"}, "issued_on"),
        ({"valid_to": "2026-03-19"}, "valid_to"),
        ({"number": ""}, "number"),
        ({"verified": True}, "verified"),
    ],
)
def test_nonsense_is_refused(scenario: Scenario, changes: dict[str, Any], field: str) -> None:
    answer = scenario.recognised_manager().http.post("/v1/certificates", paper(**changes))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_whose_business_a_certificate_is(scenario: Scenario) -> None:
    organisation = scenario.registered_organisation()
    manager = scenario.recognised_manager(organisation=organisation)
    employer = scenario.user_client(Role.INSTITUTION, organisation)
    id_ = employer.post("/v1/certificates", paper(manager_id=str(manager.id))).json()["id"]
    for reader in (manager.http, employer, scenario.operator_client):
        assert reader.get(f"/v1/certificates/{id_}").status_code == 200
        assert [one["id"] for one in reader.get("/v1/certificates").json()["items"]] == [id_]
    for holder in (manager.http, employer):
        assert holder.post(f"/v1/certificates/{id_}/verify", {}).status_code == 403
    for outsider in (scenario.recognised_manager().http, scenario.user_client(Role.INSTITUTION)):
        assert outsider.get(f"/v1/certificates/{id_}").status_code == 404
        assert outsider.get("/v1/certificates").json()["items"] == []
        assert outsider.get(f"/v1/managers/{manager.id}/certificate-level").status_code == 403
        assert outsider.post("/v1/certificates", paper(manager_id=str(manager.id))).status_code == 403
    assert scenario.anonymous_client.get("/v1/certificates").status_code == 401
    assert scenario.user_client(Role.ENTERPRISE).get("/v1/certificates").status_code == 403
    stale = scenario.operator_client.post(f"/v1/certificates/{id_}/verify", {}, If_Match='"7"')
    assert stale.status_code == 412
    nobody = scenario.user_client(Role.MANAGER).post("/v1/certificates", paper(number="X-9"))
    assert (nobody.status_code, nobody.json()["errors"][0]["field"]) == (422, "manager_id")


PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF"


def upload(who: Any, id_: str, content: bytes = PDF, name: str = "证书.pdf") -> Any:
    files = {"file": (name, content, "application/pdf")}
    return who._client.put(f"/v1/certificates/{id_}/evidence", files=files, headers=who.headers)


def test_the_scan_is_evidence_for_the_officer_and_nobody_else(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    id_ = hand_in(manager)
    assert manager.http.get(f"/v1/certificates/{id_}/evidence").status_code == 404
    first = upload(manager.http, id_)
    assert first.status_code == 200, first.text
    assert (first.json()["evidence_name"], first.json()["evidence_size"]) == ("证书.pdf", len(PDF))
    second = upload(manager.http, id_, PDF + b" ").json()
    assert second["evidence_sha256"] != first.json()["evidence_sha256"]
    seen = scenario.operator_client.get(f"/v1/certificates/{id_}/evidence")
    assert (seen.content, seen.headers["content-type"]) == (PDF + b" ", "application/pdf")
    for outsider in (scenario.recognised_manager().http, scenario.user_client(Role.INSTITUTION)):
        assert outsider.get(f"/v1/certificates/{id_}/evidence").status_code == 404
        assert upload(outsider, id_).status_code == 404
    assert upload(scenario.user_client(Role.ENTERPRISE), id_).status_code == 403
    assert upload(scenario.anonymous_client, id_).status_code == 401
    wrong = upload(manager.http, id_, b"<html>", "证书.html")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "file_type")
    scenario.operator_client.post(f"/v1/certificates/{id_}/verify", {})
    assert upload(manager.http, id_).status_code == 409


def test_the_sweep_leaves_scans_that_a_certificate_names(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    id_ = hand_in(manager)
    upload(manager.http, id_)
    upload(manager.http, id_, PDF + b" ")
    store = DiskStore(scenario.settings.files_path)
    for path in scenario.settings.files_path.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))  # long before today: no upload in flight
    assert delete_orphaned_files(scenario.database, store, elsewhere=evidence.referenced_keys) == 1
    assert manager.http.get(f"/v1/certificates/{id_}/evidence").content == PDF + b" "
