"""Event handlers: the two kinds, the table of them, and how a worker runs them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.events.domain_event import ClaimedEvent, DomainEvent
from app.services import Services


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler in two steps, for work that takes time.

    `plan` reads and computes without a lock, for as long as it needs. `apply` writes what was planned, in the
    transaction that also acknowledges the event: both are stored or neither. Anything may change between the two steps,
    so `apply` checks again what it relies on.

    An event may be handled twice (a worker can die at any moment), so `apply` must be idempotent.
    """

    plan: Callable[[Services, Session, ClaimedEvent], Any]
    apply: Callable[[Services, Session, ClaimedEvent, Any], None]


Effect = Callable[[Services, Session, ClaimedEvent], None]
"""A handler without a plan: it only writes, in the transaction that acknowledges the event."""

HandlerTable = Mapping[type[DomainEvent], Sequence[Handler | Effect]]
"""Each event with its handlers, in the order in which they run."""

HandlersByName = Mapping[str, Sequence[Handler | Effect]]


def by_name(table: HandlerTable) -> HandlersByName:
    """The table by event name, as workers use it: the row of an event holds its name."""
    return {kind.name: handlers for kind, handlers in table.items()}
