"""Pages `/login`, in one step or two, and `/logout`. What was typed elsewhere travels through the login."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts.factors.webauthn import RelyingParty
from app.accounts.sessions.browser import (
    BrowserLogin,
    complete_browser_login,
    log_in_browser,
    log_out_browser,
)
from app.accounts.sessions.demonstration import DemonstrationLogins
from app.accounts.sessions.login import SecondFactorRequired
from app.accounts.sessions.tokens import Client
from app.database import AppDatabase, WriteSession
from app.errors import SankuError, TooManyRequests, Unauthenticated, Unavailable
from app.services import AppSettings
from app.settings import Settings
from app.web.forms.carried import carried, drop
from app.web.page import CurrentPage, WebPage, local_address
from app.web.posted import Posted, PostedForm
from app.web.session import cookie_name, device_token_of, end_session, keep_device, set_session
from app.web.views.navigation import START

router = APIRouter()

_NEW_DEMAND = "/desk/demands/new"
_SUGGESTED = "/desk/demands/new/suggest"

_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@router.get("/login", name="login")
def login_page(page: CurrentPage) -> Response:
    """The form; a reader who is logged in is led on."""
    target = local_address(page.request.query_params.get("next", "/"))
    if not page.principal.is_anonymous:
        return _lead_on(page, target)
    return show_login(page, email="", target=target)


@router.post("/login", name="log_in")
def log_in(page: CurrentPage, form: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """Leads on; to a form that was posted without a session it leads with what was typed."""
    target = local_address(form.get("next", "/"))
    kept = form.carried
    if form.only_shows:
        page.take_display(form)
        return show_login(page, email=form.get("email"), target=target, kept=kept)
    try:
        login = log_in_browser(
            database,
            settings,
            email=form.get("email"),
            password=form.get("password"),
            address=address_of(page.request),
            device=device_of(page.request),
            device_token=device_token_of(page.request),
        )
    except SecondFactorRequired as needed:
        return show_second_step(
            page, challenge=needed.challenge, factors=needed.factors, target=target, kept=kept
        )
    except (Unauthenticated, TooManyRequests, Unavailable) as error:
        return show_login(page, email=form.get("email"), target=target, kept=kept, error=error)
    return opened(page, settings, login, target=target, kept=kept)


@router.post("/login/code", name="second_step")
def second_step(page: CurrentPage, form: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """The second step: a code. A wrong one can be tried again; one that comes too late leads back to the first step."""
    target, kept = local_address(form.get("next", "/")), form.carried
    challenge = form.get("challenge_token")
    page.take_display(form)
    if form.only_shows:
        return show_second_step_again(page, form)
    try:
        login = complete_browser_login(
            database,
            settings,
            challenge=challenge,
            code=form.get("secret_code"),
            client=Client(address_of(page.request), device_of(page.request)),
        )
    except Unauthenticated as error:
        if error.problem_code == "challenge_invalid":
            return show_login(page, email="", target=target, kept=kept, error=error)
        return show_second_step_again(page, form, error)
    except TooManyRequests as error:
        return show_second_step_again(page, form, error)
    return opened(page, settings, login, target=target, kept=kept)


@router.post("/logout", name="log_out")
def log_out(page: CurrentPage, session: WriteSession, settings: AppSettings) -> Response:
    """Ends the session of this browser."""
    cookie = page.request.cookies.get(cookie_name(settings))
    if cookie:
        log_out_browser(session, cookie=cookie)
    response = page.redirect("/", notice="logged_out")
    end_session(response, settings)
    drop(response)
    # Drafts of forms stay in no browser that somebody else may use next.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def device_of(request: Request) -> str:
    """Browser and system by what the browser says of itself: `Firefox · Windows`."""
    agent = request.headers.get("user-agent", "")
    names = [next((name for mark, name in table if mark in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, names))


def address_of(request: Request) -> str:
    """The network address of the browser."""
    return request.client.host if request.client else "unknown"


def demonstration_of(page: WebPage) -> DemonstrationLogins | None:
    """The accounts to name on the login of a demonstration, and nowhere else."""
    services = page.services
    known = DemonstrationLogins in services and services[Settings].demo
    return services[DemonstrationLogins] if known else None


def opened(
    page: WebPage,
    settings: Settings,
    login: BrowserLogin,
    *,
    target: str,
    kept: tuple[tuple[str, str], ...],
) -> Response:
    """The answer to a login that succeeded: on to the target, with what was typed before."""
    if kept:
        response = page.show("account/resume.html", target=target, kept=kept)
    else:
        response = page.redirect(target if target != "/" else "/login")
    set_session(response, settings, login)
    keep_device(response, settings, login.device_token)
    return response


def show_second_step(
    page: WebPage,
    *,
    challenge: str,
    factors: Sequence[str],
    target: str,
    kept: tuple[tuple[str, str], ...],
    error: SankuError | None = None,
) -> Response:
    """The form of the second step, for what the user has of `totp` and `passkey`."""
    return page.show(
        "account/second_step.html",
        status=error.status if error else 200,
        form_id="second-step",
        challenge=challenge,
        factors=factors,
        passkeys=RelyingParty.of(page.services[Settings]),
        next=target,
        kept=kept,
        error=error,
    )


def show_second_step_again(page: WebPage, form: PostedForm, error: SankuError | None = None) -> Response:
    """The same after it was posted, with what travels along."""
    return show_second_step(
        page,
        challenge=form.get("challenge_token"),
        factors=form.all("factor"),
        target=local_address(form.get("next", "/")),
        kept=form.carried,
        error=error,
    )


def show_login(
    page: WebPage,
    *,
    email: str,
    target: str,
    kept: tuple[tuple[str, str], ...] = (),
    error: SankuError | None = None,
) -> Response:
    """The form of the login."""
    return page.show(
        "account/login.html",
        status=error.status if error else 200,
        form_id="login",
        email=email,
        next=target,
        kept=kept,
        lost_files=(),
        error=error,
        demonstration=demonstration_of(page),
        has_identity=page.services[Settings].oidc_issuer is not None,
        passkeys=RelyingParty.of(page.services[Settings]),
    )


def _lead_on(page: WebPage, target: str) -> Response:
    """To the reader's page; with a problem that they typed before they had an account to the form of a new demand."""
    problem = carried(page.request.cookies)
    if not problem:
        return page.redirect(_start(page, target))
    if target in ("/", "/login") and page.leads_to(_NEW_DEMAND):
        kept = (("main_problem", problem), ("_source", problem))
        return page.show("account/resume.html", target=_SUGGESTED, kept=kept)
    response = page.redirect(_start(page, target))
    if not page.leads_to(_NEW_DEMAND):
        drop(response)
    return response


def _start(page: WebPage, target: str) -> str:
    if target not in ("/", "/login"):
        return target
    start = START[page.principal.role]
    return start if page.leads_to(start) else "/"
