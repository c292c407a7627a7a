"""Pages `/account/…`: who one is, the password, and the devices where one is logged in."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.self_service.mail_change import request_mail_change
from app.accounts.self_service.passwords import change_own_password
from app.accounts.self_service.sessions import end_other_sessions, end_own_session, own_sessions
from app.accounts.throttle import Kind, RateLimitKey, count_attempt
from app.database import AppDatabase, ReadSession, WriteSession
from app.errors import Invalid, NotFound
from app.services import AppSettings
from app.web.page import CurrentPage, Pressed, WebPage
from app.web.posted import Posted

router = APIRouter()


@router.get("/account/profile", name="account")
def profile(page: CurrentPage) -> Response:
    """Name, address, role; the form that changes the address."""
    return _profile(page)


@router.post("/account/profile", name="change_mail")
def change_mail(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """Sends a link to the new address; until it is used the old one holds."""
    page.take_display(posted)
    email = posted.get("email").strip()
    if posted.only_shows:
        return _profile(page, email=email)
    _count(page, database, settings, "mail")
    try:
        request_mail_change(
            database, settings, principal=page.principal, email=email, password=posted.get("password")
        )
    except Invalid as error:
        return _profile(page, email=email, error=error)
    return page.redirect("/account/profile", notice="mail_sent")


@router.get("/account/password", name="password")
def password_page(page: CurrentPage) -> Response:
    """The form."""
    return page.show("account/password.html", form_id="password", error=None)


@router.post("/account/password", name="change_password")
def change_password(
    page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Sets the password; all sessions end, this one as well."""
    page.take_display(posted)
    if posted.only_shows:
        return page.show("account/password.html", form_id="password", error=None)
    _count(page, database, settings, "password")
    try:
        change_own_password(
            database,
            principal=page.principal,
            current_password=posted.get("current_password"),
            new_password=posted.get("new_password"),
        )
    except Invalid as error:
        return page.show("account/password.html", status=422, form_id="password", error=error)
    return page.redirect("/login", notice="password_changed")


@router.get("/account/devices", name="devices")
def devices(page: CurrentPage, session: ReadSession) -> Response:
    """Where the reader is logged in."""
    return page.show("account/devices.html", sessions=own_sessions(session, principal=page.principal))


@router.post("/account/devices/end", name="end_session")
def end(page: CurrentPage, posted: Pressed, session: WriteSession) -> Response:
    """End one session, or all others."""
    one = posted.get("session")
    if one:
        try:
            session_id = UUID(one)
        except ValueError as error:
            raise NotFound from error
        end_own_session(session, session_id, principal=page.principal)
    else:
        end_other_sessions(session, principal=page.principal)
    return page.redirect("/account/devices", notice="session_ended")


def _count(page: WebPage, database: AppDatabase, settings: AppSettings, kind: Kind) -> None:
    address = page.request.client.host if page.request.client else "unknown"
    count_attempt(database, settings, RateLimitKey(kind, str(page.principal.user_id), address))


def _profile(page: WebPage, *, email: str = "", error: Invalid | None = None) -> Response:
    return page.show(
        "account/profile.html",
        status=422 if error else 200,
        form_id="mail",
        email=email,
        error=error,
    )
