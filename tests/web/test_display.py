"""Language and theme: chosen by a link, kept in cookies, complete in English."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from fastapi.testclient import TestClient

from app.web.i18n import LOCALE, choose
from scripts import web_messages
from tests.web.html import text_of

CATALOGUES = sorted((LOCALE / "en" / "LC_MESSAGES").glob("*.po"))
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def test_a_link_switches_language_and_theme(browser: TestClient) -> None:
    answer = browser.get("/login?next=/search&lang=en&theme=dark")
    assert answer.headers["location"] == "/login?next=%2Fsearch"
    page = browser.get(answer.headers["location"])
    assert '<html lang="en" data-theme="dark">' in page.text
    assert "Log in" in text_of(page.text)


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        (None, "", "zh"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "fr,zh-TW;q=0.8,en;q=0.5", "zh"),
        (None, "fr", "zh"),
        ("en", "zh-CN", "en"),
        ("xx", "en", "en"),
    ],
)
def test_the_choice_goes_before_what_the_browser_asks_for(
    cookie: str | None, accepted: str, language: str
) -> None:
    assert choose(cookie, accepted) == language


def test_english_is_complete() -> None:
    """Run `make messages` after a change of texts, and translate what it adds."""
    used = {text for texts in web_messages.messages().values() for text in texts}
    known = {message.id: message for path in CATALOGUES for message in _messages(path)}
    assert {str(one) for one in used} == {str(one) for one in known}, "run `make messages`"
    for text, message in known.items():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), f"no English for {text}"
        assert not message.fuzzy, text
        wanted = Counter(_PLACEHOLDER.findall(text if isinstance(text, str) else text[0]))
        for string in strings:
            assert Counter(_PLACEHOLDER.findall(string)) == wanted, text
            assert not re.search(r"[\u4e00-\u9fff]", string), text


def test_an_english_page_has_no_chinese(browser: TestClient) -> None:
    for address in ("/", "/login", "/no/such/page"):
        text = text_of(browser.get(address, headers={"Accept-Language": "en"}).text)
        assert set(re.findall(r"[\u4e00-\u9fff]+", text)) <= {"中文"}, address


def _messages(path: Path) -> list[Any]:
    with path.open("rb") as file:
        return [message for message in read_po(file) if message.id]
