"""Addresses `/login/identity…`: to the city's login, and back with what it says."""

import hmac

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.accounts.identity.login import begin_login, complete_identity_login
from app.accounts.sessions.browser import browser_opener
from app.accounts.sessions.login import SecondFactorRequired
from app.accounts.sessions.tokens import Client
from app.accounts.throttle import RateLimitKey, count_attempt
from app.database import AppDatabase
from app.errors import TooManyRequests, Unauthenticated, Unavailable
from app.services import AppSettings
from app.web.account.login import address_of, device_of, opened, show_login, show_second_step
from app.web.page import CurrentPage, local_address
from app.web.security import is_https

router = APIRouter()

_STATE = "sanku-identity"
_PATH = "/login/identity"
_AGE = 600


@router.get(_PATH, name="identity")
def identity(page: CurrentPage, database: AppDatabase, settings: AppSettings) -> Response:
    """Leads to the city's login. The state stays in this browser, so that nobody completes it in another."""
    if settings.oidc_issuer is None:
        return page.redirect("/login")
    target = local_address(page.request.query_params.get("next", "/"))
    address = address_of(page.request)
    try:
        count_attempt(database, settings, RateLimitKey("identity", address, address))
        elsewhere, state = begin_login(database, settings, target=target)
    except (TooManyRequests, Unavailable) as error:
        return show_login(page, email="", target=target, error=error)
    response = RedirectResponse(elsewhere, 303, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        _STATE, state, max_age=_AGE, path=_PATH, secure=is_https(settings), httponly=True, samesite="lax"
    )
    return response


@router.get(f"{_PATH}/return", name="identity_return")
def identity_return(page: CurrentPage, database: AppDatabase, settings: AppSettings) -> Response:
    """Opens the session of the account that belongs to the identity."""
    if settings.oidc_issuer is None:
        return page.redirect("/login")
    query = page.request.query_params
    state, code = query.get("state", ""), query.get("code", "")
    client = Client(address_of(page.request), device_of(page.request))
    try:
        if (
            not state
            or not hmac.compare_digest(page.request.cookies.get(_STATE, "").encode(), state.encode())
            or not code
        ):
            raise Unauthenticated(
                "The city's login was cancelled or took too long; please log in again.",
                "统一身份认证已取消或超时，请重新登录。",
                code="identity_cancelled",
            )
        login, target = complete_identity_login(
            database, settings, state=state, code=code, client=client, then=browser_opener(settings, client)
        )
        response = opened(page, settings, login, target=target, kept=())
    except SecondFactorRequired as needed:
        response = show_second_step(
            page, challenge=needed.challenge, factors=needed.factors, target="/", kept=()
        )
    except (Unauthenticated, Unavailable) as error:
        response = show_login(page, email="", target="/", error=error)
    response.delete_cookie(_STATE, path=_PATH)
    return response
