"""A request for a page: who asks, in which language, whether they may; and the answer as a page or a redirect."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from functools import cache
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from app.accounts.access.authentication import UserIdentity
from app.accounts.access.permissions import Action, allowed
from app.accounts.access.principal import OFFICES, Principal
from app.accounts.access.proof import owed_step
from app.accounts.idempotency import IdempotentRequest
from app.database import Database, ReadSession
from app.errors import Conflict, Forbidden, Invalid, SankuError, StaleVersion, Unauthenticated
from app.load_limits.dependencies import LoadLimits, Patient, turn_for
from app.load_limits.turn import Turn
from app.notifications.notices.service import unread_count
from app.services import AllServices, Services
from app.web import notices
from app.web.display import (
    DisplayChoice,
    Theme,
    clear_notice,
    display_of,
    language_of,
    remember_display,
    set_notice,
    theme_of,
)
from app.web.i18n import Language, speak
from app.web.pages import BY_ADDRESS, MappedPage, is_barred, may_open
from app.web.posted import LANGUAGE, THEME, Posted, PostedForm
from app.web.renderer import render, wants_fragment
from app.web.session import Reader
from app.web.views import navigation
from app.web.views.navigation import NavigationEntry

MOST_UNREAD = 100
"""So many unread notices are counted for the menu, which says 99+ from there on."""


class WebPage:
    """The page that is being answered. Templates have it as `page`.

    Attributes:
        who: the reader; `who.principal` is what services ask for.
        built: addresses of the pages that exist, so that no link leads to one that does not.
        unread: the reader's unread notices, counted up to `MOST_UNREAD`.
    """

    def __init__(
        self,
        request: Request,
        services: Services,
        who: UserIdentity,
        display: DisplayChoice,
        built: Collection[str],
        unread: int = 0,
    ) -> None:
        self.request = request
        self.services = services
        self.who = who
        self.display = display
        self.built = built
        self.unread = unread
        self._chosen: tuple[Language | None, Theme | None] = (None, None)

    @property
    def principal(self) -> Principal:
        """On whose behalf services are called."""
        return self.who.principal

    @property
    def is_of_office(self) -> bool:
        """Whether the reader has one of the three offices, which have no business with records."""
        return self.principal.role in OFFICES

    @property
    def language(self) -> Language:
        """The language of the page."""
        return self.display.language

    @property
    def path(self) -> str:
        """The path of the request."""
        return self.request.url.path

    @property
    def address(self) -> str:
        """Path and query: what a login leads back to."""
        query = self.request.url.query
        return f"{self.path}?{query}" if query else self.path

    @property
    def notice(self) -> str:
        """The text of the notice that the page before left, or nothing."""
        return notices.TEXTS.get(self.display.notice, "")

    @property
    def bar(self) -> tuple[NavigationEntry, ...]:
        """The entries of the reader's bar."""
        return navigation.bar(self.principal.role, self.built)

    @property
    def menu(self) -> tuple[NavigationEntry, ...]:
        """The entries of the menu beside the reader's name: those that are not in the bar."""
        return tuple(
            entry for entry in navigation.MENU if self.leads_to(entry.address) and entry not in self.bar
        )

    @property
    def here(self) -> NavigationEntry | None:
        """The entry of the bar to which this page belongs."""
        return navigation.current(self.bar, self.path)

    def leads_to(self, address: str) -> bool:
        """Whether the page exists and the reader may open it."""
        page = BY_ADDRESS.get(address)
        return page is not None and address in self.built and may_open(page, self.principal)

    def with_query(self, *, of_path: str | None = None, **changes: str | None) -> str:
        """This address with other parameters; None drops one. `of_path`: of the page that a form belongs to, where this
        is the address to which it was sent."""
        kept = [(key, value) for key, value in self.request.query_params.multi_items() if key not in changes]
        kept += [(key, value) for key, value in changes.items() if value is not None]
        path = of_path or self.path
        return f"{path}?{urlencode(kept)}" if kept else path

    def show(
        self,
        template: str,
        *,
        status: int = 200,
        block: str | None = None,
        form_id: str | None = None,
        headers: Mapping[str, str] | None = None,
        keeps_notice: bool = False,
        **view: Any,
    ) -> Response:
        """The page of a template.

        Args:
            block: the block to answer htmx with, if it asks.
            form_id: the form of the page, which then travels along when the language is switched.
            keeps_notice: the next answer shows the notice, too, because without scripts this page leads on at once.
            view: what the template shows; the template fails on a name that is missing.
        """
        response = render(
            self.request,
            template,
            {"page": self, "form_id": form_id} | view,
            language=self.language,
            block=block,
            status=status,
        )
        if self.principal.is_anonymous and status == 200 and self.request.method == "GET":
            response.headers.setdefault("Cache-Control", "public, max-age=60")
        else:
            response.headers["Cache-Control"] = "private, no-store"
        if self.display.notice:
            if not keeps_notice:
                clear_notice(response)
            response.headers["Cache-Control"] = "private, no-store"
        response.headers.update(headers or {})
        language, theme = self._chosen
        remember_display(response, language=language, theme=theme)
        return response

    def redirect(self, address: str, *, notice: str | None = None) -> Response:
        """To another page, as GET. `notice`: a code of `notices.TEXTS` that is shown there."""
        assert notice is None or notice in notices.TEXTS, notice
        response = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
        if notice is not None:
            set_notice(response, notice)
        language, theme = self._chosen
        remember_display(response, language=language, theme=theme)
        return response

    def once(
        self,
        database: Database,
        session: ReadSession,
        posted: PostedForm,
        content: BaseModel,
        create: Callable[[], Response],
    ) -> Response:
        """The answer to a form that creates something: sent twice, by a double click, it creates one.

        Raises:
            Invalid: the form's key was used for other content.
        """
        target = f"{self.request.method} {self.path}"
        holder = str(self.principal.user_id or "")
        return IdempotentRequest(database, session, target, holder, posted.key).once(content, create)

    def run(
        self, posted: PostedForm, database: Database, command: Callable[[Any], Response]
    ) -> Response | SankuError | None:
        """The answer of a command that runs in a unit of its own, or what was refused: then nothing is stored.

        None: the form is only to be shown again as typed.
        """
        self.take_display(posted)
        if posted.only_shows:
            return None
        try:
            with database.unit_of_work() as session:
                return command(session)
        except (Invalid, Conflict, StaleVersion) as refusal:
            return refusal

    def act(
        self,
        posted: PostedForm,
        database: Database,
        command: Callable[[Any], Response],
        again: Callable[[Any, SankuError | None], Response],
    ) -> Response:
        """What the command answers; or the page again, which `again` makes of a session and of what was refused."""
        answer = self.run(posted, database, command)
        if isinstance(answer, Response):
            return answer
        with database.reading() as session:
            return again(session, answer)

    def take_display(self, form: PostedForm) -> None:
        """Switch to the language or theme that a button of the form asks for, and remember it."""
        language, theme = language_of(form.get(LANGUAGE)), theme_of(form.get(THEME))
        self._chosen = (language, theme)
        self.display = DisplayChoice(
            language or self.display.language, theme or self.display.theme, self.display.notice
        )
        speak(self.display.language)


