"""Recognitions whose basis was taken back: the bureau looks at them, and the public list says what was withdrawn."""

import csv
import io
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.accounts.access.principal import SYSTEM
from app.accounts.models import AuditEntry
from app.clock import JINAN_TIME
from app.engagements.contract_models import Contract
from app.engagements.contracts import versions
from app.engagements.events import contract_payload
from app.events.catalogue import ContractAmended
from app.events.outbox import emit
from tests.support.scenario import Scenario
from tests.support.scenario.recognition import Person
from tests.talent.rounds.test_rounds import LANDED, entries, move, opened


@pytest.fixture
def certificates(scenario: Scenario) -> dict[str, Any]:
    """Manager → the certificate: one is recognised for it, the other would be without it."""
    by_paper, by_contracts = scenario.recognised_manager("凭证书"), scenario.recognised_manager("凭业绩")
    scenario.signed_contracts(by_contracts.id, 10, deal="50.00", landed_on=LANDED)
    return {
        person.name: (person, scenario.verified_certificate(person.id, "advanced"))
        for person in (by_paper, by_contracts)
    }


def revoke(scenario: Scenario, certificate: Any) -> None:
    answer = scenario.operator_client.post(f"/v1/certificates/{certificate}/revoke", {"note": "编号不实。"})
    assert answer.status_code == 200, answer.text
    scenario.work()


def published(scenario: Scenario) -> str:
    round_id = opened(scenario)
    for name in ("freeze", "review", "publish"):
        move(scenario, round_id, name)
    return round_id


def review(scenario: Scenario, entry: dict[str, Any], *, withdrawn: bool, reason: str = "证书不实。") -> Any:
    body = {"withdrawn": withdrawn, "reason": reason}
    return scenario.operator_client.post(f"/v1/recognition-entries/{entry['id']}/review", body)


def day_of(moment: str) -> str:
    """The day in Jinan."""
    return datetime.fromisoformat(moment).astimezone(JINAN_TIME).date().isoformat()


def listed(scenario: Scenario) -> dict[str, str | None]:
    rows = scenario.anonymous_client.get("/v1/recognitions").json()["items"]
    return {row["name"]: row["withdrawn_on"] for row in rows}


def recognised(scenario: Scenario, person: Person) -> tuple[str | None, int | None]:
    record = scenario.anonymous_client.get(f"/v1/managers/{person.id}").json()
    return record["recognised_tier"], record["recognised_year"]


def test_a_published_recognition_is_reviewed_when_its_certificate_is_revoked(
    scenario: Scenario, certificates: dict[str, Any]
) -> None:
    round_id = published(scenario)
    for _, certificate in certificates.values():
        revoke(scenario, certificate)
    found = entries(scenario, round_id)
    assert {name: row["doubt"] for name, row in found.items()} == {
        "凭证书": "certificate.revoked",
        "凭业绩": None,
    }
    assert scenario.operator_client.get(f"/v1/recognition-rounds/{round_id}").json()["doubted"] == 1
    assert "recognition.doubted" in scenario.event_names(found["凭证书"]["id"])
    # Until somebody has decided, what was published stands.
    assert listed(scenario) == {"凭证书": None, "凭业绩": None}
    person = certificates["凭证书"][0]
    assert recognised(scenario, person) == ("E", 2026)

    assert review(scenario, found["凭证书"], withdrawn=True, reason="").status_code == 422
    withdrawn = review(scenario, found["凭证书"], withdrawn=True).json()
    assert (withdrawn["tier"], withdrawn["doubt"], withdrawn["review_reason"]) == ("E", None, "证书不实。")
    assert listed(scenario) == {"凭证书": day_of(withdrawn["withdrawn_at"]), "凭业绩": None}
    assert recognised(scenario, person) == (None, None)
    assert "recognition.withdrawn" in scenario.event_names(found["凭证书"]["id"])
    assert review(scenario, found["凭证书"], withdrawn=True).json()["code"] == "not_reviewable"
    refused = person.http.get(f"/v1/recognition-entries/{found['凭证书']['id']}/certificate.pdf")
    assert (refused.status_code, refused.json()["code"]) == (409, "recognition_withdrawn")
    recomputed = scenario.operator_client.post(f"/v1/recognition-rounds/{round_id}/recompute").json()
    assert recomputed["equal"], "the inputs stay as they were frozen"


