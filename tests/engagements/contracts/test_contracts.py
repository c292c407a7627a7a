"""Contracts over HTTP: drafted, shared, signed, registered, landed, amended and cancelled."""

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.accounts.models import AuditEntry, Organisation, Role
from app.engagements.contract_models import Contract
from app.engagements.contracts.checks import DATE_ORDER, NOT_IN_FUTURE, faults_of_terms
from tests.engagements.lifecycle.test_stage_changes import events
from tests.support.callers import Caller
from tests.support.days import day
from tests.support.http import ok, refused, sign, wrong_fields
from tests.support.scenario import Scenario

DRAFT: dict[str, Any] = {
    "kind": "技术开发合同",
    "title": "表面处理技术开发",
    "deal_amount_wan": "80",
    "technology_amount_wan": "80",
    "starts_on": day(),
    "ends_on": day(100),
}


def step(caller: Caller, contract: dict[str, Any], verb: str, **body: Any) -> Any:
    return caller.post(f"/v1/contracts/{contract['id']}/{verb}", json=body)


def register(
    scenario: Scenario, contract: dict[str, Any], number: str = "2026-370100-000001", **body: Any
) -> Any:
    return step(
        scenario.operator, contract, "register", registration_no=number, **({"registered_on": day()} | body)
    )


def amend(caller: Caller, contract: dict[str, Any], **body: Any) -> Any:
    path = f"/v1/contracts/{contract['id']}"
    version = caller.get(path).json().get("version", 0)
    return caller.patch(path, json=body, headers={"If-Match": f'"{version}"'})


def both_sign(scenario: Scenario, contract: dict[str, Any]) -> dict[str, Any]:
    """Both parties sign the pending amendment."""
    ok(sign(scenario.enterprise, contract["id"], day()))
    signed: dict[str, Any] = ok(sign(scenario.institution, contract["id"], day()))
    return signed


def test_a_draft_takes_its_pair_and_parties_from_the_engagement(scenario: Scenario) -> None:
    meeting = scenario.open_engagement()
    refused(meeting.contract(), 409, "needs_agreement")
    meeting.consent(scenario.enterprise)
    meeting.consent(scenario.institution)
    made = ok(meeting.contract(kind="技术开发"), 201)
    assert made["number"].startswith("HT-")
    assert (made["state"], made["kind"]) == ("draft", "development")
    assert (made["buyer_org_id"], made["seller_org_id"]) == (
        str(scenario.enterprise.organisation_id),
        str(scenario.institution.organisation_id),
    )
    assert (made["demand_id"], made["achievement_id"]) == (
        str(meeting.demand_id),
        str(meeting.achievement_id),
    )
    assert made["fields"] == ["401"]
    [share] = made["shares"]
    assert (share["manager_id"], share["percent"]) == (str(scenario.lead_id), "100.00")
    assert share["confirmed_at"]
    assert share["amount_wan"] == "120.00"
    for caller in (scenario.enterprise, scenario.institution, scenario.lead, scenario.operator):
        assert [one["id"] for one in ok(caller.get("/v1/contracts"))["items"]] == [made["id"]]


