"""Pages `/bureau/rounds`: rounds by year, and one round with its next step."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import BadRequest, Conflict, Invalid, SankuError
from app.talent.rounds import service
from app.talent.rounds.listing import entry_page, round_page
from app.talent.rounds.presenter import read_round
from app.talent.rounds.schemas import RoundCreate, RoundEntryRead
from app.web.bureau.lists.rows import Cursor, Text, next_address, place, tabs_of
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, WebPage
from app.web.posted import NOTHING, Posted, PostedForm
from app.web.renderer import day
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

OPEN = Form(
    "round",
    RoundCreate,
    (FormGroup((FormField("year", Widget.NUMBER, required=True), FormField("title", required=True))),),
)
STEPS = ("open", "frozen", "reviewed", "published")
MOVES = {
    "freeze": (_("冻结数据"), _("保存每位技术经理人的合同、证书、规则和选择；之后的变化不影响本次认定。")),
    "review": (_("审核完成"), _("“可认定”的人员须已逐一审定。")),
    "publish": (_("公布"), _("认定类别写入技术经理人记录，并向社会公开。异议须已全部答复。")),
    "reopen": (_("重新开放"), _("放弃冻结的数据和已作出的决定，须说明理由。")),
    "cancel": (_("取消年度认定"), _("须说明理由；公布后不能取消。")),
}
DECISIONS = {"all": _("全部"), "pending": _("待审定"), "confirmed": _("经审定"), "corrected": _("已更正")}


@router.get("/bureau/rounds", name="rounds")
def rounds(page: CurrentPage, session: ReadSession, cursor: Cursor = None) -> Response:
    """Rounds, the newest year first."""
    return _list(page, session, FilledForm(OPEN), cursor)


@router.post("/bureau/rounds", name="open_round")
def open_round(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Begin the round of a year."""
    page.take_display(posted)
    form = FilledForm(OPEN, posted=posted)
    error: SankuError | None = None
    if not posted.only_shows:
        try:
            asked = form.model()
            assert isinstance(asked, RoundCreate)
            with database.unit_of_work() as session:
                made = service.open_round(session, asked.year, asked.title, principal=page.principal)
                address = f"/bureau/rounds/{made.id}"
            return page.redirect(address, notice="saved")
        except Invalid as invalid:
            form, error = form.with_errors(invalid), invalid
        except Conflict as conflict:
            error = conflict
    with database.reading() as session:
        return _list(page, session, form, None, error)


@router.get("/bureau/rounds/{id}", name="round")
def round_(
    page: CurrentPage, session: ReadSession, id: UUID, decision: Text = "", cursor: Cursor = None
) -> Response:
    """One round: where it stands, its entries, and the step that its state allows.

    It opens on the entries that wait, or on all of them if none does.
    """
    return _show(page, session, id, decision=decision, cursor=cursor)


@router.post("/bureau/rounds/{id}", name="move_round")
def move(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Take the step that the button names."""

    def command(session: ReadSession) -> Response:
        name, note = posted.get("step"), posted.get("note").strip() or None
        if name not in MOVES:
            raise BadRequest("There is no such step.", "没有这一步骤。")
        service.change_state(session, id, name, note, principal=page.principal, if_match=posted.version)
        return page.redirect(f"/bureau/rounds/{id}", notice="saved")

    return page.act(
        posted, database, command, lambda session, error: _show(page, session, id, posted=posted, error=error)
    )


def _list(
    page: WebPage,
    session: ReadSession,
    form: FilledForm,
    cursor: str | None,
    error: SankuError | None = None,
) -> Response:
    found = round_page(session, place(cursor), principal=page.principal)
    labels = (_("名称"), _("年度"), _("状态"), _("人数"), _("待审定"), _("待答复异议"), _("待复核认定"))
    rows = [
        TableRow(
            (
                one.title,
                one.year,
                one.state.label(page.language),
                one.entries or 0,
                one.pending or 0,
                one.objections or 0,
                one.doubted or 0,
            ),
            f"/bureau/rounds/{one.id}",
        )
        for one in found.items
    ]
    return page.show(
        "bureau/rounds.html",
        status=error.status if error else 200,
        form_id=form.id,
        form=form,
        table=TableView(
            translate(_("年度认定")),
            [TableColumn(translate(label)) for label in labels],
            rows,
            hides_caption=True,
        ),
        next=next_address(page, found.next_cursor),
        error=error if error and not isinstance(error, Invalid) else None,
    )


def _show(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    *,
    decision: str = "",
    cursor: str | None = None,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    found = read_round(session, service.find(session, id, principal=page.principal), page.principal)
    shelf = decision or "pending"
    entries = entry_page(session, place(cursor), id, decision=shelf, principal=page.principal)
    if not decision and not entries.items:
        shelf = "all"
        entries = entry_page(session, place(cursor), id, decision=shelf, principal=page.principal)
    return page.show(
        "bureau/round.html",
        status=error.status if error else 200,
        form_id="decision",
        round=found,
        place=STEPS.index(found.state) + 1 if found.state in STEPS else 0,
        moves=[(name, *MOVES[name]) for name in MOVES if name in found.allowed],
        tabs=tabs_of(page, "decision", shelf, DECISIONS),
        table=_entry_table(page, id, entries.items),
        next=next_address(page, entries.next_cursor),
        note=posted.get("note"),
        error=error,
    )


def _entry_table(page: WebPage, round_id: UUID, entries: Sequence[RoundEntryRead]) -> TableView:
    labels = (_("姓名"), _("人才编号"), _("计算类别"), _("认定类别"), _("决定方式"), _("决定时间"), _("复核"))
    rows = [
        TableRow(
            (
                one.manager_name,
                one.manager_number,
                one.computed_tier or "–",
                one.tier or "–",
                one.decision.label(page.language),
                day(one.decided_at),
                translate(_("待复核")) if one.doubt else (translate(_("已撤销")) if one.withdrawn_at else ""),
            ),
            f"/bureau/rounds/{round_id}/entries/{one.id}",
        )
        for one in entries
    ]
    return TableView(
        translate(_("认定条目")),
        [TableColumn(translate(label)) for label in labels],
        rows,
        hides_caption=True,
    )