def test_the_bureau_may_keep_a_recognition_and_nobody_else_decides(
    scenario: Scenario, certificates: dict[str, Any]
) -> None:
    round_id = published(scenario)
    entry = entries(scenario, round_id)["凭证书"]
    assert review(scenario, entry, withdrawn=False).json()["code"] == "not_reviewable"
    person, certificate = certificates["凭证书"]
    revoke(scenario, certificate)
    path = f"/v1/recognition-entries/{entry['id']}/review"
    assert person.http.post(path, {"withdrawn": False, "reason": "请维持。"}).status_code == 403
    kept = review(scenario, entry, withdrawn=False, reason="另有同级证书在核验。").json()
    assert (kept["doubt"], kept["withdrawn_at"]) == (None, None)
    assert listed(scenario)["凭证书"] is None
    assert recognised(scenario, person) == ("E", 2026)


def test_before_the_publication_the_entry_waits_for_a_decision_again(
    scenario: Scenario, certificates: dict[str, Any]
) -> None:
    round_id = opened(scenario)
    move(scenario, round_id, "freeze")
    move(scenario, round_id, "review")
    revoke(scenario, certificates["凭证书"][1])
    entry = entries(scenario, round_id)["凭证书"]
    assert (entry["decision"], entry["tier"], entry["doubt"]) == ("pending", None, "certificate.revoked")
    refused = scenario.operator_client.post(f"/v1/recognition-rounds/{round_id}/publish", {})
    assert refused.json()["code"] == "decisions_pending"
    decide = f"/v1/recognition-entries/{entry['id']}/decide"
    assert scenario.operator_client.post(decide, {"tier": "E"}).status_code == 422
    decided = scenario.operator_client.post(decide, {"tier": None, "reason": "证书不实。"}).json()
    assert (decided["decision"], decided["doubt"]) == ("corrected", None)
    move(scenario, round_id, "publish")
    assert listed(scenario) == {"凭业绩": None}


def test_a_cancelled_contract_puts_in_doubt_what_it_was_needed_for(scenario: Scenario) -> None:
    person = scenario.recognised_manager("凭业绩")
    contracts = scenario.signed_contracts(person.id, 10, deal="50.00", landed_on=LANDED)
    round_id = published(scenario)
    answer = scenario.operator_client.post(f"/v1/contracts/{contracts[0]}/cancel", {"reason": "双方协商解除"})
    assert answer.status_code == 200, answer.text
    scenario.work()
    assert entries(scenario, round_id)["凭业绩"]["doubt"] == "contract.cancelled"


def amended(scenario: Scenario, contract: UUID, **values: Any) -> None:
    """The contract after a change that both parties have signed."""
    with scenario.database.unit_of_work() as session:
        found = session.get_one(Contract, contract)
        before = versions.snapshot_of(found)
        for name, value in values.items():
            if name == "percent":
                (share,) = found.shares
                share.percent = Decimal(value)
            else:
                setattr(found, name, Decimal(value) if name.endswith("_wan") else value)
        changed = versions.record_version(
            session, found, action="amend", before=before, principal=SYSTEM, reason="双方协商"
        )
        emit(session, ContractAmended(**contract_payload(found), changed=changed, reason="双方协商"))
    scenario.work()


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"deal_amount_wan": "1.00", "technology_amount_wan": "1.00"}, {"deal_amount_wan": "1.50"}),
        ({"percent": "10.00"}, {"percent": "20.00"}),
        ({"landed_in_jinan": False}, {"title": "补充协议"}),
    ],
    ids=["amount", "share", "landing"],
)
def test_a_contract_that_counts_for_less_puts_in_doubt_what_it_was_needed_for(
    scenario: Scenario, less: dict[str, Any], more: dict[str, Any]
) -> None:
    person = scenario.recognised_manager("凭业绩")
    contracts = scenario.signed_contracts(person.id, 10, deal="50.00", landed_on=LANDED)
    round_id = published(scenario)
    amended(scenario, contracts[0], title="变更名称")
    amended(scenario, contracts[0], deal_amount_wan="60.00")
    assert entries(scenario, round_id)["凭业绩"]["doubt"] is None, "it counts for as much, or more"
    for contract in contracts:
        amended(scenario, contract, **less)
    entry = entries(scenario, round_id)["凭业绩"]
    assert entry["doubt"] == "contract.amended"
    review(scenario, entry, withdrawn=False, reason="评审后维持。")
    amended(scenario, contracts[0], **more)
    assert entries(scenario, round_id)["凭业绩"]["doubt"] is None, "nothing more was lost"


