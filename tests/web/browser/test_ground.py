"""What every page has: bars, login, errors, keys, Chinese input; looked at in three widths and two themes."""

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.models import Role
from tests.support.builders.accounts import PASSWORD
from tests.web.browser.conftest import WIDTHS
from tests.web.readers import ReaderOf


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_are_sound_in_every_width_and_theme(
    visitor: Callable[..., Any], width: int, theme: str
) -> None:
    someone = visitor(width=width, theme=theme)
    for path in ("/", "/login", "/no/such/page"):
        someone.open(path)
        someone.check()
    member = visitor(Role.ENTERPRISE, width=width, theme=theme, language="en")
    member.open("/")
    member.page.click(".menu summary")
    member.check()


def test_logging_in_and_out_without_scripts(visitor: Callable[..., Any], reader: ReaderOf) -> None:
    who = reader(Role.MANAGER)
    someone = visitor(scripts=False)
    someone.open("/login")
    someone.page.fill("#email", who.email)
    someone.page.fill("#password", PASSWORD)
    someone.page.click("form#login button.primary")
    someone.page.click(".menu summary")
    someone.page.click("text=退出登录")
    assert "您已退出登录" in someone.page.inner_text("main")


def test_chinese_input_gives_one_input_event_a_word(visitor: Callable[..., Any]) -> None:
    someone = visitor()
    someone.open("/login")
    someone.page.focus("#email")
    someone.page.evaluate(
        "window.seen = [];"
        "document.querySelector('#email').addEventListener('input', (e) => seen.push(e.target.value))"
    )
    session = someone.page.context.new_cdp_session(someone.page)
    for typed in ("x", "xi", "xin", "xin c", "xin cai liao"):
        session.send(
            "Input.imeSetComposition",
            {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)},
        )
    session.send("Input.insertText", {"text": "新材料"})
    assert someone.page.evaluate("seen") == ["新材料"]


def test_a_menu_closes_by_escape_and_by_a_press_elsewhere(visitor: Callable[..., Any]) -> None:
    someone = visitor(Role.OPERATOR)
    someone.open("/")
    for how in ("key", "press"):
        someone.page.click(".menu summary")
        assert someone.page.is_visible("text=退出登录")
        if how == "key":
            someone.page.keyboard.press("Escape")
        else:
            someone.page.click("h1")
        assert not someone.page.is_visible("text=退出登录")
