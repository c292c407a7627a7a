"""Events of the outbox for operators, and the replay of dead letters."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import one_or_not_found
from app.errors import Conflict
from app.events import outbox
from app.events.outbox import Event
from app.paging import Page, PageRequest, Sort, list_page

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
    state: EventState = Field(description="waiting 待处理，done 已处理，dead 死信")
    subject_id: UUID | None = Field(description="相关记录")
    payload: dict[str, Any]
    created_at: datetime
    available_at: datetime = Field(description="下次处理时间")
    attempts: int = Field(description="已尝试次数")
    leased_until: datetime | None
    done_at: datetime | None
    dead_at: datetime | None
    last_error: str | None = Field(description="最近一次失败的原因")


def event_page(
    session: Session, paging: PageRequest, state: EventState, name: str | None = None, *, principal: Principal
) -> Page[EventOut]:
    """One page of the events in a state, newest first."""
    require(principal, Action.EVENT_LIST)
    query = _in_state(select(Event), state)
    if name is not None:
        query = query.where(Event.name == name)
    return list_page(session, query, replace(_NEWEST_FIRST, name=state), paging, _out)


def replay_dead(session: Session, event_id: UUID, *, principal: Principal) -> EventOut:
    """Let a dead letter be handled again, with all its attempts.

    Raises:
        NotFound: there is no such event.
        Conflict: it is no dead letter.
    """
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
