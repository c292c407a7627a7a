"""Pages `/bureau/filings`: filings that wait, and the decision on one."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import BadRequest, Conflict, Invalid, SankuError, StaleVersion
from app.services import AllServices
from app.settings import Settings
from app.talent.filings import service
from app.talent.filings.listing import FILING_STATES, filing_moves, filing_page, read_filing
from app.talent.filings.reviews import review
from app.web.bureau.lists.rows import Cursor, Text, next_address, place, tabs_of
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, WebPage
from app.web.posted import NOTHING, Posted, PostedForm
from app.web.renderer import day
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

_SHELVES = {
    "waiting": _("待审"),
    "filed": _("已备案"),
    "suspended": _("已暂停"),
    "expired": _("已到期"),
    "all": _("全部"),
}
_STATES = {
    "waiting": [FILING_STATES["submitted"], FILING_STATES["renewing"]],
    "filed": [FILING_STATES["filed"]],
    "suspended": [FILING_STATES["suspended"]],
    "expired": [FILING_STATES["expired"]],
}
MOVES = {
    "approve": _("批准备案"),
    "return": _("退回申请"),
    "approve_renewal": _("批准续期"),
    "return_renewal": _("退回续期"),
    "suspend": _("暂停备案"),
    "resume": _("恢复备案"),
    "cancel": _("注销备案"),
}
_LOGGED = {
    "create": _("建立申请"),
    "submit": _("提交申请"),
    "withdraw": _("撤回申请"),
    "renew": _("申请续期"),
    "expire": _("到期"),
} | MOVES
"""Names of steps in the history."""


@router.get("/bureau/filings", name="filings")
def filings(
    page: CurrentPage, session: ReadSession, state: Text = "waiting", cursor: Cursor = None
) -> Response:
    """Filings by state; those that wait are the first shelf."""
    found = filing_page(session, place(cursor), _STATES.get(state), principal=page.principal)
    rows = [
        TableRow(
            (
                one.manager_name,
                one.state.label(page.language),
                one.filing_number or "–",
                day(one.submitted_at),
                day(one.valid_to),
            ),
            f"/bureau/filings/{one.id}",
        )
        for one in found.items
    ]
    labels = (_("姓名"), _("状态"), _("备案号"), _("提交日期"), _("有效期至"))
    return page.show(
        "bureau/list.html",
        title=_("备案"),
        subtitle="",
        tabs=tabs_of(page, "state", state, _SHELVES),
        kept={"state": state},
        query=None,
        query_label="",
        table=TableView(
            translate(_("备案")),
            [TableColumn(translate(label)) for label in labels],
            rows,
            hides_caption=True,
        ),
        empty=_("没有待审的备案") if state == "waiting" else _("没有符合条件的备案"),
        next=next_address(page, found.next_cursor),
        links=[],
    )


@router.get("/bureau/filings/{id}", name="filing")
def filing(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """One filing, with its history and the steps that its state allows."""
    return _show(page, session, id)


@router.post("/bureau/filings/{id}", name="decide_filing")
def decide(
    page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase, services: AllServices
) -> Response:
    """Take the step that the button names."""
    page.take_display(posted)
    if posted.only_shows:
        with database.reading() as session:
            return _show(page, session, id, posted=posted)
    name = posted.get("step")
    if name not in MOVES:
        raise BadRequest("There is no such step.", "没有这一步骤。")
    try:
        with database.unit_of_work() as session:
            review(
                session,
                id,
                name,
                posted.get("note").strip() or None,
                principal=page.principal,
                settings=services[Settings],
                if_match=posted.version,
            )
    except (Conflict, Invalid, StaleVersion) as error:
        with database.reading() as session:
            return _show(page, session, id, posted=posted, error=error)
    return page.redirect(f"/bureau/filings/{id}", notice="saved")


def _show(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    found = read_filing(session, service.find(session, id, principal=page.principal), page.principal)
    return page.show(
        "bureau/filing.html",
        status=error.status if error else 200,
        form_id="decision",
        filing=found,
        state=found.state.label(page.language),
        steps=[(name, MOVES[name]) for name in found.allowed if name in MOVES],
        history=[
            (_LOGGED.get(move.name, move.name), move.moved_at, move.note)
            for move in filing_moves(session, id, principal=page.principal)
        ],
        note=posted.get("note"),
        error=error,
    )
