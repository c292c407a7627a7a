"""Filters that only one library has, and who may use them."""

from typing import Any

import pytest

from app.accounts.models import Role
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.managers import manager_payload
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient


def titles(client: UserClient, library: str, **filters: Any) -> set[str]:
    answer = client.get(f"/v1/{library}", **filters)
    assert answer.status_code == 200, answer.text
    return {item["title"] for item in answer.json()["items"]}


def test_managers_by_certificate_language_and_years(scenario: Scenario, operator: UserClient) -> None:
    facts: dict[str, dict[str, Any]] = {
        "林若溪": {
            "years": 12,
            "languages": ["en"],
            "certificates": [{"level": "advanced", "issued_on": "2025-01-01", "number": "A-1"}],
        },
        "周远": {
            "years": 3,
            "languages": ["de"],
            "certificates": [{"level": "primary", "issued_on": "2025-01-01", "number": "J-1"}],
        },
        "许砚": {"years": 5},
    }
    for name, more in facts.items():
        scenario.user_client(Role.MANAGER).create("managers", manager_payload(title=name, **more))
    assert titles(operator, "managers", certificate_min="intermediate") == {"林若溪"}
    assert titles(operator, "managers", certificate_min="primary") == {"林若溪", "周远"}
    assert titles(operator, "managers", speaks=["de"]) == {"周远"}
    assert titles(operator, "managers", years_min=5) == {"林若溪", "许砚"}
    assert titles(operator, "managers", tier=["C"]) == set()


@pytest.mark.parametrize(
    ("limit", "found"), [(10, {"面议"}), (30, {"面议", "三十万"}), (100, {"面议", "三十万", "百万"})]
)
def test_achievements_by_the_most_that_a_buyer_pays(
    institution: UserClient, enterprise: UserClient, limit: int, found: set[str]
) -> None:
    """A price to be negotiated is within every limit, and the lowest price of a range counts."""
    for title, prices in {"面议": (None, None), "三十万": (30, 500), "百万": (None, 100)}.items():
        institution.create(
            "achievements",
            achievement_payload(title=title, price_min_wan=prices[0], price_max_wan=prices[1]),
        )
    assert titles(enterprise, "achievements", price_max=limit) == found


def test_only_verified_organisations_narrow_by_price(scenario: Scenario) -> None:
    """A stranger could otherwise find out a hidden price by asking again and again."""
    anonymous = scenario.anonymous_client.get("/v1/achievements", price_max=10)
    assert anonymous.status_code == 401
    unverified = scenario.user_client(Role.ENTERPRISE, scenario.registered_organisation(verified=False))
    refused = unverified.get("/v1/achievements", price_max=10)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_verified")
