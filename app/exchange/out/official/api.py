"""Routes of /v1/exports/official."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import CurrentPrincipal
from app.database import AppDatabase
from app.errors import Forbidden, Invalid, Unauthenticated, problems
from app.exchange.out.official.rolls import ListAudience
from app.exchange.out.official.tables import official_file
from app.libraries.http.dependencies import SearchSynonyms
from app.libraries.validation.values.dates import Day
from app.talent.spreadsheets import XLSX_TYPE

router = APIRouter(
    prefix="/v1/exports/official",
    tags=["exports"],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)

FILE: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX_TYPE: {}}, "description": "XLSX 文件"}}

First = Annotated[Day | None, Query(alias="from", description="统计期间的第一天；默认为当年 1 月 1 日")]
Last = Annotated[Day | None, Query(alias="to", description="统计期间的最后一天；默认为今天")]
Registered = Annotated[bool, Query(description="仅统计已认定登记的合同；否则含已签订的合同")]
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
    """11 个技术领域 × 5 类合同，含项数、成交额、技术交易额和同比。"""
    return official_file(
        database, "contracts-by-field", principal=principal, period=(first, last), registered=registered
    )


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
    """济南各区县按成交额排名，输出和吸纳各一张表。"""
    return official_file(
        database, "districts", principal=principal, period=(first, last), registered=registered
    )


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
    return official_file(database, "funnel", principal=principal, period=(first, last))


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
    """已发布的成果，不含联系方式。"""
    return official_file(
        database, "catalogue", principal=principal, synonyms=synonyms.current(), audience=audience
    )


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
    """已发布的需求，不含联系方式；匿名发布的显示匿名名称。"""
    return official_file(
        database, "demand-list", principal=principal, synonyms=synonyms.current(), audience=audience
    )


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
    """已发布的技术经理人，不含联系方式。"""
    return official_file(
        database, "managers", principal=principal, synonyms=synonyms.current(), audience=audience
    )
