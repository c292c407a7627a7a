"""From a contract's first draft to a tier, by the real services of contracts and their events."""

from collections.abc import Iterable
from uuid import UUID

from app.accounts.models import Organisation, Role
from tests.support.http import ok
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient
from tests.support.scenario.recognition import Person

DAY = "2026-05-04"
PARTIES = ("buyer_org_id", "seller_org_id")


def signed(scenario: Scenario, amount: str, shares: dict[Person, str]) -> str:
    """Drafted by the first manager; each confirms their own share, then both parties sign."""
    buyer, seller = scenario.registered_organisation(), scenario.registered_organisation()
    lead = next(iter(shares))
    body = {
        "kind": "development",
        "title": "耐磨涂层开发",
        "deal_amount_wan": amount,
        "technology_amount_wan": amount,
        "starts_on": DAY,
        "ends_on": "2027-05-04",
        "buyer_org_id": str(buyer.id),
        "seller_org_id": str(seller.id),
        "shares": [{"manager_id": str(one.id), "percent": percent} for one, percent in shares.items()],
    }
    id_: str = ok(lead.http.post("/v1/contracts", body), 201)["id"]
    for manager in shares:
        ok(manager.http.post(f"/v1/contracts/{id_}/shares/confirm"))
    sign_by(signing_parties(scenario, id_), id_)
    return id_


def sign_by(parties: Iterable[UserClient], contract: str) -> None:
    for party in parties:
        etag = party.get(f"/v1/contracts/{contract}").headers["etag"]
        ok(party.post(f"/v1/contracts/{contract}/sign", {"signed_on": DAY}, If_Match=etag))


def signing_parties(scenario: Scenario, contract: str) -> list[UserClient]:
    """Users of both parties of the contract."""
    read = ok(scenario.operator_client.get(f"/v1/contracts/{contract}"))
    with scenario.database.reading() as session:
        organisations = [session.get_one(Organisation, UUID(read[name])) for name in PARTIES]
        session.expunge_all()
    return [
        scenario.user_client(role, organisation)
        for role, organisation in zip((Role.ENTERPRISE, Role.INSTITUTION), organisations, strict=True)
    ]


def tier(manager: Person) -> str | None:
    answer = manager.http.get("/v1/tiers").json()["items"]
    return answer[0]["tier"] if answer else None


def test_registration_makes_e_landing_makes_d_and_an_amendment_unmakes_it(scenario: Scenario) -> None:
    lead, partner = scenario.recognised_manager("周明"), scenario.recognised_manager("吴越")
    scenario.verified_certificate(lead.id, "intermediate")
    scenario.signed_contracts(lead.id, 9, deal="1.00", landed_on=None)
    contract = signed(scenario, "625.00", {lead: "80", partner: "20"})
    scenario.work()
    assert tier(lead) is None  # signed contracts do not count before their registration
    bureau = scenario.operator_client
    registered = {"registration_no": "2026-370100-000001", "registered_on": DAY}
    ok(bureau.post(f"/v1/contracts/{contract}/register", registered))
    scenario.work()
    assert (tier(lead), tier(partner)) == ("E", None)
    found = scenario.tier_of(lead)
    (line,) = [one for one in found["contracts"] if one["contract_id"] == contract]
    assert (line["share"], line["amount_wan"], line["project_reason"]) == ("80.00", "500.00", "not_landed")

    for one in found["contracts"]:
        ok(
            bureau.post(
                f"/v1/contracts/{one['contract_id']}/land", {"landed_on": DAY, "landed_in_jinan": True}
            )
        )
    scenario.work()
    assert (tier(lead), tier(partner)) == ("D", None)

    version = ok(bureau.get(f"/v1/contracts/{contract}"))["version"]
    change = {"deal_amount_wan": "600.00", "technology_amount_wan": "600.00", "reason": "减少中试内容"}
    ok(bureau.patch(f"/v1/contracts/{contract}", change, If_Match=f'"{version}"'))
    scenario.work()
    assert tier(lead) == "D"  # the amendment is not signed
    buyer, seller = signing_parties(scenario, contract)
    sign_by([buyer], contract)
    scenario.work()
    assert tier(lead) == "D"  # by one party alone
    sign_by([seller], contract)
    scenario.work()
    assert tier(lead) == "E"  # 480 + 9 of the others
    ok(bureau.post(f"/v1/contracts/{contract}/cancel", {"reason": "双方协商解除"}))
    scenario.work()
    changes = lead.http.get(f"/v1/managers/{lead.id}/tier-changes").json()["items"]
    assert [(one["before"], one["after"], one["cause"]) for one in reversed(changes)] == [
        (None, "E", "contract.registered"),
        ("E", "D", "contract.landed"),
        ("D", "E", "contract.amended"),
        ("E", None, "contract.cancelled"),
    ]


