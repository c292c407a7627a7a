"""The live stream of an inbox: server-sent events that continue where the client left off.

The stream follows the numbered changes in the database, so it misses nothing, whichever process wrote them and however
often the client came back. Between two looks it holds neither a session nor a thread.
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
    """What there is after a number: the events, and the number to continue from."""

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

    重新连接时带 Last-Event-ID 即从断点续传,不会遗漏。登录失效即断开。"""
    require(principal, Action.PUSH_LIST, own=True)
    if principal.manager_id is None:
        raise NotFound("This user has no manager record.", "当前用户没有技术经理人档案。")
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
    """Ends when the login does, and after a while anyway; the client then comes back by itself."""
    position, ends = start.position, time.monotonic() + settings.stream_lifetime.total_seconds()
    checked = time.monotonic()
    for event in start.events:
        yield event
    while time.monotonic() < ends:
        old = time.monotonic() - checked >= settings.stream_heartbeat.total_seconds()
        batch = await run_in_threadpool(_look, database, manager_id, position, recheck, check=old)
        if batch is None:
            return
        if old:
            checked = time.monotonic()
        for event in batch.events:
            yield event
        position = batch.position
        if len(batch.events) < BATCH:
            await asyncio.sleep(settings.stream_poll.total_seconds())


def _look(
    database: Database, manager_id: UUID, position: int, recheck: Recheck, *, check: bool
) -> EventBatch | None:
    """One look at the database: one row by its key while nothing has changed. None when the login has ended, which
    is asked before anything is told, and with `check` anyway."""
    with database.reading() as session:
        unchanged = _last(session, manager_id) <= position
    if unchanged and not check:
        return EventBatch((), position)
    principal = _still(recheck)
    if principal is None or principal.manager_id != manager_id:
        return None
    if unchanged:
        return EventBatch((), position)
    with database.reading() as session:
        return _after(session, manager_id, position, principal)


def _still(recheck: Recheck) -> Principal | None:
    try:
        return recheck()
    except Unauthenticated:
        return None


def _rechecking(services: Services, request: Request) -> Recheck:
    """The principal again from the same credentials, so that a revocation ends a running stream too."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else None
    api_key = request.headers.get("X-API-Key")
    return lambda: principal_of(services, bearer, api_key)


def _start(session: Session, manager_id: UUID, number: int | None) -> EventBatch:
    """Where to begin: after the client's number, or now; in both cases the client learns a number to come back with."""
    last = _last(session, manager_id)
    if number is None:
        return EventBatch((_position("inbox.position", last),), last)
    oldest = session.scalar(select(func.min(InboxChange.seq)).where(InboxChange.manager_id == manager_id))
    forgotten = number < last if oldest is None else number + 1 < oldest
    if forgotten or number > last:
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
    shown = {read.id: read for read in read_many(session, rows, principal=principal)}
    events = tuple(
        ServerSentEvent(
            shown[change.push_id].model_dump_json(exclude_unset=True),
            event=f"push.{change.change}",
            id=str(change.seq),
        )
        for change in changes
        if change.push_id in shown
    )
    return EventBatch(events, changes[-1].seq if changes else position)


def _last(session: Session, manager_id: UUID) -> int:
    return session.scalar(select(InboxPosition.last).where(InboxPosition.manager_id == manager_id)) or 0


def _position(name: str, last: int) -> ServerSentEvent:
    data: dict[str, Any] = {"position": last}
    return ServerSentEvent(json.dumps(data), event=name, id=str(last), retry=_RECONNECT_MS)


def _number(text: str | None) -> int | None:
    """
    Raises:
        Invalid: it is not a number that this stream gave out.
    """
    if text is None or text == "":
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise Invalid.field(
            "Last-Event-ID", "not_a_position", "应为本流给出的事件编号", "must be an id that this stream gave"
        )
    return int(text)
