"""Pages `/bureau/statistics`: each figure as a picture, its table, and a file; the filters are in the address."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.errors import Invalid, NotFound
from app.services import AllServices, Services
from app.statistics.export import Format, as_file
from app.statistics.query import StatisticsQuery, read_query
from app.vocabularies import vocabulary
from app.web.bureau.figures.cell_links import CellLinks
from app.web.bureau.figures.described import FIGURES, REASONS, items_of, table_of
from app.web.bureau.lists.rows import Text
from app.web.forms.parser import day
from app.web.page import CurrentPage, WebPage

router = APIRouter()


@router.get("/bureau/statistics", name="statistics")
def statistics(page: CurrentPage) -> Response:
    """Leads to the first figure."""
    return page.redirect("/bureau/statistics/funnel")


@router.get("/bureau/statistics/{figure}", name="statistics_figure")
def figure(
    page: CurrentPage,
    session: ReadSession,
    services: AllServices,
    figure: str,
    first: Text = "",
    last: Text = "",
    field: Text = "",
) -> Response:
    """One figure; a filter that is no date is said, and the year is shown."""
    if figure not in FIGURES:
        raise NotFound
    problem = None
    try:
        criteria = criteria_of(page, session, services, first, last, field)
    except Invalid as invalid:
        problem, criteria = invalid, criteria_of(page, session, services, "", "", "")
    described = FIGURES[figure]
    made, tables = described.made(session, criteria)
    lines = tables[0][2]
    cells = CellLinks(
        f"/bureau/statistics/{figure}",
        {name: value for name, value in (("first", first), ("last", last), ("field", field)) if value},
        (criteria.first.isoformat(), criteria.last.isoformat()),
    )
    return page.show(
        "bureau/statistics.html",
        status=422 if problem else 200,
        figure=described,
        made=made,
        items=items_of(described, lines, cells),
        table=table_of(described.label, described.columns, lines, cells),
        reasons=table_of(described.reasons, REASONS, tables[1][2], cells) if described.reasons else None,
        tabs=[
            (one.label, f"/bureau/statistics/{code}{_query(page)}", None, code == figure)
            for code, one in FIGURES.items()
        ],
        file=f"/bureau/statistics/{figure}/table{_query(page)}",
        first=first or criteria.first.isoformat(),
        last=last or criteria.last.isoformat(),
        field=field,
        fields=_fields(page),
        error=problem,
    )


def _fields(page: WebPage) -> list[tuple[str, str]]:
    """Codes and names of the fields of the highest level."""
    fields = vocabulary("hightech_fields")
    return [(code, fields.label(code, page.language)) for code in fields.codes if len(code) == 2]


@router.get("/bureau/statistics/{figure}/table", name="statistics_file")
def table(
    page: CurrentPage,
    session: ReadSession,
    services: AllServices,
    figure: str,
    first: Text = "",
    last: Text = "",
    field: Text = "",
) -> Response:
    """The tables of a figure as a workbook."""
    if figure not in FIGURES:
        raise NotFound
    criteria = criteria_of(page, session, services, first, last, field)
    made, tables = FIGURES[figure].made(session, criteria)
    return as_file(figure, made, tables, Format.XLSX)


def criteria_of(
    page: WebPage, session: ReadSession, services: Services, first: str, last: str, field: str
) -> StatisticsQuery:
    """What the filters in the address ask for; an unknown field is none.

    Raises:
        Invalid: a day is no date.
    """
    known = field if field in vocabulary("hightech_fields").codes else None
    return read_query(
        services, page.principal, session, _day("first", first), _day("last", last), known, None
    )


def _day(name: str, text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(day(text))
    except ValueError:
        raise Invalid.field(
            name, "bad_date", "应为日期，如 2026-12-31", "must be a date such as 2026-12-31"
        ) from None


def _query(page: WebPage) -> str:
    query = page.request.url.query
    return f"?{query}" if query else ""
