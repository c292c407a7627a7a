"""Page `/wall/…`: the large screen. The token in the address stands for its reader; what it shows is public."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.credentials import digest
from app.clock import JINAN_TIME
from app.database import ReadSession
from app.libraries.record.enums import RecordKind
from app.load_limits.quota import WallQuota
from app.services import AllServices, Services
from app.statistics.wall.links import require_link, wall_figures
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, WebPage
from app.web.views.figures import amount, counted, figures_view

router = APIRouter()

_SHOWN_FIELDS = 6
_NEWEST = 6


@router.get("/wall/{token}", name="wall")
def wall(page: CurrentPage, session: ReadSession, services: AllServices, token: str) -> Response:
    """The whole screen."""
    return _show(page, session, services, token)


@router.get("/wall/{token}/parts", name="wall_parts")
def parts(page: CurrentPage, session: ReadSession, services: AllServices, token: str) -> Response:
    """What the screen replaces each minute."""
    return _show(page, session, services, token)


def _show(page: WebPage, session: ReadSession, services: Services, token: str) -> Response:
    require_link(session, token)
    services[WallQuota].count(digest(token))
    found = wall_figures(session, services)
    view = figures_view(found.city)
    steps = {line.key: line for line in found.city.funnel.steps}
    total, cell = found.city.contracts.total, view.min_cell
    numbers = (
        (translate(_("在库成果")), f"{found.totals[RecordKind.ACHIEVEMENT]:,}", translate(_("项"))),
        (translate(_("有效需求")), f"{found.totals[RecordKind.DEMAND]:,}", translate(_("项"))),
        (translate(_("在册经理人")), f"{found.totals[RecordKind.MANAGER]:,}", translate(_("人"))),
        counted(translate(_("本年对接")), steps["accepted"].count, translate(_("项")), cell),
        counted(translate(_("签约合同")), total.count, translate(_("份")), cell),
        (translate(_("成交额")), amount(total.deal_amount_wan), ""),
    )
    return page.show(
        "public/wall.html",
        block="parts",
        headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"},
        token=token,
        at=found.at.astimezone(JINAN_TIME).strftime("%H:%M"),
        year=found.city.year,
        numbers=numbers,
        view=view,
        gaps=view.gaps.items[:_SHOWN_FIELDS],
        newest=found.newest[:_NEWEST],
    )
