"""The live stream of an inbox: server-sent events that resume where the client left off.

The stream follows the numbered changes in the database, so it misses nothing, whichever process wrote them and however
often the client reconnects. Between two polls it holds neither a session nor a thread.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from app.accounts.access.authentication import principal_of
from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.accounts.access.principal import Principal
from app.database import Database
from app.errors import Forbidden, Invalid, NotFound, Unauthenticated, problems
from app.pushes.inbox.presenter import read_many
from app.pushes.models import InboxChange, InboxPosition, Push
from app.services import AllServices, Services
from app.settings import Settings

router = APIRouter(prefix="/v1", tags=["推送 Pushes"], responses=problems(Unauthenticated, Forbidden))

BATCH = 50
_RECONNECT_MS = 2000

Recheck = Callable[[], Principal]


@dataclass(frozen=True, slots=True)
class EventBatch:
    """The events after a position, and the position to continue from."""

    events: tuple[ServerSentEvent, ...]
    position: int


@router.get(
    "/pushes/stream",
    summary="收件箱实时流",
    response_class=EventSourceResponse,
    responses={
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
        **problems(NotFound, Invalid),
    },
)
def stream(
    request: Request,
    principal: CurrentPrincipal,
    services: AllServices,
    last_event_id: Annotated[
        str | None, Header(alias="Last-Event-ID", max_length=40, description="上次收到的事件编号")
    ] = None,
) -> EventSourceResponse:
    """Server-Sent Events: push.new 新推送, push.changed 状态变化, inbox.position 当前编号, inbox.reset 请重读收件箱。

    重新连接时携带 Last-Event-ID,即从断点续传,不会遗漏。登录失效后连接断开。"""
    require(principal, Action.PUSH_LIST, own=True)
    if principal.manager_id is None:
        raise NotFound("You have no record in the talent library.", "您在技术转移人才库中尚无记录。")
    settings, database = services[Settings], services[Database]
    with database.reading() as session:
        start = _start(session, principal.manager_id, _number(last_event_id))
    events = _events(database, settings, principal.manager_id, start, _rechecking(services, request))
    return EventSourceResponse(
        events,
        ping=max(1, round(settings.stream_heartbeat.total_seconds())),
        headers={"Cache-Control": "no-store"},
    )


async def _events(
    database: Database, settings: Settings, manager_id: UUID, start: EventBatch, recheck: Recheck
) -> AsyncIterator[ServerSentEvent]:
    """Ends when the login ends, or after `stream_lifetime`; the client then reconnects by itself."""
    position, ends = start.position, time.monotonic() + settings.stream_lifetime.total_seconds()
    checked = time.monotonic()
    for event in start.events:
        yield event
    while time.monotonic() < ends:
        is_check_due = time.monotonic() - checked >= settings.stream_heartbeat.total_seconds()
        batch = await run_in_threadpool(_poll, database, manager_id, position, recheck, check=is_check_due)
        if batch is None:
            return
        if is_check_due:
            checked = time.monotonic()
        for event in batch.events:
            yield event
        position = batch.position
        if len(batch.events) < BATCH:
            await asyncio.sleep(settings.stream_poll.total_seconds())


def _poll(
    database: Database, manager_id: UUID, position: int, recheck: Recheck, *, check: bool
) -> EventBatch | None:
    """Poll the database once; while nothing has changed this reads one row by its key.

    None if the login has ended, which is checked before any event is sent and, with `check`, at every poll.
    """
    with database.reading() as session:
        unchanged = _last(session, manager_id) <= position
    if unchanged and not check:
        return EventBatch((), position)
    principal = _current_principal(recheck)
    if principal is None or principal.manager_id != manager_id:
        return None
    if unchanged:
        return EventBatch((), position)
    with database.reading() as session:
        return _after(session, manager_id, position, principal)


def _current_principal(recheck: Recheck) -> Principal | None:
    try:
        return recheck()
    except Unauthenticated:
        return None


def _rechecking(services: Services, request: Request) -> Recheck:
    """A function that authenticates the same credentials again, so that a revocation also ends a running stream."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else None
    api_key = request.headers.get("X-API-Key")
    return lambda: principal_of(services, bearer, api_key)


def _start(session: Session, manager_id: UUID, number: int | None) -> EventBatch:
    """The start of the stream: after the client's number, or now. The client learns a number to resume from."""
    last = _last(session, manager_id)
    if number is None:
        return EventBatch((_position("inbox.position", last),), last)
    oldest = session.scalar(select(func.min(InboxChange.seq)).where(InboxChange.manager_id == manager_id))
    is_deleted = number < last if oldest is None else number + 1 < oldest
    if is_deleted or number > last:
        return EventBatch((_position("inbox.reset", last),), last)
    return EventBatch((), number)


def _after(session: Session, manager_id: UUID, position: int, principal: Principal) -> EventBatch:
    changes = session.scalars(
        select(InboxChange)
        .where(InboxChange.manager_id == manager_id, InboxChange.seq > position)
        .order_by(InboxChange.seq)
        .limit(BATCH)
    ).all()
    rows = session.scalars(select(Push).where(Push.id.in_({change.push_id for change in changes}))).all()
    pushes = {read.id: read for read in read_many(session, rows, principal=principal)}
    events = tuple(
        ServerSentEvent(
            pushes[change.push_id].model_dump_json(exclude_unset=True),
            event=f"push.{change.change}",
            id=str(change.seq),
        )
        for change in changes
        if change.push_id in pushes
    )
    return EventBatch(events, changes[-1].seq if changes else position)


def _last(session: Session, manager_id: UUID) -> int:
    return session.scalar(select(InboxPosition.last).where(InboxPosition.manager_id == manager_id)) or 0


def _position(name: str, last: int) -> ServerSentEvent:
    data: dict[str, Any] = {"position": last}
    return ServerSentEvent(json.dumps(data), event=name, id=str(last), retry=_RECONNECT_MS)


def _number(text: str | None) -> int | None:
    """The number in a Last-Event-ID header; None if it is missing or empty.

    Raises:
        Invalid: it is not a number that this stream issued.
    """
    if text is None or text == "":
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise Invalid.field(
            "Last-Event-ID",
            "not_a_position",
            "应为本实时流发出的事件编号",
            "must be an id issued by this stream",
        )
    return int(text)
