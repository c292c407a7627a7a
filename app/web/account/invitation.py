"""Page `/accept-invitation`: a colleague's invitation becomes an account, with a name and a password."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.legal_texts.purposes import TextPurpose
from app.accounts.legal_texts.service import text_of
from app.accounts.self_service.invitations import accept_invitation, read_invitation
from app.database import AppDatabase, Database, ReadSession
from app.errors import Invalid, NotFound, SankuError
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted

router = APIRouter()


@router.get("/accept-invitation", name="invitation")
def invitation(page: CurrentPage, session: ReadSession) -> Response:
    """Who invites, and the form."""
    token = page.request.query_params.get("token", "")
    try:
        invited = read_invitation(session, token)
    except NotFound as error:
        return _show(page, error=error, status=404 if token else 200)
    return _show(page, token, email=invited.email, by=invited.organisation)


@router.post("/accept-invitation", name="accept_invitation")
def accept(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Stores the account and leads to the login."""
    page.take_display(posted)
    token, name = posted.get("link"), posted.get("name")
    email, by, agreed = posted.get("email"), posted.get("by"), posted.get("notice_version")
    if posted.only_shows:
        return _show(page, token, email=email, by=by, name=name, agreed=agreed)
    try:
        accept_invitation(
            database,
            token=token,
            name=name,
            password=posted.get("password"),
            notice_version=int(agreed) if agreed.isdecimal() else 0,
        )
    except (NotFound, Invalid) as error:
        return _show(
            page, token, email=email, by=by, name=name, agreed=agreed, error=error, status=error.status
        )
    return page.redirect("/login", notice="registered")


def _show(
    page: WebPage,
    token: str = "",
    *,
    email: str = "",
    by: str = "",
    name: str = "",
    agreed: str = "",
    error: SankuError | None = None,
    status: int = 200,
) -> Response:
    with page.services[Database].reading() as session:
        notice = text_of(session, TextPurpose.PRIVACY_NOTICE)
    return page.show(
        "account/invitation.html",
        status=status,
        form_id="invitation",
        headers={"Cache-Control": "no-store"},
        token=token,
        email=email,
        by=by,
        name=name,
        error=error,
        notice=notice,
        agreed=agreed == str(notice.version),
    )
