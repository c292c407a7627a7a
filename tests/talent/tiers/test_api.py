"""Tiers over HTTP: the answer, what-if, the bureau's choices, and the stored tier that follows events."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.accounts.models import Role
from app.clock import today
from app.engagements.contract_models import ContractShare, ContractState, ContractVersion
from app.events.outbox import Event
from app.talent.certificates.models import TrainingCertificate
from app.talent.tiers.models import ManagerTier, TierChange
from tests.support.http import ON_ONE_DATABASE
from tests.support.scenario import Scenario
from tests.support.scenario.recognition import Person

LANDED = date(2026, 5, 1)


def landed(scenario: Scenario, manager: UUID, projects: int, amount: str) -> None:
    """So many contracts landed in Jinan that add up to the amount exactly."""
    scenario.signed_contracts(manager, projects - 1, deal="0.01", landed_on=LANDED)
    rest = Decimal(amount) - Decimal("0.01") * (projects - 1)
    scenario.signed_contract(manager, deal=rest, landed_on=LANDED)


@pytest.mark.parametrize(
    ("projects", "amount", "tier", "gaps"),
    [
        (20, "5000.00", "C", []),
        (19, "5000.00", "D", ["1"]),
        (20, "4999.99", "D", ["0.01"]),
        (10, "500.00", "D", ["10", "4500.00"]),
        (9, "500.00", None, ["advanced", "intermediate", "primary"]),
        (10, "499.99", None, ["advanced", "intermediate", "primary"]),
    ],
)
def test_the_limits_of_c_and_d(
    scenario: Scenario, projects: int, amount: str, tier: str | None, gaps: list[str]
) -> None:
    manager = scenario.recognised_manager()
    landed(scenario, manager.id, projects, amount)
    found = scenario.tier_of(manager)
    assert (found["tier"], found["rule_id"]) == (tier, tier)
    assert [one["gap"] for way in found["missing"] for one in way["conditions"]] == gaps
    assert len(found["contracts"]) == projects
    assert sum(Decimal(line["amount_wan"]) for line in found["contracts"]) == Decimal(amount)


@pytest.mark.parametrize(
    ("level", "amount", "rule"),
    [
        ("advanced", None, "E-1"),
        ("intermediate", "10.00", "E-2"),
        ("intermediate", "9.99", None),
        ("primary", "50.00", "E-3"),
        ("primary", "49.99", None),
    ],
)
def test_the_limits_of_e(scenario: Scenario, level: str, amount: str | None, rule: str | None) -> None:
    manager = scenario.recognised_manager()
    scenario.verified_certificate(manager.id, level)
    if amount:
        scenario.signed_contract(manager.id, deal=amount)
    assert scenario.tier_of(manager)["rule_id"] == rule


def test_the_answer_names_what_it_stands_on(scenario: Scenario) -> None:
    manager = scenario.recognised_manager("周明")
    other = scenario.recognised_manager("吴越")
    counted = scenario.signed_contract({manager.id: "60", other.id: "40"}, deal="100.00", landed_on=LANDED)
    scenario.signed_contract(manager.id, deal="7.00", registered_on=None)
    scenario.verified_certificate(manager.id, "primary", date(2026, 12, 31))
    found = scenario.tier_of(manager)
    assert (found["manager_name"], found["year"], found["tier_zh"], found["wording_zh"]) == (
        "周明",
        2026,
        "E类人才",
        "认定为",
    )
    assert found["source"]["number"] == "济科发〔2025〕38号"
    assert found["figures"] | {"certificate": None} == {
        "landed_projects": "1",
        "amount_year_wan": "60.00",
        "amount_total_wan": "60.00",
        "certificate": None,
        "filed": False,
    }
    assert found["figures"]["certificate"]["valid_to"] == "2026-12-31"
    lines = {line["contract_id"]: line for line in found["contracts"]}
    assert (lines[str(counted)]["share"], lines[str(counted)]["amount_wan"]) == ("60.00", "60.00")
    (left_out,) = (line for line in found["contracts"] if not line["in_total"])
    assert left_out["reasons_zh"] == ["合同未认定登记"]
    assert {one["question"] for one in found["configuration"]} >= {
        "project_window",
        "shared_amounts",
        "year_by",
    }
    assert all(one["choice_zh"] and one["choice_en"] for one in found["configuration"])
    assert found["next_tier"] == "D"
    assert found["day"] == min(today(), date(2026, 12, 31)).isoformat()


def test_a_year_without_rules_is_reported(scenario: Scenario) -> None:
    manager = scenario.recognised_manager()
    answer = scenario.operator_client.get(f"/v1/managers/{manager.id}/tier", year=2031)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "no_rules_for_year")
    assert "2026–2028" in answer.json()["errors"][0]["message_zh"]


class TestWhatIf:
    def test_supposed_contracts_and_certificates(self, scenario: Scenario) -> None:
        manager = scenario.recognised_manager()
        scenario.signed_contract(manager.id, deal="400.00", landed_on=LANDED)
        path = f"/v1/managers/{manager.id}/tier/what-if"
        with scenario.database.reading() as session:
            before = session.scalar(select(func.count()).select_from(Event))
        body = {
            "year": 2026,
            "contracts": [{"deal_amount_wan": "11.12", "landed_in_jinan": True, "count": 9}],
            "certificates": [{"level": "intermediate"}],
        }
        found = manager.http.post(path, body).json()
        assert found["actual_tier"] is None
        supposed = found["supposed"]
        assert (supposed["tier"], supposed["figures"]["amount_year_wan"]) == ("D", "500.08")
        assert sum(line["contract_id"] is None for line in supposed["contracts"]) == 9
        assert [one["gap"] for way in supposed["missing"] for one in way["conditions"]] == ["10", "4499.92"]
        assert scenario.tier_of(manager)["tier"] is None
        with scenario.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Event)) == before

    def test_supposed_choices(self, scenario: Scenario) -> None:
        manager = scenario.recognised_manager()
        scenario.verified_certificate(manager.id, "advanced")
        path = f"/v1/managers/{manager.id}/tier/what-if"
        found = manager.http.post(path, {"year": 2026, "configuration": {"filing": "required"}}).json()
        assert (found["actual_tier"], found["supposed"]["tier"]) == ("E", None)
        assert [one["name"] for one in found["supposed"]["missing"][0]["conditions"]] == ["filing"]

    @ON_ONE_DATABASE
    @pytest.mark.parametrize(
        ("contract", "field"),
        [
            ({"deal_amount_wan": "0"}, "contracts.0.deal_amount_wan"),
            ({"deal_amount_wan": "1", "technology_amount_wan": "2"}, "contracts.0.technology_amount_wan"),
            ({"deal_amount_wan": "1", "share": 101}, "contracts.0.share"),
            ({"deal_amount_wan": "1", "count": 101}, "contracts.0.count"),
        ],
    )
    def test_nonsense_is_refused(self, scenario: Scenario, contract: dict[str, Any], field: str) -> None:
        manager = scenario.recognised_manager()
        answer = manager.http.post(f"/v1/managers/{manager.id}/tier/what-if", {"contracts": [contract]})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


class TestChoices:
    PATH = "/v1/tier-rules/jinan-2026/configuration"

    def test_the_bureau_chooses_and_every_tier_follows(self, scenario: Scenario) -> None:
        manager = scenario.recognised_manager()
        scenario.signed_contract({manager.id: "50"}, deal="20.00")
        scenario.verified_certificate(manager.id, "intermediate")
        assert scenario.tier_of(manager)["tier"] == "E"
        present = scenario.operator_client.get(self.PATH)
        assert (present.headers["etag"], present.json()["reason"]) == ('"0"', None)
        body = {"amount_basis": "technology", "shared_amounts": "full", "reason": "局务会纪要 3 号"}
        assert scenario.operator_client.patch(self.PATH, body).status_code == 428
        changed = scenario.operator_client.patch(self.PATH, body, If_Match='"0"')
        assert (changed.headers["etag"], changed.json()["version"]) == ('"1"', 1)
        assert scenario.operator_client.patch(self.PATH, body, If_Match='"0"').status_code == 412
        found = scenario.tier_of(manager)
        chosen = {one["question"]: one["choice"] for one in found["configuration"]}
        assert (chosen["shared_amounts"], chosen["project_window"]) == ("full", "cumulative")
        assert found["configuration_version"] == 1
        assert found["figures"]["amount_year_wan"] == "20.00"
        scenario.work()
        with scenario.database.reading() as session:
            row = session.scalars(select(ManagerTier)).one()
            assert (row.manager_id, row.tier, row.figures["amount_year_wan"]) == (manager.id, "E", "20")

    def test_only_the_bureau_chooses_and_everybody_may_read(self, scenario: Scenario) -> None:
        body = {"filing": "required", "reason": "依据"}
        assert scenario.recognised_manager().http.patch(self.PATH, body, If_Match='"0"').status_code == 403
        assert scenario.anonymous_client.get(self.PATH).status_code == 200
        (rules,) = scenario.anonymous_client.get("/v1/tier-rules").json()
        assert [(rule["id"], rule["wording"]) for rule in rules["rules"]] == [
            ("C", "may"),
            ("D", "is"),
            ("E-1", "is"),
            ("E-2", "is"),
            ("E-3", "is"),
        ]
        assert scenario.operator_client.get("/v1/tier-rules/none/configuration").status_code == 404


class TestEvents:
    """The stored tier follows what happens, and each change of it is kept."""

    def changes(self, scenario: Scenario, manager: Person) -> list[tuple[Any, ...]]:
        answer = scenario.operator_client.get(f"/v1/managers/{manager.id}/tier-changes").json()["items"]
        return [(one["before"], one["after"], one["cause"]) for one in reversed(answer)]

    def actual(self, scenario: Scenario, manager: Person) -> int:
        return scenario.event_names(str(manager.id)).count("tier.changed")

    def test_from_nothing_to_e_to_d_and_back(self, scenario: Scenario) -> None:
        manager = scenario.recognised_manager()
        paper = scenario.verified_certificate(manager.id, "intermediate")
        contract = scenario.signed_contract(manager.id, deal="10.00", registered_on=None, landed_on=LANDED)
        scenario.emit_event("contract.signed", contract)
        scenario.work()
        assert self.changes(scenario, manager) == []
        scenario.change_contract(
            contract, state=ContractState.REGISTERED, registration_no="R1", registered_on=date(2026, 4, 1)
        )
        scenario.emit_event("contract.registered", contract)
        scenario.work()
        more = scenario.signed_contracts(manager.id, 9, deal="60.00", landed_on=LANDED)
        scenario.emit_event("contract.landed", more[0])
        scenario.work()
        scenario.change_contract(more[0], deal_amount_wan=Decimal("9.99"), technology_amount_wan=Decimal("1"))
        scenario.announce_amendment(more[0])
        scenario.work()
        scenario.change_contract(contract, state=ContractState.CANCELLED)
        scenario.emit_event("contract.cancelled", contract)
        scenario.work()
        revoked = scenario.operator_client.post(f"/v1/certificates/{paper}/revoke", {"note": "编号不实"})
        assert revoked.status_code == 200
        scenario.work()
        assert self.changes(scenario, manager) == [
            (None, "E", "contract.registered"),
            ("E", "D", "contract.landed"),
            ("D", "E", "contract.amended"),
            ("E", None, "certificate.revoked"),
        ]
        assert self.actual(scenario, manager) == 4

    def test_the_same_event_twice_changes_nothing(self, scenario: Scenario) -> None:
        manager = scenario.recognised_manager()
        scenario.verified_certificate(manager.id, "advanced")
        contract = scenario.signed_contract(manager.id)
        for _ in range(2):
            scenario.emit_event("contract.registered", contract)
            scenario.work()
        assert len(self.changes(scenario, manager)) == self.actual(scenario, manager) == 1
        with scenario.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(ManagerTier)) == 1

    def test_a_manager_who_lost_their_share_is_computed_too(self, scenario: Scenario) -> None:
        leaving, staying = scenario.recognised_manager("周明"), scenario.recognised_manager("吴越")
        for manager in (leaving, staying):
            scenario.verified_certificate(manager.id, "primary")
        contract = scenario.signed_contract({leaving.id: "50", staying.id: "50"}, deal="100.00")
        scenario.emit_event("contract.registered", contract)
        scenario.work()
        with scenario.database.unit_of_work() as session:
            session.add(
                ContractVersion(
                    contract_id=contract,
                    version=1,
                    action="register",
                    data={"shares": [{"manager_id": str(leaving.id)}, {"manager_id": str(staying.id)}]},
                )
            )
            gone = session.scalars(select(ContractShare).where(ContractShare.manager_id == leaving.id)).one()
            session.delete(gone)
        scenario.announce_amendment(contract)
        scenario.work()
        assert [after for _, after, _ in self.changes(scenario, leaving)] == ["E", None]
        assert [after for _, after, _ in self.changes(scenario, staying)] == ["E"]

    def test_a_tier_of_a_former_year_is_computed_for_this_one(self, scenario: Scenario) -> None:
        from app.talent.tiers.service import refresh_outdated_years

        manager = scenario.recognised_manager()
        scenario.verified_certificate(manager.id, "advanced")
        with scenario.database.unit_of_work() as session:
            session.add(
                ManagerTier(
                    manager_id=manager.id,
                    year=today().year - 1,
                    day=date(today().year - 1, 12, 31),
                    tier="D",
                    rule_id="D",
                    figures={},
                    inputs="",
                )
            )
        with scenario.database.unit_of_work() as session:
            assert refresh_outdated_years(session) == 1
        with scenario.database.unit_of_work() as session:
            assert refresh_outdated_years(session) == 0
        with scenario.database.reading() as session:
            change = session.scalars(select(TierChange)).one()
            assert (change.before, change.after, change.cause) == ("D", "E", "year.turned")

    def test_a_certificate_that_ends_is_noticed_once(self, scenario: Scenario) -> None:
        from app.talent.certificates.service import emit_expired

        manager = scenario.recognised_manager()
        paper = scenario.verified_certificate(manager.id, "advanced", today())
        scenario.emit_event("certificate.verified", paper, manager_id=str(manager.id))
        scenario.work()
        with scenario.database.unit_of_work() as session:
            assert emit_expired(session) == 0  # its last day counts
        with scenario.database.unit_of_work() as session:
            row = session.get_one(TrainingCertificate, paper)
            row.issued_on, row.valid_to = date(2025, 1, 1), today() - timedelta(days=1)
        for expected in (1, 0):
            with scenario.database.unit_of_work() as session:
                assert emit_expired(session) == expected
        scenario.work()
        assert self.changes(scenario, manager) == [
            (None, "E", "certificate.verified"),
            ("E", None, "certificate.expired"),
        ]

    def test_the_list_of_tiers(self, scenario: Scenario) -> None:
        mine, other = scenario.recognised_manager(), scenario.recognised_manager()
        for manager, level in ((mine, "advanced"), (other, "primary")):
            paper = scenario.verified_certificate(manager.id, level)
            scenario.emit_event("certificate.verified", paper, manager_id=str(manager.id))
        scenario.work()
        everybody = scenario.operator_client.get("/v1/tiers").json()["items"]
        assert {(one["manager_id"], one["tier"]) for one in everybody} == {
            (str(mine.id), "E"),
            (str(other.id), None),
        }
        assert len(scenario.operator_client.get("/v1/tiers", tier="E").json()["items"]) == 1
        assert [one["manager_id"] for one in other.http.get("/v1/tiers").json()["items"]] == [str(other.id)]


def test_whose_business_a_tier_is(scenario: Scenario) -> None:
    organisation = scenario.registered_organisation()
    manager = scenario.recognised_manager(organisation=organisation)
    employer = scenario.user_client(Role.INSTITUTION, organisation)
    path = f"/v1/managers/{manager.id}/tier"
    for reader, status in (
        (manager.http, 200),
        (employer, 200),
        (scenario.operator_client, 200),
        (scenario.recognised_manager().http, 403),
        (scenario.user_client(Role.INSTITUTION), 403),
        (scenario.user_client(Role.ENTERPRISE, organisation), 403),
        (scenario.anonymous_client, 401),
    ):
        assert reader.get(path).status_code == status
        assert reader.post(f"{path}/what-if", {}).status_code == status
        assert reader.get(f"/v1/managers/{manager.id}/tier-changes").status_code == status
