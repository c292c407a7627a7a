"""Routes for operators: events of the outbox, and the replay of dead letters."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.accounts.access.permissions import CurrentPrincipal
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, NotFound, Unauthenticated, problems
from app.paging import Page, Paging
from app.workers.event_list import EventOut, EventState, event_page, replay_dead

router = APIRouter(prefix="/v1/events", tags=["事件 Events"], responses=problems(Unauthenticated, Forbidden))


@router.get("", summary="事件列表")
def list_events(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    state: Annotated[EventState, Query(description="状态")] = EventState.DEAD,
    name: Annotated[str | None, Query(max_length=60, description="事件名称")] = None,
) -> Page[EventOut]:
    """按时间倒序排列，供管理部门查看待处理事件与死信。"""
    return event_page(session, paging, state, name, principal=principal)


@router.post("/{event_id}/replay", summary="重放死信", responses=problems(NotFound, Conflict))
def replay_event(event_id: UUID, principal: CurrentPrincipal, session: WriteSession) -> EventOut:
    """死信立即重新处理，尝试次数重新计算；非死信返回 409。"""
    return replay_dead(session, event_id, principal=principal)
