"""Routes of figures."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.database import ReadSession
from app.errors import Forbidden, Invalid, Unauthenticated, problems
from app.libraries.managers.models import Manager
from app.paging import MAX_PAGE, PageRequest, Paging, Sort, fetch_page
from app.statistics.common import head
from app.statistics.export import FILES, Format, Tables, as_file
from app.statistics.figures import demands, engagements
from app.statistics.figures import pushes as push_figures
from app.statistics.figures.demands import Grouping
from app.statistics.figures.pushes import PushGroup
from app.statistics.queries import pushes as push_queries
from app.statistics.queries.engagements import ContractGroup
from app.statistics.query import Criteria, ScopedCriteria, StatisticsQuery
from app.statistics.schemas import (
    ChannelLine,
    ContractLine,
    ContractsRead,
    FunnelRead,
    GapLine,
    GapsRead,
    ManagerLine,
    ManagersRead,
    PushesRead,
    ReasonLine,
    ResponseLine,
    StageLine,
    StageTimesRead,
    StepLine,
)

router = APIRouter(
    prefix="/v1/statistics",
    tags=["统计 Statistics"],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)

_BY_NUMBER = Sort(Manager.number, str, name="managers")

FileFormat = Annotated[Format, Query(alias="format", description="json、csv 或 xlsx")]


@router.get("/funnel", summary="从发布到落地的漏斗", response_model=FunnelRead, responses=FILES)
def funnel(
    asked: ScopedCriteria,
    session: ReadSession,
    group_by: Annotated[Grouping | None, Query(description="分组;全市数据的分组仅管理部门可见")] = None,
    wanted: FileFormat = Format.JSON,
) -> FunnelRead | Response:
    """期间内发布的需求目前到达的步骤;到达某一步的,同时计入之前各步。"""
    found = demands.funnel(session, asked, group_by)
    if wanted is Format.JSON:
        return found
    tables: Tables = [("漏斗", StepLine, found.steps), ("终止原因", ReasonLine, found.ended)]
    return as_file("funnel", found, tables, wanted)


@router.get("/stage-times", summary="各阶段用时", response_model=StageTimesRead, responses=FILES)
def stage_times(
    asked: ScopedCriteria, session: ReadSession, wanted: FileFormat = Format.JSON
) -> StageTimesRead | Response:
    """期间内进入各阶段的对接;已离开该阶段的统计用时,仍在该阶段的另行统计。"""
    found = engagements.stage_times(session, asked)
    if wanted is Format.JSON:
        return found
    return as_file("stage-times", found, [("各阶段用时", StageLine, found.stages)], wanted)


@router.get("/contracts", summary="技术合同", response_model=ContractsRead, responses=FILES)
def contracts(
    asked: ScopedCriteria,
    session: ReadSession,
    group_by: Annotated[
        ContractGroup | None, Query(description="分组: field 领域 region 买方地区 month 签订月份 kind 类型")
    ] = None,
    wanted: FileFormat = Format.JSON,
) -> ContractsRead | Response:
    """期间内签订的合同,金额单位为万元;已撤销的另行统计。"""
    found = engagements.contracts(session, asked, group_by)
    if wanted is Format.JSON:
        return found
    return as_file("contracts", found, [("技术合同", ContractLine, [*found.groups, found.total])], wanted)


@router.get("/gaps", summary="供需缺口", response_model=GapsRead, responses=FILES)
def gaps(
    asked: ScopedCriteria, session: ReadSession, wanted: FileFormat = Format.JSON
) -> GapsRead | Response:
    """期间内发布且目前仍在发布的需求与成果,按一级领域统计,由缺口最大的领域开始排列。"""
    found = demands.gaps(session, asked)
    if wanted is Format.JSON:
        return found
    return as_file("gaps", found, [("供需缺口", GapLine, found.fields)], wanted)


@router.get("/pushes", summary="推送反馈", response_model=PushesRead, responses=FILES)
def pushes(
    asked: ScopedCriteria,
    session: ReadSession,
    group_by: Annotated[PushGroup | None, Query(description="分组;全市数据的分组仅管理部门可见")] = None,
    wanted: FileFormat = Format.JSON,
) -> PushesRead | Response:
    """期间内的推送,按轮次统计;同一推送再次送达的,另计一轮。"""
    found = push_figures.pushes(session, asked, group_by)
    if wanted is Format.JSON:
        return found
    tables: Tables = [
        ("推送反馈", ResponseLine, [*found.groups, found.total]),
        ("谢绝原因", ReasonLine, found.reasons),
        ("渠道", ChannelLine, found.channels),
    ]
    return as_file("pushes", found, tables, wanted)


@router.get("/managers", summary="技术经理人活动", response_model=ManagersRead, responses=FILES)
def managers(
    asked: Criteria,
    session: ReadSession,
    paging: Paging,
    wanted: FileFormat = Format.JSON,
) -> ManagersRead | Response:
    """管理部门可查看全部,技术经理人可查看本人,高校院所可查看本单位人员的数值。文件包含全部人员,不分页。"""
    if wanted is Format.JSON:
        items, following = _page(session, asked, paging)
        return ManagersRead(
            **head(push_figures.criteria_for_managers(asked)), items=items, next_cursor=following
        )
    items, following = _page(session, asked, PageRequest(MAX_PAGE))
    while following is not None:
        more, following = _page(session, asked, PageRequest(MAX_PAGE, following))
        items += more
    found = ManagersRead(**head(push_figures.criteria_for_managers(asked)), items=items, next_cursor=None)
    return as_file("managers", found, [("技术经理人", ManagerLine, items)], wanted)


def _page(
    session: ReadSession, asked: StatisticsQuery, paging: PageRequest
) -> tuple[list[ManagerLine], str | None]:
    rows, following = fetch_page(session, push_queries.managers(asked.principal), _BY_NUMBER, paging)
    return push_figures.manager_lines(session, asked, rows), following
