"""Page `/account/confirm`: the password or a code, before sensitive steps. What was typed travels along."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.self_service.confirmation import confirm_by_code, confirm_by_password
from app.accounts.throttle import RateLimitKey, count_attempt
from app.database import AppDatabase, Database
from app.errors import Invalid, TooManyRequests, Unavailable
from app.services import AppSettings
from app.settings import Settings
from app.web.page import CurrentPage, WebPage, local_address
from app.web.posted import Posted
from app.web.problems import show_confirmation

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
    return page.show("account/resume.html", target=target, kept=kept) if kept else page.redirect(target)


def _confirm(page: WebPage, database: Database, settings: Settings, password: str, code: str) -> None:
    if code:
        confirm_by_code(database, settings, principal=page.principal, code=code)
        return
    address = page.request.client.host if page.request.client else "unknown"
    count_attempt(database, settings, RateLimitKey("password", str(page.principal.user_id), address))
    confirm_by_password(database, principal=page.principal, password=password)
