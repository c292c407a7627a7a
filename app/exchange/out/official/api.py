"""Routes of /v1/exports/official."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.accounts.access.principal import Principal
from app.clock import today
from app.database import AppDatabase, Database
from app.errors import Forbidden, Invalid, Unauthenticated, problems
from app.exchange.out.export import send
from app.exchange.out.official.contracts import Flow, by_district, by_field
from app.exchange.out.official.funnel import funnel
from app.exchange.out.official.rolls import ListAudience, catalogue, demand_list, manager_roll
from app.exchange.out.official.sheet import OfficialTable, write_tables
from app.libraries.http.dependencies import SearchSynonyms
from app.talent.spreadsheets import XLSX_TYPE

router = APIRouter(
    prefix="/v1/exports/official",
    tags=["exports"],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)

FILE: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX_TYPE: {}}, "description": "XLSX 文件"}}

First = Annotated[date | None, Query(alias="from", description="统计期间的第一天;默认为当年 1 月 1 日")]
Last = Annotated[date | None, Query(alias="to", description="统计期间的最后一天;默认为今天")]
Registered = Annotated[bool, Query(description="仅统计已认定登记的合同;否则含已签订的合同")]
For = Annotated[ListAudience, Query(description="public 公开 members 已核验单位的用户")]


@router.get(
    "/contracts-by-field.xlsx",
    name="official_contracts",
    summary="技术合同按领域和类型统计表",
    response_class=Response,
    responses=FILE,
)
def contracts_by_field(
    principal: CurrentPrincipal,
    database: AppDatabase,
    first: First = None,
    last: Last = None,
    registered: Registered = True,
) -> Response:
    """11 个技术领域 × 5 类合同,含项数、成交额、技术交易额和同比。"""
    require(principal, Action.EXPORT_OFFICIAL)
    begin, end = period_of(first, last)
    with database.reading() as session:
        table = by_field(session, begin, end, registered=registered)
    return _sent(database, principal, "contracts-by-field", [("按领域和类型", table)])


@router.get(
    "/districts.xlsx",
    name="official_districts",
    summary="区县技术合同排名表",
    response_class=Response,
    responses=FILE,
)
def districts(
    principal: CurrentPrincipal,
    database: AppDatabase,
    first: First = None,
    last: Last = None,
    registered: Registered = True,
) -> Response:
    """济南各区县按成交额排名,输出和吸纳各一张表。"""
    require(principal, Action.EXPORT_OFFICIAL)
    begin, end = period_of(first, last)
    with database.reading() as session:
        tables = [
            (name, by_district(session, begin, end, registered=registered, flow=flow))
            for name, flow in (("输出", Flow.OUTPUT), ("吸纳", Flow.INTAKE))
        ]
    return _sent(database, principal, "districts", tables)


@router.get(
    "/funnel.xlsx",
    name="official_funnel",
    summary="对接工作进展情况表",
    response_class=Response,
    responses=FILE,
)
def work_funnel(
    principal: CurrentPrincipal, database: AppDatabase, first: First = None, last: Last = None
) -> Response:
    """从征集需求到签约、落地各环节的数量和金额。"""
    require(principal, Action.EXPORT_OFFICIAL)
    begin, end = period_of(first, last)
    with database.reading() as session:
        table = funnel(session, begin, end)
    return _sent(database, principal, "funnel", [("进展情况", table)])


@router.get(
    "/catalogue.xlsx",
    name="official_catalogue",
    summary="可转化科技成果目录",
    response_class=Response,
    responses=FILE,
)
def achievement_catalogue(
    principal: CurrentPrincipal,
    database: AppDatabase,
    synonyms: SearchSynonyms,
    audience: For = ListAudience.PUBLIC,
) -> Response:
    """已发布的成果,不含联系方式。"""
    require(principal, Action.EXPORT_OFFICIAL)
    table = catalogue(database, synonyms.current(), audience)
    return _sent(database, principal, "catalogue", [("成果目录", table)])


@router.get(
    "/demand-list.xlsx",
    name="official_demands",
    summary="技术需求榜单",
    response_class=Response,
    responses=FILE,
)
def demands(
    principal: CurrentPrincipal,
    database: AppDatabase,
    synonyms: SearchSynonyms,
    audience: For = ListAudience.PUBLIC,
) -> Response:
    """已发布的需求,不含联系方式;匿名发布的显示匿名名称。"""
    require(principal, Action.EXPORT_OFFICIAL)
    table = demand_list(database, synonyms.current(), audience)
    return _sent(database, principal, "demand-list", [("榜单", table)])


@router.get(
    "/managers.xlsx",
    name="official_managers",
    summary="技术经理人名册",
    response_class=Response,
    responses=FILE,
)
def managers(
    principal: CurrentPrincipal,
    database: AppDatabase,
    synonyms: SearchSynonyms,
    audience: For = ListAudience.PUBLIC,
) -> Response:
    """已发布的技术经理人,不含联系方式。"""
    require(principal, Action.EXPORT_OFFICIAL)
    table = manager_roll(database, synonyms.current(), audience)
    return _sent(database, principal, "managers", [("名册", table)])


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
            "统计期间的第一天应不晚于最后一天,且在 2000–2100 年之间",
            "must not be after `to`, and both must be within 2000 to 2100",
        )
    return begin, end


def _sent(
    database: Database, principal: Principal, name: str, tables: list[tuple[str, OfficialTable]]
) -> Response:
    return send(
        database,
        principal,
        lambda out: write_tables(out, tables),
        name=name,
        suffix="xlsx",
        media_type=XLSX_TYPE,
    )