def test_shares_change_with_the_consent_of_all_managers_and_both_parties(scenario: Scenario) -> None:
    lead, partner = scenario.recognised_manager("周明"), scenario.recognised_manager("吴越")
    scenario.verified_certificate(lead.id, "intermediate")
    scenario.signed_contracts(lead.id, 9, deal="1.00", landed_on=None)
    contract = signed(scenario, "625.00", {lead: "80", partner: "20"})
    bureau = scenario.operator_client
    registered = {"registration_no": "2026-370100-000002", "registered_on": DAY}
    version = ok(bureau.post(f"/v1/contracts/{contract}/register", registered))["version"]
    scenario.work()
    assert tier(lead) == "E"
    shares = [
        {"manager_id": str(one.id), "percent": percent} for one, percent in ((lead, "90"), (partner, "10"))
    ]
    body = {"shares": shares, "reason": "更正分成"}
    ok(bureau.patch(f"/v1/contracts/{contract}", body, If_Match=f'"{version}"'))
    scenario.work()
    assert share_of(scenario, lead, contract) == "80.00"  # nobody has consented to the new shares
    for manager in (lead, partner):
        ok(manager.http.post(f"/v1/contracts/{contract}/shares/confirm"))
    sign_by(signing_parties(scenario, contract), contract)
    scenario.work()
    assert share_of(scenario, lead, contract) == "90.00"
    assert tier(lead) == scenario.tier_of(lead)["tier"] == "E"


def share_of(scenario: Scenario, manager: Person, contract: str) -> str:
    (line,) = [one for one in scenario.tier_of(manager)["contracts"] if one["contract_id"] == contract]
    return str(line["share"])


def test_a_party_that_moves_changes_the_tiers_of_its_contracts_managers(scenario: Scenario) -> None:
    """Where it counts whether the parties are in Jinan, an organisation's own word on its region decides."""
    chosen = {"parties": "both_in_jinan", "reason": "局务会纪要 5 号"}
    ok(scenario.operator_client.patch("/v1/tier-rules/jinan-2026/configuration", chosen, If_Match='"0"'))
    lead = scenario.recognised_manager("周明")
    scenario.verified_certificate(lead.id, "intermediate")
    buyer = scenario.registered_organisation()
    scenario.signed_contract(lead.id, deal="50.00", buyer=buyer)
    scenario.emit_event("tiers.outdated", lead.id, manager_ids=[str(lead.id)])
    scenario.work()
    assert tier(lead) == "E"

    def move(region: str) -> None:
        path = f"/v1/organisations/{buyer.id}"
        read = scenario.operator_client.get(path)
        ok(scenario.operator_client.patch(path, {"region": region}, If_Match=read.headers["etag"]))
        scenario.work()

    move("370200")
    assert tier(lead) is None
    move("370102")
    assert tier(lead) == "E"
    before = scenario.operator_client.get(f"/v1/managers/{lead.id}/tier-changes").json()["items"]
    read = scenario.operator_client.get(f"/v1/organisations/{buyer.id}")
    renamed = {"name": f"{buyer.name}集团"}
    ok(
        scenario.operator_client.patch(
            f"/v1/organisations/{buyer.id}", renamed, If_Match=read.headers["etag"]
        )
    )
    scenario.work()
    assert scenario.operator_client.get(f"/v1/managers/{lead.id}/tier-changes").json()["items"] == before
    assert scenario.operator_client.get("/v1/tiers").json()["items"][0]["tier"] == "E"