def login_address(address: str) -> str:
    """The login that leads back to an address of this service."""
    return "/login" if address in ("/", "/login") else f"/login?next={quote(address, safe='/')}"


def local_address(address: str, default: str = "/") -> str:
    """The address if it is one of this service, else the default: nobody is led elsewhere after the login."""
    is_local = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_local else default


@cache
def built_pages(app: FastAPI) -> frozenset[str]:
    """The addresses of the pages that this application answers."""
    return frozenset(
        str(route.path)
        for route in iter_route_contexts(app.routes)
        if route.path in BY_ADDRESS and "GET" in (route.methods or ())
    )


def open_page(request: Request, services: AllServices, who: Reader) -> WebPage:
    """The page of the request, if its reader may open it.

    Raises:
        Unauthenticated: the page is not for strangers.
        Forbidden: it is not for the reader's role, or they must do something first.
    """
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    mapped: MappedPage = BY_ADDRESS[route.path]
    if not may_open(mapped, who.principal):
        if who.principal.is_anonymous:
            raise Unauthenticated("Please log in to open this page.", "请先登录后再打开此页面。")
        raise Forbidden(
            "This page is for users of another role.", "此页面面向其他角色的用户，您的账号无权打开。"
        )
    if is_barred(mapped, who.principal):
        raise owed_step(who.principal)
    return WebPage(
        request, services, who, display_of(request), built_pages(request.app), _unread(request, services, who)
    )


def _unread(request: Request, services: Services, who: UserIdentity) -> int:
    """The reader's unread notices, for the menu of a whole page."""
    if not allowed(who.principal, Action.NOTICE_READ, own=True) or wants_fragment(request):
        return 0
    with services[Database].reading() as session:
        return unread_count(session, principal=who.principal, most=MOST_UNREAD)


async def _speaking_page(page: Annotated[WebPage, Depends(open_page)]) -> WebPage:
    """The page, whose language holds for what its route makes before the template.

    A coroutine: what a plain function sets in its thread does not reach the route.
    """
    speak(page.language)
    return page


CurrentPage = Annotated[WebPage, Depends(_speaking_page)]
"""What every route of a page takes: it refuses those who may not open it."""


class NotPressed(Exception):
    """The reader has logged in since they pressed a button that acts at once: they are asked to press it again.

    Attributes:
        answer: leads back to the page with the button.
    """

    def __init__(self, answer: Response) -> None:
        self.answer = answer


async def _pressed(page: CurrentPage, posted: Posted) -> PostedForm:
    if posted.only_shows:
        own = BY_ADDRESS[page.request.scope["route"].path].address
        raise NotPressed(page.redirect(own.format(**page.request.path_params), notice="press_again"))
    return posted


Pressed = Annotated[PostedForm, Depends(_pressed)]
"""As `Posted`, for a button whose action has no form that could be shown again: after a login it does nothing."""


async def _uploaded(
    request: Request, _page: CurrentPage, _posted: Posted
) -> AsyncIterator[UploadFile | None]:
    form = await request.form()
    try:
        file = form.get("file")
        yield file if isinstance(file, UploadFile) and file.filename else None
    finally:
        await form.close()


Uploaded = Annotated[UploadFile | None, Depends(_uploaded)]
"""The form's `file`, read only once the reader may open the page, and closed after the answer."""


async def _matching_turn(
    request: Request, page: CurrentPage, _: Patient, limits: LoadLimits
) -> AsyncIterator[Turn]:
    async with turn_for(request, page.principal, limits, counted=True) as turn:
        yield turn


async def _publishing_turn(
    request: Request, page: CurrentPage, _: Patient, limits: LoadLimits
) -> AsyncIterator[Turn]:
    async with turn_for(request, page.principal, limits) as turn:
        yield turn


# As `MatchingTurn` and `PublishingTurn` of the API, for the reader of a page.
PageMatchingTurn = Annotated[Turn, Depends(_matching_turn, scope="function")]
PagePublishingTurn = Annotated[Turn, Depends(_publishing_turn, scope="function")]
