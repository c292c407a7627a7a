"""Pages `/recognitions` and `/rankings/…`: what the bureau has published about managers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import Response

from app.database import ReadSession
from app.errors import NotFound
from app.paging import PageRequest
from app.pdf.responses import Paper, as_pdf
from app.statistics.query import EARLIEST, LATEST
from app.talent.rankings import service as rankings_service
from app.talent.rankings.presenter import list_places, list_rankings, read_ranking
from app.talent.rounds.paper import recognition_list
from app.talent.rounds.recognitions import published_recognitions
from app.talent.tiers.enums import Tier
from app.web.page import CurrentPage
from app.web.renderer import pick

router = APIRouter()

Id = Annotated[UUID, Path(alias="id")]

_ROWS = 100
YEARS = frozenset(map(str, range(EARLIEST, LATEST + 1)))


@router.get("/recognitions", name="recognitions")
def recognitions(page: CurrentPage, session: ReadSession) -> Response:
    """Names, tiers and years; the filters are in the address."""
    query = page.request.query_params
    tiers = [tier for tier in Tier if tier.value in query.getlist("tier")]
    year = int(query["year"]) if query.get("year") in YEARS else None
    found = published_recognitions(
        session,
        PageRequest(_ROWS, query.get("cursor")),
        principal=page.principal,
        year=year,
        tiers=tiers,
    )
    rankings = list_rankings(session, PageRequest(_ROWS), principal=page.principal)
    return page.show(
        "public/recognitions.html",
        found=found.items,
        next=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
        year=query.get("year", "") if year else "",
        years=sorted({one.year for one in found.items}, reverse=True),
        tiers=[(tier.value, tier in tiers) for tier in Tier],
        rankings=rankings.items,
    )


@router.get("/recognitions/{year}/list.pdf", name="recognition_file")
def recognition_file(page: CurrentPage, session: ReadSession, paper: Paper, year: str) -> Response:
    """The list of a year as a PDF file."""
    if year not in YEARS:
        raise NotFound
    content = recognition_list(session, int(year), paper=paper, principal=page.principal)
    return as_pdf(content, f"recognitions-{year}")


@router.get("/rankings/{id}", name="ranking")
def ranking(page: CurrentPage, id_: Id, session: ReadSession) -> Response:
    """The places of a ranking, and how the points are made."""
    row = rankings_service.find(session, id_, principal=page.principal)
    places = list_places(session, id_, PageRequest(_ROWS), principal=page.principal)
    found = read_ranking(row)
    names = {one.name: pick(one.name_zh, one.name_en) for one in found.formula.figures}
    return page.show("public/ranking.html", ranking=found, names=names, places=places.items)
