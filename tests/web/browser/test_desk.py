"""Owners in a browser: from the first word of a demand to its matches, with and without scripts."""

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.models import Role
from tests.web.browser.conftest import WIDTHS
from tests.web.desk.records import DEMAND, offer
from tests.web.readers import ReaderOf

SENTENCE = "改用水性涂料后半年即起泡脱落,需要耐盐雾的水性防腐体系。"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_a_problem_to_its_matches(visitor: Callable[..., Any], reader: ReaderOf, scripts: bool) -> None:
    offer(reader(Role.INSTITUTION), summary=SENTENCE)
    someone = visitor(Role.ENTERPRISE, scripts=scripts)
    page = someone.page
    someone.open("/desk/demands")
    page.click("text=发布技术需求 >> nth=0")
    page.fill("#f-title", DEMAND["title"])
    page.fill("#f-main_problem", SENTENCE)
    if scripts:
        page.wait_for_selector("#live >> text=高耐蚀水性环氧防腐涂层")
        someone.check()
    page.check("input[name=cooperation_modes][value=licence]")
    page.fill("#f-deadline", DEMAND["deadline"].replace("-", "/"))
    page.check("input[name=fields][value='40']")
    page.click("text=核对并发布 >> nth=-1")
    if scripts:
        someone.check()
    page.click("#publish button.primary")
    page.wait_for_selector("#match-title")
    assert "高耐蚀水性环氧防腐涂层" in page.inner_text("#match-title")
    assert page.query_selector("mark.pair-1") is not None
    if scripts:
        someone.check()


def test_one_chinese_word_asks_once(visitor: Callable[..., Any]) -> None:
    someone = visitor(Role.ENTERPRISE)
    page = someone.page
    someone.open("/desk/demands/new")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "preview" in request.url else None)
    page.focus("#f-main_problem")
    session = page.context.new_cdp_session(page)
    for typed in ("x", "xin", "xin cai", "xin cai liao"):
        text = {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)}
        session.send("Input.imeSetComposition", text)
    with page.expect_response(lambda response: "preview" in response.url):
        session.send("Input.insertText", {"text": "储罐用的新材料涂层半年就起泡脱落"})
    assert len(asked) == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_the_desk_is_sound_in_every_width(visitor: Callable[..., Any], reader: ReaderOf, width: int) -> None:
    university = reader(Role.INSTITUTION)
    number = offer(university, summary=SENTENCE)
    someone = visitor(Role.ENTERPRISE, width=width, theme="dark" if width == 768 else "light")
    for path in ("/desk/demands", "/desk/demands/new", "/desk/achievements/new"):
        someone.open(path)
        someone.check()
    someone.page.context.add_cookies(
        [{"name": "sanku", "value": university.cookies["sanku"], "url": someone.address}]
    )
    here = f"/desk/achievements/{number}"
    for path in (here, f"{here}/edit", f"{here}/versions", f"{here}/wanted", f"{here}/matches/list"):
        someone.open(path)
        someone.check()