@pytest.mark.parametrize("at_once", [True, False], ids=["before anybody looked", "one after the other"])
def test_what_is_lost_counts_together(scenario: Scenario, at_once: bool) -> None:
    """Each of twelve contracts could be missed, and so could each of the first two that are cancelled."""
    person = scenario.recognised_manager("凭业绩")
    contracts = scenario.signed_contracts(person.id, 12, deal="50.00", landed_on=LANDED)
    round_id = published(scenario)

    def cancel(contract: UUID) -> None:
        path = f"/v1/contracts/{contract}/cancel"
        answer = scenario.operator_client.post(path, {"reason": "双方协商解除"})
        assert answer.status_code == 200, answer.text
        if not at_once:
            scenario.work()

    for contract in contracts[:2]:
        cancel(contract)
    scenario.work()
    assert entries(scenario, round_id)["凭业绩"]["doubt"] is None, "ten are left"
    for contract in contracts[2:5]:
        cancel(contract)
    scenario.work()
    assert entries(scenario, round_id)["凭业绩"]["doubt"] == "contract.cancelled"


def test_of_two_certificates_the_second_is_the_one_that_counts(scenario: Scenario) -> None:
    person = scenario.recognised_manager("凭证书")
    papers = [scenario.verified_certificate(person.id, "advanced") for _ in range(2)]
    round_id = published(scenario)
    revoke(scenario, papers[0])
    assert entries(scenario, round_id)["凭证书"]["doubt"] is None
    revoke(scenario, papers[1])
    assert entries(scenario, round_id)["凭证书"]["doubt"] == "certificate.revoked"


def test_the_export_says_which_recognitions_were_withdrawn(
    scenario: Scenario, certificates: dict[str, Any]
) -> None:
    round_id = published(scenario)
    revoke(scenario, certificates["凭证书"][1])
    entry = review(scenario, entries(scenario, round_id)["凭证书"], withdrawn=True).json()
    answer = scenario.operator_client.get(f"/v1/recognition-rounds/{round_id}/export", format="csv")
    rows = {row["姓名 name"]: row for row in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))}
    assert rows["凭证书"]["撤销日期 withdrawn_on"] == day_of(entry["withdrawn_at"])
    assert rows["凭业绩"]["撤销日期 withdrawn_on"] == ""


def test_why_it_was_reviewed_lies_encrypted(scenario: Scenario, certificates: dict[str, Any]) -> None:
    """And nowhere in the trail, which says what was done."""
    round_id = published(scenario)
    revoke(scenario, certificates["凭证书"][1])
    entry = entries(scenario, round_id)["凭证书"]
    written = "结业证书系伪造，已移送公安机关。"
    assert review(scenario, entry, withdrawn=True, reason=written).json()["review_reason"] == written
    with scenario.database.reading() as session:
        stored = session.scalars(text("SELECT review_reason FROM recognition_entries")).all()
        trail = session.execute(select(AuditEntry.action, AuditEntry.details)).all()
    assert ("round.withdraw", "E") in [tuple(row) for row in trail]
    assert not any("伪造" in str(one) for one in [*stored, *(details for _, details in trail)])
