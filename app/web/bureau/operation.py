"""Pages `/bureau/system/index` and `/bureau/system/settings`: how this installation runs, for its own office alone."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.health.report import index_state, settings_in_force
from app.matching.matcher import Matcher
from app.services import AllServices, AppSettings
from app.web.bureau.lists.audit import KINDS
from app.web.bureau.lists.system import parts_of
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()


@router.get("/bureau/system/index", name="system_index")
def index(page: CurrentPage, session: ReadSession, services: AllServices) -> Response:
    """Where the index of this process stands."""
    state = index_state(session, services[Matcher], principal=page.principal)
    return page.show(
        "bureau/index_state.html",
        parts=parts_of(page, "index"),
        state=state,
        table=TableView(
            translate(_("索引中的记录")),
            [TableColumn(translate(label)) for label in (_("类别"), _("条数"))],
            [TableRow((translate(KINDS[kind]), count), None) for kind, count in state.records.items()],
            hides_caption=True,
        ),
    )


@router.get("/bureau/system/settings", name="system_settings")
def settings(page: CurrentPage, settings: AppSettings) -> Response:
    """The settings with which this process runs; of what may be secret, only whether it is set."""
    found = settings_in_force(settings, principal=page.principal)
    labels = (_("设置"), _("取值"), _("来源"))
    return page.show(
        "bureau/settings.html",
        parts=parts_of(page, "settings"),
        table=TableView(
            translate(_("现行设置")),
            [TableColumn(translate(label)) for label in labels],
            [
                TableRow(
                    (
                        one.name,
                        one.value
                        if one.value is not None
                        else translate(_("已设置，不显示") if one.is_set else _("未设置")),
                        translate(_("本机设定") if one.is_own else _("默认")),
                    )
                )
                for one in found
            ],
            hides_caption=True,
        ),
    )
