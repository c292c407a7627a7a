"""Page `/account/data`: one's own data, taken out and erased."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.throttle import RateLimitKey, count_attempt
from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Invalid
from app.services import AppSettings
from app.store.erasure import erase_own_data, kept
from app.store.personal_data import own_data, zipped
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted

router = APIRouter()


@router.get("/account/data", name="own_data")
def data(page: CurrentPage) -> Response:
    """What can be taken out and erased, and what is kept."""
    return _show(page)


@router.get("/account/data/download", name="take_out_own_data")
def download(page: CurrentPage, session: ReadSession) -> Response:
    """The reader's data as a ZIP file."""
    return Response(
        zipped(own_data(session, page.principal)),
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": "no-store"},
    )


@router.post("/account/data/erase", name="erase_own_data")
def erase(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """Close the account, and erase what no rule keeps."""
    page.take_display(posted)
    address = page.request.client.host if page.request.client else "unknown"
    count_attempt(database, settings, RateLimitKey("password", str(page.principal.user_id), address))
    try:
        erase_own_data(database, principal=page.principal, password=posted.get("password"))
    except (Conflict, Invalid) as error:
        return _show(page, error)
    return page.redirect("/login", notice="saved")


def _show(page: WebPage, error: Conflict | Invalid | None = None) -> Response:
    return page.show(
        "account/data.html",
        status=error.status if error else 200,
        form_id="erase",
        kept=[{"zh": zh, "en": en} for zh, en in sorted({(one.zh, one.en) for one in kept()})],
        error=error,
    )
