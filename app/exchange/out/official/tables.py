"""Official tables as files, by their name."""

from collections.abc import Sequence
from datetime import date

from fastapi.responses import StreamingResponse

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import today
from app.database import Database
from app.errors import Invalid, NotFound
from app.exchange.out.export import send
from app.exchange.out.official.contracts import Flow, by_district, by_field
from app.exchange.out.official.funnel import funnel
from app.exchange.out.official.rolls import ListAudience, catalogue, demand_list, manager_roll
from app.exchange.out.official.sheet import OfficialTable, write_tables
from app.libraries.search.synonyms import Synonyms
from app.talent.spreadsheets import XLSX_TYPE

Tables = list[tuple[str, OfficialTable]]

WITH_PERIOD = ("contracts-by-field", "districts", "funnel")
WITH_AUDIENCE = ("catalogue", "demand-list", "managers")
_ROLLS = {
    "catalogue": ("成果目录", catalogue),
    "demand-list": ("榜单", demand_list),
    "managers": ("名册", manager_roll),
}


def official_file(
    database: Database,
    name: str,
    *,
    principal: Principal,
    period: tuple[date | None, date | None] = (None, None),
    registered: bool = True,
    synonyms: Synonyms | None = None,
    audience: ListAudience = ListAudience.PUBLIC,
) -> StreamingResponse:
    """One table.

    Args:
        period: first and last day; this year until today by default. For tables of `WITH_PERIOD`.
        synonyms, audience: for tables of `WITH_AUDIENCE`.

    Raises:
        Forbidden: the principal is not of the bureau.
        NotFound: there is no such table.
        Invalid: the period ends before it begins.
    """
    require(principal, Action.EXPORT_OFFICIAL)
    if name in _ROLLS and synonyms is not None:
        title, make = _ROLLS[name]
        tables: Tables = [(title, make(database, synonyms, audience))]
    elif name in WITH_PERIOD:
        tables = _of_period(database, name, *period_of(*period), registered=registered)
    else:
        raise NotFound
    return _sent(database, principal, name, tables)


def _of_period(database: Database, name: str, begin: date, end: date, *, registered: bool) -> Tables:
    with database.reading() as session:
        if name == "contracts-by-field":
            return [("按领域和类型", by_field(session, begin, end, registered=registered))]
        if name == "funnel":
            return [("进展情况", funnel(session, begin, end))]
        return [
            (title, by_district(session, begin, end, registered=registered, flow=flow))
            for title, flow in (("输出", Flow.OUTPUT), ("吸纳", Flow.INTAKE))
        ]


def period_of(first: date | None, last: date | None) -> tuple[date, date]:
    """The period asked for.

    Raises:
        Invalid: it ends before it begins, or is not within 2000 to 2100.
    """
    end = last or today()
    begin = first or date(end.year, 1, 1)
    if begin > end or begin.year < 2000 or end.year > 2100:
        raise Invalid.field(
            "from",
            "period",
            "统计期间的第一天应不晚于最后一天，且在 2000–2100 年之间",
            "must not be after `to`, and both must be within 2000 to 2100",
        )
    return begin, end


def _sent(
    database: Database, principal: Principal, name: str, tables: Sequence[tuple[str, OfficialTable]]
) -> StreamingResponse:
    return send(
        database,
        principal,
        lambda out: write_tables(out, tables),
        name=name,
        suffix="xlsx",
        media_type=XLSX_TYPE,
    )
