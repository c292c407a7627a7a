"""Routes of figures."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.errors import Forbidden, Invalid, Unauthenticated, problems
from app.paging import MAX_PAGE, PageRequest, Paging
from app.replica.requests import ReplicaSession
from app.statistics.common import head
from app.statistics.export import FILES, Format, Tables, as_file
from app.statistics.figures import demands, engagements
from app.statistics.figures import pushes as push_figures
from app.statistics.figures.demands import Grouping
from app.statistics.figures.managers import criteria_for_managers, manager_page
from app.statistics.figures.pushes import PushGroup
from app.statistics.queries.contracts import ContractGroup
from app.statistics.query import Criteria, ScopedCriteria
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


FileFormat = Annotated[Format, Query(alias="format", description="json、csv 或 xlsx")]


@router.get("/funnel", summary="从发布到落地的漏斗", response_model=FunnelRead, responses=FILES)
def funnel(
    criteria: ScopedCriteria,
    session: ReplicaSession,
    group_by: Annotated[Grouping | None, Query(description="分组；全市数据的分组仅管理部门可见")] = None,
    format_: FileFormat = Format.JSON,
) -> FunnelRead | Response:
    """期间内发布的需求目前到达的步骤；到达某一步的，同时计入之前各步。"""
    figure = demands.funnel(session, criteria, group_by)
    if format_ is Format.JSON:
        return figure
    tables: Tables = [("漏斗", StepLine, figure.steps), ("终止原因", ReasonLine, figure.ended)]
    return as_file("funnel", figure, tables, format_)


@router.get("/stage-times", summary="各阶段用时", response_model=StageTimesRead, responses=FILES)
def stage_times(
    criteria: ScopedCriteria, session: ReplicaSession, format_: FileFormat = Format.JSON
) -> StageTimesRead | Response:
    """期间内进入各阶段的对接；已离开该阶段的统计用时，仍在该阶段的另行统计。"""
    figure = engagements.stage_times(session, criteria)
    if format_ is Format.JSON:
        return figure
    return as_file("stage-times", figure, [("各阶段用时", StageLine, figure.stages)], format_)


@router.get("/contracts", summary="技术合同", response_model=ContractsRead, responses=FILES)
def contracts(
    criteria: ScopedCriteria,
    session: ReplicaSession,
    group_by: Annotated[
        ContractGroup | None, Query(description="分组：field 领域 region 买方地区 month 签订月份 kind 类型")
    ] = None,
    format_: FileFormat = Format.JSON,
) -> ContractsRead | Response:
    """期间内签订的合同，金额单位为万元；已撤销的另行统计。"""
    figure = engagements.contracts(session, criteria, group_by)
    if format_ is Format.JSON:
        return figure
    return as_file("contracts", figure, [("技术合同", ContractLine, [*figure.groups, figure.total])], format_)


@router.get("/gaps", summary="供需缺口", response_model=GapsRead, responses=FILES)
def gaps(
    criteria: ScopedCriteria, session: ReplicaSession, format_: FileFormat = Format.JSON
) -> GapsRead | Response:
    """期间内发布且目前仍在发布的需求与成果，按一级领域统计，由缺口最大的领域开始排列。"""
    figure = demands.gaps(session, criteria)
    if format_ is Format.JSON:
        return figure
    return as_file("gaps", figure, [("供需缺口", GapLine, figure.fields)], format_)


@router.get("/pushes", summary="推送反馈", response_model=PushesRead, responses=FILES)
def pushes(
    criteria: ScopedCriteria,
    session: ReplicaSession,
    group_by: Annotated[PushGroup | None, Query(description="分组；全市数据的分组仅管理部门可见")] = None,
    format_: FileFormat = Format.JSON,
) -> PushesRead | Response:
    """期间内的推送，按轮次统计；同一推送再次送达的，另计一轮。"""
    figure = push_figures.pushes(session, criteria, group_by)
    if format_ is Format.JSON:
        return figure
    tables: Tables = [
        ("推送反馈", ResponseLine, [*figure.groups, figure.total]),
        ("谢绝原因", ReasonLine, figure.reasons),
        ("渠道", ChannelLine, figure.channels),
    ]
    return as_file("pushes", figure, tables, format_)


@router.get("/managers", summary="技术经理人活动", response_model=ManagersRead, responses=FILES)
def managers(
    criteria: Criteria,
    session: ReplicaSession,
    paging: Paging,
    format_: FileFormat = Format.JSON,
) -> ManagersRead | Response:
    """管理部门可查看全部，技术经理人可查看本人，高校院所可查看本单位人员的数值。文件包含全部人员，不分页。"""
    if format_ is Format.JSON:
        items, next_cursor = manager_page(session, criteria, paging)
        return ManagersRead(**head(criteria_for_managers(criteria)), items=items, next_cursor=next_cursor)
    items, next_cursor = manager_page(session, criteria, PageRequest(MAX_PAGE))
    while next_cursor is not None:
        further, next_cursor = manager_page(session, criteria, PageRequest(MAX_PAGE, next_cursor))
        items += further
    figure = ManagersRead(**head(criteria_for_managers(criteria)), items=items, next_cursor=None)
    return as_file("managers", figure, [("技术经理人", ManagerLine, items)], format_)
