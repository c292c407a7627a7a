"""Addresses `/login/passkey…` and `/login/code/passkey…`: logins with a passkey, alone or as the second step."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.sessions import passkey_login as service
from app.accounts.sessions.browser import BrowserLogin, browser_opener
from app.accounts.sessions.tokens import Client
from app.database import AppDatabase, Database
from app.errors import Conflict, SankuError, TooManyRequests, Unauthenticated
from app.services import AppSettings
from app.settings import Settings
from app.web.account.login import address_of, device_of, opened, show_login, show_second_step_again
from app.web.account.security.passkeys import problem_for_script
from app.web.page import CurrentPage, WebPage, local_address
from app.web.posted import Posted, PostedForm
from app.web.session import ask_for_passkey, forget_passkey_question, passkey_answer

router = APIRouter()

_ALONE = "/login/passkey"
_STEP = "/login/code/passkey"


@router.post(f"{_ALONE}/options", name="passkey_login_options")
def options(page: CurrentPage, database: AppDatabase, settings: AppSettings) -> Response:
    """What the script asks the device; the same for everybody."""
    client = Client(address_of(page.request), device_of(page.request))
    try:
        return ask_for_passkey(settings, service.begin_passkey_login(database, settings, client=client))
    except (Conflict, TooManyRequests) as error:
        return problem_for_script(error, page.language)


@router.post(_ALONE, name="passkey_login")
def log_in(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """Leads on, as after a password and its second step."""

    def show_again(error: SankuError) -> Response:
        target = local_address(posted.get("next", "/"))
        return show_login(page, email="", target=target, kept=posted.carried, error=error)

    return _complete(service.complete_passkey_login, page, posted, database, settings, refused=show_again)


@router.post(f"{_STEP}/options", name="passkey_step_options")
def step_options(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """What the script asks the device of the user who has shown their password."""
    challenge = posted.get("challenge_token")
    try:
        return ask_for_passkey(settings, service.begin_passkey_step(database, settings, challenge=challenge))
    except (Conflict, Unauthenticated) as error:
        return problem_for_script(error, page.language)


@router.post(_STEP, name="passkey_step")
def step(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """The second step. What was refused can be tried again."""
    return _complete(
        service.complete_passkey_step,
        page,
        posted,
        database,
        settings,
        refused=lambda error: show_second_step_again(page, posted, error),
    )


def _complete(
    complete: service.PasskeyStep[BrowserLogin],
    page: WebPage,
    posted: PostedForm,
    database: Database,
    settings: Settings,
    *,
    refused: Callable[[SankuError], Response],
) -> Response:
    target, kept = local_address(posted.get("next", "/")), posted.carried
    page.take_display(posted)
    client = Client(address_of(page.request), device_of(page.request))
    challenge, answer = passkey_answer(page.request, settings, posted.get("secret_credential"))
    try:
        login = complete(
            database,
            settings,
            challenge=challenge,
            answer=answer,
            client=client,
            then=browser_opener(settings, client),
        )
        response = opened(page, settings, login, target=target, kept=kept)
    except (Conflict, Unauthenticated, TooManyRequests) as error:
        response = refused(error)
    return forget_passkey_question(response, settings)
