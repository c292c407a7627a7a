"""Passkeys in a real browser, with the virtual authenticator of its developer tools."""

from collections.abc import Callable
from typing import Any

from app.accounts.models import Role
from app.settings import Settings


def test_a_person_adds_a_passkey_and_logs_in_with_it(
    app: Any, address: str, visitor: Callable[..., Any]
) -> None:
    services = app.state.services
    here = address.replace("127.0.0.1", "localhost")
    services[Settings] = services[Settings].model_copy(update={"public_url": here})
    who = visitor(Role.ENTERPRISE, width=360)
    page = who.page
    who.open("/account/security")
    assert not page.is_visible("form[data-passkey]"), "not at this address"
    assert page.is_visible(f"[data-elsewhere] a[href='{here}']")

    cookies = page.context.cookies()
    page.context.add_cookies([{"name": one["name"], "value": one["value"], "url": here} for one in cookies])
    who.address = here
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    authenticator = tools.send("WebAuthn.addVirtualAuthenticator", {"options": device})["authenticatorId"]
    who.open("/account/security")
    page.fill("#passkey-name", "随身电脑")
    page.click("form[data-passkey] button")
    page.wait_for_selector("#codes")
    who.check()
    who.open("/account/security")
    assert page.is_visible("text=随身电脑")
    who.check()
    page.click("form[data-passkey] button")
    page.wait_for_selector("[data-problem]:not([hidden])")
    assert page.inner_text("[data-problem]") == "此设备已添加过通行密钥。"

    page.context.clear_cookies()
    who.open("/login?next=/desk")
    who.check()
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.click("form[data-passkey] button")
    page.wait_for_selector("[data-problem]:not([hidden])")
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": True})
    page.click("form[data-passkey] button")
    page.wait_for_url(f"{here}/desk")
    who.check()


def test_nothing_moves_where_no_passkey_can_be_used(
    app: Any, address: str, visitor: Callable[..., Any]
) -> None:
    services = app.state.services
    elsewhere = address.replace("127.0.0.1", "localhost")
    services[Settings] = services[Settings].model_copy(update={"public_url": elsewhere})
    for width in (360, 1440):
        who = visitor(Role.ENTERPRISE, width=width)
        for path in ("/account/security", "/login"):
            who.open(path)
            who.check()


def test_without_scripts_a_line_says_so_and_the_password_works(
    app: Any, address: str, visitor: Callable[..., Any]
) -> None:
    who = visitor(scripts=False)
    who.open("/login")
    assert who.page.is_visible("text=通行密钥登录须启用 JavaScript")
    assert not who.page.is_visible("form[data-passkey]")
    assert who.page.is_visible("#password")
