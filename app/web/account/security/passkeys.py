"""Addresses below `/account/security/passkeys`: add one, give it another name, remove it."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from app.accounts.self_service.passkeys import add_passkey, begin_passkey, remove_passkey, rename_passkey
from app.database import AppDatabase, WriteSession
from app.errors import Conflict, Forbidden, Invalid, SankuError, Unauthenticated
from app.services import AppSettings
from app.web.account.security.second_factor import SECURITY, first, show_codes, show_security
from app.web.i18n import Language
from app.web.page import CurrentPage, Pressed
from app.web.posted import Posted, id_of
from app.web.session import ask_for_passkey, forget_passkey_question, passkey_answer

router = APIRouter()

_PASSKEYS = f"{SECURITY}/passkeys"


@router.post(f"{_PASSKEYS}/options", name="passkey_options")
def options(page: CurrentPage, session: WriteSession, settings: AppSettings) -> Response:
    """What the script asks the device for a new passkey."""
    try:
        return ask_for_passkey(settings, begin_passkey(session, settings, principal=page.principal))
    except (Conflict, Forbidden) as error:
        return problem_for_script(error, page.language)


@router.post(_PASSKEYS, name="add_passkey")
def add(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """Takes the answer of the device; with a first factor it shows the recovery codes, here and never again."""
    if (elsewhere := first(page, posted)) is not None:
        return elsewhere
    challenge, answer = passkey_answer(page.request, settings, posted.get("secret_credential"))
    try:
        new = add_passkey(
            database,
            settings,
            principal=page.principal,
            challenge=challenge,
            answer=answer,
            name=posted.get("name"),
        )
    except (Conflict, Invalid, Unauthenticated) as error:
        with database.reading() as session:
            return forget_passkey_question(show_security(page, session, settings, error), settings)
    if new.recovery_codes is not None:
        return forget_passkey_question(show_codes(page, new.recovery_codes), settings)
    return forget_passkey_question(page.redirect(SECURITY, notice="passkey_added"), settings)


@router.post(f"{_PASSKEYS}/rename", name="rename_passkey")
def rename(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """Another name."""
    if (elsewhere := first(page, posted)) is not None:
        return elsewhere
    try:
        with database.unit_of_work() as session:
            passkey_id = id_of(posted, "passkey")
            rename_passkey(session, passkey_id, principal=page.principal, name=posted.get("name"))
    except Invalid as error:
        with database.reading() as session:
            return show_security(page, session, settings, error)
    return page.redirect(SECURITY, notice="passkey_renamed")


@router.post(f"{_PASSKEYS}/remove", name="remove_passkey")
def remove(page: CurrentPage, posted: Pressed, database: AppDatabase, settings: AppSettings) -> Response:
    """It opens nothing from now on."""
    if (elsewhere := first(page, posted)) is not None:
        return elsewhere
    try:
        with database.unit_of_work() as session:
            remove_passkey(session, settings, id_of(posted, "passkey"), principal=page.principal)
    except Conflict as error:
        with database.reading() as session:
            return show_security(page, session, settings, error)
    return page.redirect(SECURITY, notice="passkey_removed")


def problem_for_script(error: SankuError, language: Language) -> Response:
    """What went wrong, for the script of the page to show."""
    message = error.message_zh if language == "zh" else error.message_en
    headers = {"Cache-Control": "no-store"} | {
        name: value for name, value in error.headers.items() if name == "Retry-After"
    }
    return JSONResponse({"message": message}, error.status, headers=headers)
