"""Routes of tasks."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.conditional_requests import IfMatch, etag
from app.database import ReadSession, WriteSession
from app.engagements.access import participation_of
from app.engagements.api import CHANGING, TAG
from app.engagements.models import Task
from app.engagements.schemas import TaskCreate, TaskPatch, TaskRead
from app.engagements.tasks import service as tasks
from app.engagements.timeline import entries as timeline
from app.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    Unauthenticated,
    problems,
)
from app.idempotency import IdempotencyKey, created_once
from app.paging import Cursor, Limit, Page, Sort, fetch_page

router = APIRouter(prefix="/v1", tags=[TAG], responses=problems(Unauthenticated, Forbidden, Invalid))

_BY_DAY = Sort(Task.due_on, date)
_READING = problems(NotFound, Conflict)
States = Annotated[
    list[Literal["open", "done", "dropped"]] | None, Query(alias="state", description="状态,可多选")
]


@router.get("/tasks", name="list_tasks", summary="全部对接的任务")
def list_tasks(
    principal: CurrentPrincipal,
    session: ReadSession,
    states: States = None,
    due_before: Annotated[date | None, Query(description="截止日早于")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[TaskRead]:
    """本人参与的所有对接的任务,先到期的在前。"""
    require(principal, Action.ENGAGEMENT_READ, own=True)
    query = tasks.tasks_for(principal)
    if states:
        query = query.where(Task.state.in_(states))
    if due_before is not None:
        query = query.where(Task.due_on < due_before)
    return _task_page(session, query, limit, cursor)


@router.get("/engagements/{engagement_id}/tasks", name="tasks", summary="一个对接的任务", responses=_READING)
def tasks_of(
    engagement_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[TaskRead]:
    participation_of(session, engagement_id, Action.ENGAGEMENT_READ, principal=principal)
    return _task_page(session, tasks.tasks_of(engagement_id), limit, cursor)


def _task_page(session: ReadSession, query: Any, limit: int, cursor: str | None) -> Page[TaskRead]:
    rows, following = fetch_page(
        session, query, sort=_BY_DAY, key=Task.id, limit=limit, cursor=cursor, sort_name="due"
    )
    return Page(items=[TaskRead.model_validate(row) for row in rows], next_cursor=following)


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
    wanted: TaskCreate,
    request: Request,
    principal: CurrentPrincipal,
    session: WriteSession,
    key: IdempotencyKey = None,
) -> Response:
    """到提醒日与逾期时各提醒一次。"""

    def create() -> Response:
        task = tasks.add_task(session, engagement_id, values=wanted.values(), principal=principal)
        body = TaskRead.model_validate(task).model_dump(mode="json")
        return JSONResponse(body, 201, headers={"ETag": etag(task)})

    return created_once(
        session, request, holder=timeline.holder(principal), key=key, payload=wanted, create=create
    )


@router.patch(
    "/engagements/{engagement_id}/tasks/{task_id}",
    name="change_task",
    summary="修改任务",
    responses=CHANGING | problems(PreconditionRequired),
)
def change_task(
    engagement_id: UUID,
    task_id: UUID,
    wanted: TaskPatch,
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> TaskRead:
    """只改所给的字段;须带 If-Match。更改日期后重新提醒。"""
    task = tasks.change_task(
        session, engagement_id, task_id, values=wanted.values(), principal=principal, if_match=if_match
    )
    response.headers["ETag"] = etag(task)
    return TaskRead.model_validate(task)
