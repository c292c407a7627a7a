"""Page `/bureau/wall`: links to the wall, made and revoked; a link is shown once, when it is made."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Invalid
from app.settings import Settings
from app.statistics.wall.links import WallLinkCreate, make_link, revoke_link, wall_links
from app.web.forms.fields import Form, FormField, FormGroup
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.page import CurrentPage, Pressed, WebPage
from app.web.posted import Posted, id_of

router = APIRouter()

LINK = Form(
    "wall-link",
    WallLinkCreate,
    (
        FormGroup(
            (
                FormField(
                    "label", hint=_("放在哪里、给谁用，便于日后作废。"), example="政务大厅一楼", required=True
                ),
            )
        ),
    ),
)


@router.get("/bureau/wall", name="wall_links")
def links(page: CurrentPage, session: ReadSession) -> Response:
    """The links, and the form for another."""
    return _show(page, session, FilledForm(LINK))


@router.post("/bureau/wall", name="make_wall_link")
def make(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Make a link. The answer shows it, and nothing does later; the form sent twice makes one link."""
    page.take_display(posted)
    form, token = FilledForm(LINK, posted=posted), ""
    if not posted.only_shows:
        try:
            wanted = form.model()
            assert isinstance(wanted, WallLinkCreate)
            with database.unit_of_work() as session:
                _link, token = make_link(session, wanted, principal=page.principal, link_id=_id(posted.key))
            form = FilledForm(LINK)
        except Conflict:
            return page.redirect("/bureau/wall")
        except Invalid as error:
            form = form.with_errors(error)
    with database.reading() as session:
        return _show(page, session, form, token=token)


@router.post("/bureau/wall/revoke", name="revoke_wall_link")
def revoke(page: CurrentPage, posted: Pressed, database: AppDatabase) -> Response:
    """End a link at once."""
    page.take_display(posted)
    try:
        with database.unit_of_work() as session:
            revoke_link(session, id_of(posted, "link"), principal=page.principal)
    except Conflict as error:
        with database.reading() as session:
            return _show(page, session, FilledForm(LINK), error=error)
    return page.redirect("/bureau/wall", notice="link_revoked")


def _id(key: str | None) -> UUID | None:
    try:
        return UUID(key or "")
    except ValueError:
        return None


def _show(
    page: WebPage,
    session: ReadSession,
    form: FilledForm,
    *,
    token: str = "",
    error: Conflict | None = None,
) -> Response:
    public = page.services[Settings].public_url.rstrip("/")
    return page.show(
        "bureau/wall.html",
        status=error.status if error else 422 if form.errors else 200,
        form_id=None if token else form.id,
        form=form,
        links=wall_links(session, principal=page.principal),
        made=f"{public}/wall/{token}" if token else "",
        error=error,
    )
