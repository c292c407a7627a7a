"""The live stream of an inbox: server-sent events that resume where the client left off.

The stream follows the numbered changes in the database, so it misses nothing, whichever process wrote them and however
often the client reconnects. Between two polls it holds neither a session nor a thread.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Header, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from app.accounts.access.authentication import address_of, principal_of
from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.accounts.access.principal import Principal
from app.database import Database
from app.errors import (
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    problems,
)
from app.load_limits.open_streams import OpenStreams
from app.pushes.inbox.presenter import read_many
from app.pushes.models import InboxChange, InboxPosition, Push
from app.pushes.policy import current_policy
from app.pushes.schemas import PushRead
from app.services import AllServices, Services
from app.settings import Settings

router = APIRouter(prefix="/v1", tags=["推送 Pushes"], responses=problems(Unauthenticated, Forbidden))

BATCH = 50
_RECONNECT_MS = 2000

Recheck = Callable[[], Principal]
"""Authenticates the same credentials again.

Raises:
    Unauthenticated: they are no longer valid.
"""


@dataclass(frozen=True, slots=True)
class PushChange:
    """A change in an inbox: its number, what happened (new or changed), and the push as its reader sees it now."""

    number: int
    change: str
    push: PushRead


class StreamWriter(Protocol):
    """How a reader of the stream gets the changes. Every event carries the number to resume from."""

    def changes(self, session: Session, changes: Sequence[PushChange]) -> Iterator[ServerSentEvent]:
        """The events for these changes, which are never empty."""

    def position(self, session: Session, number: int) -> ServerSentEvent:
        """The event that tells a new reader the present number."""

    def reset(self, session: Session, number: int) -> ServerSentEvent:
        """The event for a reader whose number is too old: the inbox must be read again."""


class JsonWriter:
    """Events for programs: each push as JSON."""

    def changes(self, _: Session, changes: Sequence[PushChange]) -> Iterator[ServerSentEvent]:
        for one in changes:
            content = one.push.model_dump_json(exclude_unset=True)
            yield ServerSentEvent(content, event=f"push.{one.change}", id=str(one.number))

    def position(self, _: Session, number: int) -> ServerSentEvent:
        return _position("inbox.position", number)

    def reset(self, _: Session, number: int) -> ServerSentEvent:
        return _position("inbox.reset", number)


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
        **problems(NotFound, Invalid, TooManyRequests, Unavailable),
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
    """Server-Sent Events: push.new 新推送，push.changed 状态变化，inbox.position 当前编号，inbox.reset 请重读收件箱。

    重新连接时携带 Last-Event-ID，即从断点续传，不会遗漏。登录失效后连接断开。"""
    return follow_inbox(
        services,
        principal,
        last_event_id=last_event_id,
        recheck=_rechecking(services, request),
        writer=JsonWriter(),
    )


def follow_inbox(
    services: Services,
    principal: Principal,
    *,
    last_event_id: str | None,
    recheck: Recheck,
    writer: StreamWriter,
) -> EventSourceResponse:
    """The stream of the principal's inbox, from the number that they have seen last.

    Raises:
        NotFound: the user has no record in the talent library.
        Invalid: `last_event_id` is no number.
        TooManyRequests, Unavailable: see `OpenStreams`.
    """
    require(principal, Action.PUSH_LIST, own=True)
    if principal.manager_id is None:
        raise NotFound("You have no record in the talent library.", "您在技术转移人才库中尚无记录。")
    settings, database = services[Settings], services[Database]
    with database.reading() as session:
        start = _start(session, principal.manager_id, _number(last_event_id), writer)
    follower = _Follower(services, principal.manager_id, recheck, writer)
    places = services[OpenStreams]
    places.open(principal.manager_id)
    return _CountedStream(
        _events(follower, settings, start),
        is_closed=lambda: places.close(principal.manager_id),
        ping=max(1, round(settings.stream_heartbeat.total_seconds())),
        headers={"Cache-Control": "no-store"},
    )


class _CountedStream(EventSourceResponse):
    """Says when the client has gone or the stream has ended."""

    def __init__(
        self, events: AsyncIterator[ServerSentEvent], *, is_closed: Callable[[], None], **how: Any
    ) -> None:
        super().__init__(events, **how)
        self._is_closed = is_closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._is_closed()


@dataclass(frozen=True, slots=True)
class _Follower:
    """Whose inbox is followed, with which credentials, and how they get its changes."""

    services: Services
    manager_id: UUID
    recheck: Recheck
    writer: StreamWriter

    def poll(self, position: int, *, check: bool) -> EventBatch | None:
        """Poll the database once; while nothing has changed this reads one row by its key.

        None if the login has ended, which is checked before any event is sent and, with `check`, at every poll.
        """
        database = self.services[Database]
        with database.reading() as session:
            unchanged = _last(session, self.manager_id) <= position
        if unchanged and not check:
            return EventBatch((), position)
        principal = _current_principal(self.recheck)
        if principal is None or principal.manager_id != self.manager_id:
            return None
        if unchanged:
            return EventBatch((), position)
        with database.reading() as session:
            return self._after(session, position, principal)

    def _after(self, session: Session, position: int, principal: Principal) -> EventBatch:
        changes = session.scalars(
            select(InboxChange)
            .where(InboxChange.manager_id == self.manager_id, InboxChange.seq > position)
            .order_by(InboxChange.seq)
            .limit(BATCH)
        ).all()
        rows = session.scalars(select(Push).where(Push.id.in_({change.push_id for change in changes}))).all()
        policy = current_policy(session, self.services)
        pushes = {read.id: read for read in read_many(session, rows, principal=principal, policy=policy)}
        known = [
            PushChange(change.seq, change.change, pushes[change.push_id])
            for change in changes
            if change.push_id in pushes
        ]
        events = tuple(self.writer.changes(session, known)) if known else ()
        return EventBatch(events, changes[-1].seq if changes else position)


async def _events(
    follower: _Follower, settings: Settings, start: EventBatch
) -> AsyncIterator[ServerSentEvent]:
    """Ends when the login ends, or after `stream_lifetime`; the client then reconnects by itself."""
    position, ends = start.position, time.monotonic() + settings.stream_lifetime.total_seconds()
    checked = time.monotonic()
    for event in start.events:
        yield event
    while time.monotonic() < ends:
        is_check_due = time.monotonic() - checked >= settings.stream_heartbeat.total_seconds()
        batch = await run_in_threadpool(follower.poll, position, check=is_check_due)
        if batch is None:
            return
        if is_check_due:
            checked = time.monotonic()
        for event in batch.events:
            yield event
        is_full = batch.position - position >= BATCH
        position = batch.position
        if not is_full:
            await asyncio.sleep(settings.stream_poll.total_seconds())


def _current_principal(recheck: Recheck) -> Principal | None:
    try:
        return recheck()
    except (Unauthenticated, Forbidden):
        return None


def _rechecking(services: Services, request: Request) -> Recheck:
    """A function that authenticates the same credentials again, so that a revocation also ends a running stream."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else None
    api_key = request.headers.get("X-API-Key")
    address = address_of(request)
    return lambda: principal_of(services, bearer, api_key, address=address)


def _start(session: Session, manager_id: UUID, number: int | None, writer: StreamWriter) -> EventBatch:
    """The start of the stream: after the client's number, or now. The client learns a number to resume from."""
    last = _last(session, manager_id)
    if number is None:
        return EventBatch((writer.position(session, last),), last)
    oldest = session.scalar(select(func.min(InboxChange.seq)).where(InboxChange.manager_id == manager_id))
    is_deleted = number < last if oldest is None else number + 1 < oldest
    if is_deleted or number > last:
        return EventBatch((writer.reset(session, last),), last)
    return EventBatch((), number)


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
