"""Events of any name, and the handlers of single modules, for tests of one concept."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.events.handler import Effect, Handler, HandlerTable
from app.events.outbox import Event
from app.handlers import HANDLERS


def emit_named(
    session: Session,
    name: str,
    *,
    subject_id: UUID | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Event:
    """A row of the outbox with any name and payload."""
    event = Event(name=name, subject_id=subject_id, payload=dict(payload or {}))
    session.add(event)
    session.flush()
    return event


def handlers_of(modules: Collection[str], *, events: str) -> HandlerTable:
    """The handlers that these modules define, and every event of the catalogue's module `events`."""
    table = {
        event: tuple(handler for handler in handlers if _module(handler) in modules)
        for event, handlers in HANDLERS.items()
    }
    return {event: found for event, found in table.items() if found or event.__module__ == events}


def _module(handler: Handler | Effect) -> str:
    return handler.plan.__module__ if isinstance(handler, Handler) else handler.__module__
