"""The live stream of an inbox: server-sent events that resume where the client left off.

The stream follows the numbered changes in the database, so it misses nothing, whichever process wrote them and however
often the client reconnects. Between two polls it holds neither a session nor a thread.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from app.accounts.access.authentication import address_of, principal_of
from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.accounts.access.principal import Principal
from app.database import Database
from app.errors import Forbidden, Invalid, NotFound, TooManyRequests, Unauthenticated, Unavailable, problems
from app.load_limits.open_streams import OpenStreams
from app.pushes.inbox.stream.follower import (
    Follower,
    PushChange,
    Recheck,
    StreamWriter,
    events_of,
    start_of_stream,
)
from app.services import AllServices, Services
from app.settings import Settings

router = APIRouter(prefix="/v1", tags=["推送 Pushes"], responses=problems(Unauthenticated, Forbidden))
_RECONNECT_MS = 2000


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
        start = start_of_stream(session, principal.manager_id, _number(last_event_id), writer)
    follower = Follower(services, principal.manager_id, recheck, writer)
    places = services[OpenStreams]
    places.open(principal.manager_id)
    return _CountedStream(
        events_of(follower, settings, start),
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


def _rechecking(services: Services, request: Request) -> Recheck:
    """A function that authenticates the same credentials again, so that a revocation also ends a running stream."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else None
    api_key = request.headers.get("X-API-Key")
    address = address_of(request)
    return lambda: principal_of(services, bearer, api_key, address=address)


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
