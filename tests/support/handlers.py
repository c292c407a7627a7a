"""A part of the table of handlers, for tests of one concept alone."""

from collections.abc import Collection

from app.events.handler import Effect, Handler, HandlerTable
from app.handlers import HANDLERS


def handlers_of(modules: Collection[str], *, events: str) -> HandlerTable:
    """The handlers that these modules define, and every event of the catalogue's module `events`."""
    table = {
        event: tuple(handler for handler in handlers if _module(handler) in modules)
        for event, handlers in HANDLERS.items()
    }
    return {event: found for event, found in table.items() if found or event.__module__ == events}


def _module(handler: Handler | Effect) -> str:
    return handler.plan.__module__ if isinstance(handler, Handler) else handler.__module__
