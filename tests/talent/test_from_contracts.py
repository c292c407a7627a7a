"""From a contract's first draft to a tier, by the real services of contracts and their events."""

from typing import Any

from tests.talent.conftest import Person, World

DAY = "2026-05-04"


def ok(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def signed(world: World, amount: str, shares: dict[Person, str]) -> str:
    """Drafted and signed by the first manager; each confirms his own share."""
    buyer, seller = world.organisation(), world.organisation()
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
    ok(lead.http.post(f"/v1/contracts/{id_}/sign", {"signed_on": DAY}))
    return id_


def tier(manager: Person) -> str | None:
    answer = manager.http.get("/v1/tiers").json()["items"]
    return answer[0]["tier"] if answer else None


def test_registration_makes_e_landing_makes_d_and_an_amendment_unmakes_it(world: World) -> None:
    lead, partner = world.manager("周明"), world.manager("吴越")
    world.certificate(lead.id, "intermediate")
    world.contracts(lead.id, 9, deal="1.00", landed_on=None)
    contract = signed(world, "625.00", {lead: "80", partner: "20"})
    world.work()
    assert tier(lead) is None  # signed contracts do not count before their registration
    bureau = world.operator
    registered = {"registration_no": "2026-370100-000001", "registered_on": DAY}
    ok(bureau.post(f"/v1/contracts/{contract}/register", registered))
    world.work()
    assert (tier(lead), tier(partner)) == ("E", None)
    found = world.tier(lead)
    (line,) = [one for one in found["contracts"] if one["contract_id"] == contract]
    assert (line["share"], line["amount_wan"], line["project_reason"]) == ("80", "500", "not_landed")

    for one in found["contracts"]:
        ok(
            bureau.post(
                f"/v1/contracts/{one['contract_id']}/land", {"landed_on": DAY, "landed_in_jinan": True}
            )
        )
    world.work()
    assert (tier(lead), tier(partner)) == ("D", None)

    version = ok(bureau.get(f"/v1/contracts/{contract}"))["version"]
    change = {"deal_amount_wan": "600.00", "technology_amount_wan": "600.00", "reason": "减少中试内容"}
    ok(bureau.patch(f"/v1/contracts/{contract}", change, If_Match=f'"{version}"'))
    world.work()
    assert tier(lead) == "E"  # 480 + 9 of the others
    ok(bureau.post(f"/v1/contracts/{contract}/cancel", {"reason": "双方协商解除"}))
    world.work()
    changes = lead.http.get(f"/v1/managers/{lead.id}/tier-changes").json()["items"]
    assert [(one["before"], one["after"], one["cause"]) for one in reversed(changes)] == [
        (None, "E", "contract.registered"),
        ("E", "D", "contract.landed"),
        ("D", "E", "contract.amended"),
        ("E", None, "contract.cancelled"),
    ]


def test_a_share_that_is_confirmed_after_an_amendment_counts_at_once(world: World) -> None:
    lead, partner = world.manager("周明"), world.manager("吴越")
    world.certificate(lead.id, "intermediate")
    world.contracts(lead.id, 9, deal="1.00", landed_on=None)
    contract = signed(world, "625.00", {lead: "80", partner: "20"})
    bureau = world.operator
    registered = {"registration_no": "2026-370100-000002", "registered_on": DAY}
    version = ok(bureau.post(f"/v1/contracts/{contract}/register", registered))["version"]
    world.work()
    assert tier(lead) == "E"
    shares = [
        {"manager_id": str(one.id), "percent": percent} for one, percent in ((lead, "90"), (partner, "10"))
    ]
    body = {"shares": shares, "reason": "更正分成"}
    ok(bureau.patch(f"/v1/contracts/{contract}", body, If_Match=f'"{version}"'))
    world.work()
    assert tier(lead) is None  # nobody has confirmed the new shares
    for manager in (lead, partner):
        ok(manager.http.post(f"/v1/contracts/{contract}/shares/confirm"))
    world.work()
    assert tier(lead) == world.tier(lead)["tier"] == "E"


def test_a_party_that_moves_changes_the_tiers_of_its_contracts_managers(world: World) -> None:
    """Where it counts whether the parties are in Jinan, an organisation's own word on its region decides."""
    chosen = {"parties": "both_in_jinan", "reason": "局务会纪要 5 号"}
    ok(world.operator.patch("/v1/tier-rules/jinan-2026/configuration", chosen, If_Match='"0"'))
    lead = world.manager("周明")
    world.certificate(lead.id, "intermediate")
    buyer = world.organisation()
    world.contract(lead.id, deal="50.00", buyer=buyer)
    world.tell("tiers.outdated", lead.id, manager_ids=[str(lead.id)])
    world.work()
    assert tier(lead) == "E"

    def move(region: str) -> None:
        path = f"/v1/organisations/{buyer.id}"
        read = world.operator.get(path)
        ok(world.operator.patch(path, {"region": region}, If_Match=read.headers["etag"]))
        world.work()

    move("370200")
    assert tier(lead) is None
    move("370102")
    assert tier(lead) == "E"
    before = world.operator.get(f"/v1/managers/{lead.id}/tier-changes").json()["items"]
    read = world.operator.get(f"/v1/organisations/{buyer.id}")
    renamed = {"name": f"{buyer.name}集团"}
    ok(world.operator.patch(f"/v1/organisations/{buyer.id}", renamed, If_Match=read.headers["etag"]))
    world.work()
    assert world.operator.get(f"/v1/managers/{lead.id}/tier-changes").json()["items"] == before
    assert world.operator.get("/v1/tiers").json()["items"][0]["tier"] == "E"
