"""Pages `/account/security`: set up an authenticator app, see its recovery codes once, renew them, take it off."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.factors.webauthn import RelyingParty
from app.accounts.identity.login import linked_identity, unlink
from app.accounts.self_service import second_factor as service
from app.database import AppDatabase, ReadSession, WriteSession
from app.errors import Conflict, Invalid, SankuError
from app.services import AppSettings
from app.web.account.login import device_of
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, PostedForm

router = APIRouter()

SECURITY = "/account/security"
CONFIRM = f"/account/confirm?next={SECURITY}"


@router.get(SECURITY, name="security")
def security(page: CurrentPage, session: ReadSession, settings: AppSettings) -> Response:
    """What protects the account."""
    return show_security(page, session, settings)


@router.post(f"{SECURITY}/begin", name="begin_second_factor")
def begin(page: CurrentPage, posted: Posted, session: WriteSession) -> Response:
    """Shows a new secret as a QR code and as text."""
    if (elsewhere := first(page, posted)) is not None:
        return elsewhere
    return _setup(page, service.begin(session, principal=page.principal))


@router.post(f"{SECURITY}/enable", name="enable_second_factor")
def enable(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Takes the first code, and shows the recovery codes, here and never again."""
    if (elsewhere := first(page, posted)) is not None:
        return elsewhere
    try:
        with database.unit_of_work() as session:
            codes = service.confirm(session, principal=page.principal, code=posted.get("secret_code"))
    except Conflict:
        return page.redirect(SECURITY)
    except Invalid as error:
        with database.reading() as session:
            return _setup(page, service.pending(session, principal=page.principal), error)
    return show_codes(page, codes)


@router.post(f"{SECURITY}/codes", name="renew_recovery_codes")
def renew(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """Shows new recovery codes; the earlier ones end."""
    if (elsewhere := first(page, posted)) is not None:
        return elsewhere
    try:
        with database.unit_of_work() as session:
            codes = service.renew_codes(session, principal=page.principal)
    except Conflict as error:
        with database.reading() as session:
            return show_security(page, session, settings, error)
    return show_codes(page, codes)


@router.post(f"{SECURITY}/remove", name="remove_second_factor")
def remove(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """The password alone is asked for from now on."""
    if (elsewhere := first(page, posted)) is not None:
        return elsewhere
    try:
        with database.unit_of_work() as session:
            service.remove(session, settings, principal=page.principal)
    except Conflict as error:
        with database.reading() as session:
            return show_security(page, session, settings, error)
    return page.redirect(SECURITY, notice="factor_removed")


@router.post(f"{SECURITY}/unlink", name="unlink_identity")
def unlink_identity(page: CurrentPage, posted: Posted, session: WriteSession) -> Response:
    """The identity of the city's login opens this account no longer."""
    if (elsewhere := first(page, posted)) is not None:
        return elsewhere
    unlink(session, principal=page.principal)
    return page.redirect(SECURITY, notice="identity_unlinked")


def first(page: WebPage, posted: PostedForm) -> Response | None:
    """To the confirmation where it is due, and back to the page where the form is only to be shown again."""
    page.take_display(posted)
    if not page.principal.is_confirmed:
        return page.redirect(CONFIRM)
    return page.redirect(SECURITY, notice="press_again") if posted.only_shows else None


def show_security(
    page: WebPage, session: ReadSession, settings: AppSettings, error: SankuError | None = None
) -> Response:
    """The page, with what was refused."""
    return page.show(
        "account/security.html",
        status=error.status if error else 200,
        state=service.state_of(session, settings, principal=page.principal),
        passkeys=RelyingParty.of(settings),
        device=device_of(page.request),
        identity=linked_identity(session, principal=page.principal),
        confirm=None if page.principal.is_confirmed else CONFIRM,
        error=error,
    )


def _setup(page: WebPage, new: service.NewSecret, error: Invalid | None = None) -> Response:
    return page.show("account/security_setup.html", status=422 if error else 200, new=new, error=error)


def show_codes(page: WebPage, codes: list[str]) -> Response:
    """The recovery codes, shown once."""
    return page.show("account/security_codes.html", codes=codes)
