"""Routes of tasks."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import CurrentPrincipal
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, tagged, versioned
from app.database import ReadSession, WriteSession
from app.engagements.api import CHANGING, TAG
from app.engagements.schemas import TaskCreate, TaskPatch, TaskRead
from app.engagements.tasks import service as tasks
from app.engagements.tasks.listing import own_tasks, tasks_of_engagement
from app.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    Unauthenticated,
    problems,
)
from app.errors.request_bodies import Sent
from app.libraries.validation.values.dates import Day
from app.paging import Page, Paging

router = APIRouter(prefix="/v1", tags=[TAG], responses=problems(Unauthenticated, Forbidden, Invalid))

_READING = problems(NotFound, Conflict)
States = Annotated[
    list[Literal["open", "done", "dropped"]] | None, Query(alias="state", description="状态，可多选")
]


@router.get("/tasks", name="list_tasks", summary="全部对接的任务")
def list_tasks(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    states: States = None,
    due_before: Annotated[Day | None, Query(description="截止日早于")] = None,
) -> Page[TaskRead]:
    """本人参与的全部对接的任务，按截止日由近到远排列。"""
    return own_tasks(session, paging, states, due_before, principal=principal)


@router.get("/engagements/{engagement_id}/tasks", name="tasks", summary="一个对接的任务", responses=_READING)
def tasks_of(
    engagement_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
) -> Page[TaskRead]:
    return tasks_of_engagement(session, engagement_id, paging, principal=principal)


@router.post(
    "/engagements/{engagement_id}/tasks",
    name="add_task",
    summary="新建任务",
    status_code=201,
    response_model=TaskRead,
    responses=CHANGING,
)
def add_task(
    engagement_id: UUID,
    body: Sent[TaskCreate],
    principal: CurrentPrincipal,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    """提醒日和逾期时各提醒一次。"""

    def create() -> Response:
        task = tasks.add_task(session, engagement_id, values=body.values(), principal=principal)
        return versioned(TaskRead.model_validate(task), task, status=201)

    return request.once(body, create)


@router.patch(
    "/engagements/{engagement_id}/tasks/{task_id}",
    name="change_task",
    summary="修改任务",
    responses=CHANGING | problems(PreconditionRequired),
)
def change_task(
    engagement_id: UUID,
    task_id: UUID,
    body: Sent[TaskPatch],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> TaskRead:
    """仅修改给出的字段，须携带 If-Match。更改日期后重新提醒。"""
    task = tasks.change_task(
        session, engagement_id, task_id, values=body.values(), principal=principal, if_match=if_match
    )
    return tagged(response, task, TaskRead.model_validate(task))
