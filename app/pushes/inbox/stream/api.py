"""The live stream of an inbox: server-sent events that resume where the client left off.

The stream follows the numbered changes in the database, so it misses nothing, whichever process wrote them and however
often the client reconnects. Between two polls it holds neither a session nor a thread.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse, ServerSentEvent

from app.accounts.access.authentication import address_of, principal_of
from app.accounts.access.permissions import CurrentPrincipal
from app.errors import Forbidden, Invalid, NotFound, TooManyRequests, Unauthenticated, Unavailable, problems
from app.pushes.inbox.stream.follower import PushChange, Recheck
from app.pushes.inbox.stream.service import follow_inbox
from app.services import AllServices, Services

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
