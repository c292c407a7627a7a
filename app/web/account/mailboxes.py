"""Pages that links in mails lead to: `/verify-mail`, `/forgot-password`, `/reset-password`.

Opening a link changes nothing, because mail programs open links by themselves; the button does.
"""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.self_service.mailboxes import confirm_mailbox_in_browser
from app.accounts.self_service.passwords import request_reset, reset_password
from app.accounts.sessions.tokens import Client
from app.accounts.throttle import RateLimitKey, count_attempt
from app.database import AppDatabase, WriteSession
from app.errors import Conflict, Invalid, NotFound, SankuError
from app.services import AppSettings
from app.web.account.login import address_of, device_of
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted
from app.web.session import drop_registration, keep_device, registration_token_of, set_session

router = APIRouter()


@router.get("/verify-mail", name="verify_mail")
def verify_page(page: CurrentPage) -> Response:
    """One button."""
    return _verify(page, page.request.query_params.get("token", ""))


@router.post("/verify-mail", name="confirm_mail")
def verify(page: CurrentPage, posted: Posted, session: WriteSession, settings: AppSettings) -> Response:
    """Completes the registration or the change of address, and leads to the login.

    In the browser that registered, nobody has to log in once more.
    """
    page.take_display(posted)
    token = posted.get("link")
    if posted.only_shows:
        return _verify(page, token)
    try:
        with session.begin_nested():
            confirmed, login = confirm_mailbox_in_browser(
                session,
                settings,
                token,
                browser_token=registration_token_of(page.request),
                client=Client(address_of(page.request), device_of(page.request)),
            )
    except (NotFound, Conflict) as error:
        return _verify(page, token, error)
    if login is None:
        notice = "registered" if confirmed.purpose == "register" else "mail_changed"
        return page.redirect("/login", notice=notice)
    response = page.redirect("/login", notice="registered_here")
    set_session(response, settings, login)
    keep_device(response, settings, login.device_token)
    drop_registration(response, settings)
    return response


@router.get("/forgot-password", name="forgot_password")
def forgot_page(page: CurrentPage) -> Response:
    """Asks for the address."""
    return page.show("account/forgot.html", form_id="forgot", email="", sent=False, error=None)


@router.post("/forgot-password", name="send_reset")
def forgot(
    page: CurrentPage, posted: Posted, database: AppDatabase, session: WriteSession, settings: AppSettings
) -> Response:
    """Sends the link, if there is such an account; the page is the same if there is none."""
    page.take_display(posted)
    email = posted.get("email").strip()
    if posted.only_shows:
        return page.show("account/forgot.html", form_id="forgot", email=email, sent=False, error=None)
    address = page.request.client.host if page.request.client else "unknown"
    count_attempt(database, settings, RateLimitKey("reset", email, address))
    try:
        request_reset(session, settings, email=email)
    except Invalid as error:
        return page.show(
            "account/forgot.html", status=422, form_id="forgot", email=email, sent=False, error=error
        )
    return page.show("account/forgot.html", form_id=None, email=email, sent=True, error=None)


@router.get("/reset-password", name="reset_password")
def reset_page(page: CurrentPage) -> Response:
    """Asks for the new password."""
    return _reset(page, page.request.query_params.get("token", ""))


@router.post("/reset-password", name="set_password")
def reset(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Sets the password; all sessions end."""
    page.take_display(posted)
    token = posted.get("link")
    if posted.only_shows:
        return _reset(page, token)
    try:
        reset_password(database, token=token, new_password=posted.get("new_password"))
    except (NotFound, Invalid) as error:
        return _reset(page, token, error)
    return page.redirect("/login", notice="password_changed")


def _verify(page: WebPage, token: str, error: SankuError | None = None) -> Response:
    return page.show(
        "account/verify.html",
        status=error.status if error else 200,
        form_id="verify",
        headers={"Cache-Control": "no-store"},
        token=token,
        error=error,
    )


def _reset(page: WebPage, token: str, error: SankuError | None = None) -> Response:
    return page.show(
        "account/reset.html",
        status=error.status if error else 200,
        form_id="reset",
        headers={"Cache-Control": "no-store"},
        token=token,
        error=error,
        wrong=error.fields if isinstance(error, Invalid) else (),
    )
