"""The investor and the offices in a browser: their main ways, with and without scripts."""

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.models import Role
from tests.web.desk.records import offer
from tests.web.readers import ReaderOf

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
SENTENCE = "改用水性涂料后半年即起泡脱落,需要耐盐雾的水性防腐体系。"


@SCRIPTS
def test_an_investor_finds_an_achievement(
    visitor: Callable[..., Any], reader: ReaderOf, scripts: bool
) -> None:
    number = offer(reader(Role.INSTITUTION), summary=SENTENCE)
    someone = visitor(Role.INVESTOR, scripts=scripts)
    page = someone.page
    someone.open("/desk")
    page.click("nav a[href='/search'] >> nth=0")
    page.fill("main input[name=q]", "环氧")
    page.press("main input[name=q]", "Enter")
    page.click(f"main a[href*='/achievements/{number}'] >> nth=0")
    page.wait_for_url(f"**/achievements/{number}**")
    assert "高耐蚀水性环氧防腐涂层" in page.inner_text("h1")
    if scripts:
        someone.check()


@SCRIPTS
def test_the_system_administrator_looks_at_what_runs(visitor: Callable[..., Any], scripts: bool) -> None:
    someone = visitor(Role.SYSTEM_ADMINISTRATOR, scripts=scripts)
    page = someone.page
    someone.open("/bureau/system")
    assert "没有失败的事件" in page.inner_text("main")
    for part, text in (("deliveries", "没有这样的投递"), ("settings", "SANKU_SMTP_HOST")):
        page.click(f"main nav a[href='/bureau/system/{part}']")
        page.wait_for_url(f"**/bureau/system/{part}**")
        assert text in page.inner_text("main")
        if scripts:
            someone.check()


@SCRIPTS
def test_the_security_administrator_gives_a_role(
    visitor: Callable[..., Any], reader: ReaderOf, scripts: bool
) -> None:
    member = reader(Role.OPERATOR)
    someone = visitor(Role.SECURITY_ADMINISTRATOR, scripts=scripts)
    page = someone.page
    someone.open("/bureau/users")
    page.click(f"main a[href='/bureau/users/{member.user_id}']")
    page.wait_for_url(f"**/bureau/users/{member.user_id}")
    if scripts:
        someone.check()
    page.select_option("form[action$='/role'] select[name=role]", "auditor")
    page.click("form[action$='/role'] button")
    page.wait_for_url(f"**/bureau/users/{member.user_id}**")
    assert "审计管理员" in page.inner_text("main")


@SCRIPTS
def test_the_auditor_verifies_the_trail_and_narrows_it(visitor: Callable[..., Any], scripts: bool) -> None:
    someone = visitor(Role.AUDITOR, scripts=scripts)
    page = someone.page
    someone.open("/audit")
    page.click("text=校验日志")
    page.wait_for_selector("text=未发现改动")
    page.fill("#q", "session.open")
    page.press("#q", "Enter")
    page.wait_for_url("**/audit?q=session.open**")
    if scripts:
        someone.check()