def test_from_signature_to_landing(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement()
    payments = [
        {"name": "首付款", "due_on": day(10), "amount_wan": "40"},
        {"name": "尾款", "due_on": day(200), "amount_wan": "80"},
    ]
    contract = meeting.signed(payments=payments)
    assert (contract["state"], contract["signed_on"]) == ("signed", day())
    refused(sign(scenario.enterprise, contract["id"], day()), 409, "wrong_state")
    paid = ok(step(scenario.enterprise, contract, "payments/1/paid", paid_on=day()))
    assert [one["paid_on"] for one in paid["payments"]] == [day(), None]
    assert wrong_fields(step(scenario.enterprise, contract, "payments/1/paid", paid_on=day(1))) == ["paid_on"]
    assert step(scenario.enterprise, contract, "payments/3/paid", paid_on=day()).status_code == 404
    registered = ok(register(scenario, contract, "2026-370100-00a001"))
    assert (registered["state"], registered["registration_no"]) == ("registered", "2026-370100-00A001")
    landed = ok(step(scenario.operator, contract, "land", landed_on=day(), landed_in_jinan=True))
    assert (landed["state"], landed["landed_in_jinan"], landed["landed_on"]) == ("landed", True, day())
    actual = events(scenario.database, "contract.")
    assert [name for name, _ in actual] == [
        "contract.drafted",
        "contract.signature_given",
        "contract.signed",
        "contract.registered",
        "contract.landed",
    ]
    for _, payload in actual:
        assert payload["contract_id"] == contract["id"]
        assert payload["engagement_id"] == meeting.id
        assert payload["manager_ids"] == [str(scenario.lead_id)]
    assert actual[-1][1]["landed_in_jinan"] is True
    versions = ok(scenario.enterprise.get(f"/v1/contracts/{contract['id']}/versions"))["items"]
    assert [one["action"] for one in versions] == ["land", "register", "pay", "sign", "sign", "create"]
    assert [one["version"] for one in versions] == [6, 5, 4, 3, 2, 1]
    assert not [name for name in versions[0]["data"] if name.endswith("_by")]
    with scenario.database.reading() as session:
        audited = session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.startswith("contract.")).order_by(AuditEntry.id)
        ).all()
    assert audited == [
        "contract.create",
        "contract.sign",
        "contract.sign",
        "contract.pay",
        "contract.register",
        "contract.land",
    ]


