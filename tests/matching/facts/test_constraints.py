"""Hard constraints between a demand and an achievement."""

from datetime import date
from decimal import Decimal

import pytest

from app.matching.facts.constraints import hard_constraints, region_nearness, terms
from tests.matching.ranking.pairs_of_facts import achievement, demand

TODAY = date(2026, 6, 1)


def codes(asking: object, offered: object, **arguments: object) -> list[str]:
    return [broken.code for broken in hard_constraints(asking, offered, today=TODAY, **arguments)]  # type: ignore[arg-type]


def test_a_pair_of_strangers_breaks_no_rule() -> None:
    assert codes(demand(deadline=TODAY), achievement()) == []


def test_only_published_and_unexpired_records_match() -> None:
    assert codes(demand(), achievement(), demand_state="submitted", achievement_state="withdrawn") == [
        "demand_not_published",
        "achievement_not_published",
    ]
    assert codes(demand(deadline=date(2026, 5, 31)), achievement()) == ["demand_expired"]
    assert codes(demand(), achievement(), achievement_valid_until=date(2026, 5, 31)) == [
        "achievement_expired"
    ]


def test_an_organisation_does_not_match_itself_or_its_group() -> None:
    assert codes(demand(), achievement(owner_org="buyer", party_orgs=())) == ["same_owner"]
    assert codes(demand(), achievement(party_orgs=("seller", "buyer"))) == ["same_owner"]
    family = {"buyer": "group", "seller": "group"}
    assert codes(demand(), achievement(), org_family=family) == ["same_family"]


def test_excluded_organisations_never_match_even_through_their_group() -> None:
    assert codes(demand(excluded_orgs=("seller",)), achievement()) == ["excluded_org"]
    family = {"daughter": "group", "seller": "group"}
    assert codes(demand(excluded_orgs=("daughter",)), achievement(), org_family=family) == ["excluded_org"]


def test_records_without_organisations_are_not_taken_for_one_owner() -> None:
    assert codes(demand(owner_org=None, party_orgs=()), achievement(owner_org=None, party_orgs=())) == []


def test_every_violation_speaks_chinese_and_english() -> None:
    for broken in hard_constraints(
        demand(), achievement(owner_org="buyer"), today=TODAY, demand_state="draft"
    ):
        assert broken.zh
        assert broken.en


def test_terms_hold_fail_or_are_unknown() -> None:
    asking = demand(
        min_trl=7, budget_max_wan=Decimal(100), cooperation_modes=("licence", "service"), region="370102"
    )
    offered = achievement(trl=6, price_min_wan=Decimal("99.50"), transfer_modes=("service",), region="370112")
    assert [(term.code, term.state) for term in terms(asking, offered)] == [
        ("trl", "fails"),
        ("price", "holds"),
        ("mode", "holds"),
        ("region", "holds"),
    ]
    assert {term.state for term in terms(demand(), achievement())} == {"unknown"}
    assert "99.50" in terms(asking, offered)[1].zh


@pytest.mark.parametrize(
    ("one", "other", "nearness"),
    [
        ("370102", "370102", 1.0),
        ("370102", "370100", 0.75),
        ("370102", "370200", 0.5),
        ("370102", "110000", 0.0),
        ("000000", "000000", 0.0),
        (None, "370102", None),
    ],
)
def test_region_nearness(one: str | None, other: str | None, nearness: float | None) -> None:
    assert region_nearness(one, other) == nearness == region_nearness(other, one)
