"""Routes of tiers and their rules."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.conditional_requests import IfMatch, versioned
from app.database import ReadSession, WriteSession
from app.errors import Forbidden, Invalid, NotFound, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging
from app.talent.responses import CHANGING, LISTING, READING
from app.talent.tiers import presenter
from app.talent.tiers.choices import choices, configure
from app.talent.tiers.enums import Tier
from app.talent.tiers.rules import rule_set, rule_sets
from app.talent.tiers.schemas import (
    ConfigurationChange,
    ConfigurationRead,
    RuleSetRead,
    StandingRead,
    TierChangeRead,
    TierRead,
    WhatIf,
    WhatIfRead,
    Year,
)
from app.talent.tiers.service import (
    standing_page,
    tier_change_page,
    tier_of,
    tier_with_hypotheticals,
)

router = APIRouter(prefix="/v1", tags=["人才类别 Tiers"], responses=problems(Unauthenticated, Forbidden))

_ASKING = problems(NotFound, Invalid)


@router.get("/tier-rules", summary="人才认定规则")
def list_rules(principal: CurrentPrincipal, session: ReadSession) -> list[RuleSetRead]:
    """规则、依据文件、适用年度，以及政策未写明的事项与现行选择。"""
    require(principal, Action.TIER_RULES_READ)
    return [presenter.rule_set_read(rules, choices(session, rules)) for rules in rule_sets()]


@router.get(
    "/tier-rules/{rule_set_id}/configuration",
    summary="规则的现行选择",
    response_model=ConfigurationRead,
    responses=READING,
)
def read_configuration(rule_set_id: str, principal: CurrentPrincipal, session: ReadSession) -> Response:
    require(principal, Action.TIER_RULES_READ)
    rules = rule_set(rule_set_id)
    if rules is None:
        raise NotFound()
    chosen = choices(session, rules)
    return versioned(presenter.configuration_read(chosen), chosen)


@router.patch(
    "/tier-rules/{rule_set_id}/configuration",
    summary="决定政策未写明的事项",
    response_model=ConfigurationRead,
    responses=CHANGING,
)
def change_configuration(
    rule_set_id: str,
    body: Sent[ConfigurationChange],
    principal: LoggedIn,
    session: WriteSession,
    if_match: IfMatch = None,
) -> Response:
    """由管理部门决定并写明依据；所有技术经理人的类别随之重新计算。已冻结的年度认定不受影响。"""
    chosen = configure(
        session, rule_set_id, body.given_choices(), body.reason, principal=principal, if_match=if_match
    )
    return versioned(presenter.configuration_read(chosen), chosen)


@router.get("/managers/{manager_id}/tier", summary="人才类别", responses=_ASKING)
def get_tier(
    manager_id: UUID,
    principal: LoggedIn,
    session: ReadSession,
    year: Annotated[Year | None, Query(description="默认为今年")] = None,
) -> TierRead:
    """按规则即时计算，列出依据规则、指标、逐份合同（未计入的说明原因）、达到上一类别所缺的条件，以及政策未写明事项的现行选择。"""
    return tier_of(session, manager_id, year, principal=principal)


@router.post("/managers/{manager_id}/tier/what-if", summary="人才类别试算", responses=_ASKING)
def what_if(manager_id: UUID, body: Sent[WhatIf], principal: LoggedIn, session: ReadSession) -> WhatIfRead:
    """计算加入假设的合同、证书或选择后的类别和所缺条件。不写入任何数据。"""
    return tier_with_hypotheticals(session, manager_id, body, principal=principal)


@router.get("/managers/{manager_id}/tier-changes", summary="人才类别变动记录", responses=LISTING | READING)
def list_changes(
    manager_id: UUID,
    principal: LoggedIn,
    session: ReadSession,
    paging: Paging,
) -> Page[TierChangeRead]:
    """计算结果的历次变动及其起因，按时间由新到旧排列。"""
    return tier_change_page(session, paging, manager_id, principal=principal)


@router.get("/tiers", summary="今年的人才类别列表", responses=LISTING)
def list_tiers(
    principal: LoggedIn,
    session: ReadSession,
    paging: Paging,
    tiers: Annotated[list[Tier] | None, Query(alias="tier", description="人才类别，可多选")] = None,
) -> Page[StandingRead]:
    """随合同、证书等事件更新的计算结果，按更新时间由新到旧排列。技术经理人可查看本人记录，机构可查看本单位人员记录，管理部门可查看全部。"""
    return standing_page(session, paging, tiers, principal=principal)
