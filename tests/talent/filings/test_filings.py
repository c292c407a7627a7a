"""Filings: pledge, review, number, renewal, suspension, cancellation, expiry, and whose business they are."""

import re
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from app.accounts.models import AuditEntry, Role
from app.clock import add_months, today
from app.libraries.managers.models import Affiliation, Manager
from app.talent.filings.models import TRANSITIONS, Filing, FilingState
from app.talent.filings.service import expire_due, filed_managers, pledge
from tests.support.scenario import Scenario
from tests.support.scenario.recognition import Person

PLEDGE = {"pledge_version": pledge()["version"], "accept_pledge": True}


def draft(manager: Person) -> str:
    made = manager.http.post("/v1/filings", {"statement": "从事技术转移十年。"})
    assert made.status_code == 201, made.text
    id_: str = made.json()["id"]
    return id_


def step(who: Any, id_: str, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = who.post(f"/v1/filings/{id_}/{name}", body or {})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def filed(scenario: Scenario, manager: Person) -> dict[str, Any]:
    id_ = draft(manager)
    step(manager.http, id_, "submit", PLEDGE)
    return step(scenario.operator_client, id_, "approve")


def test_what_is_written_about_a_person_lies_encrypted(scenario: Scenario) -> None:
    """In the filing, in its history, and nowhere in the trail; both sides read it."""
    manager = scenario.recognised_manager("周明")
    written = "缺少前单位出具的离职证明"
    id_ = draft(manager)
    step(manager.http, id_, "submit", PLEDGE)
    assert step(scenario.operator_client, id_, "return", {"note": written})["review_note"] == written
    shown = manager.http.get(f"/v1/filings/{id_}").json()
    assert (shown["review_note"], shown["statement"]) == (written, "从事技术转移十年。")
    with scenario.database.reading() as session:
        stored = [
            *session.scalars(text("SELECT review_note FROM filings")),
            *session.scalars(text("SELECT statement FROM filings")),
            *session.scalars(text("SELECT note FROM talent_moves WHERE note <> ''")),
        ]
        trail = session.scalars(select(AuditEntry.details)).all()
    assert len(stored) == 3
    assert not any("证明" in one or "十年" in one for one in [*stored, *trail])


def put(scenario: Scenario, id_: str, **columns: Any) -> None:
    with scenario.database.unit_of_work() as session:
        session.execute(update(Filing).where(Filing.id == UUID(id_)).values(**columns))


def expire(scenario: Scenario) -> int:
    with scenario.database.unit_of_work() as session:
        return expire_due(session)


def test_from_draft_to_number(scenario: Scenario) -> None:
    manager = scenario.recognised_manager("周明")
    id_ = draft(manager)
    shown = step(manager.http, id_, "submit", PLEDGE)
    assert (shown["state"], shown["filing_number"], shown["allowed"]) == (
        "submitted",
        None,
        ["withdraw", "cancel"],
    )
    returned = step(scenario.operator_client, id_, "return", {"note": "请补充从业经历。"})
    assert (returned["state"], returned["review_note"]) == ("returned", "请补充从业经历。")
    tag = manager.http.get(f"/v1/filings/{id_}").headers["etag"]
    changed = manager.http.patch(f"/v1/filings/{id_}", {"statement": "补充。"}, If_Match=tag)
    assert changed.json()["statement"] == "补充。"
    step(manager.http, id_, "submit", PLEDGE)
    late = manager.http.patch(
        f"/v1/filings/{id_}",
        {"statement": "再改。"},
        If_Match=manager.http.get(f"/v1/filings/{id_}").headers["etag"],
    )
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
    approved = step(scenario.operator_client, id_, "approve")
    assert (approved["state"], approved["in_force"], approved["manager_name"]) == ("filed", True, "周明")
    assert re.fullmatch(r"BA-\d{4}-000001", approved["filing_number"])
    assert approved["valid_from"] == today().isoformat()
    assert approved["valid_to"] == (add_months(today(), 36) - timedelta(days=1)).isoformat()
    record = manager.http.get(f"/v1/managers/{manager.id}").json()
    assert (record["filing_number"], record["filing_state"]) == (approved["filing_number"], "filed")
    history = scenario.operator_client.get(f"/v1/filings/{id_}/moves").json()
    assert [one["name"] for one in history] == ["create", "submit", "return", "submit", "approve"]
    versions = manager.http.get(f"/v1/managers/{manager.id}/versions").json()["items"]
    assert (versions[0]["action"], versions[0]["changed_fields"]) == (
        "filing",
        ["filing_number", "filing_state", "filing_valid_to"],
    )


def test_one_open_filing_and_a_number_never_comes_back(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    first = filed(scenario, manager)
    again = manager.http.post("/v1/filings", {})
    assert (again.status_code, again.json()["code"], again.json()["filing_id"]) == (
        409,
        "filed_already",
        first["id"],
    )
    bare = manager.http.post(f"/v1/filings/{first['id']}/cancel", {})
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (422, "note")
    cancelled = step(manager.http, first["id"], "cancel", {"note": "离职。"})
    assert (cancelled["state"], cancelled["allowed"], cancelled["in_force"]) == ("cancelled", [], False)
    second = filed(scenario, manager)
    assert second["filing_number"] != first["filing_number"]
    third = filed(scenario, scenario.recognised_manager())
    assert len({first["filing_number"], second["filing_number"], third["filing_number"]}) == 3


def test_the_pledge_is_signed_in_its_present_version(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    shown = manager.http.get("/v1/filings/pledge").json()
    assert shown["version"] == PLEDGE["pledge_version"] and len(shown["zh"]) == len(shown["en"])
    id_ = draft(manager)
    old = manager.http.post(f"/v1/filings/{id_}/submit", {**PLEDGE, "pledge_version": "2019-01"})
    assert (old.status_code, old.json()["errors"][0]["code"]) == (422, "old_pledge")
    unsigned = manager.http.post(f"/v1/filings/{id_}/submit", {**PLEDGE, "accept_pledge": False})
    assert unsigned.json()["errors"][0]["code"] == "pledge_not_accepted"
    signed = step(manager.http, id_, "submit", PLEDGE)
    assert (signed["pledge_version"], signed["pledge_signed_at"] is not None) == (shown["version"], True)


def test_suspension_and_resumption(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    id_ = filed(scenario, manager)["id"]
    suspended = step(scenario.operator_client, id_, "suspend", {"note": "材料核查中。"})
    assert (suspended["in_force"], suspended["allowed"]) == (False, ["resume", "cancel"])
    assert manager.http.get(f"/v1/managers/{manager.id}").json()["filing_state"] == "suspended"
    assert step(scenario.operator_client, id_, "resume")["state"] == "filed"
    step(scenario.operator_client, id_, "suspend", {"note": "再次核查。"})
    put(scenario, id_, valid_from=date(2023, 1, 1), valid_to=today() - timedelta(days=1))
    assert step(scenario.operator_client, id_, "resume")["state"] == "expired"


def test_neither_time_nor_the_manager_lifts_a_suspension(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    id_ = filed(scenario, manager)["id"]

    def gets_no_pairs() -> bool:
        with scenario.database.reading() as session:
            return session.get_one(Manager, manager.id).is_suspended

    step(scenario.operator_client, id_, "suspend", {"note": "材料核查中。"})
    put(scenario, id_, valid_from=date(2023, 1, 1), valid_to=today() - timedelta(days=1))
    assert expire(scenario) == 0
    assert gets_no_pairs()
    assert step(manager.http, id_, "cancel", {"note": "另行申请。"})["state"] == "cancelled"
    assert gets_no_pairs()
    filed(scenario, manager)
    assert not gets_no_pairs()


def test_renewal_keeps_the_number_and_goes_on_from_the_last_day(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    first = filed(scenario, manager)
    early = manager.http.post(f"/v1/filings/{first['id']}/renew", PLEDGE)
    assert (early.status_code, early.json()["code"]) == (409, "renewal_too_early")
    end = today() + timedelta(days=90)
    put(scenario, first["id"], valid_to=end)
    renewing = step(manager.http, first["id"], "renew", PLEDGE)
    assert (renewing["state"], renewing["in_force"]) == ("renewing", True)
    back = step(scenario.operator_client, first["id"], "return-renewal", {"note": "请更新证书。"})
    assert (back["state"], back["valid_to"]) == ("filed", end.isoformat())
    step(manager.http, first["id"], "renew", PLEDGE)
    renewed = step(scenario.operator_client, first["id"], "approve-renewal")
    assert renewed["filing_number"] == first["filing_number"]
    assert renewed["valid_to"] == (add_months(end + timedelta(days=1), 36) - timedelta(days=1)).isoformat()


def test_a_filing_that_has_expired_since_counts_for_the_days_on_which_it_was_in_force(
    scenario: Scenario,
) -> None:
    """A round of a year is frozen in the next one, by what held on 31 December."""
    manager = scenario.recognised_manager()
    id_ = filed(scenario, manager)["id"]
    put(scenario, id_, valid_from=date(2023, 1, 1), valid_to=today() - timedelta(days=1))
    expire(scenario)
    with scenario.database.reading() as session:
        in_force = [
            bool(filed_managers(session, [manager.id], today() - timedelta(days=n))) for n in range(3)
        ]
    assert in_force == [False, True, True]
    step(manager.http, id_, "cancel", {"note": "另行申请。"})
    with scenario.database.reading() as session:
        assert not filed_managers(session, [manager.id], today() - timedelta(days=1))


def test_an_expired_filing_can_be_renewed_from_today(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    id_ = filed(scenario, manager)["id"]
    put(scenario, id_, valid_from=date(2023, 1, 1), valid_to=today())
    assert expire(scenario) == 0  # the last day counts
    put(scenario, id_, valid_to=today() - timedelta(days=1))
    assert (expire(scenario), expire(scenario)) == (1, 0)
    assert manager.http.get(f"/v1/managers/{manager.id}").json()["filing_state"] == "expired"
    step(manager.http, id_, "renew", PLEDGE)
    assert step(scenario.operator_client, id_, "return-renewal", {"note": "材料不全。"})["state"] == "expired"
    step(manager.http, id_, "renew", PLEDGE)
    renewed = step(scenario.operator_client, id_, "approve-renewal")
    assert (renewed["in_force"], renewed["valid_to"]) == (
        True,
        (add_months(today(), 36) - timedelta(days=1)).isoformat(),
    )


def test_approval_waits_for_the_record_and_for_consent(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    second = scenario.registered_organisation()
    with scenario.database.unit_of_work() as session:
        session.add(Affiliation(manager_id=manager.id, organisation_id=second.id, kind="cross_institution"))
    id_ = draft(manager)
    step(manager.http, id_, "submit", PLEDGE)
    refused = scenario.operator_client.post(f"/v1/filings/{id_}/approve", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_missing")
    assert refused.json()["organisation_ids"] == [str(second.id)]
    other = scenario.user_client(Role.ENTERPRISE, second)
    (post,) = other.get("/v1/affiliations", consent="pending").json()["items"]
    assert other.post(f"/v1/affiliations/{post['id']}/consent", {}).status_code == 200
    withdrawn = manager.http.post(f"/v1/managers/{manager.id}/withdraw")
    assert withdrawn.status_code == 200
    unpublished = scenario.operator_client.post(f"/v1/filings/{id_}/approve", {})
    assert (unpublished.status_code, unpublished.json()["code"]) == (409, "record_not_published")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_move_from_every_state(scenario: Scenario) -> None:
    """The table is the truth: what it does not hold is a conflict that changes nothing."""
    manager = scenario.recognised_manager()
    id_ = filed(scenario, manager)["id"]
    number = scenario.operator_client.get(f"/v1/filings/{id_}").json()["filing_number"]
    bodies = {"submit": PLEDGE, "renew": PLEDGE}
    for state, move in product(FilingState, TRANSITIONS.values()):
        if move.name == "expire":
            continue  # the clock's
        put(scenario, id_, state=state.value, filing_number=number, valid_from=today(), valid_to=today())
        path = f"/v1/filings/{id_}/{move.name.replace('_', '-')}"
        answer = scenario.operator_client.post(path, bodies.get(move.name, {"note": "理由"}))
        assert (answer.status_code == 200) is (state in move.sources), (state, move.name, answer.text)
        with scenario.database.reading() as session:
            now = session.scalars(select(Filing.state)).one()
        assert now == (move.target if state in move.sources else state)


def test_whose_business_a_filing_is(scenario: Scenario) -> None:
    organisation = scenario.registered_organisation()
    manager = scenario.recognised_manager(organisation=organisation)
    employer = scenario.user_client(Role.INSTITUTION, organisation)
    id_ = employer.post("/v1/filings", {"manager_id": str(manager.id)}).json()["id"]
    step(employer, id_, "submit", PLEDGE)
    for reader in (manager.http, employer, scenario.operator_client):
        assert [one["id"] for one in reader.get("/v1/filings").json()["items"]] == [id_]
    for outsider in (scenario.recognised_manager().http, scenario.user_client(Role.INSTITUTION)):
        assert outsider.get("/v1/filings").json()["items"] == []
        assert outsider.get(f"/v1/filings/{id_}").status_code == 404
        assert outsider.post(f"/v1/filings/{id_}/withdraw", {}).status_code == 404
        assert outsider.post("/v1/filings", {"manager_id": str(manager.id)}).status_code == 403
    for holder in (manager.http, employer):
        assert holder.post(f"/v1/filings/{id_}/approve", {}).status_code == 403
    for stranger, status in ((scenario.user_client(Role.ENTERPRISE), 403), (scenario.anonymous_client, 401)):
        assert stranger.get("/v1/filings").status_code == status
    step(scenario.operator_client, id_, "approve")
    seen = scenario.anonymous_client.get(f"/v1/managers/{manager.id}").json()
    assert not [name for name in seen if name.startswith("filing")]
    assert (
        scenario.user_client(Role.ENTERPRISE).get(f"/v1/managers/{manager.id}").json()["filing_state"]
        == "filed"
    )


def test_creation_once_for_a_key(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    first, second = (manager.http.post("/v1/filings", {}, Idempotency_Key="filing-0001") for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (201, second.json()["id"])
    assert second.headers["idempotency-replayed"] == "true"


def test_months_are_counted_on_the_calendar() -> None:
    assert add_months(date(2024, 2, 29), 36) == date(2027, 2, 28)
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 1), 12) == date(2027, 12, 1)
