"""Vocabularies over HTTP, for forms and importers."""

import pytest

from tests.libraries.conftest import World


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Vocabularies are not in the database."""
    return sqlite_url


def test_all_vocabularies(world: World) -> None:
    found = world.stranger.get("/v1/vocabularies").json()
    assert {"hightech_fields", "regions", "transfer_modes", "trl"} <= {entry["name"] for entry in found}
    assert all(entry["size"] > 0 and entry["zh"] for entry in found)


def test_one_vocabulary(world: World) -> None:
    fields = world.stranger.get("/v1/vocabularies/hightech_fields").json()
    codes = {term["code"]: term for term in fields["terms"]}
    assert codes["405"]["parent"] == "40"
    assert codes["405"]["zh"] == "精细和专用化学品"
    missing = world.stranger.get("/v1/vocabularies/colours")
    assert missing.status_code == 404
    assert "regions" in missing.json()["names"]
