"""Routes of rankings."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, versioned
from app.database import ReadSession, WriteSession
from app.errors import Forbidden, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging
from app.talent.rankings import service
from app.talent.rankings.formula import default_formula
from app.talent.rankings.models import Ranking
from app.talent.rankings.presenter import (
    list_places as list_places_of,
)
from app.talent.rankings.presenter import (
    list_rankings as list_rankings_for,
)
from app.talent.rankings.presenter import (
    read_formula as read_formula_of,
)
from app.talent.rankings.presenter import (
    read_ranking,
)
from app.talent.rankings.schemas import FormulaRead, PlaceRead, RankingCreate, RankingPatch, RankingRead
from app.talent.responses import CHANGING, CREATING, LISTING, READING, create

router = APIRouter(prefix="/v1", tags=["评选 Rankings"], responses=problems(Unauthenticated, Forbidden))


@router.get("/ranking-formula", summary="默认评选公式")
def read_formula(principal: CurrentPrincipal) -> FormulaRead:
    require(principal, Action.RANKING_READ)
    return read_formula_of(default_formula())


@router.post("/rankings", summary="新建评选", status_code=201, response_model=RankingRead, responses=CREATING)
def make_ranking(
    body: Sent[RankingCreate],
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    """每次评选可以调整公式，公式随评选一并公布。"""

    def make() -> tuple[RankingRead, Ranking]:
        ranking = service.create(session, body, principal=principal)
        return read_ranking(ranking), ranking

    return create(request, body, make, location="/v1/rankings")


@router.get("/rankings", summary="评选列表", responses=LISTING)
def list_rankings(principal: CurrentPrincipal, session: ReadSession, paging: Paging) -> Page[RankingRead]:
    """已公布的评选向社会公开；管理部门可查看全部。"""
    return list_rankings_for(session, paging, principal=principal)


@router.get("/rankings/{ranking_id}", summary="一次评选", response_model=RankingRead, responses=READING)
def get_ranking(ranking_id: UUID, principal: CurrentPrincipal, session: ReadSession) -> Response:
    ranking = service.find(session, ranking_id, principal=principal)
    return versioned(read_ranking(ranking), ranking)


@router.get("/rankings/{ranking_id}/places", summary="名次与各项得分", responses=LISTING | READING)
def list_places(
    ranking_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
) -> Page[PlaceRead]:
    """逐项列出每人的指标、权重和得分，各项得分之和为总分。"""
    return list_places_of(session, ranking_id, paging, principal=principal)


@router.patch("/rankings/{ranking_id}", summary="修改评选", response_model=RankingRead, responses=CHANGING)
def change_ranking(
    ranking_id: UUID,
    body: Sent[RankingPatch],
    principal: LoggedIn,
    session: WriteSession,
    if_match: IfMatch = None,
) -> Response:
    """修改公式或荣誉后须重新计算；公布后不能修改。"""
    ranking = service.change(session, ranking_id, body, principal=principal, if_match=if_match)
    return versioned(read_ranking(ranking), ranking)


@router.post(
    "/rankings/{ranking_id}/compute", summary="计算名次", response_model=RankingRead, responses=CHANGING
)
def compute(
    ranking_id: UUID, principal: LoggedIn, session: WriteSession, if_match: IfMatch = None
) -> Response:
    """合同按人才认定的规则和选择计入。"""
    ranking = service.compute(session, ranking_id, principal=principal, if_match=if_match)
    return versioned(read_ranking(ranking), ranking)


@router.post(
    "/rankings/{ranking_id}/publish", summary="公布评选", response_model=RankingRead, responses=CHANGING
)
def publish(
    ranking_id: UUID, principal: LoggedIn, session: WriteSession, if_match: IfMatch = None
) -> Response:
    """向社会公开名次、公式和各项得分；荣誉写入技术经理人记录。"""
    ranking = service.publish(session, ranking_id, principal=principal, if_match=if_match)
    return versioned(read_ranking(ranking), ranking)
