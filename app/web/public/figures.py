"""Page `/figures`: the city's figures of a year, for everybody."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from app.clock import local_now
from app.database import ReadSession
from app.errors import NotFound
from app.services import AllServices
from app.statistics.city_figures import city_figures
from app.web.page import CurrentPage
from app.web.views.figures import figures_view

router = APIRouter()

_YEARS = 5
"""Years that the page offers, this year included."""


@router.get("/figures", name="figures")
def figures(page: CurrentPage, session: ReadSession, services: AllServices) -> Response:
    """Pictures, each with its table. The year is in the address.

    Raises:
        NotFound: this is no year that has figures.
    """
    today: date = local_now().date()
    text = page.request.query_params.get("year", str(today.year))
    years = [today.year - back for back in range(_YEARS)]
    if not text.isdecimal() or int(text) not in years:
        raise NotFound("There are no figures of this year.", "没有这一年的数据。")
    made = city_figures(session, services, int(text), principal=page.principal)
    tabs = [(str(year), page.with_query(year=str(year)), None, year == made.year) for year in years]
    return page.show("public/figures.html", view=figures_view(made), year=made.year, tabs=tabs)
