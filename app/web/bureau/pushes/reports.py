"""Page `/bureau/reports`: errors in matches that somebody reported, and the bureau's answers."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import SankuError
from app.pushes.feedback.report_list import REPORT_STATES, named_reports, report_page
from app.pushes.feedback.reports import resolve
from app.pushes.feedback.schemas import Resolution
from app.web.bureau.lists.rows import Cursor, Text, next_address, place, tabs_of
from app.web.forms.parser import validated
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import NOTHING, Posted, PostedForm, id_of

router = APIRouter()

_SHELVES: Mapping[str, str] = {
    "open": _("待处理"),
    "resolved": _("已处理"),
    "dismissed": _("不成立"),
}


@router.get("/bureau/reports", name="match_reports")
def reports(page: CurrentPage, session: ReadSession, state: Text = "open", cursor: Cursor = None) -> Response:
    """Reports in a state, the oldest first."""
    return _show(page, session, state, cursor)


@router.post("/bureau/reports/resolve", name="resolve_report")
def resolve_report(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Close a report with an explanation, which its reporter reads."""

    def command(session: ReadSession) -> Response:
        asked = validated(
            Resolution, {"state": posted.get("state"), "resolution": posted.get("resolution").strip()}
        )
        assert isinstance(asked, Resolution)
        resolve(
            session,
            id_of(posted, "report"),
            principal=page.principal,
            state=asked.state,
            resolution=asked.resolution,
            if_match=posted.version,
        )
        return page.redirect("/bureau/reports", notice="report_closed")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, session, "open", None, posted=posted, error=error),
    )


def _show(
    page: WebPage,
    session: ReadSession,
    state: str,
    cursor: str | None,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    chosen = REPORT_STATES.get(state) or REPORT_STATES["open"]
    found = report_page(session, place(cursor), chosen, principal=page.principal)
    return page.show(
        "bureau/reports.html",
        status=error.status if error else 200,
        reports=named_reports(session, found.items, principal=page.principal),
        tabs=tabs_of(page, "state", chosen, dict(_SHELVES), of_path="/bureau/reports"),
        next=next_address(page, found.next_cursor, of_path="/bureau/reports"),
        typed=posted.get,
        error=error,
    )
