"""The browser, and the sessions of readers."""

import os
import shutil
import sys
from pathlib import Path

import httpx

AXE = Path(__file__).parents[2] / "app" / "web" / "static" / "vendor" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def log_in(base: str, email: str | None, password: str) -> httpx.Client:
    """A browser's session."""
    http = httpx.Client(
        base_url=base, timeout=60, headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    )
    if email is not None:
        answer = http.post("/login", data={"email": email, "password": password})
        assert answer.status_code == 303, f"{email}: {answer.status_code}"
    return http


def chromium() -> str:
    """The system's Chromium."""
    found = (
        os.environ.get("SANKU_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if found is None:
        sys.exit("no Chromium")
    return found
