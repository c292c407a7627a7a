"""Pages of accounts in a browser."""

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.models import Role
from tests.web.browser.conftest import WIDTHS


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_accounts_are_sound(visitor: Callable[..., Any], width: int) -> None:
    stranger = visitor(width=width, theme="dark" if width == 768 else "light")
    for path in ("/register", "/forgot-password", "/verify-mail?token=x", "/reset-password?token=x"):
        stranger.open(path)
        stranger.check()
    who = visitor(Role.ENTERPRISE, width=width, language="en")
    for path in ("/account/profile", "/account/password", "/account/devices", "/account/security"):
        who.open(path)
        who.check()
    who.page.click("form[action='/account/security/begin'] button")
    who.page.wait_for_selector("[name=secret_code]")
    who.check()


def test_the_steps_of_a_registration_keep_what_was_typed(visitor: Callable[..., Any]) -> None:
    """Without scripts: what was typed before is still there at the end."""
    someone = visitor(scripts=False)
    someone.open("/register")
    page = someone.page
    page.fill("[name='organisation.name']", "济南泉城阀门有限公司")
    page.fill("[name='organisation.uscc']", "91370102YY000001X4")
    page.click("text=企业")
    page.select_option("[name='organisation.region']", "370102")
    page.click("form#register button.primary")
    page.click("[name=back]")
    assert page.input_value("[name='organisation.name']") == "济南泉城阀门有限公司"
