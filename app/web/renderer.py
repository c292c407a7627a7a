"""Templates: the environment that all pages share, and how one becomes a response."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from app.clock import JINAN_TIME
from app.matching.lists.bands import written_score
from app.vocabularies import vocabulary
from app.web import i18n
from app.web.static_files import address_of
from app.web.views.account_words import delivery_error
from app.web.views.amounts import share, wan

_AFTER_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff》”）])[,;:?!]")
_FULL_WIDTH = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}


@cache
def environment() -> Environment:
    """The templates, with `_`, `static`, `icon` and the filters of the pages."""
    env = Environment(
        loader=PackageLoader("app.web"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # Installed by the extension.
    env.install_gettext_callables(  # type: ignore[attr-defined]  # of jinja2.ext.i18n
        i18n.translate, i18n.translate_number, newstyle=True
    )
    env.globals.update(static=address_of, icon=icon, pick=pick, term_label=term_label)
    env.filters.update(clock=clock, day=day, moment=moment, wan=wan, share=share, score=written_score)
    env.filters["delivery_error"] = delivery_error
    # Made before the macros are loaded, which take the globals as they are then, and filled afterwards with all.
    macros = SimpleNamespace()
    env.globals["ui"] = macros
    for name in env.list_templates(filter_func=lambda path: path.startswith("macros/")):
        module = env.get_template(name).module
        for macro in vars(module):
            if not macro.startswith("_"):
                assert not hasattr(macros, macro), f"two macros are called {macro}"
                setattr(macros, macro, getattr(module, macro))
    return env


def icon(name: str, label: str | None = None) -> Markup:
    """An icon of the sprite. With a `label` it stands alone, without one it is decoration beside a word."""
    return _drawn(name, label, address_of("icons.svg"))


@lru_cache(maxsize=1024)
def _drawn(name: str, label: str | None, sprite: str | None) -> Markup:
    use = Markup('<use href="{}#{}"></use>').format(sprite, name) if sprite else Markup("")
    if label is None:
        return Markup('<svg class="icon" aria-hidden="true" focusable="false">{}</svg>').format(use)
    return Markup('<svg class="icon" role="img" aria-label="{}" focusable="false">{}</svg>').format(
        label, use
    )


def pick(zh: str, en: str) -> str:
    """Of a text that a service gives in both languages the one of the page."""
    return en if i18n.language_now() == "en" else typeset(zh)


def typeset(text: str) -> str:
    """Punctuation after a Chinese character as it is printed: services write it half-width, as in source code."""
    return _AFTER_CHINESE.sub(lambda found: _FULL_WIDTH[found.group()], text)


def term_label(name: str, code: str) -> str:
    """The label of a vocabulary's term in the language of the page; an unknown code as it is."""
    terms = vocabulary(name)
    return terms.label(code, i18n.language_now()) if code in terms else code


def day(value: date | datetime | str | None) -> Markup:
    """`2026-11-29` in Jinan, marked up as a time; an absent one is a dash."""
    return _time(value, "%Y-%m-%d")


def moment(value: datetime | str | None) -> Markup:
    """`2026-11-29 08:41` in Jinan, marked up as a time; an absent one is a dash."""
    return _time(value, "%Y-%m-%d %H:%M")


def clock(value: datetime | str | None) -> Markup:
    """`08:41` in Jinan, marked up as a time; an absent one is a dash."""
    return _time(value, "%H:%M")


def _time(value: date | datetime | str | None, pattern: str) -> Markup:
    if value is None or value == "":
        return Markup("–")
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(JINAN_TIME)
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), value.strftime(pattern))


def render(
    request: Request,
    template: str,
    view: Mapping[str, Any],
    *,
    language: i18n.Language,
    block: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The page of a template, or one block of it.

    Args:
        block: the block that htmx swaps in; it is rendered instead of the page if htmx asks.
    """
    is_fragment = block is not None and wants_fragment(request)
    with i18n.speaking(language):
        made = environment().get_template(template)
        if is_fragment:
            context = made.new_context(dict(view))
            content = "".join(made.blocks[str(block)](context))
        else:
            content = made.render(**view)
    response = HTMLResponse(content, status)
    response.headers["Vary"] = "Cookie, Accept-Language, HX-Request"
    response.headers["Content-Language"] = "zh-CN" if language == "zh" else "en"
    if is_fragment:
        response.headers["Cache-Control"] = "no-store"
    return response


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of the page; going back it asks for the whole."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers
