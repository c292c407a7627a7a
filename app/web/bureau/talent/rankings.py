"""Pages `/bureau/rankings`: rankings by year, and one ranking with its formula, its places, and the next step."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Invalid, NotFound, SankuError, StaleVersion
from app.talent.rankings import service
from app.talent.rankings.presenter import list_places, list_rankings, read_ranking
from app.talent.rankings.schemas import RankingCreate
from app.web.bureau.lists.rows import Cursor, next_address, place
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, Pressed, WebPage
from app.web.posted import Posted
from app.web.renderer import day, pick
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

HONOURS = FormField(
    "honours",
    Widget.ROWS,
    hint=_("名次在此之间的人员获得该荣誉。"),
    columns=(
        FormField("name", label=_("荣誉名称"), required=True),
        FormField("first_place", Widget.NUMBER, label=_("自第几名"), required=True),
        FormField("last_place", Widget.NUMBER, label=_("至第几名"), required=True),
    ),
)
RANKING = Form(
    "ranking",
    RankingCreate,
    (
        FormGroup(
            (
                FormField("year", Widget.NUMBER, required=True),
                FormField("title", required=True, example="2026年度金牌技术经理人评选"),
                HONOURS,
            )
        ),
    ),
    absent={"formula": "at first that of the rules; it has a page of its own"},
)


@router.get("/bureau/rankings", name="bureau_rankings")
def rankings(page: CurrentPage, session: ReadSession, cursor: Cursor = None) -> Response:
    """All rankings, the newest first, and the form for another."""
    return _list(page, session, FilledForm(RANKING), cursor)


@router.post("/bureau/rankings", name="make_ranking")
def make(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Make a ranking with the formula of the rules; sent twice it is one."""
    page.take_display(posted)
    form = FilledForm(RANKING, posted=posted)
    if not posted.only_shows:
        try:
            asked = validated(RankingCreate, with_places(bind(RANKING, posted)))
            assert isinstance(asked, RankingCreate)
            wanted = asked
            with database.unit_of_work() as session:

                def create() -> Response:
                    made = service.create(session, wanted, principal=page.principal)
                    return page.redirect(f"/bureau/rankings/{made.id}", notice="saved")

                return page.once(database, session, posted, wanted, create)
        except Invalid as error:
            form = form.with_errors(error)
    with database.reading() as session:
        return _list(page, session, form, None)


@router.get("/bureau/rankings/{id}", name="bureau_ranking")
def ranking(page: CurrentPage, session: ReadSession, id: UUID, cursor: Cursor = None) -> Response:
    """One ranking: each place with what it is made of."""
    return _show(page, session, id, cursor=cursor)


@router.post("/bureau/rankings/{id}/compute", name="compute_ranking")
def compute(page: CurrentPage, id: UUID, posted: Pressed, database: AppDatabase) -> Response:
    """Compute the places from the present figures."""
    return _move(page, id, "compute", posted, database)


@router.post("/bureau/rankings/{id}/publish", name="publish_ranking")
def publish(page: CurrentPage, id: UUID, posted: Pressed, database: AppDatabase) -> Response:
    """Publish places, formula and points, and award the honours."""
    return _move(page, id, "publish", posted, database)


def with_places(values: dict[str, Any]) -> dict[str, Any]:
    """Places as the whole numbers that the model wants; another text stays for the model to refuse."""
    for honour in values.get("honours", ()):
        for name in ("first_place", "last_place"):
            text = str(honour.get(name, ""))
            honour[name] = int(text) if text.isdecimal() else text
    return values


def _move(page: WebPage, id: UUID, step: str, posted: Posted, database: AppDatabase) -> Response:
    page.take_display(posted)
    if step not in ("compute", "publish"):
        raise NotFound
    command = service.compute if step == "compute" else service.publish
    try:
        with database.unit_of_work() as session:
            command(session, id, principal=page.principal, if_match=posted.version)
    except (Conflict, StaleVersion) as error:
        with database.reading() as session:
            return _show(page, session, id, error=error)
    return page.redirect(f"/bureau/rankings/{id}", notice="saved")


def _list(page: WebPage, session: ReadSession, form: FilledForm, cursor: str | None) -> Response:
    found = list_rankings(session, place(cursor), principal=page.principal)
    rows = [
        TableRow(
            (
                one.title,
                one.year,
                one.state.label(page.language),
                day(one.computed_at),
                day(one.published_at),
            ),
            f"/bureau/rankings/{one.id}",
        )
        for one in found.items
    ]
    labels = (_("名称"), _("年度"), _("状态"), _("计算时间"), _("公布时间"))
    return page.show(
        "bureau/made_list.html",
        status=422 if form.errors else 200,
        form_id=form.id,
        form=form,
        title=_("排行榜"),
        address="/bureau/rankings",
        new=_("新建排行榜"),
        table=TableView(
            translate(_("排行榜")),
            [TableColumn(translate(label)) for label in labels],
            rows,
            hides_caption=True,
        ),
        empty=_("还没有排行榜"),
        next=next_address(page, found.next_cursor),
    )


def _show(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    *,
    cursor: str | None = None,
    error: SankuError | None = None,
) -> Response:
    found = read_ranking(service.find(session, id, principal=page.principal))
    names = {one.name: pick(one.name_zh, one.name_en) for one in found.formula.figures}
    places = list_places(session, id, place(cursor), principal=page.principal)
    rows = [
        TableRow(
            (
                one.place,
                one.name,
                one.points,
                one.honour or "–",
                translate(_("、")).join(f"{names[part.name]} {part.points}" for part in one.contributions),
            )
        )
        for one in places.items
    ]
    labels = (_("名次"), _("姓名"), _("总分"), _("荣誉"), _("各项得分"))
    return page.show(
        "bureau/ranking.html",
        status=error.status if error else 200,
        ranking=found,
        table=TableView(
            translate(_("名次")),
            [TableColumn(translate(label)) for label in labels],
            rows,
            hides_caption=True,
        ),
        next=next_address(page, places.next_cursor),
        error=error,
    )
