"""Following an inbox: who may, from which number, and what a stream costs."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import Database
from app.errors import Invalid, NotFound
from app.load_limits.open_streams import OpenStreams
from app.pushes.inbox.stream.follower import Follower, Recheck, StreamWriter, events_of, start_of_stream
from app.services import Services
from app.settings import Settings


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
