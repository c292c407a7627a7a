"""Pages in a store where nothing has happened yet: their empty lists are as sound as full ones, in every width."""

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.models import OFFICES, Role
from app.settings import Settings
from app.web.page import built_pages
from app.web.pages import BY_ADDRESS
from tests.web.browser.conftest import AXE, AXE_RULES
from tests.web.manager.desk import manager_desk
from tests.web.readers import ReaderOf

EMPTY_WIDTHS = (320, 360, 768, 1440)
FILES = (".ics", ".xlsx", ".csv", ".json")

# Widest first: what a wide page has opened stands in the narrow one, too.
_WIDER = """
() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 3).map((one) => `${one.tagName}.${one.className}`)
"""


# Each address is opened by the first of these who may.
READERS = (Role.MANAGER, Role.OPERATOR, Role.ENTERPRISE, Role.INSTITUTION, *sorted(OFFICES), None)


def _addresses(app: Any, role: Role | None) -> list[str]:
    return [
        address
        for address in sorted(built_pages(app))
        if "{" not in address
        and not address.endswith(FILES)
        and next(one for one in READERS if one in BY_ADDRESS[address].readers) == role
    ]


def _findings(someone: Any, addresses: list[str]) -> dict[str, list[str]]:
    """What is wrong with each address: wider than the window, a shift, or a barrier."""
    found: dict[str, list[str]] = {}
    for address in addresses:
        someone.page.set_viewport_size({"width": EMPTY_WIDTHS[-1], "height": 900})
        answer = someone.open(address)
        if "text/html" not in answer.headers["content-type"]:
            continue
        wrong = []
        for width in reversed(EMPTY_WIDTHS):
            someone.page.set_viewport_size({"width": width, "height": 900})
            if not someone.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
                wrong.append(f"{width}: wider than the window: {someone.page.evaluate(_WIDER)}")
            if width == 360:
                someone.page.evaluate(AXE.read_text(encoding="utf-8"))
                wrong += someone.page.evaluate(
                    "(rules) => axe.run({ runOnly: rules }).then((r) => r.violations.map((v) =>"
                    " v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target).join(' | ')))",
                    AXE_RULES,
                )
        found |= {address: wrong} if wrong else {}
    return found


@pytest.mark.parametrize("role", READERS, ids=str)
def test_empty_pages_are_sound(app: Any, visitor: Callable[..., Any], role: Role | None) -> None:
    someone = visitor(role)
    assert _findings(someone, _addresses(app, role)) == {}
    assert someone.problems == []


def test_the_pages_of_a_manager_without_pushes_are_sound(
    app: Any, settings: Settings, reader: ReaderOf, visitor: Callable[..., Any]
) -> None:
    desk = manager_desk(app, settings, reader)
    someone = visitor()
    cookie = {"name": "sanku", "value": desk.reader.cookies["sanku"], "url": someone.address}
    someone.page.context.add_cookies([cookie])
    assert _findings(someone, _addresses(app, Role.MANAGER)) == {}
    assert someone.problems == []
