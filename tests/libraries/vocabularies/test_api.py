"""Vocabularies over HTTP, for forms and importers."""

import pytest

from tests.support.scenario import Scenario


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Vocabularies are not in the database."""
    return sqlite_url


def test_all_vocabularies(scenario: Scenario) -> None:
    found = scenario.anonymous_client.get("/v1/vocabularies").json()
    assert {"hightech_fields", "regions", "transfer_modes", "trl"} <= {entry["name"] for entry in found}
    assert all(entry["size"] > 0 and entry["zh"] for entry in found)


def test_one_vocabulary(scenario: Scenario) -> None:
    fields = scenario.anonymous_client.get("/v1/vocabularies/hightech_fields").json()
    codes = {term["code"]: term for term in fields["terms"]}
    assert codes["405"]["parent"] == "40"
    assert codes["405"]["zh"] == "精细和专用化学品"
    missing = scenario.anonymous_client.get("/v1/vocabularies/colours")
    assert missing.status_code == 404
    assert "regions" in missing.json()["names"]
