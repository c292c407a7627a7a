"""Routes of training records and training bases."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, versioned
from app.database import ReadSession, WriteSession
from app.errors import Forbidden, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging
from app.talent.responses import CHANGING, CREATING, LISTING, READING, create
from app.talent.trainings import service
from app.talent.trainings.listing import base_page, training_page, training_summary
from app.talent.trainings.models import Training, TrainingBase, TrainingState
from app.talent.trainings.schemas import (
    BaseCreate,
    BasePatch,
    BaseRead,
    ReviewNote,
    SummaryRead,
    TrainingCreate,
    TrainingRead,
)

router = APIRouter(prefix="/v1", tags=["培训 Trainings"], responses=problems(Unauthenticated, Forbidden))


@router.get("/training-bases", summary="培养基地列表", responses=LISTING)
def list_bases(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    active: Annotated[bool | None, Query(description="是否开放")] = None,
) -> Page[BaseRead]:
    return base_page(session, paging, active, principal=principal)


@router.post(
    "/training-bases", summary="新增培养基地", status_code=201, response_model=BaseRead, responses=CREATING
)
def add_base(
    body: Sent[BaseCreate],
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    def make() -> tuple[BaseRead, TrainingBase]:
        base = service.add_base(session, body, principal=principal)
        return BaseRead.model_validate(base), base

    return create(request, body, make, location="/v1/training-bases")


@router.get("/training-bases/{base_id}", summary="一个培养基地", response_model=BaseRead, responses=READING)
def get_base(base_id: UUID, principal: CurrentPrincipal, session: ReadSession) -> Response:
    require(principal, Action.TRAINING_BASE_READ)
    base = service.find_base(session, base_id)
    return versioned(BaseRead.model_validate(base), base)


@router.patch(
    "/training-bases/{base_id}", summary="修改培养基地", response_model=BaseRead, responses=CHANGING
)
def change_base(
    base_id: UUID, body: Sent[BasePatch], principal: LoggedIn, session: WriteSession, if_match: IfMatch = None
) -> Response:
    base = service.change_base(session, base_id, body, principal=principal, if_match=if_match)
    return versioned(BaseRead.model_validate(base), base)


@router.delete("/training-bases/{base_id}", summary="删除培养基地", status_code=204, responses=CHANGING)
def remove_base(
    base_id: UUID, principal: LoggedIn, session: WriteSession, if_match: IfMatch = None
) -> Response:
    """已有培训记录的基地不能删除，可将其停用。"""
    service.remove_base(session, base_id, principal=principal, if_match=if_match)
    return Response(status_code=204)


@router.post(
    "/trainings", summary="申报培训记录", status_code=201, response_model=TrainingRead, responses=CREATING
)
def record(
    body: Sent[TrainingCreate],
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    def make() -> tuple[TrainingRead, Training]:
        training = service.record(session, body, principal=principal)
        return TrainingRead.model_validate(training), training

    return create(request, body, make, location="/v1/trainings")


@router.get("/trainings", summary="培训记录列表", responses=LISTING)
def list_trainings(
    principal: LoggedIn,
    session: ReadSession,
    paging: Paging,
    states: Annotated[list[TrainingState] | None, Query(alias="state", description="状态，可多选")] = None,
    manager_id: Annotated[UUID | None, Query(description="技术经理人")] = None,
    base_id: Annotated[UUID | None, Query(description="培养基地")] = None,
) -> Page[TrainingRead]:
    """按创建时间由新到旧排列。技术经理人可查看本人记录，机构可查看本单位人员和本单位基地的记录，管理部门可查看全部。"""
    return training_page(session, paging, states, manager_id, base_id, principal=principal)


@router.get(
    "/trainings/{training_id}", summary="一条培训记录", response_model=TrainingRead, responses=READING
)
def get_training(training_id: UUID, principal: LoggedIn, session: ReadSession) -> Response:
    training = service.find(session, training_id, principal=principal)
    return versioned(TrainingRead.model_validate(training), training)


@router.get("/managers/{manager_id}/training-summary", summary="培训情况与下一级", responses=READING)
def summary(manager_id: UUID, principal: LoggedIn, session: ReadSession) -> SummaryRead:
    """按短期速训、中长期进阶、教学实践三级汇总已核验学时。"""
    return training_summary(session, manager_id, principal=principal)


def _add_review(name: str, summary: str, text: str) -> None:
    @router.post(
        f"/trainings/{{training_id}}/{name}",
        name=name,
        summary=summary,
        description=text,
        response_model=TrainingRead,
        responses=CHANGING,
    )
    def review(
        training_id: UUID,
        body: Sent[ReviewNote],
        principal: LoggedIn,
        session: WriteSession,
        if_match: IfMatch = None,
    ) -> Response:
        training = service.review(
            session, training_id, name, body.note, principal=principal, if_match=if_match
        )
        return versioned(TrainingRead.model_validate(training), training)


_add_review("verify", "核验培训记录", "由管理部门或培养基地的依托单位核验。")
_add_review("reject", "培训记录不予通过", "须说明理由；已核验的也可以更正为不予通过。")
