"""The bureau works through a queue in a browser: by keys, and by forms alone."""

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.models import Role
from app.database import Database
from app.libraries.record.indexing import Indexer
from app.settings import Settings
from tests.web.bureau.desk import Submissions


@pytest.fixture
def submissions(app: Any, settings: Settings) -> Submissions:
    services = app.state.services
    return Submissions(services[Database], settings, services[Indexer])


def test_records_are_decided_by_single_keys(submissions: Submissions, visitor: Callable[..., Any]) -> None:
    """One key approves a clean record; reasons by numbers, then one key returns; keys in the note decide nothing."""
    titles = ("储罐防腐涂料", "渣浆管道弯头", "冷链车厢除霜")
    first, second, third = (submissions.demand(title) for title in titles)
    someone = visitor(Role.OPERATOR)
    page = someone.page
    someone.open(f"/bureau/review/demand/{first}")
    page.keyboard.press("j")
    page.wait_for_url(f"**/{second}")
    page.keyboard.press("k")
    page.wait_for_url(f"**/{first}")
    page.keyboard.press("a")
    page.wait_for_url(f"**/{second}?done={first}")
    page.keyboard.press("2")
    assert page.is_checked("input[value=figures]")
    page.focus("#note")
    page.keyboard.type("ra1")
    assert page.input_value("#note") == "ra1"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("r")
    page.wait_for_url(f"**/{third}?done={second}")
    assert [submissions.state(one) for one in (first, second, third)] == ["published", "draft", "submitted"]
    someone.check()


def test_a_queue_is_worked_without_scripts(submissions: Submissions, visitor: Callable[..., Any]) -> None:
    first, second = submissions.demand("储罐防腐涂料"), submissions.demand("渣浆管道弯头")
    someone = visitor(Role.OPERATOR, scripts=False)
    page = someone.page
    page.goto(someone.address + "/bureau/review")
    page.click("text=从最早的一条开始")
    page.click(".decide button:has-text('通过')")
    assert f"/{second}?done={first}" in page.url
    page.check("input[value=conditions]")
    page.click(".decide button:has-text('退回')")
    assert "这里没有待审的记录" in page.inner_text("main")
    assert [submissions.state(one) for one in (first, second)] == ["published", "draft"]


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (768, "light")])
def test_the_pages_of_the_bureau_are_sound_on_small_screens(
    submissions: Submissions, visitor: Callable[..., Any], width: int, theme: str
) -> None:
    number = submissions.demand(
        "井下主运皮带纵向撕裂保护不可靠，在多尘潮湿环境里经常误报，需要可靠的在线监测方案"
    )
    someone = visitor(Role.OPERATOR, width=width, theme=theme)
    for path in ("/bureau", "/bureau/review", f"/bureau/review/demand/{number}", "/bureau/statistics/funnel"):
        someone.open(path)
        someone.check()
