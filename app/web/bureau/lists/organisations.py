"""Page `/bureau/organisations`: the organisations, and which of them are to be verified."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.lists.organisations import organisation_page
from app.accounts.organisations.schemas import OrganisationOut
from app.database import ReadSession
from app.web.bureau.lists.rows import Cursor, Text, next_address, place, tabs_of
from app.web.bureau.lists.words import ORGANISATION_KINDS
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage
from app.web.renderer import day
from app.web.views.record_sheet import regions
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

_SHELVES = {"waiting": _("待核验"), "verified": _("已核验"), "all": _("全部")}
_TRUSTED = {"waiting": False, "verified": True}


@router.get("/bureau/organisations", name="organisations")
def organisations(
    page: CurrentPage, session: ReadSession, state: Text = "waiting", q: Text = "", cursor: Cursor = None
) -> Response:
    """Organisations, those that wait for their verification first in mind: oldest on top."""
    found = organisation_page(
        session,
        place(cursor),
        principal=page.principal,
        name=q.strip() or None,
        trusted=_TRUSTED.get(state),
        sort="created_at" if state == "waiting" else "name",
    )
    return page.show(
        "bureau/list.html",
        title=_("单位"),
        subtitle="",
        tabs=tabs_of(page, "state", state, _SHELVES),
        kept={"state": state},
        query=q,
        query_label=_("单位名称"),
        table=_table(found.items),
        empty=_("没有待核验的单位") if state == "waiting" and not q else _("没有符合条件的单位"),
        next=next_address(page, found.next_cursor),
        links=[(_("用户"), "/bureau/users")] if page.leads_to("/bureau/users") else [],
    )


def _table(items: list[OrganisationOut]) -> TableView:
    return TableView(
        translate(_("单位")),
        [
            TableColumn(translate(label))
            for label in (_("名称"), _("类型"), _("地区"), _("统一社会信用代码"), _("登记时间"))
        ],
        [
            TableRow(
                (
                    one.name,
                    translate(ORGANISATION_KINDS[one.kind]),
                    regions(one.region),
                    one.uscc or translate(_("未填")),
                    day(one.created_at),
                ),
                f"/bureau/organisations/{one.id}",
            )
            for one in items
        ],
        hides_caption=True,
    )
