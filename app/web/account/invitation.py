"""Page `/accept-invitation`: a colleague's invitation becomes an account, with a name and a password."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.self_service.invitations import accept_invitation, read_invitation
from app.database import AppDatabase, ReadSession
from app.errors import Invalid, NotFound, SankuError
from app.web.page import CurrentPage
from app.web.posted import Posted

router = APIRouter()


@router.get("/accept-invitation", name="invitation")
def invitation(page: CurrentPage, session: ReadSession) -> Response:
    """Who invites, and the form."""
    token = page.request.query_params.get("token", "")
    try:
        invited = read_invitation(session, token)
    except NotFound as error:
        return page.show("account/invitation.html", status=404 if token else 200, **_view(error=error))
    return page.show("account/invitation.html", **_view(token, email=invited.email, by=invited.organisation))


@router.post("/accept-invitation", name="accept_invitation")
def accept(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Stores the account and leads to the login."""
    page.take_display(posted)
    token, name = posted.get("link"), posted.get("name")
    view = _view(token, email=posted.get("email"), by=posted.get("by"), name=name)
    if posted.only_shows:
        return page.show("account/invitation.html", **view)
    try:
        accept_invitation(database, token=token, name=name, password=posted.get("password"))
    except (NotFound, Invalid) as error:
        return page.show("account/invitation.html", status=error.status, **view | {"error": error})
    return page.redirect("/login", notice="registered")


def _view(
    token: str = "", *, email: str = "", by: str = "", name: str = "", error: SankuError | None = None
) -> dict[str, object]:
    return {
        "form_id": "invitation",
        "headers": {"Cache-Control": "no-store"},
        "token": token,
        "email": email,
        "by": by,
        "name": name,
        "error": error,
    }
