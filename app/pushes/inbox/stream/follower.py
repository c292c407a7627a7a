"""Who follows an inbox: what is new since a number, and whether its reader may still see it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from app.accounts.access.principal import Principal
from app.database import Database
from app.errors import Forbidden, Unauthenticated
from app.pushes.inbox.presenter import read_many
from app.pushes.models import InboxChange, InboxPosition, Push
from app.pushes.policy import current_policy
from app.pushes.schemas import PushRead
from app.services import Services
from app.settings import Settings

BATCH = 50

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


@dataclass(frozen=True, slots=True)
class EventBatch:
    """The events after a position, and the position to continue from."""

    events: tuple[ServerSentEvent, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Follower:
    """Whose inbox is followed, with which credentials, and how they get its changes."""

    services: Services
    manager_id: UUID
    recheck: Recheck
    writer: StreamWriter

    def poll(self, position: int, *, check: bool) -> EventBatch | None:
        """Poll the database once; while nothing has changed this reads one row by its key.

        None if the login has ended or the user owes a step first, which is checked before any event is sent and, with
        `check`, at every poll.
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


async def events_of(
    follower: Follower, settings: Settings, start: EventBatch
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
        principal = recheck()
    except (Unauthenticated, Forbidden):
        return None
    return principal if principal.owed is None else None


def start_of_stream(
    session: Session, manager_id: UUID, number: int | None, writer: StreamWriter
) -> EventBatch:
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
