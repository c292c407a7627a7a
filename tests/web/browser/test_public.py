"""Pages that everybody may read, in a browser: sound in every width and theme, and usable without scripts."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.builders.achievements import achievement_payload
from tests.web.browser.conftest import WIDTHS

LONG = "超长名称的高耐蚀水性环氧防腐涂层制备与在线质量评价一体化技术及其在化工储罐上的应用" * 2


@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages_are_sound(visitor: Callable[..., Any], as_institution: Any, width: int) -> None:
    made = as_institution.post("/v1/achievements", json=achievement_payload(title=LONG[:150])).json()
    paths = (
        "/search?q=涂层",
        f"/achievements/{made['number']}",
        "/try",
        "/figures",
        "/recognitions",
        "/contests",
    )
    someone = visitor(width=width, theme="dark" if width == 360 else "light")
    for path in paths:
        someone.open(path)
        someone.check()


def test_on_a_phone_filters_open_without_scripts(visitor: Callable[..., Any], as_institution: Any) -> None:
    assert as_institution.post("/v1/achievements", json=achievement_payload()).status_code == 201
    someone = visitor(width=360, scripts=False)
    someone.open("/search?kind=achievement")
    option = someone.page.locator(".option").first
    assert not option.is_visible()
    someone.page.click(".filter-open")
    option.click()
    assert someone.page.locator(".filter-head .count").inner_text() == "1"
    someone.page.go_back()
    assert someone.page.locator(".filter-head .count").count() == 0
