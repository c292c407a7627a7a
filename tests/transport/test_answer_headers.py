"""Every answer has the headers that protect its reader, refusals and pages included."""

from typing import Any

import pytest

from app.settings import Settings
from tests.support.http import ON_ONE_DATABASE

ADDRESSES = (
    "/v1/demands",
    "/v1/demands?unknown=1",
    "/v1/nothing",
    "/v1/users",
    "/",
    "/login",
    "/nothing",
    "/healthz",
    "/docs",
    "/openapi.json",
)


@ON_ONE_DATABASE
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_answer_lacks_its_protection(client: Any, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    # What everybody sees alike may be shared for a minute, but not with a reader who sends another cookie.
    is_shared = headers["Cache-Control"] == "public, max-age=60" and "Cookie" in headers["Vary"]
    assert is_shared or headers["Cache-Control"] in ("no-store", "private, no-store")
    assert "Strict-Transport-Security" not in headers


def test_what_only_its_reader_may_see_is_stored_nowhere(as_enterprise: Any) -> None:
    for address in ("/v1/me", "/v1/notices", "/v1/demands", "/v1/contracts"):
        answer = as_enterprise.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), address
    refused = as_enterprise.post("/v1/demands", json={})
    assert (refused.status_code, refused.headers["Cache-Control"]) == (422, "no-store")


def test_where_readers_come_by_https_they_stay_with_it(client: Any, app: Any) -> None:
    services = app.state.services
    settings = services[Settings]
    services[Settings] = settings.model_copy(update={"public_url": "https://sanku.example"})
    try:
        assert client.get("/v1/demands").headers["Strict-Transport-Security"] == "max-age=31536000"
    finally:
        services[Settings] = settings


def test_files_of_the_pages_may_be_stored(client: Any) -> None:
    answer = client.get("/static/swagger-ui/swagger-ui.css")
    assert answer.status_code == 200
    assert "no-store" not in answer.headers.get("Cache-Control", "")
