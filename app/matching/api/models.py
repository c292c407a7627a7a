"""Routes of the ranker registry, for operators: rankers, the active one, and training runs."""

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy import select

from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, NotFound, Unauthenticated, problems
from app.matching.feedback.models import TrainingRun
from app.matching.lists.presenter import AppMatcher
from app.matching.ranking import registry
from app.matching.training.report import ModelOut, ModelsOut, RunOut, listed_models
from app.paging import Page, Paging, Sort, list_page

router = APIRouter(prefix="/v1", tags=["排序模型 Models"], responses=problems(Unauthenticated, Forbidden))

_NEWEST_FIRST = Sort(TrainingRun.started_at, datetime, descending=True, name="started_at")


@router.get("/models", summary="排序模型列表")
def list_models(principal: CurrentPrincipal, session: ReadSession, matcher: AppMatcher) -> ModelsOut:
    """最新的在前;active 为现用模型。"""
    require(principal, Action.MODEL_READ)
    return ModelsOut(items=listed_models(session, matcher.shipped))


@router.post("/models/rollback", summary="恢复上一个模型", responses=problems(Conflict))
def roll_back(principal: CurrentPrincipal, session: WriteSession, matcher: AppMatcher) -> ModelOut:
    """立即对所有进程生效,全部供需对在后台重新排序。"""
    require(principal, Action.MODEL_SWITCH)
    registry.rollback(session, shipped=matcher.shipped, principal=principal)
    return _active(session, matcher)


@router.post("/models/{version}/use", summary="启用某个模型", responses=problems(NotFound, Conflict))
def use_model(
    version: str, principal: CurrentPrincipal, session: WriteSession, matcher: AppMatcher
) -> ModelOut:
    """立即对所有进程生效,全部供需对在后台重新排序。"""
    require(principal, Action.MODEL_SWITCH)
    registry.use(session, version, shipped=matcher.shipped, principal=principal)
    return _active(session, matcher)


@router.get("/training-runs", summary="训练记录")
def list_runs(principal: CurrentPrincipal, session: ReadSession, paging: Paging) -> Page[RunOut]:
    """最新的在前;report 为训练所见、比较结果和结论。"""
    require(principal, Action.MODEL_READ)
    return list_page(session, select(TrainingRun), _NEWEST_FIRST, paging, RunOut.model_validate)


def _active(session: WriteSession, matcher: AppMatcher) -> ModelOut:
    return next(row for row in listed_models(session, matcher.shipped) if row.active)
