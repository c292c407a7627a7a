"""Two hundred made-up managers: their tiers, and the same from a spreadsheet's point of view.

The other way is independent on purpose: plain tables, column by column with pandas, and the limits typed in again
from the policy. It shares no code with the engine, and knows the contracts from how they were made, not from a query.
"""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pandas
import pytest

from app.accounts.models import Organisation
from app.database import new_id
from app.engagements.contract_models import Contract, ContractShare
from app.libraries.managers.models import Manager
from app.talent.certificates.models import TrainingCertificate
from tests.support.scenario import Scenario

MANAGERS = 200
AS_OF = date(2026, 11, 26)  # the day on which these tests see recognition


def made(seed: int) -> tuple[list[UUID], list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Managers, contracts, shares and certificates, gathered about the limits of every tier."""
    chance = random.Random(seed)
    managers = [new_id() for _ in range(MANAGERS)]
    contracts, shares, papers = [], [], []
    for place, manager in enumerate(managers):
        kind = place % 5
        number, total = {
            0: (chance.choice([19, 20, 21]), chance.choice(["4999.99", "5000.00", "6000.00"])),
            1: (chance.choice([9, 10, 11]), chance.choice(["499.99", "500.00", "900.00"])),
            2: (chance.choice([1, 2]), chance.choice(["9.99", "10.00", "49.99", "50.00"])),
            3: (chance.choice([3, 12]), chance.choice(["60.00", "510.00"])),
            4: (0, "0"),
        }[kind]
        rest = Decimal(total)
        for left in range(number, 0, -1):
            part = rest if left == 1 else (Decimal(total) / number).quantize(Decimal("0.01"))
            rest -= part
            signed = date(chance.choice([2026] * (9 if kind < 3 else 3) + [2025]), chance.randint(1, 5), 7)
            fate = chance.random()
            contracts.append(
                {
                    "id": new_id(),
                    "deal": part,
                    "signed": signed,
                    "registered": signed + timedelta(days=20) if fate > 0.03 else None,
                    "landed": signed + timedelta(days=60) if fate > 0.08 else None,
                    "in_jinan": fate > 0.12,
                    "cancelled": fate > 0.97,
                    "engagement": None,
                }
            )
            partner = chance.choice(managers) if kind == 3 else manager
            percent = Decimal(chance.choice(["50", "33.33", "99.99"])) if partner != manager else Decimal(100)
            shares.append((contracts[-1]["id"], manager, percent, chance.random() > 0.02))
            if partner != manager:
                shares.append((contracts[-1]["id"], partner, 100 - percent, True))
        for level in chance.sample(["primary", "intermediate", "advanced", None], 1):
            if level:
                papers.append(
                    {
                        "manager": manager,
                        "level": level,
                        "valid_to": chance.choice([None, date(2026, 2, 1), date(2028, 1, 1)]),
                        "state": chance.choice(["verified", "verified", "verified", "submitted", "revoked"]),
                    }
                )
    rows = [
        {"contract": contract, "manager": manager, "percent": percent, "confirmed": confirmed}
        for contract, manager, percent, confirmed in shares
    ]
    return managers, contracts, rows, papers


def store(
    scenario: Scenario,
    managers: list[UUID],
    contracts: list[dict[str, Any]],
    shares: list[dict[str, Any]],
    papers: list[dict[str, Any]],
) -> None:
    organisation = scenario.registered_organisation()
    with scenario.database.unit_of_work() as session:
        buyer, seller = (
            Organisation(name=name, kind="enterprise", region="370102") for name in ("甲方", "乙方")
        )
        session.add_all([buyer, seller])
        session.flush()
        session.add_all(
            Manager(
                id=id_,
                number=f"JN-M-2026-{place:06d}",
                title=f"经理{place}",
                owner_org_id=organisation.id,
                state="published",
            )
            for place, id_ in enumerate(managers)
        )
        session.flush()
        moment = managers and organisation.created_at
        by_contract: dict[UUID, list[ContractShare]] = {}
        for row in shares:
            by_contract.setdefault(row["contract"], []).append(
                ContractShare(
                    manager_id=row["manager"],
                    percent=row["percent"],
                    confirmed_at=moment if row["confirmed"] else None,
                )
            )
        for place, one in enumerate(contracts):
            registered = one["registered"] is not None
            session.add(
                Contract(
                    id=one["id"],
                    number=f"HT-2026-{place:06d}",
                    kind="service",
                    title=f"合同{place}",
                    buyer_org_id=buyer.id,
                    seller_org_id=seller.id,
                    deal_amount_wan=one["deal"],
                    technology_amount_wan=one["deal"],
                    signed_on=one["signed"],
                    agreed_at=moment,
                    registered_on=one["registered"],
                    registration_no=f"R{place}" if registered else None,
                    landed_on=one["landed"],
                    landed_in_jinan=one["landed"] is not None and one["in_jinan"],
                    state="cancelled" if one["cancelled"] else "registered" if registered else "signed",
                    shares=by_contract[one["id"]],
                )
            )
        session.add_all(
            TrainingCertificate(
                manager_id=one["manager"],
                level=one["level"],
                number=f"ZS-{place}",
                issued_by="基地",
                issued_on=date(2025, 1, 1),
                valid_to=one["valid_to"],
                evidence="档案",
                state=one["state"],
            )
            for place, one in enumerate(papers)
        )


def by_spreadsheet(
    managers: list[UUID],
    contracts: list[dict[str, Any]],
    shares: list[dict[str, Any]],
    papers: list[dict[str, Any]],
) -> pandas.DataFrame:
    """One row a manager: projects, amounts, certificate and tier, from joined tables and column sums."""
    lines = pandas.DataFrame(shares).merge(pandas.DataFrame(contracts), left_on="contract", right_on="id")
    lines = lines[lines["confirmed"] & ~lines["cancelled"] & lines["registered"].notna()]
    lines = lines[lines["registered"].map(lambda day: day <= AS_OF)]
    lines["part"] = lines["deal"] * lines["percent"] / 100
    lines["this_year"] = lines["registered"].map(lambda day: day.year == 2026)
    landed = lines[lines["landed"].notna() & lines["in_jinan"]]
    landed = landed[landed["landed"].map(lambda day: day <= AS_OF)]
    sheet = pandas.DataFrame(index=pandas.Index(managers))
    sheet["projects"] = landed.groupby("manager").size()
    sheet["year"] = lines[lines["this_year"]].groupby("manager")["part"].sum()
    sheet["total"] = lines.groupby("manager")["part"].sum()
    good = pandas.DataFrame(papers)
    good = good[(good["state"] == "verified")]
    good = good[good["valid_to"].map(lambda day: pandas.isna(day) or day >= AS_OF)]
    sheet["certificate"] = good.groupby("manager")["level"].first()
    sheet = sheet.astype(object)
    sheet[["projects", "year", "total"]] = sheet[["projects", "year", "total"]].fillna(Decimal(0))
    tiers = []
    for projects, year, total, level in sheet.itertuples(index=False):
        if projects >= 20 and year >= 5000:
            tiers.append("C")
        elif projects >= 10 and year >= 500:
            tiers.append("D")
        elif (
            level == "advanced"
            or (level == "intermediate" and total >= 10)
            or (level == "primary" and total >= 50)
        ):
            tiers.append("E")
        else:
            tiers.append("-")
    sheet["tier"] = tiers
    return sheet


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2026])
def test_tiers_equal_a_spreadsheet(scenario: Scenario, seed: int) -> None:
    managers, contracts, shares, papers = made(seed)
    store(scenario, managers, contracts, shares, papers)
    expected = by_spreadsheet(managers, contracts, shares, papers)
    counts = expected["tier"].value_counts()
    assert all(counts[tier] >= 5 for tier in ("C", "D", "E", "-")), (
        counts
    )  # the examples must reach every tier

    round_ = scenario.operator_client.post(
        "/v1/recognition-rounds", {"year": 2026, "title": "2026年度认定"}
    ).json()
    frozen = scenario.operator_client.post(f"/v1/recognition-rounds/{round_['id']}/freeze", {})
    assert frozen.status_code == 200, frozen.text
    found: dict[UUID, dict[str, Any]] = {}
    cursor = None
    while True:
        params = {"limit": 100} | ({"cursor": cursor} if cursor else {})
        page = scenario.operator_client.get(f"/v1/recognition-rounds/{round_['id']}/entries", **params).json()
        found |= {UUID(row["manager_id"]): row for row in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    for id_, row in expected.iterrows():
        entry = found.get(id_)  # the index holds ids
        if entry is None:
            assert (row["tier"], row["total"], row["projects"]) == ("-", 0, 0)
            continue
        assert (entry["computed_tier"] or "-") == row["tier"]
        assert Decimal(entry["figures"]["amount_year_wan"]) == row["year"]
        assert Decimal(entry["figures"]["amount_total_wan"]) == row["total"]
        assert Decimal(entry["figures"]["landed_projects"]) == row["projects"]
    again = scenario.operator_client.post(f"/v1/recognition-rounds/{round_['id']}/recompute").json()
    assert (again["equal"], again["entries"], again["drift"]) == (True, len(found), [])
    for tier in ("C", "D", "E", "-"):
        id_ = expected.index[expected["tier"] == tier][0]
        answer = scenario.operator_client.get(f"/v1/managers/{id_}/tier", year=2026).json()
        assert (answer["tier"] or "-") == tier
