"""Page `/account/confirm`: the password, a code or a passkey, before sensitive steps. What was typed travels along."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.self_service.confirmation import (
    begin_passkey_confirmation,
    confirm_by_code,
    confirm_by_passkey,
    confirm_by_password,
)
from app.accounts.throttle import RateLimitKey, count_attempt
from app.database import AppDatabase, Database, WriteSession
from app.errors import Conflict, Invalid, TooManyRequests, Unavailable
from app.services import AppSettings
from app.settings import Settings
from app.web.account.login import address_of
from app.web.account.security.passkeys import problem_for_script
from app.web.page import CurrentPage, WebPage, local_address
from app.web.posted import Posted
from app.web.problems import show_confirmation
from app.web.session import ask_for_passkey, forget_passkey_question, passkey_answer

router = APIRouter()

CONFIRM = "/account/confirm"
_START = "/account/security"


@router.get(CONFIRM, name="confirm")
def confirm_page(page: CurrentPage) -> Response:
    """The form."""
    return show_confirmation(page, target=local_address(page.request.query_params.get("next", _START)))


@router.post(CONFIRM, name="confirm_own")
def confirm(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """Leads back to what was to be done."""
    target, kept = local_address(posted.get("next", _START)), posted.carried
    page.take_display(posted)
    if posted.only_shows:
        return show_confirmation(page, target=target, kept=kept)
    try:
        _confirm(page, database, settings, posted.get("password"), posted.get("secret_code").strip())
    except (Invalid, TooManyRequests, Unavailable) as error:
        return show_confirmation(page, target=target, kept=kept, error=error)
    return _back(page, target, kept)


@router.post(f"{CONFIRM}/passkey/options", name="confirmation_options")
def options(page: CurrentPage, session: WriteSession, settings: AppSettings) -> Response:
    """What the script asks the device."""
    try:
        question = begin_passkey_confirmation(session, settings, principal=page.principal)
    except Conflict as error:
        return problem_for_script(error, page.language)
    return ask_for_passkey(settings, question)


@router.post(f"{CONFIRM}/passkey", name="confirm_by_passkey")
def confirm_with_passkey(
    page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Leads back to what was to be done."""
    target, kept = local_address(posted.get("next", _START)), posted.carried
    page.take_display(posted)
    challenge, answer = passkey_answer(page.request, settings, posted.get("secret_credential"))
    try:
        confirm_by_passkey(
            database,
            settings,
            principal=page.principal,
            challenge=challenge,
            answer=answer,
            address=address_of(page.request),
        )
        response = _back(page, target, kept)
    except (Conflict, Invalid, TooManyRequests) as error:
        response = show_confirmation(page, target=target, kept=kept, error=error)
    return forget_passkey_question(response, settings)


def _back(page: WebPage, target: str, kept: tuple[tuple[str, str], ...]) -> Response:
    return page.show("account/resume.html", target=target, kept=kept) if kept else page.redirect(target)


def _confirm(page: WebPage, database: Database, settings: Settings, password: str, code: str) -> None:
    if code:
        confirm_by_code(database, settings, principal=page.principal, code=code)
        return
    address = page.request.client.host if page.request.client else "unknown"
    count_attempt(database, settings, RateLimitKey("password", str(page.principal.user_id), address))
    confirm_by_password(database, principal=page.principal, password=password)
