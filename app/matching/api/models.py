"""Routes of the ranker registry, for operators: rankers, the active one, and training runs."""

from fastapi import APIRouter

from app.accounts.access.permissions import CurrentPrincipal
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, NotFound, Unauthenticated, problems
from app.matching.lists.presenter import AppMatcher
from app.matching.training.report import (
    ModelOut,
    ModelsOut,
    RunOut,
    model_list,
    run_page,
    space_list,
    switch_model,
)
from app.paging import Page, Paging

router = APIRouter(prefix="/v1", tags=["排序模型 Models"], responses=problems(Unauthenticated, Forbidden))


@router.get("/models", summary="排序模型列表")
def list_models(principal: CurrentPrincipal, session: ReadSession, matcher: AppMatcher) -> ModelsOut:
    """最新的在前；active 为现用模型。spaces 为向量模型及其向量的齐备程度。"""
    return ModelsOut(
        items=model_list(session, matcher.shipped, principal=principal),
        spaces=space_list(session, principal=principal),
    )


@router.post("/models/rollback", summary="恢复上一个模型", responses=problems(Conflict))
def roll_back(principal: CurrentPrincipal, session: WriteSession, matcher: AppMatcher) -> ModelOut:
    """立即对所有进程生效，全部供需对在后台重新排序。"""
    return switch_model(session, matcher.shipped, None, principal=principal)


@router.post("/models/{version}/use", summary="启用某个模型", responses=problems(NotFound, Conflict))
def use_model(
    version: str, principal: CurrentPrincipal, session: WriteSession, matcher: AppMatcher
) -> ModelOut:
    """立即对所有进程生效，全部供需对在后台重新排序。"""
    return switch_model(session, matcher.shipped, version, principal=principal)


@router.get("/training-runs", summary="训练记录")
def list_runs(principal: CurrentPrincipal, session: ReadSession, paging: Paging) -> Page[RunOut]:
    """最新的在前；report 为训练所见、比较结果和结论。"""
    return run_page(session, paging, principal=principal)
