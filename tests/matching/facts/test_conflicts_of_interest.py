"""Conflicts of interest between a manager and the sides of a pair."""

import pytest

from app.matching.facts.conflicts_of_interest import find_conflict_of_interest
from tests.matching.ranking.pairs_of_facts import achievement, demand, manager


def test_a_stranger_has_no_conflict() -> None:
    assert find_conflict_of_interest(manager(affiliations=("agency",)), demand(), achievement()) is None


@pytest.mark.parametrize(
    ("party", "kind"), [("buyer", "affiliation"), ("seller", "affiliation"), ("partner", "co_ownership")]
)
def test_an_affiliation_with_any_party_is_a_conflict(party: str, kind: str) -> None:
    found = find_conflict_of_interest(
        manager(affiliations=(party,)), demand(), achievement(party_orgs=("seller", "partner"))
    )
    assert found is not None
    assert (found.kind, found.org) == (kind, party)


def test_the_group_of_a_co_owner_is_a_conflict() -> None:
    family = {"sister": "group", "partner": "group"}
    shared = achievement(party_orgs=("seller", "partner"))
    found = find_conflict_of_interest(manager(affiliations=("sister",)), demand(), shared, family)
    assert found is not None
    assert (found.kind, found.org) == ("family", "partner")


def test_a_sister_company_of_a_party_is_a_conflict() -> None:
    family = {"sister": "group", "seller": "group"}
    found = find_conflict_of_interest(manager(affiliations=("sister",)), demand(), achievement(), family)
    assert found is not None
    assert found.kind == "family"


@pytest.mark.parametrize("declared", ["buyer", "d", "a", "group"])
def test_what_the_manager_declared_is_a_conflict(declared: str) -> None:
    found = find_conflict_of_interest(
        manager(declared_conflicts=(declared,)), demand(), achievement(), {"buyer": "group"}
    )
    assert found is not None
    assert found.kind == "declared"
    assert found.zh
    assert found.en
