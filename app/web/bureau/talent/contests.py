"""Pages `/bureau/contests`: contests and events, and one with its registrations, its steps and its results."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.clock import JINAN_TIME
from app.database import AppDatabase, ReadSession
from app.errors import BadRequest, Invalid, SankuError
from app.libraries.summaries import manager_summaries
from app.paging import PageRequest
from app.talent.contests import service
from app.talent.contests.lookup import find_contest
from app.talent.contests.presenter import list_contests, read_contests
from app.talent.contests.registration_list import registration_page
from app.talent.contests.schemas import ContestCreate, Placings
from app.web.bureau.lists.rows import Cursor, next_address, place
from app.web.forms.choices import listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, number, validated
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, WebPage
from app.web.posted import NOTHING, Posted, PostedForm
from app.web.renderer import moment
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

TIMES = ("deadline", "starts_at", "ends_at")
CONTEST = Form(
    "contest",
    ContestCreate,
    (
        FormGroup(
            (
                FormField(
                    "kind",
                    Widget.CHOICE,
                    required=True,
                    choices=listed(("project_contest", _("项目大赛")), ("brand_event", _("品牌活动"))),
                ),
                FormField("title", required=True),
                FormField("description", Widget.TEXT, lines=4, max_length=2000),
                FormField("venue"),
                *(
                    FormField(name, required=True, hint=_("北京时间"), example="2027-05-20 09:00")
                    for name in TIMES
                ),
                FormField("capacity", Widget.NUMBER, hint=_("不填为不限；名额已满时进入候补。")),
            )
        ),
    ),
)
MOVES = {
    "open": (_("开放报名"), _("技术经理人可以报名。")),
    "close": (_("截止报名"), _("不再接受报名，可以录入结果。")),
    "finish": (_("公布结果"), _("名次和奖项向社会公开，并写入技术经理人记录。")),
    "cancel": (_("取消"), _("须说明理由。")),
}
_ALLOWED = {
    "draft": ("open", "cancel"),
    "open": ("close", "cancel"),
    "closed": ("finish", "open", "cancel"),
}
_SHOWN = 100


@router.get("/bureau/contests", name="bureau_contests")
def contests(page: CurrentPage, session: ReadSession, cursor: Cursor = None) -> Response:
    """All contests and events, and the form for another."""
    return _list(page, session, FilledForm(CONTEST), cursor)


@router.post("/bureau/contests", name="make_contest")
def make(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Make a contest as a draft; sent twice it is one."""
    page.take_display(posted)
    form = FilledForm(CONTEST, posted=posted)
    if not posted.only_shows:
        try:
            wanted = validated(ContestCreate, typed_times(bind(CONTEST, posted)))
            assert isinstance(wanted, ContestCreate)
            asked = wanted
            with database.unit_of_work() as session:

                def create() -> Response:
                    made = service.create(session, asked, principal=page.principal)
                    return page.redirect(f"/bureau/contests/{made.id}", notice="saved")

                return page.once(database, session, posted, asked, create)
        except Invalid as error:
            form = form.with_errors(error)
    with database.reading() as session:
        return _list(page, session, form, None)


@router.get("/bureau/contests/{id}", name="bureau_contest")
def contest(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """One contest."""
    return _show(page, session, id)


@router.post("/bureau/contests/{id}", name="move_contest")
def move(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Take the step that the button names."""

    def command(session: ReadSession) -> Response:
        step, note = posted.get("step"), posted.get("note").strip() or None
        if step not in MOVES:
            raise BadRequest("There is no such step.", "没有这一步骤。")
        service.change_state(session, id, step, note, principal=page.principal, if_match=posted.version)
        return page.redirect(f"/bureau/contests/{id}", notice="saved")

    return page.act(
        posted, database, command, lambda session, error: _show(page, session, id, posted=posted, error=error)
    )


@router.post("/bureau/contests/{id}/results", name="contest_results")
def results(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Enter places, points and awards; a row left blank has none."""

    def command(session: ReadSession) -> Response:
        asked = validated(Placings, {"placings": _placings(posted)})
        assert isinstance(asked, Placings)
        service.set_results(session, id, asked.placings, principal=page.principal)
        return page.redirect(f"/bureau/contests/{id}", notice="saved")

    return page.act(
        posted, database, command, lambda session, error: _show(page, session, id, posted=posted, error=error)
    )


def _placings(posted: PostedForm) -> list[dict[str, Any]]:
    rows = []
    for registration in posted.all("registration"):
        typed = {name: posted.get(f"{name}.{registration}").strip() for name in ("place", "points", "award")}
        if any(typed.values()):
            place_ = number(typed["place"])
            rows.append(
                {
                    "registration_id": registration,
                    "place": int(place_) if place_.isdecimal() else place_ or None,
                    "points": number(typed["points"]) if typed["points"] else None,
                    "award": typed["award"] or None,
                }
            )
    return rows


def typed_times(values: dict[str, Any]) -> dict[str, Any]:
    """Times and numbers as the model wants them, in Jinan; another text stays for the model to refuse."""
    for name in TIMES:
        text = values.get(name)
        if isinstance(text, str):
            for pattern in (
                "%Y-%m-%d %H:%M",
                "%Y/%m/%d %H:%M",
                "%Y-%m-%dT%H:%M",
                "%Y年%m月%d日 %H:%M",
                "%Y-%m-%d",
            ):
                try:
                    values[name] = datetime.strptime(text.strip(), pattern).replace(tzinfo=JINAN_TIME)
                    break
                except ValueError:
                    continue
    text = str(values.get("capacity", ""))
    if text.isdecimal():
        values["capacity"] = int(text)
    return values


def _list(page: WebPage, session: ReadSession, form: FilledForm, cursor: str | None) -> Response:
    found = list_contests(session, place(cursor), principal=page.principal)
    rows = [
        TableRow(
            (
                one.title,
                one.kind.label(page.language),
                one.state.label(page.language),
                moment(one.deadline),
                moment(one.starts_at),
                one.registered,
                one.waiting,
            ),
            f"/bureau/contests/{one.id}",
        )
        for one in found.items
    ]
    labels = (_("名称"), _("类型"), _("状态"), _("报名截止"), _("开始时间"), _("已报名"), _("候补"))
    return page.show(
        "bureau/made_list.html",
        status=422 if form.errors else 200,
        form_id=form.id,
        form=form,
        title=_("赛事"),
        address="/bureau/contests",
        new=_("新建赛事或活动"),
        table=TableView(
            translate(_("赛事")),
            [TableColumn(translate(label)) for label in labels],
            rows,
            hides_caption=True,
        ),
        empty=_("还没有赛事"),
        next=next_address(page, found.next_cursor),
    )


def _show(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    (found,) = read_contests(session, [find_contest(session, id, principal=page.principal)])
    registrations = registration_page(session, id, PageRequest(_SHOWN), principal=page.principal)
    return page.show(
        "bureau/contest.html",
        status=error.status if error else 200,
        form_id="decision",
        contest=found,
        registrations=registrations.items,
        is_partial=registrations.next_cursor is not None,
        managers=manager_summaries(session, {one.manager_id for one in registrations.items}),
        moves=[(name, *MOVES[name]) for name in _ALLOWED.get(found.state.value, ())],
        typed=posted.get,
        is_typed=bool(posted.pairs),
        error=error,
    )
