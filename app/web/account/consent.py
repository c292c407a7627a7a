"""Page `/account/consent`: the notice of processing, one's own consents, and their withdrawal."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.legal_texts.consents import consents_of, give_consent
from app.accounts.legal_texts.purposes import TextPurpose
from app.accounts.legal_texts.schemas import ConsentIn
from app.accounts.legal_texts.service import text_of
from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Invalid
from app.store.consents import withdraw_consent
from app.store.personal_data import user_of
from app.web.forms.parser import validated
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted

router = APIRouter()

CONSENT = "/account/consent"


@router.get(CONSENT, name="own_consent")
def consent(page: CurrentPage, session: ReadSession) -> Response:
    """The notice in force, what the reader has agreed to, and what withdrawal means."""
    return _show(page, session)


@router.post(CONSENT, name="give_consent")
def give(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Agree to the notice in force."""
    page.take_display(posted)
    try:
        wanted = validated(ConsentIn, {"notice_version": posted.get("notice_version")})
        assert isinstance(wanted, ConsentIn)
        with database.unit_of_work() as session:
            user_id = user_of(page.principal)
            give_consent(session, user_id, wanted.notice_version, principal=page.principal)
    except Invalid as error:
        with database.reading() as session:
            return _show(page, session, error)
    return page.redirect(CONSENT, notice="consented")


@router.post(f"{CONSENT}/withdraw", name="withdraw_consent")
def withdraw(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """The account serves only to take out and erase one's data from now on."""
    page.take_display(posted)
    try:
        with database.unit_of_work() as session:
            withdraw_consent(session, principal=page.principal)
    except Conflict as error:
        with database.reading() as session:
            return _show(page, session, error)
    return page.redirect(CONSENT, notice="consent_withdrawn")


def _show(page: WebPage, session: ReadSession, error: Conflict | Invalid | None = None) -> Response:
    given = consents_of(session, user_of(page.principal))
    return page.show(
        "account/consent.html",
        status=error.status if error else 200,
        notice=text_of(session, TextPurpose.PRIVACY_NOTICE),
        given=given,
        active=next((one for one in given if one.withdrawn_at is None), None),
        error=error,
    )
