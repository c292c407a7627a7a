"""Routes of rankings."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, allowed, require
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, versioned
from app.database import ReadSession, WriteSession
from app.errors import Forbidden, Unauthenticated, problems
from app.paging import Page, Paging, Sort, list_page
from app.talent.rankings import service
from app.talent.rankings.formula import FigureName, Formula, default_formula
from app.talent.rankings.models import Ranking, RankingEntry, RankingState
from app.talent.rankings.schemas import (
    ContributionRead,
    FormulaFigureRead,
    FormulaRead,
    HonourFor,
    PlaceRead,
    RankingCreate,
    RankingPatch,
    RankingRead,
)
from app.talent.responses import CHANGING, CREATING, LISTING, READING, create
from app.talent.tiers.engine import plain

router = APIRouter(prefix="/v1", tags=["评选 Rankings"], responses=problems(Unauthenticated, Forbidden))

_NEWEST = Sort(Ranking.created_at, datetime, descending=True, name="rankings")
_BY_PLACE = Sort(RankingEntry.place, int, name="places")
_STATES = {state.value: state for state in RankingState}
_FIGURES = {figure.value: figure for figure in FigureName}


@router.get("/ranking-formula", summary="默认评选公式")
def read_formula(principal: CurrentPrincipal) -> FormulaRead:
    require(principal, Action.RANKING_READ)
    return _formula(default_formula())


@router.post("/rankings", summary="新建评选", status_code=201, response_model=RankingRead, responses=CREATING)
def make_ranking(
    body: RankingCreate,
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    """每次评选可以调整公式,公式随评选一并公布。"""

    def make() -> tuple[RankingRead, Ranking]:
        ranking = service.create(session, body, principal=principal)
        return _read(ranking), ranking

    return create(request, body, make, location="/v1/rankings")


@router.get("/rankings", summary="评选列表", responses=LISTING)
def list_rankings(principal: CurrentPrincipal, session: ReadSession, paging: Paging) -> Page[RankingRead]:
    """已公布的评选向社会公开;管理部门可查看全部。"""
    require(principal, Action.RANKING_READ)
    query = select(Ranking)
    if not allowed(principal, Action.RANKING_MANAGE, own=False):
        query = query.where(Ranking.state == RankingState.PUBLISHED)
    return list_page(session, query, _NEWEST, paging, _read)


@router.get("/rankings/{ranking_id}", summary="一次评选", response_model=RankingRead, responses=READING)
def get_ranking(ranking_id: UUID, principal: CurrentPrincipal, session: ReadSession) -> Response:
    ranking = service.find(session, ranking_id, principal=principal)
    return versioned(_read(ranking), ranking)


@router.get("/rankings/{ranking_id}/places", summary="名次与各项得分", responses=LISTING | READING)
def list_places(
    ranking_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
) -> Page[PlaceRead]:
    """逐项列出每人的指标、权重和得分,各项得分之和为总分。"""
    ranking = service.find(session, ranking_id, principal=principal)
    return list_page(
        session, select(RankingEntry).where(RankingEntry.ranking_id == ranking.id), _BY_PLACE, paging, _place
    )


@router.patch("/rankings/{ranking_id}", summary="修改评选", response_model=RankingRead, responses=CHANGING)
def change_ranking(
    ranking_id: UUID,
    body: RankingPatch,
    principal: LoggedIn,
    session: WriteSession,
    if_match: IfMatch = None,
) -> Response:
    """修改公式或荣誉后须重新计算;公布后不能修改。"""
    ranking = service.change(session, ranking_id, body, principal=principal, if_match=if_match)
    return versioned(_read(ranking), ranking)


@router.post(
    "/rankings/{ranking_id}/compute", summary="计算名次", response_model=RankingRead, responses=CHANGING
)
def compute(
    ranking_id: UUID, principal: LoggedIn, session: WriteSession, if_match: IfMatch = None
) -> Response:
    """合同按人才认定的规则和选择计入。"""
    ranking = service.compute(session, ranking_id, principal=principal, if_match=if_match)
    return versioned(_read(ranking), ranking)


@router.post(
    "/rankings/{ranking_id}/publish", summary="公布评选", response_model=RankingRead, responses=CHANGING
)
def publish(
    ranking_id: UUID, principal: LoggedIn, session: WriteSession, if_match: IfMatch = None
) -> Response:
    """向社会公开名次、公式和各项得分;荣誉写入技术经理人记录。"""
    ranking = service.publish(session, ranking_id, principal=principal, if_match=if_match)
    return versioned(_read(ranking), ranking)


def _read(ranking: Ranking) -> RankingRead:
    state = _STATES[ranking.state]
    return RankingRead(
        id=ranking.id,
        number=ranking.number,
        year=ranking.year,
        title=ranking.title,
        state=state,
        state_zh=state.zh,
        formula=_formula(Formula.model_validate(ranking.formula)),
        honours=[HonourFor.model_validate(honour) for honour in ranking.honours],
        as_of=ranking.as_of,
        computed_at=ranking.computed_at,
        published_at=ranking.published_at,
        version=ranking.version,
    )


def _formula(formula: Formula) -> FormulaRead:
    return FormulaRead(
        id=formula.id,
        title_zh=formula.title_zh,
        title_en=formula.title_en,
        figures=[
            FormulaFigureRead(
                name=figure.name.value,
                name_zh=figure.name.zh,
                name_en=figure.name.en,
                weight=plain(figure.weight),
                full_at=plain(figure.full_at) if figure.full_at is not None else None,
            )
            for figure in formula.figures
        ],
        rule_zh=(
            "单项得分 = 权重 × min(数值 ÷ 满分值, 1),保留两位小数;总分为各项之和。"
            "总分相同的名次相同,其后名次顺延。"
        ),
        rule_en=(
            "Points of a figure = weight × min(value ÷ full_at, 1), to 0.01; the total is their sum. "
            "Equal totals share a place, and the next place counts them."
        ),
    )


def _place(row: RankingEntry) -> PlaceRead:
    return PlaceRead(
        place=row.place,
        manager_id=row.manager_id,
        name=row.manager_name,
        points=row.points,
        contributions=[
            ContributionRead(name_zh=_FIGURES[part["name"]].zh, **part) for part in row.contributions
        ],
        honour=row.honour,
    )
