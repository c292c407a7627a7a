"""A manager's morning in a browser: six pushes answered by keys, and the same by forms alone."""

from collections.abc import Callable
from typing import Any

import pytest

from app.settings import Settings
from tests.web.manager.desk import ManagerDesk, manager_desk
from tests.web.readers import ReaderOf


@pytest.fixture
def desk(app: Any, settings: Settings, reader: ReaderOf) -> ManagerDesk:
    return manager_desk(app, settings, reader)


def _at_desk(desk: ManagerDesk, visitor: Callable[..., Any], **how: Any) -> Any:
    someone = visitor(**how)
    cookie = {"name": "sanku", "value": desk.reader.cookies["sanku"], "url": someone.address}
    someone.page.context.add_cookies([cookie])
    return someone


def _open_inbox(someone: Any) -> None:
    """The network is never idle where a stream is open: the page is ready once the stream has sent its place.

    ``wait_for_function`` would look by ``eval`` at each frame, which the pages' policy rightly forbids.
    """
    someone.page.goto(someone.address + "/inbox")
    someone.page.evaluate(
        """() => new Promise((ready) => {
            const look = () =>
                document.querySelector(".stream")?._htmx?.sse?.lastEventId ? ready() : requestAnimationFrame(look);
            look();
        })"""
    )


def test_six_pushes_are_answered_by_keys(desk: ManagerDesk, visitor: Callable[..., Any]) -> None:
    """Accept, decline by number, postpone, undo; nothing reloads, and the next push is open each time."""
    pushes = [desk.push(f"需求{number}", score=0.9 - number / 100) for number in range(6)]
    someone = _at_desk(desk, visitor)
    page = someone.page
    _open_inbox(someone)
    page.evaluate("window.notReloaded = true")
    page.keyboard.press("a")
    page.wait_for_selector(f"#push-{pushes[1]}.open")
    page.keyboard.press("d")
    page.keyboard.press("3")
    page.wait_for_selector(f"#push-{pushes[2]}.open")
    page.keyboard.press("l")
    page.keyboard.press("1")
    page.wait_for_selector(f"#push-{pushes[3]}.open")
    page.keyboard.press("j")
    page.wait_for_selector(f"#push-{pushes[4]}.open")
    page.keyboard.press("k")
    page.wait_for_selector(f"#push-{pushes[3]}.open")
    assert page.evaluate("window.notReloaded")
    page.keyboard.press("z")
    page.wait_for_selector(f"#push-{pushes[1]}.open")
    assert [desk.state_of(push) for push in pushes[:3]] == ["accepted", "read", "later"]
    someone.check()


def test_keys_of_an_input_method_and_in_fields_answer_nothing(
    desk: ManagerDesk, visitor: Callable[..., Any]
) -> None:
    push = desk.push()
    someone = _at_desk(desk, visitor)
    page = someone.page
    _open_inbox(someone)
    page.keyboard.press("d")
    page.fill(f"#note-{push}", "")
    page.focus(f"#note-{push}")
    page.keyboard.type("a3d")
    page.keyboard.press("Control+a")
    assert page.input_value(f"#note-{push}") == "a3d"
    assert desk.state_of(push) in ("new", "read")


def test_an_answer_that_is_refused_says_why_and_keeps_the_note(
    desk: ManagerDesk, visitor: Callable[..., Any]
) -> None:
    """In a tab that was hidden meanwhile: its list does not follow what the other tab answered."""
    push = desk.push()
    someone = _at_desk(desk, visitor)
    page = someone.page
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true })")
    page.goto(someone.address + "/inbox", wait_until="load")
    assert desk.reader.post(f"/inbox/{push}/decline", data={"reason": "price"}).status_code == 303
    page.keyboard.press("a")
    page.wait_for_selector("[role=alert]")
    assert "不能作此答复" in page.inner_text("[role=alert]")
    someone.check(axe=False)


def test_new_pushes_wait_until_they_are_asked_for(desk: ManagerDesk, visitor: Callable[..., Any]) -> None:
    first = desk.push("正在看的需求")
    someone = _at_desk(desk, visitor)
    page = someone.page
    _open_inbox(someone)
    page.wait_for_selector(f"#push-{first}.open")
    desk.push("新来的需求", score=0.95)
    page.wait_for_selector("#inbox-news a")
    assert "1 项新推送" in page.inner_text("#inbox-news")
    assert "新来的需求" not in page.inner_text(".pushes")
    page.click("#inbox-news a")
    page.wait_for_selector("text=新来的需求")
    someone.check(axe=False)


def test_eight_tabs_open_although_a_browser_has_six_connections(
    desk: ManagerDesk, visitor: Callable[..., Any]
) -> None:
    """A tab that is hidden holds no stream."""
    desk.push()
    someone = _at_desk(desk, visitor)
    context = someone.page.context
    context.add_init_script(
        "Object.defineProperty(document, 'hidden', { get: () => window.name !== 'front' })"
    )
    for _ in range(7):
        page = context.new_page()
        page.goto(someone.address + "/inbox", wait_until="load")
        assert "待答复" in page.inner_text("main")
    someone.page.goto(someone.address + "/inbox", wait_until="load")
    assert "待答复" in someone.page.inner_text("main")


def test_the_morning_works_without_scripts(desk: ManagerDesk, visitor: Callable[..., Any]) -> None:
    pushes = [desk.push(f"需求{number}", score=0.9 - number / 100) for number in range(3)]
    someone = _at_desk(desk, visitor, scripts=False, width=360)
    page = someone.page
    page.goto(someone.address + "/inbox")
    page.click(f"#push-{pushes[0]} button.primary")
    assert "对接已开始" in page.inner_text(".undo")
    page.click(f"#push-{pushes[1]} details:nth-of-type(2) summary")
    page.click(f"#push-{pushes[1]} button[value=price]")
    page.click(f"#push-{pushes[2]} details:nth-of-type(1) summary")
    page.click(f"#push-{pushes[2]} button[value=tomorrow]")
    assert "现在没有待答复的推送" in page.inner_text("main")
    page.click(".undo button")
    assert [desk.state_of(push) for push in pushes] == ["accepted", "read", "later"]


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_the_inbox_is_sound(desk: ManagerDesk, visitor: Callable[..., Any], width: int, theme: str) -> None:
    push = desk.push(
        "一个很长的需求名称，长到在手机上要换三行才放得下，用来检查页面是否会横向滚动以及文字是否重叠"
    )
    someone = _at_desk(desk, visitor, width=width, theme=theme)
    for path in ("/inbox", f"/inbox/{push}", "/inbox?state=declined"):
        someone.page.goto(someone.address + path, wait_until="load")
        someone.check()
