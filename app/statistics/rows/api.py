"""Routes of drill-down: the rows behind a cell of a figure, paged, in the form of their own API."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from app.database import ReadSession
from app.engagements.contracts.schemas import ContractRead
from app.engagements.models import Stage
from app.engagements.schemas import EngagementRow
from app.errors import Forbidden, Invalid, Unauthenticated, problems
from app.libraries.summaries import RecordSummary
from app.notifications.delivery.log import kinds_of
from app.notifications.models import ChannelKind, Delivery, DeliveryState
from app.notifications.schemas import DeliveryRead
from app.paging import Page, Paging, fetch_page
from app.statistics.figures.demands import Grouping
from app.statistics.figures.managers import STAGES_OF
from app.statistics.queries import pushes
from app.statistics.queries.contracts import ContractGroup, ContractPart
from app.statistics.queries.pushes import Outcome
from app.statistics.query import Criteria, require_operator
from app.statistics.rows import listing
from app.statistics.schemas import DemandReached, PushRoundRead, StageStay

router = APIRouter(
    prefix="/v1/statistics",
    tags=["统计明细 Statistics rows"],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)

StepCode = Literal[
    "published",
    "matched",
    "pushed",
    "accepted",
    "contacted",
    "meeting",
    "negotiating",
    "signed",
    "registered",
    "landed",
]
GapCode = Literal[
    "demands",
    "with_good",
    "without_good",
    "too_immature",
    "achievements",
    "unwanted",
    "good_achievements",
]
StageCode = Literal["open", "signed", "landed", "ended"]
Key = Annotated[str | None, Query(max_length=40, pattern="^[A-Za-z0-9_-]+$", description="分组的代码")]
Reason = Annotated[str | None, Query(max_length=40, pattern="^[a-z_]+$", description="原因")]


@router.get("/funnel/rows", name="funnel", summary="漏斗的明细", response_model_exclude_unset=True)
def funnel_rows(
    criteria: Criteria,
    session: ReadSession,
    paging: Paging,
    step: StepCode = "published",
    group_by: Grouping | None = None,
    key: Key = None,
) -> Page[DemandReached]:
    """到达该步骤及以后步骤的需求；管理部门可查看全部，其他用户仅可查看本单位的需求。"""
    return listing.demand_page(session, criteria, paging, step=step, group_by=group_by, key=key)


@router.get("/funnel/ended/rows", name="ended", summary="已终止对接的明细", response_model_exclude_unset=True)
def ended_rows(
    criteria: Criteria, session: ReadSession, paging: Paging, reason: Reason = None
) -> Page[EngagementRow]:
    return listing.ended_page(session, criteria, paging, reason=reason)


@router.get(
    "/stage-times/rows", name="stage_times", summary="阶段用时的明细", response_model_exclude_unset=True
)
def stage_rows(
    criteria: Criteria,
    session: ReadSession,
    paging: Paging,
    stage: Annotated[Stage | None, Query(description="阶段")] = None,
    left: Annotated[bool | None, Query(description="是否已离开该阶段")] = None,
) -> Page[StageStay]:
    """同一对接两次进入同一阶段的，分别列出。"""
    return listing.stay_page(session, criteria, paging, stage=stage, left=left)


@router.get("/contracts/rows", name="contracts", summary="技术合同的明细")
def contract_rows(
    criteria: Criteria,
    session: ReadSession,
    paging: Paging,
    part: Annotated[
        ContractPart, Query(description="standing 有效 landed 在济落地 cancelled 已撤销")
    ] = ContractPart.STANDING,
    group_by: ContractGroup | None = None,
    key: Key = None,
    manager_id: UUID | None = None,
) -> Page[ContractRead]:
    return listing.contract_page(
        session, criteria, paging, part=part, group_by=group_by, key=key, manager_id=manager_id
    )


@router.get("/gaps/rows", name="gaps", summary="供需缺口的明细", response_model_exclude_unset=True)
def gap_rows(
    criteria: Criteria,
    session: ReadSession,
    key: Annotated[str, Query(max_length=4, pattern="^[0-9a-z]+$", description="一级领域")],
    paging: Paging,
    part: GapCode = "demands",
) -> Page[RecordSummary]:
    return listing.gap_page(session, criteria, paging, part=part, key=key)


@router.get("/managers/rows", name="managers", summary="技术经理人的对接", response_model_exclude_unset=True)
def manager_rows(
    criteria: Criteria,
    session: ReadSession,
    manager_id: UUID,
    paging: Paging,
    stage: Annotated[StageCode | None, Query(description="open 进行中 signed landed ended")] = None,
) -> Page[EngagementRow]:
    """技术经理人牵头的对接。推送明细见 pushes/rows，合同明细见 contracts/rows。"""
    stages = () if stage is None else STAGES_OF[stage]
    return listing.led_page(session, criteria, paging, manager_id=manager_id, stages=stages)


@router.get("/pushes/rows", name="pushes", summary="推送的明细", response_model_exclude_unset=True)
def push_rows(
    criteria: Criteria,
    session: ReadSession,
    paging: Paging,
    outcome: Annotated[Outcome | None, Query(description="结果")] = None,
    read: Annotated[bool | None, Query(description="是否已读")] = None,
    reason: Reason = None,
    manager_id: UUID | None = None,
) -> Page[PushRoundRead]:
    """每轮一行。管理部门可查看全部，技术经理人仅可查看本人的推送。"""
    return listing.attempt_page(
        session, criteria, paging, outcome=outcome, read=read, reason=reason, manager_id=manager_id
    )


@router.get("/pushes/deliveries/rows", name="deliveries", summary="投递的明细")
def delivery_rows(
    criteria: Criteria,
    session: ReadSession,
    paging: Paging,
    channel: Annotated[ChannelKind | None, Query(description="渠道")] = None,
    states: Annotated[list[DeliveryState] | None, Query(alias="state", description="状态，可多选")] = None,
) -> Page[DeliveryRead]:
    """仅管理部门可查看；本人的投递见 /v1/deliveries。"""
    require_operator(criteria)
    query = pushes.delivery_rows(criteria, channel=channel, states=states or ())
    rows, next_cursor = fetch_page(session, query, listing.newest(Delivery.created_at), paging)
    kinds = kinds_of(session, rows)
    return Page(items=[DeliveryRead.of(row, kinds[row.message_id]) for row in rows], next_cursor=next_cursor)