class TestSecondPerson:
    """Registration and landing are the bureau's to confirm, and not of who entered the contract."""

    def test_nobody_but_the_bureau_registers_or_lands(self, scenario: Scenario) -> None:
        contract = scenario.agreed_engagement().signed()
        landing = {"landed_on": day(), "landed_in_jinan": True}
        registration = {"registration_no": "2026-370100-000001", "registered_on": day()}
        for caller in (
            scenario.lead,
            scenario.enterprise,
            scenario.institution,
            scenario.log_in(Role.INVESTOR),
        ):
            assert step(caller, contract, "register", **registration).status_code == 403
            assert step(caller, contract, "land", **landing).status_code == 403

    def test_who_entered_it_does_not_confirm_it(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        contract = ok(meeting.contract(scenario.operator), 201)
        refused(sign(scenario.enterprise, contract["id"], day()), 409, "shares_not_confirmed")
        ok(step(scenario.lead, contract, "shares/confirm"))
        meeting.sign_both(contract)
        refused(register(scenario, contract), 409, "second_person")
        landing = {"landed_on": day(), "landed_in_jinan": True}
        refused(step(scenario.operator, contract, "land", **landing), 409, "second_person")
        colleague = scenario.log_in(Role.OPERATOR)
        ok(step(colleague, contract, "register", registration_no="2026-3701-1", registered_on=day()))

    def test_one_registration_is_one_contracts(self, scenario: Scenario) -> None:
        first, second = scenario.agreed_engagement().signed(), scenario.agreed_engagement().signed()
        ok(register(scenario, first, "2026-3701-AB12"))
        problem = refused(register(scenario, second, " 2026-3701-ab12 "), 409, "registered_twice")
        assert problem["number"] == first["number"]
        assert first["number"] in problem["message_zh"]
        refused(register(scenario, first, "2026-3701-AB13"), 409, "wrong_state")
        ok(register(scenario, second, "2026-3701-AB13"))
        wrong = amend(scenario.operator, second, registration_no="2026-3701-AB12", reason="更正")
        refused(wrong, 409, "registered_twice")
        right = ok(amend(scenario.operator, second, registration_no="2026-3701-AB14", reason="更正"))
        assert right["registration_no"] == "2026-3701-AB14"

    def test_a_cancelled_contract_gives_its_registration_number_up(self, scenario: Scenario) -> None:
        wrong, right = scenario.agreed_engagement().signed(), scenario.agreed_engagement().signed()
        ok(register(scenario, wrong, "2026-3701-AB12"))
        ok(step(scenario.operator, wrong, "cancel", reason="误登记"))
        assert ok(register(scenario, right, "2026-3701-AB12"))["registration_no"] == "2026-3701-AB12"
        after, before = ok(scenario.operator.get(f"/v1/contracts/{wrong['id']}/versions"))["items"][:2]
        assert before["data"]["registration_no"] == "2026-3701-AB12"
        assert after["data"]["registration_no"] is None
        assert after["changed_fields"] == ["registration_no"]

    def test_what_the_bureau_confirmed_only_the_bureau_changes(self, scenario: Scenario) -> None:
        contract = scenario.agreed_engagement().signed()
        refused_before = amend(scenario.lead, contract, registration_no="2026-3701-AB12", reason="x")
        assert wrong_fields(refused_before) == ["registration_no"]
        ok(register(scenario, contract))
        for caller in (scenario.lead, scenario.enterprise):
            refused(amend(caller, contract, deal_amount_wan="500", reason="x"), 409, "confirmed_by_bureau")
            refused(step(caller, contract, "cancel", reason="x"), 409, "confirmed_by_bureau")
        changed = ok(amend(scenario.operator, contract, deal_amount_wan="130", reason="变更登记"))
        assert (changed["deal_amount_wan"], changed["amendment"]["missing"]) == (
            "120.00",
            ["buyer", "seller"],
        )

    def test_of_two_registrations_at_one_moment_one_is_refused(self, scenario: Scenario) -> None:
        contracts = [scenario.agreed_engagement().signed() for _ in range(2)]
        together = threading.Barrier(2)
        answers: list[Any] = []

        def enter(contract: dict[str, Any]) -> None:
            together.wait()
            answers.append(register(scenario, contract))

        threads = [threading.Thread(target=enter, args=(contract,)) for contract in contracts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [200, 409]


class TestAmendments:
    def test_an_amendment_has_a_reason_and_is_kept(self, scenario: Scenario) -> None:
        contract = scenario.agreed_engagement().signed()
        assert wrong_fields(amend(scenario.lead, contract, deal_amount_wan="150")) == ["reason"]
        ok(amend(scenario.lead, contract, deal_amount_wan="150", reason="增加中试"))
        amended = both_sign(scenario, contract)
        assert (amended["deal_amount_wan"], amended["amendment"]) == ("150.00", None)
        newest = ok(scenario.enterprise.get(f"/v1/contracts/{contract['id']}/versions"))["items"][0]
        assert (newest["action"], newest["reason"], newest["changed_fields"]) == (
            "amend",
            "增加中试",
            ["deal_amount_wan"],
        )
        assert newest["data"]["deal_amount_wan"] == "150.00"
        [(_, payload)] = events(scenario.database, "contract.amended")
        assert (payload["changed"], payload["version"]) == (["deal_amount_wan"], amended["version"])

    def test_a_draft_changes_without_ceremony(self, scenario: Scenario) -> None:
        contract = ok(scenario.agreed_engagement().contract(), 201)
        changed = ok(amend(scenario.enterprise, contract, title="新的名称", ends_on=None))
        assert (changed["title"], changed["ends_on"]) == ("新的名称", None)
        assert wrong_fields(sign(scenario.enterprise, contract["id"], day())) == ["ends_on"]
        assert [name for name, _ in events(scenario.database, "contract.")] == [
            "contract.drafted",
            "contract.redrafted",
        ]

    def test_no_change_is_no_version(self, scenario: Scenario) -> None:
        contract = scenario.agreed_engagement().signed()
        same = ok(amend(scenario.lead, contract, deal_amount_wan="120", reason="x"))
        assert same["version"] == contract["version"]
        assert events(scenario.database, "contract.amended") == []

    def test_a_stale_or_missing_etag_is_refused(self, scenario: Scenario) -> None:
        contract = ok(scenario.agreed_engagement().contract(), 201)
        path = f"/v1/contracts/{contract['id']}"
        assert scenario.lead.patch(path, json={"title": "甲方案"}).status_code == 428
        ok(scenario.lead.patch(path, json={"title": "甲方案"}, headers={"If-Match": '"1"'}))
        assert (
            scenario.lead.patch(path, json={"title": "乙方案"}, headers={"If-Match": '"1"'}).status_code
            == 412
        )


def test_an_engagement_follows_its_registered_contract(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement().reach("negotiating")
    contract = meeting.signed()
    assert meeting.seen()["stage"] == "negotiating"
    ok(
        step(
            scenario.operator, contract, "register", registration_no="2026-370100-000001", registered_on=day()
        )
    )
    seen = meeting.seen()
    assert (seen["stage"], seen["moves"][-1]["moved_as"]) == ("signed", "service")
    assert contract["number"] in seen["moves"][-1]["note"]


class TestCancellation:
    def test_its_engagement_goes_back_to_negotiating(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement().reach("negotiating")
        first, second = meeting.signed(), meeting.signed()
        ok(meeting.move("signed"))
        ok(step(scenario.lead, first, "cancel", reason="双方协商解除"))
        both_sign(scenario, first)
        assert meeting.seen()["stage"] == "signed"  # the other one is in force
        ok(step(scenario.enterprise, second, "cancel", reason="双方协商解除"))
        assert meeting.seen()["stage"] == "signed"  # one party alone does not end it
        ok(sign(scenario.institution, second["id"], day()))
        seen = meeting.seen()
        assert (seen["stage"], seen["moves"][-1]["moved_as"]) == ("negotiating", "service")
        assert second["number"] in seen["moves"][-1]["note"]
        assert [payload["from_state"] for _, payload in events(scenario.database, "contract.cancelled")] == [
            "signed",
            "signed",
        ]
        refused(step(scenario.lead, first, "cancel", reason="again"), 409, "wrong_state")
        refused(amend(scenario.lead, first, title="新的名称", reason="x"), 409, "wrong_state")

    def test_the_bureau_cancels_what_it_registered(self, scenario: Scenario) -> None:
        contract = scenario.agreed_engagement().signed()
        ok(register(scenario, contract))
        cancelled = ok(step(scenario.operator, contract, "cancel", reason="认定后撤销"))
        assert (cancelled["state"], cancelled["cancelled_reason"]) == ("cancelled", "认定后撤销")


class TestChecks:
    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
    def test_each_wrong_field_is_named(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        too_much = [{"name": "全款", "amount_wan": "120.01"}]
        for wrong, field in (
            ({"technology_amount_wan": "120.01"}, "technology_amount_wan"),
            ({"payments": too_much}, "payments"),
            ({"ends_on": day(-1)}, "ends_on"),
            ({"seller_org_id": str(scenario.enterprise.organisation_id)}, "seller_org_id"),
            ({"seller_org_id": str(uuid4())}, "seller_org_id"),
            ({"seller_org_id": "济南没有登记的单位有限公司"}, "seller_org_id"),
            ({"title": "机密★10年 某系统开发"}, "title"),
            ({"conflict_disclosure": "本项目属国家秘密"}, "conflict_disclosure"),
            ({"payments": [{"name": "绝密★首付款", "amount_wan": "1"}]}, "payments.0.name"),
            ({"kind": "barter"}, "kind"),
            ({"deal_amount_wan": "-1"}, "deal_amount_wan"),
            ({"deal_amount_wan": "1.001"}, "deal_amount_wan"),
            ({"shares": [{"manager_id": str(scenario.lead_id), "percent": "99.99"}]}, "shares"),
            ({"shares": [{"manager_id": str(uuid4()), "percent": "100"}]}, "shares"),
            ({"price": "1"}, "price"),
        ):
            assert wrong_fields(meeting.contract(**wrong)) == [field], wrong
        contract = ok(meeting.contract(), 201)
        assert wrong_fields(sign(scenario.enterprise, contract["id"], day(1))) == ["starts_on", "signed_on"]
        meeting.sign_both(contract)
        assert wrong_fields(register(scenario, contract, registered_on=day(-1))) == ["registered_on"]
        assert wrong_fields(register(scenario, contract, registered_on=day(1))) == ["registered_on"]
        assert wrong_fields(register(scenario, contract, "短")) == ["registration_no"]
        landing = {"landed_on": day(-1), "landed_in_jinan": True}
        assert wrong_fields(step(scenario.operator, contract, "land", **landing)) == ["landed_on"]

    def test_a_manager_with_an_interest_discloses_it(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        contract = ok(meeting.contract(), 201)
        scenario.affiliate(
            scenario.lead_id, scenario.enterprise.organisation_id
        )  # the manager took a post there since
        problem = refused(sign(scenario.enterprise, contract["id"], day()), 409, "disclosure_needed")
        assert problem["manager_id"] == str(scenario.lead_id)
        ok(amend(scenario.lead, contract, conflict_disclosure="牵头经理人自本月起兼任买方顾问"))
        signed = meeting.sign_both(contract)
        assert "兼任" in signed["conflict_disclosure"]
        refused(
            amend(scenario.lead, contract, conflict_disclosure=None, reason="x"), 409, "disclosure_needed"
        )


class TestShares:
    def test_several_managers_confirm_before_it_is_signed(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        other, other_id = scenario.manager_with_login()
        meeting.join(other, other_id)
        none = ok(meeting.contract(), 201)
        assert none["shares"] == []
        assert wrong_fields(sign(scenario.enterprise, none["id"], day())) == ["shares"]
        shares = [
            {"manager_id": str(scenario.lead_id), "percent": "70"},
            {"manager_id": str(other_id), "percent": "30"},
        ]
        refused(amend(scenario.enterprise, none, shares=shares), 409, "not_your_part")
        ok(amend(scenario.lead, none, shares=shares))
        problem = refused(sign(scenario.enterprise, none["id"], day()), 409, "shares_not_confirmed")
        assert problem["manager_ids"] == [str(other_id)]
        ok(step(other, none, "shares/confirm"))
        meeting.sign_both(none)
        swapped = [
            {"manager_id": str(scenario.lead_id), "percent": "30"},
            {"manager_id": str(other_id), "percent": "70"},
        ]
        again = ok(amend(scenario.lead, none, shares=swapped, reason="重新约定"))
        assert {one["manager_id"]: one["percent"] for one in again["shares"]} == {
            str(scenario.lead_id): "70.00",
            str(other_id): "30.00",
        }
        waiting = {one["manager_id"]: one["consented_at"] is None for one in again["amendment"]["shares"]}
        assert waiting == {str(scenario.lead_id): False, str(other_id): True}
        both_sign(scenario, none)
        assert ok(other.get(f"/v1/contracts/{none['id']}"))["amendment"]  # the manager has not consented
        changed = ok(step(other, none, "shares/confirm"))
        assert {one["manager_id"]: one["percent"] for one in changed["shares"]} == {
            str(scenario.lead_id): "30.00",
            str(other_id): "70.00",
        }
        assert all(one["confirmed_at"] for one in changed["shares"])
        assert sum(Decimal(one["percent"]) for one in changed["shares"]) == 100

    def test_what_was_confirmed_in_the_engagement_counts(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        other, other_id = scenario.manager_with_login()
        meeting.join(other, other_id)
        shares = [
            {"manager_id": str(scenario.lead_id), "percent": "50"},
            {"manager_id": str(other_id), "percent": "50"},
        ]
        ok(scenario.lead.put(f"{meeting.path}/shares", json={"shares": shares}))
        ok(other.post(f"{meeting.path}/shares/confirm"))
        contract = ok(meeting.contract(scenario.enterprise), 201)
        assert all(one["confirmed_at"] for one in contract["shares"])
        assert [one["amount_wan"] for one in contract["shares"]] == ["60.00", "60.00"]
        meeting.sign_both(contract)


class TestWithoutEngagement:
    def parties(self, scenario: Scenario) -> dict[str, str]:
        return {
            "buyer_org_id": str(scenario.enterprise.organisation_id),
            "seller_org_id": str(scenario.institution.organisation_id),
        }

    def test_a_party_or_a_manager_drafts_it(self, scenario: Scenario) -> None:
        body = DRAFT | self.parties(scenario)
        by_party = ok(scenario.enterprise.post("/v1/contracts", json=body), 201)
        by_manager = ok(scenario.lead.post("/v1/contracts", json=body), 201)
        assert (by_party["shares"], by_party["kind"]) == ([], "development")
        assert by_manager["shares"][0]["manager_name"]
        outsider = scenario.log_in(Role.ENTERPRISE)
        assert outsider.post("/v1/contracts", json=body).status_code == 403
        assert scenario.log_in(Role.INVESTOR).post("/v1/contracts", json=body).status_code == 403
        assert wrong_fields(scenario.lead.post("/v1/contracts", json=DRAFT)) == [
            "buyer_org_id",
            "seller_org_id",
        ]
        _, other_id = scenario.manager_with_login()
        alone = [{"manager_id": str(other_id), "percent": "100"}]
        assert wrong_fields(scenario.lead.post("/v1/contracts", json=body | {"shares": alone})) == ["shares"]

    def test_a_party_is_named_by_its_name_or_code(self, scenario: Scenario) -> None:
        with scenario.database.unit_of_work() as session:
            buyer = session.get_one(Organisation, scenario.enterprise.organisation_id)
            buyer.uscc = "91370102YY000001X4"
            seller = session.get_one(Organisation, scenario.institution.organisation_id).name
        named = DRAFT | {"buyer_org_id": "９１370102yy000001x4", "seller_org_id": f" {seller} "}
        drafted = ok(scenario.lead.post("/v1/contracts", json=named), 201)
        assert {name: drafted[name] for name in ("buyer_org_id", "seller_org_id")} == self.parties(scenario)
        ok(amend(scenario.lead, drafted, buyer_org_id=seller, seller_org_id="91370102YY000001X4"))
        unknown = {"buyer_org_id": "没有这家单位", "seller_org_id": "91370102YY000001X5", "title": "x"}
        answer = scenario.lead.post("/v1/contracts", json=named | unknown)
        assert sorted(wrong_fields(answer)) == ["buyer_org_id", "seller_org_id", "title"]

    def test_one_organisation_under_two_names_is_no_buyer_and_seller(self, scenario: Scenario) -> None:
        buyer = str(scenario.organisation(name="济南星河机电有限公司"))
        others = {name: str(scenario.organisation(name=name)) for name in (
            "济南 星河机电有限责任公司", "濟南星河機電有限公司章丘分公司",
        )}  # fmt: skip
        for name, seller in others.items():
            body = DRAFT | {"buyer_org_id": buyer, "seller_org_id": seller}
            assert wrong_fields(scenario.lead.post("/v1/contracts", json=body)) == ["seller_org_id"], name
        branch = list(others.values())[1]
        decision = {"kept_id": buyer, "other_id": branch, "verdict": "different", "note": "两家单位"}
        ok(scenario.operator.post("/v1/organisations/duplicates", json=decision), 201)
        ok(
            scenario.lead.post(
                "/v1/contracts", json=DRAFT | {"buyer_org_id": buyer, "seller_org_id": branch}
            ),
            201,
        )

    def test_both_sides_do_not_become_one_organisation(self, scenario: Scenario) -> None:
        """A contract with oneself would be left, which nobody can sign for the organisation that is gone."""
        case = scenario.agreed_engagement()
        contract = ok(case.contract(), 201)
        buyer, seller = contract["buyer_org_id"], contract["seller_org_id"]
        decision = {"kept_id": seller, "other_id": buyer, "verdict": "same", "note": "查验登记资料"}
        duplicates = "/v1/organisations/duplicates"
        answer = refused(scenario.operator.post(duplicates, json=decision), 409, "both_sides")
        number = case.seen()["number"]
        assert answer["numbers"] == [contract["number"], number] and number in answer["message_zh"]
        ok(step(scenario.operator, contract, "cancel", reason="双方为同一单位"))
        answer = refused(scenario.operator.post(duplicates, json=decision), 409, "both_sides")
        assert answer["numbers"] == [number]
        ok(case.move("ended", scenario.operator, reason="other", note="双方为同一单位"))
        merged = ok(scenario.operator.post(duplicates, json=decision), 201)
        ok(scenario.operator.post(f"{duplicates}/{merged['id']}/undo"))

    def test_days_that_no_contract_has_are_refused(self, scenario: Scenario) -> None:
        body = DRAFT | self.parties(scenario)
        payments = [{"name": "首付款", "amount_wan": "10", "due_on": "2206-12-01"}]
        wrong = body | {"starts_on": "0001-01-01", "ends_on": "2136-06-06", "payments": payments}
        answer = scenario.lead.post("/v1/contracts", json=wrong)
        assert wrong_fields(answer) == ["starts_on", "ends_on", "payments.0.due_on"]
        assert "请检查年份" in answer.json()["errors"][0]["message_zh"]
        drafted = ok(scenario.lead.post("/v1/contracts", json=body), 201)
        assert wrong_fields(amend(scenario.lead, drafted, ends_on="9999-12-31")) == ["ends_on"]

    def test_trying_parties_does_not_tell_whose_a_record_is(self, scenario: Scenario) -> None:
        demand_id, _ = scenario.contactable_pair(publish_mode="confidential")
        body = DRAFT | self.parties(scenario) | {"demand_id": str(demand_id)}
        for caller in (scenario.lead, scenario.institution):
            assert wrong_fields(caller.post("/v1/contracts", json=body)) == ["engagement_id"]
        assert ok(scenario.operator.post("/v1/contracts", json=body), 201)["demand_id"] == str(demand_id)

    def test_strangers_see_none_of_it(self, scenario: Scenario, as_stranger: Any) -> None:
        contract = ok(scenario.enterprise.post("/v1/contracts", json=DRAFT | self.parties(scenario)), 201)
        path = f"/v1/contracts/{contract['id']}"
        for caller in (
            scenario.log_in(Role.ENTERPRISE),
            scenario.manager_with_login()[0],
            scenario.log_in(Role.INVESTOR),
        ):
            assert ok(caller.get("/v1/contracts"))["items"] == []
            assert caller.get(path).status_code == 404
            assert caller.get(f"{path}/versions").status_code == 404
            assert caller.patch(
                path, json={"title": "改成别的"}, headers={"If-Match": '"1"'}
            ).status_code in (
                403,
                404,
            )
            assert step(caller, contract, "cancel", reason="x").status_code in (403, 404)
        assert as_stranger.get(path).status_code == 401
        assert scenario.institution.get(path).status_code == 200

    def test_the_same_key_drafts_once(self, scenario: Scenario) -> None:
        headers = {"Idempotency-Key": "contract-0001"}
        body = DRAFT | self.parties(scenario)
        first = scenario.enterprise.post("/v1/contracts", json=body, headers=headers)
        again = scenario.enterprise.post("/v1/contracts", json=body, headers=headers)
        assert ok(first, 201) == ok(again, 201)
        with scenario.database.reading() as session:
            assert len(session.scalars(select(Contract)).all()) == 1


def test_lists_are_filtered_and_paged(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement()
    first = meeting.signed(kind="patent_licence")
    second = ok(meeting.contract(kind="service"), 201)
    ok(register(scenario, first))
    ok(step(scenario.operator, first, "land", landed_on=day(), landed_in_jinan=True))
    for params, expected in (
        ({}, [second, first]),
        ({"state": ["registered", "signed"]}, []),
        ({"state": ["landed", "signed"]}, [first]),
        ({"signed_by_both": False}, [second]),
        ({"outside_engagement": True}, []),
        ({"kind": "licence"}, [first]),
        ({"kind": "技术服务"}, [second]),
        ({"landed": True}, [first]),
        ({"landed": False}, [second]),
        ({"landed_in_jinan": True}, [first]),
        ({"organisation_id": str(scenario.enterprise.organisation_id)}, [second, first]),
        ({"organisation_id": str(UUID(int=1))}, []),
        ({"manager_id": str(scenario.lead_id)}, [second, first]),
        ({"engagement_id": meeting.id, "registered_from": day(), "registered_to": day()}, [first]),
        ({"signed_from": day(1)}, []),
        ({"registered_from": day().replace("-", "/")}, [first]),
        ({"registration_no": "2026-370100-000001"}, [first]),
    ):
        found = ok(scenario.operator.get("/v1/contracts", params=params))["items"]
        assert [one["id"] for one in found] == [one["id"] for one in expected], params
    page = ok(scenario.lead.get("/v1/contracts", params={"limit": 1}))
    rest = ok(scenario.lead.get("/v1/contracts", params={"limit": 1, "cursor": page["next_cursor"]}))
    assert [page["items"][0]["id"], rest["items"][0]["id"]] == [second["id"], first["id"]]
    assert rest["next_cursor"] is None


TODAY = date(2026, 11, 26)
days = st.none() | st.integers(-60, 60).map(lambda n: TODAY + timedelta(days=n))
amounts = st.integers(1, 10_000).map(lambda n: Decimal(n).scaleb(-2))


@given(
    dates=st.fixed_dictionaries(
        dict.fromkeys(("signed_on", "starts_on", "ends_on", "registered_on", "landed_on"), days)
    ),
    deal=amounts,
    technology=amounts,
    payments=st.lists(amounts, max_size=3),
    same=st.booleans(),
)
def test_exactly_the_wrong_fields_are_named(
    dates: dict[str, date | None],
    deal: Decimal,
    technology: Decimal,
    payments: list[Decimal],
    same: bool,
) -> None:
    terms = Contract(
        deal_amount_wan=deal,
        technology_amount_wan=technology,
        **dates,
    )
    expected = set()
    for earlier, later in DATE_ORDER:
        first, second = dates[earlier], dates[later]
        if first and second and first > second:
            expected.add(later)
    expected |= {name for name in NOT_IN_FUTURE if (day_ := dates[name]) is not None and day_ > TODAY}
    expected |= {"technology_amount_wan"} if technology > deal else set()
    expected |= {"payments"} if sum(payments) > deal else set()
    expected |= {"seller_org_id"} if same else set()
    found = faults_of_terms(terms, payments_wan=payments, same_party=same, today=TODAY)
    assert {error.field for error in found} == expected


def test_days_of_old_rules_hold_no_other_change_and_are_checked_when_it_is_signed(scenario: Scenario) -> None:
    case = scenario.agreed_engagement().reach("negotiating")
    draft = ok(case.contract(), 201)
    old = {"starts_on": date(1900, 1, 1), "ends_on": date(2150, 1, 1)}
    with scenario.database.unit_of_work() as session:
        session.execute(update(Contract).values(**old))
    assert ok(amend(scenario.lead, draft, title="耐磨涂层中试"))["title"] == "耐磨涂层中试"
    assert wrong_fields(amend(scenario.lead, draft, starts_on="1900-01-02")) == ["starts_on"]
    unsigned = sign(scenario.enterprise, draft["id"], day())
    assert sorted(wrong_fields(unsigned)) == ["ends_on", "starts_on", "starts_on"], "all at once"
    contract = case.sign_both(ok(amend(scenario.lead, draft, starts_on=day(), ends_on=day(300))))
    with scenario.database.unit_of_work() as session:
        session.execute(update(Contract).values(ends_on=old["ends_on"]))
    ok(amend(scenario.enterprise, contract, deal_amount_wan="130", reason="增加中试"))
    amended = ok(sign(scenario.institution, contract["id"], day()))
    assert Decimal(amended["deal_amount_wan"]) == 130
    postponed = amend(scenario.enterprise, contract, ends_on="2151-01-01", reason="延期")
    assert wrong_fields(postponed) == ["ends_on"]
