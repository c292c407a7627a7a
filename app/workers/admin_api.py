"""Routes for operators: events of the outbox, and the replay of dead letters."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, select

from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.database import ReadSession, WriteSession, one_or_not_found
from app.errors import Conflict, Forbidden, NotFound, Unauthenticated, problems
from app.events import outbox
from app.events.outbox import Event
from app.paging import Page, Paging, Sort, list_page

router = APIRouter(prefix="/v1/events", tags=["事件 Events"], responses=problems(Unauthenticated, Forbidden))

_NEWEST_FIRST = Sort(Event.created_at, datetime, descending=True)


class EventState(StrEnum):
    """waiting → done | dead."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class EventOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str = Field(description="事件名称", examples=["demand.published"])
    state: EventState = Field(description="waiting 待处理, done 已处理, dead 死信")
    subject_id: UUID | None = Field(description="相关记录")
    payload: dict[str, Any]
    created_at: datetime
    available_at: datetime = Field(description="下次处理时间")
    attempts: int = Field(description="已尝试次数")
    leased_until: datetime | None
    done_at: datetime | None
    dead_at: datetime | None
    last_error: str | None = Field(description="最近一次失败的原因")


@router.get("", summary="事件列表")
def list_events(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    state: Annotated[EventState, Query(description="状态")] = EventState.DEAD,
    name: Annotated[str | None, Query(max_length=60, description="事件名称")] = None,
) -> Page[EventOut]:
    """按时间倒序排列,供管理部门查看待处理事件与死信。"""
    require(principal, Action.EVENT_LIST)
    query = _in_state(select(Event), state)
    if name is not None:
        query = query.where(Event.name == name)
    return list_page(session, query, replace(_NEWEST_FIRST, name=state), paging, _out)


@router.post("/{event_id}/replay", summary="重放死信", responses=problems(NotFound, Conflict))
def replay_event(event_id: UUID, principal: CurrentPrincipal, session: WriteSession) -> EventOut:
    """死信立即重新处理,尝试次数重新计算;非死信返回 409。"""
    require(principal, Action.EVENT_REPLAY)
    event = one_or_not_found(session, select(Event).where(Event.id == event_id).with_for_update())
    if event.dead_at is None:
        raise Conflict(
            "Only dead letters can be replayed.",
            "仅死信可以重放。",
            code="event_not_dead",
            state=_state(event),
        )
    outbox.replay(session, event)
    return _out(event)


def _in_state(query: Select[Event], state: EventState) -> Select[Event]:
    match state:
        case EventState.DEAD:
            return query.where(Event.dead_at.is_not(None))
        case EventState.DONE:
            return query.where(Event.done_at.is_not(None))
        case EventState.WAITING:
            return query.where(Event.done_at.is_(None), Event.dead_at.is_(None))


def _state(event: Event) -> EventState:
    if event.dead_at is not None:
        return EventState.DEAD
    return EventState.WAITING if event.done_at is None else EventState.DONE


def _out(event: Event) -> EventOut:
    columns = {name: getattr(event, name) for name in EventOut.model_fields if name != "state"}
    return EventOut(state=_state(event), **columns)
