"""Templates: nothing that the content policy forbids, nothing unescaped, nothing that cannot be translated."""

import re
from pathlib import Path

import pytest

from app.web.renderer import environment
from app.web.views.navigation import BARS, MENU
from tests.support.paths import APP

WEB = APP / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
MAX_LINES = 200
MAX_MACRO_LINES = 60

FORBIDDEN = {
    r"\sstyle\s*=": "a style attribute: use a class or an attribute of SVG",
    r"<style": "a style element",
    r"\son[a-z]+\s*=": "an event handler",
    r"<script(?![^>]*\ssrc=)": "a script in the page",
    r"hx-on|\bjs:|javascript:": "a script in an attribute",
    r"hx-trigger=\"[^\"]*\[": "a filter of htmx, which needs eval",
    r"\|\s*safe\b|Markup|autoescape": "something unescaped",
    r"(?:https?:)?//[\w.-]+\.\w": "an address elsewhere",
}
_GETTEXT = re.compile(
    r"(?:\b_|gettext)\(\s*(\"[^\"]*\"|'[^']*')(?:\s*,\s*(\"[^\"]*\"))?|\{#.*?#\}", re.DOTALL
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(WEB / "templates").as_posix())
def test_a_template_is_sound(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [why for pattern, why in FORBIDDEN.items() if re.search(pattern, text)]
    assert found == []
    assert len(text.splitlines()) <= MAX_LINES
    for macro in re.findall(r"\{% macro .*?\{%-? endmacro", text, flags=re.DOTALL):
        assert len(macro.splitlines()) <= MAX_MACRO_LINES
    bare = _GETTEXT.sub("", text).replace('"中文"', "")
    assert not re.findall(r"[\u4e00-\u9fff]+", bare), "Chinese outside _()"
    environment().get_template(path.relative_to(WEB / "templates").as_posix())


def test_every_icon_is_in_the_sprite() -> None:
    """Icons are named in app/web/vendor/icons.txt; `make web` puts them into the sprite."""
    known = (WEB / "vendor" / "icons.txt").read_text(encoding="ascii").split()
    assert known == sorted(set(known))
    used = {entry.icon for entries in (*BARS.values(), MENU) for entry in entries}
    for path in [*TEMPLATES, *WEB.rglob("*.py")]:
        used |= set(re.findall(r"\bicon\(\"([a-z0-9-]+)\"", path.read_text(encoding="utf-8")))
    assert used <= set(known)


AREA_STYLES = ("public", "desk", "manager", "engagements", "contracts", "bureau")


def test_areas_do_not_style_one_another() -> None:
    """All rules are in one bundle: two areas that style the same class would change each other's pages."""
    places: dict[str, set[str]] = {}
    for area in AREA_STYLES:
        path = WEB / "static" / "css" / f"{area}.css"
        if path.exists():
            rules = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            for selectors in re.findall(r"([^{}@;]+)\{", rules):
                for selector in selectors.split(","):
                    first = re.match(r"\s*\.([a-z][\w-]*)(?=[\s:{>+[]|$)", selector)
                    if first:
                        places.setdefault(first.group(1), set()).add(area)
    assert {name: areas for name, areas in places.items() if len(areas) > 1} == {}
