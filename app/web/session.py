"""The browser's session: from the cookie of a request to its reader, and the cookie of an answer."""

import json
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse

from app.accounts.access.authentication import UserIdentity, count_request
from app.accounts.access.principal import ANONYMOUS
from app.accounts.factors.passkeys import LIFETIME, PasskeyQuestion
from app.accounts.sessions.browser import BrowserLogin, user_of_cookie
from app.services import AllServices
from app.settings import Settings
from app.web.pages import is_asked_by_page
from app.web.security import is_https

STRANGER = UserIdentity(ANONYMOUS, "", "")


def cookie_name(settings: Settings) -> str:
    """`__Host-` makes browsers refuse a cookie that another host of the domain sets; it needs https."""
    return "__Host-sanku" if is_https(settings) else "sanku"


def reader_of(request: Request, services: AllServices) -> UserIdentity:
    """Who reads: the user of the session's cookie, or a stranger.

    Raises:
        TooManyRequests: the user or their organisation has sent too many requests within a minute.
    """
    cookie = request.cookies.get(cookie_name(services[Settings]))
    if not cookie:
        return STRANGER
    is_use = not is_asked_by_page(request.url.path)
    reader = user_of_cookie(services, cookie, is_use=is_use) or STRANGER
    count_request(services, request, reader.principal)
    return reader


Reader = Annotated[UserIdentity, Depends(reader_of)]


def set_session(response: Response, settings: Settings, login: BrowserLogin) -> None:
    """Give the browser its session."""
    response.set_cookie(
        cookie_name(settings),
        login.cookie,
        max_age=int(login.lifetime.total_seconds()),
        path="/",
        secure=is_https(settings),
        httponly=True,
        samesite="lax",
    )


_DEVICE = "sanku-device"


def device_token_of(request: Request) -> str | None:
    """What an earlier login left in this browser: it shows that the user was here before."""
    return request.cookies.get(_DEVICE)


def keep_device(response: Response, settings: Settings, token: str) -> None:
    """Leave the token in the browser for later logins."""
    response.set_cookie(
        _DEVICE,
        token,
        max_age=365 * 24 * 3600,
        path="/login",
        secure=is_https(settings),
        httponly=True,
        samesite="strict",
    )


_REGISTRATION = "sanku-registration"
_REGISTRATION_KEPT = 2 * 24 * 3600
"""Seconds; as long as the link of the mail is valid."""


def registration_token_of(request: Request) -> str | None:
    """What shows that a registration began in this browser."""
    return request.cookies.get(_REGISTRATION)


def keep_registration(response: Response, settings: Settings, token: str) -> None:
    """Leave the token in the browser until its mailbox is confirmed."""
    response.set_cookie(
        _REGISTRATION,
        token,
        max_age=_REGISTRATION_KEPT,
        path="/verify-mail",
        secure=is_https(settings),
        httponly=True,
        samesite="strict",
    )


def drop_registration(response: Response, settings: Settings) -> None:
    """It is completed: take its token from the browser."""
    response.delete_cookie(
        _REGISTRATION, path="/verify-mail", secure=is_https(settings), httponly=True, samesite="strict"
    )


def passkey_cookie(settings: Settings) -> str:
    """The cookie that binds a question about a passkey to the browser that asked it."""
    return "__Host-sanku-passkey" if is_https(settings) else "sanku-passkey"


def ask_for_passkey(settings: Settings, question: PasskeyQuestion) -> Response:
    """The question for the script of the page; its token stays in the browser, out of reach of scripts."""
    response = JSONResponse({"public_key": question.options}, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        passkey_cookie(settings),
        question.token,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=is_https(settings),
        httponly=True,
        samesite="strict",
    )
    return response


def passkey_answer(request: Request, settings: Settings, credential: str) -> tuple[str, dict[str, Any]]:
    """The token of the question that this browser asked, and what the device has answered to it, as the script put it
    into a form. What is no answer is an empty one, which proves nothing."""
    token = request.cookies.get(passkey_cookie(settings), "")
    try:
        answer = json.loads(credential)
    except (ValueError, RecursionError):
        answer = None
    return token, answer if isinstance(answer, dict) else {}


def forget_passkey_question(response: Response, settings: Settings) -> Response:
    """It is answered: take its token from the browser."""
    response.delete_cookie(
        passkey_cookie(settings), path="/", secure=is_https(settings), httponly=True, samesite="strict"
    )
    return response


def end_session(response: Response, settings: Settings) -> None:
    """Take the session from the browser."""
    response.delete_cookie(
        cookie_name(settings), path="/", secure=is_https(settings), httponly=True, samesite="lax"
    )
