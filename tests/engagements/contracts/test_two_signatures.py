"""A contract is signed by both parties, and what one side changes afterwards holds once the other has signed."""

from typing import Any

import pytest

from app.accounts.models import Role
from tests.engagements.contracts.test_contracts import DRAFT, amend, register, step
from tests.engagements.files import documents
from tests.engagements.lifecycle.test_stage_changes import events
from tests.support.callers import Caller
from tests.support.days import day
from tests.support.http import ok, refused, sign, wrong_fields
from tests.support.scenario import Scenario


def upload(caller: Caller, contract: dict[str, Any], content: bytes = documents.PDF) -> Any:
    return caller.post(f"/v1/contracts/{contract['id']}/files", files={"file": ("签字页.pdf", content)})


def read(caller: Caller, contract: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = ok(caller.get(f"/v1/contracts/{contract['id']}"))
    return answer


def consents(contract: dict[str, Any]) -> dict[str, str]:
    return {one["of"]: one["state"] for one in contract["consents"]}


class TestSignatures:
    def test_a_draft_is_signed_once_both_parties_have(self, scenario: Scenario) -> None:
        contract = ok(scenario.agreed_engagement().contract(), 201)
        assert consents(contract) == {
            "buyer": "missing",
            "seller": "missing",
            "manager": "given",
            "engagement": "given",
        }
        for impossible in ("1990-01-01", day(1)):
            answer = sign(scenario.enterprise, contract["id"], impossible)
            [message] = [one["message_zh"] for one in answer.json()["errors"] if one["field"] == "signed_on"]
            assert day() in message
        half = ok(sign(scenario.enterprise, contract["id"], day()))
        assert (half["state"], half["signed_on"], half["signed_by_both"]) == ("draft", None, False)
        assert [(one["side"], one["version"]) for one in half["signatures"]] == [("buyer", 1)]
        refused(sign(scenario.enterprise, contract["id"], day()), 409, "already_signed")
        refused(register(scenario, contract), 409, "wrong_state")
        whole = ok(sign(scenario.institution, contract["id"], day()))
        assert (whole["state"], whole["signed_on"], whole["signed_by_both"]) == ("signed", day(), True)
        assert consents(whole)["buyer"] == consents(whole)["seller"] == "given"

    def test_who_signed_during_a_merge_is_named_after_it_was_undone(self, scenario: Scenario) -> None:
        contract = ok(scenario.agreed_engagement().contract(), 201)
        buyer, kept = contract["buyer_org_id"], scenario.log_in(Role.ENTERPRISE)
        same = {
            "kept_id": str(kept.organisation_id),
            "other_id": buyer,
            "verdict": "same",
            "note": "查验登记资料",
        }
        merged = ok(scenario.operator.post("/v1/organisations/duplicates", json=same), 201)
        for party in (kept, scenario.institution):
            ok(sign(party, contract["id"], day()))
        ok(scenario.operator.post(f"/v1/organisations/duplicates/{merged['id']}/undo"))
        shown = read(scenario.operator, contract)
        assert (shown["state"], shown["buyer_org_id"]) == ("signed", buyer)
        signed_by = {one["side"]: one["organisation_id"] for one in shown["signatures"]}
        assert signed_by["buyer"] == str(kept.organisation_id)
        assert ok(register(scenario, contract))["state"] == "registered"

    def test_nobody_signs_for_an_organisation_they_are_not_of(self, scenario: Scenario) -> None:
        contract = ok(scenario.agreed_engagement().contract(), 201)
        assert sign(scenario.lead, contract["id"], day()).status_code == 403
        stranger = scenario.log_in(Role.ENTERPRISE)
        assert sign(stranger, contract["id"], day()).status_code == 404
        other_side = sign(scenario.enterprise, contract["id"], day(), side="seller")
        refused(other_side, 409, "not_your_part")
        assert read(scenario.operator, contract)["signatures"] == []

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_an_administrator_signs_for_an_agency_that_is_a_party(self, scenario: Scenario) -> None:
        agency = scenario.log_in(Role.MANAGER, administrator=True)
        parties = {
            "buyer_org_id": str(scenario.enterprise.organisation_id),
            "seller_org_id": str(agency.organisation_id),
        }
        contract = ok(scenario.lead.post("/v1/contracts", json=DRAFT | parties), 201)
        plain = scenario.log_in(Role.MANAGER, organisation_id=agency.organisation_id)
        assert sign(plain, contract["id"], day()).status_code == 403
        ok(sign(scenario.enterprise, contract["id"], day()))
        assert ok(sign(agency, contract["id"], day()))["state"] == "signed"

    def test_a_manager_alone_gets_no_contract_registered(self, scenario: Scenario) -> None:
        """Nine contracts between two organisations that know nothing of them."""
        buyer, seller = scenario.enterprise.organisation_id, scenario.institution.organisation_id
        parties = {"buyer_org_id": str(buyer), "seller_org_id": str(seller)}
        contract = ok(scenario.lead.post("/v1/contracts", json=DRAFT | parties), 201)
        assert (contract["outside_engagement"], consents(contract)["engagement"]) == (True, "none")
        refused(register(scenario, contract), 409, "wrong_state")
        listed = scenario.operator.get(
            "/v1/contracts", params={"outside_engagement": True, "signed_by_both": False}
        )
        assert [one["id"] for one in ok(listed)["items"]] == [contract["id"]]

    def test_a_signature_is_of_the_version_that_was_read(self, scenario: Scenario) -> None:
        contract = ok(scenario.agreed_engagement().contract(), 201)
        path = f"/v1/contracts/{contract['id']}"
        assert scenario.enterprise.post(f"{path}/sign", json={"signed_on": day()}).status_code == 428
        ok(amend(scenario.lead, contract, deal_amount_wan="130"))
        stale = scenario.enterprise.post(
            f"{path}/sign", json={"signed_on": day()}, headers={"If-Match": '"1"'}
        )
        assert stale.status_code == 412

    @pytest.mark.parametrize(
        "change",
        [
            {"deal_amount_wan": "130"},
            {"title": "另一名称"},
            {"ends_on": day(200)},
            {"payments": [{"name": "首付款", "amount_wan": "40"}]},
            {"conflict_disclosure": "牵头经理人兼任买方顾问"},
        ],
    )
    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_any_change_after_a_signature_is_signed_again_by_both(
        self, scenario: Scenario, change: dict[str, Any]
    ) -> None:
        contract = ok(scenario.agreed_engagement().contract(), 201)
        ok(sign(scenario.enterprise, contract["id"], day()))
        changed = ok(amend(scenario.institution, contract, **change))
        assert (changed["signatures"], changed["terms_version"]) == ([], changed["version"])
        half = ok(sign(scenario.institution, contract["id"], day()))
        assert half["state"] == "draft"
        assert ok(sign(scenario.enterprise, contract["id"], day()))["state"] == "signed"
        assert [name for name, _ in events(scenario.database, "contract.signatures")] == [
            "contract.signatures_voided"
        ]

    def test_an_api_key_signs_nothing(self, scenario: Scenario, app: Any) -> None:
        contract = ok(scenario.agreed_engagement().contract(), 201)
        body = {"name": "ERP", "scopes": ["contracts:read", "contracts:write"]}
        key = ok(scenario.enterprise.post("/v1/api-keys", json=body), 201)
        path = f"/v1/contracts/{contract['id']}"
        headers = {"X-API-Key": key["key"], "If-Match": '"1"', "Authorization": ""}
        answer = scenario.enterprise.post(f"{path}/sign", json={"signed_on": day()}, headers=headers)
        assert answer.status_code in (401, 403)
        assert read(scenario.operator, contract)["signatures"] == []


class TestBureau:
    """The bureau records the signature of a party that does not use the service, with a scan."""

    def between(self, scenario: Scenario) -> dict[str, Any]:
        seller = scenario.organisation()
        parties = {"buyer_org_id": str(scenario.enterprise.organisation_id), "seller_org_id": str(seller)}
        made: dict[str, Any] = ok(scenario.lead.post("/v1/contracts", json=DRAFT | parties), 201)
        return made

    def test_with_a_scan_for_a_party_without_users(self, scenario: Scenario) -> None:
        contract = self.between(scenario)
        ok(sign(scenario.enterprise, contract["id"], day()))
        assert wrong_fields(sign(scenario.operator, contract["id"], day())) == ["side", "file_id"]
        scan = ok(upload(scenario.operator, contract), 201)["id"]
        itself = sign(scenario.operator, contract["id"], day(), side="buyer", file_id=scan)
        refused(itself, 409, "party_signs_itself")
        signed = ok(sign(scenario.operator, contract["id"], day(), side="seller", file_id=scan))
        assert (signed["state"], consents(signed)["seller"]) == ("signed", "recorded_by_bureau")
        kept = scenario.operator.delete(f"/v1/contracts/{contract['id']}/files/{scan}")
        refused(kept, 409, "file_in_use")
        refused(register(scenario, contract), 409, "second_person")
        colleague = scenario.log_in(Role.OPERATOR)
        body = {"registration_no": "2026-370100-000009", "registered_on": day()}
        assert ok(step(colleague, contract, "register", **body))["state"] == "registered"

    def test_the_scan_is_a_document_of_this_contract(self, scenario: Scenario) -> None:
        first, second = self.between(scenario), self.between(scenario)
        scan = ok(upload(scenario.operator, first), 201)["id"]
        answer = sign(scenario.operator, second["id"], day(), side="seller", file_id=scan)
        assert answer.status_code == 404


class TestAmendments:
    def test_the_old_figures_hold_until_the_other_party_signs(self, scenario: Scenario) -> None:
        contract = scenario.agreed_engagement().signed()
        pending = ok(amend(scenario.enterprise, contract, deal_amount_wan="130", reason="增加中试"))
        assert pending["deal_amount_wan"] == "120.00"
        assert (pending["amendment"]["patch"], pending["amendment"]["missing"]) == (
            {"deal_amount_wan": "130.00"},
            ["seller"],
        )
        refused(sign(scenario.enterprise, contract["id"], day()), 409, "already_signed")
        refused(register(scenario, contract), 409, "amendment_pending")
        assert sign(scenario.lead, contract["id"], day()).status_code == 403
        amended = ok(sign(scenario.institution, contract["id"], day()))
        assert (amended["deal_amount_wan"], amended["amendment"]) == ("130.00", None)
        newest = ok(scenario.lead.get(f"/v1/contracts/{contract['id']}/versions"))["items"]
        assert [(one["action"], one["author_role"]) for one in newest[:4]] == [
            ("amend", "seller"),
            ("sign", "seller"),
            ("propose", "buyer"),
            ("sign", "seller"),
        ]
        assert newest[0]["author_name"] == contract["seller_name"]

    @pytest.mark.parametrize("by", ["enterprise", "institution", "lead", "operator"])
    def test_nobody_changes_or_ends_it_alone(self, scenario: Scenario, by: str) -> None:
        contract = scenario.agreed_engagement().signed()
        caller = getattr(scenario, by)
        for change in ({"deal_amount_wan": "130"}, {"ends_on": day(10)}, {"title": "另一名称"}):
            ok(amend(caller, contract, reason="x", **change))
        if by != "operator":
            answer = ok(step(caller, contract, "cancel", reason="不做了"))["amendment"]
            sides = {"enterprise": ["seller"], "institution": ["buyer"], "lead": ["buyer", "seller"]}[by]
            assert [one["of"] for one in answer["waits_for"]] == sides
            for one in answer["waits_for"]:
                assert one["name"] == contract[f"{one['of']}_name"]
                assert one["name"] in answer["status_zh"] and one["name"] in answer["status_en"]
        seen = read(scenario.operator, contract)
        names = ("state", "deal_amount_wan", "ends_on", "title")
        assert [seen[name] for name in names] == [contract[name] for name in names]

    def test_a_declined_amendment_changes_nothing(self, scenario: Scenario) -> None:
        contract = scenario.agreed_engagement().signed()
        refused(step(scenario.institution, contract, "amendment/decline", reason="x"), 409, "no_amendment")
        ok(amend(scenario.enterprise, contract, deal_amount_wan="130", reason="增加中试"))
        declined = ok(step(scenario.institution, contract, "amendment/decline", reason="不同意"))
        assert (declined["deal_amount_wan"], declined["amendment"]) == ("120.00", None)
        refused(sign(scenario.institution, contract["id"], day()), 409, "wrong_state")

    def test_a_later_proposal_takes_no_earlier_signature(self, scenario: Scenario) -> None:
        contract = scenario.agreed_engagement().signed()
        ok(amend(scenario.lead, contract, deal_amount_wan="130", reason="一"))
        ok(sign(scenario.enterprise, contract["id"], day()))
        again = ok(amend(scenario.lead, contract, deal_amount_wan="900", reason="二"))
        assert again["amendment"]["missing"] == ["buyer", "seller"]
        half = ok(sign(scenario.institution, contract["id"], day()))
        assert half["deal_amount_wan"] == "120.00"

    def test_only_who_may_decline_a_proposal_puts_another_in_its_place(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        other, other_id = scenario.manager_with_login()
        meeting.join(other, other_id)
        shares = [{"manager_id": str(id_), "percent": "50"} for id_ in (scenario.lead_id, other_id)]
        contract = ok(meeting.contract(shares=shares), 201)
        ok(step(other, contract, "shares/confirm"))
        meeting.sign_both(contract)
        pending = ok(amend(scenario.enterprise, contract, deal_amount_wan="130", reason="增加中试"))
        for answer in (
            amend(other, contract, title="另一名称", reason="x"),
            step(other, contract, "cancel", reason="x"),
        ):
            refused(answer, 409, "amendment_pending")
        assert read(scenario.operator, contract)["amendment"]["id"] == pending["amendment"]["id"]
        ok(amend(scenario.institution, contract, deal_amount_wan="125", reason="折中"))

    def test_all_faults_are_named_at_once_and_nothing_is_proposed(self, scenario: Scenario) -> None:
        contract = scenario.agreed_engagement().signed()
        wrong = amend(
            scenario.lead,
            contract,
            reason="x",
            technology_amount_wan="130",
            ends_on=day(-10),
        )
        assert wrong_fields(wrong) == ["technology_amount_wan", "ends_on", "ends_on"]
        fixed = amend(scenario.lead, contract, buyer_org_id=str(scenario.organisation()))
        assert wrong_fields(fixed) == ["reason", "buyer_org_id"]
        assert read(scenario.lead, contract)["amendment"] is None


class TestShares:
    def test_a_confirmed_share_is_taken_from_nobody(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        other, other_id = scenario.manager_with_login()
        meeting.join(other, other_id)
        shares = [
            {"manager_id": str(scenario.lead_id), "percent": "50"},
            {"manager_id": str(other_id), "percent": "50"},
        ]
        contract = ok(meeting.contract(shares=shares), 201)
        ok(step(other, contract, "shares/confirm"))
        alone = [{"manager_id": str(scenario.lead_id), "percent": "100"}]
        problem = refused(amend(scenario.lead, contract, shares=alone), 409, "share_confirmed")
        assert problem["manager_ids"] == [str(other_id)]
        ok(sign(scenario.enterprise, contract["id"], day()))
        given_up = ok(step(other, contract, "shares/withdraw"))
        assert given_up["signatures"] == []
        whole = ok(amend(scenario.lead, contract, shares=alone))
        assert [one["percent"] for one in whole["shares"]] == ["100.00"]

    def test_no_manager_of_the_engagement_is_left_out_without_their_will(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        other, other_id = scenario.manager_with_login()
        meeting.join(other, other_id)
        alone = [{"manager_id": str(scenario.lead_id), "percent": "100"}]
        assert wrong_fields(meeting.contract(shares=alone)) == ["shares"]
        shares = [
            {"manager_id": str(scenario.lead_id), "percent": "60"},
            {"manager_id": str(other_id), "percent": "40"},
        ]
        contract = ok(meeting.contract(shares=shares), 201)
        assert wrong_fields(amend(scenario.lead, contract, shares=alone)) == ["shares"]
        ok(amend(other, contract, shares=alone))  # who gives it up says so themselves

    def test_a_manager_whom_an_amendment_leaves_out_consents(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        other, other_id = scenario.manager_with_login()
        meeting.join(other, other_id)
        shares = [
            {"manager_id": str(scenario.lead_id), "percent": "50"},
            {"manager_id": str(other_id), "percent": "50"},
        ]
        contract = ok(meeting.contract(shares=shares), 201)
        ok(step(other, contract, "shares/confirm"))
        meeting.sign_both(contract)
        alone = [{"manager_id": str(scenario.lead_id), "percent": "100"}]
        ok(amend(scenario.lead, contract, shares=alone, reason="重新约定"))
        for party in (scenario.enterprise, scenario.institution):
            waiting = ok(sign(party, contract["id"], day()))
        assert [one["percent"] for one in waiting["shares"]] == ["50.00", "50.00"]
        assert [one["percent"] for one in ok(step(other, contract, "shares/confirm"))["shares"]] == ["100.00"]


class TestDocuments:
    def test_parties_managers_and_the_bureau_share_them(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        investor = scenario.log_in(Role.INVESTOR)
        ok(meeting.invite(scenario.lead, "investor", organisation_id=str(investor.organisation_id)))
        meeting.consent(investor)
        contract = ok(meeting.contract(), 201)
        file = ok(upload(scenario.enterprise, contract), 201)
        path = f"/v1/contracts/{contract['id']}/files"
        for caller in (scenario.enterprise, scenario.institution, scenario.lead, scenario.operator):
            assert [one["id"] for one in ok(caller.get(path))["items"]] == [file["id"]]
            assert caller.get(f"{path}/{file['id']}/content").content == documents.PDF
        for caller in (investor, scenario.log_in(Role.ENTERPRISE), scenario.manager_with_login()[0]):
            assert caller.get(path).status_code == 404
            assert caller.get(f"{path}/{file['id']}/content").status_code == 404
            assert upload(caller, contract).status_code == 404
            assert caller.delete(f"{path}/{file['id']}").status_code == 404
        refused(scenario.lead.delete(f"{path}/{file['id']}"), 409, "not_your_part")
        assert scenario.enterprise.delete(f"{path}/{file['id']}").status_code == 204
        assert ok(scenario.lead.get(path))["items"] == []

    @pytest.mark.parametrize("content", [documents.PLAIN_ZIP, documents.MACROS, b"MZ", b""])
    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_the_content_decides_what_it_is(self, scenario: Scenario, content: bytes) -> None:
        contract = ok(scenario.agreed_engagement().contract(), 201)
        assert wrong_fields(upload(scenario.enterprise, contract, content)) == ["file"]
