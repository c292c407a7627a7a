"""How a reader wants pages to look: language and theme, chosen by a link or a button and kept in cookies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.i18n import LANGUAGES, Language, choose
from app.web.security import SAFE_METHODS, is_page

Theme = Literal["auto", "light", "dark"]

THEMES: tuple[Theme, ...] = ("auto", "light", "dark")

_LANGUAGE = "sanku-lang"
_THEME = "sanku-theme"
_NOTICE = "sanku-notice"
_A_YEAR = int(timedelta(days=365).total_seconds())


@dataclass(frozen=True, slots=True)
class DisplayChoice:
    """Language and theme of the reader, and a notice that is shown once."""

    language: Language
    theme: Theme
    notice: str = ""


def display_of(request: Request) -> DisplayChoice:
    """What the reader's cookies say; the language also from what the browser asks for."""
    return DisplayChoice(
        language=choose(request.cookies.get(_LANGUAGE), request.headers.get("accept-language", "")),
        theme=theme_of(request.cookies.get(_THEME)) or "auto",
        notice=request.cookies.get(_NOTICE, ""),
    )


def theme_of(text: str | None) -> Theme | None:
    """The theme of this name."""
    return next((theme for theme in THEMES if theme == text), None)


def language_of(text: str | None) -> Language | None:
    """The language of this code."""
    return next((language for language in LANGUAGES if language == text), None)


def remember_display(response: Response, *, language: Language | None, theme: Theme | None) -> None:
    """Keep the reader's choice in the browser."""
    for name, value in ((_LANGUAGE, language), (_THEME, theme)):
        if value is not None:
            response.set_cookie(name, value, max_age=_A_YEAR, path="/", samesite="lax", httponly=True)


def set_notice(response: Response, notice: str) -> None:
    """Show the notice of this code on the next page, once."""
    response.set_cookie(_NOTICE, notice, max_age=60, path="/", samesite="lax", httponly=True)


def clear_notice(response: Response) -> None:
    """The notice was shown."""
    response.delete_cookie(_NOTICE, path="/", samesite="lax", httponly=True)


class DisplaySwitch:
    """Middleware: `?lang=en` and `?theme=dark` on any page set the cookie and lead to the page without them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS and is_page(scope["path"]):
            request = Request(scope)
            language = language_of(request.query_params.get("lang"))
            theme = theme_of(request.query_params.get("theme"))
            if language or theme:
                response = RedirectResponse(_without(request, ("lang", "theme")), 303)
                response.headers["Cache-Control"] = "no-store"
                remember_display(response, language=language, theme=theme)
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _without(request: Request, names: Sequence[str]) -> str:
    kept = [(key, value) for key, value in request.query_params.multi_items() if key not in names]
    # A path of two slashes would be read as another host.
    path = "/" + request.url.path.lstrip("/\\")
    return f"{path}?{urlencode(kept)}" if kept else path
