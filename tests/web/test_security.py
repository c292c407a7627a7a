"""Origin check, headers, static files."""

import gzip
import hashlib
import re
from base64 import b64encode
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.web.static_files import BUNDLES, FOLDER, static_files


@pytest.fixture
def foreign(app: Any) -> TestClient:
    """A client that says nothing of where it comes from."""
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "http://127.0.0.1:8000"}, True),  # the public address
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_only_pages_of_this_service_change_something(
    foreign: TestClient, headers: dict[str, str], passes: bool
) -> None:
    answer = foreign.post("/login", data={"email": "a@b.example", "password": "x"}, headers=headers)
    assert answer.status_code == (401 if passes else 403)
    if not passes:
        assert "a@b.example" in answer.text, "what was typed is shown again"


def test_the_api_takes_no_notice_of_the_origin(foreign: TestClient) -> None:
    answer = foreign.post("/v1/auth/logout", json={"refresh_token": "x" * 43}, headers={"Origin": "null"})
    assert answer.status_code == 204


def test_pages_have_the_headers_and_the_api_page_has_its_own(foreign: TestClient) -> None:
    page = foreign.get("/login")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    api_page = foreign.get("/docs")
    own = api_page.headers["content-security-policy"]
    (script,) = re.findall(r"<script>(.*?)</script>", api_page.text, flags=re.DOTALL)
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}'" in own


def test_static_files_are_kept_by_their_digest(foreign: TestClient) -> None:
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', foreign.get("/login").text):
        answer = foreign.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
    assert foreign.get("/static/web/site.000000000000.css").status_code == 404
    assert foreign.get("/static/web/../../../pyproject.toml").status_code == 404


def test_own_files_stay_small() -> None:
    """Style and scripts as they travel, compressed."""
    files = static_files()
    assert len(gzip.compress(files["site.css"].content)) <= 14_000
    assert len(gzip.compress(files["site.js"].content)) <= 4_000
    for path in [*FOLDER.rglob("css/*.css"), *FOLDER.rglob("js/*.js")]:
        limit = 400 if path.suffix == ".css" else 120
        assert len(path.read_text(encoding="utf-8").splitlines()) <= limit, path.name


def test_every_style_and_script_is_in_a_bundle() -> None:
    parts = {part for bundle in BUNDLES.values() for part in bundle}
    own = {path.relative_to(FOLDER).as_posix() for path in (*FOLDER.rglob("css/*"), *FOLDER.rglob("js/*"))}
    assert own <= parts


def test_a_form_that_is_too_large_is_refused_as_a_page(browser: TestClient) -> None:
    answer = browser.post("/login", data={"email": "a" * 210_000})
    assert answer.status_code == 413
    assert "提交的内容过大" in answer.text
