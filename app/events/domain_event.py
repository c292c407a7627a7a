"""The base class of all events in the catalogue, and an event as claimed by a worker."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import Enum
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import TypeAdapter

from app.database import now

SUBJECT = "subject_id"


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """An event that a worker has leased.

    An event that failed may be handled after later ones; `emitted_at` gives the original order. `trace` is the span in
    which it was emitted, if that was recorded.
    """

    id: UUID
    name: str
    subject_id: UUID | None
    payload: Mapping[str, Any]
    attempts: int
    lease: UUID
    emitted_at: datetime = field(default_factory=now)
    trace: str | None = None


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """A past fact. Its fields are the stored payload, except for `subject_id`, which has its own column.

    A field that older rows lack needs a default; keys that a newer release has added are ignored.
    """

    name: ClassVar[str]

    @classmethod
    def of(cls, event: ClaimedEvent) -> Self:
        """The typed event that a worker has claimed.

        Raises:
            ValueError: the payload lacks a field, or the event has no subject.
        """
        values = {each.name: event.payload[each.name] for each in fields(cls) if each.name in event.payload}
        if SUBJECT in cls.__dataclass_fields__:
            values[SUBJECT] = subject_id_of(event)
        typed: Self = _reader(cls).validate_python(values)
        return typed

    def payload(self) -> dict[str, Any]:
        """The fields as JSON."""
        return {each.name: _json(getattr(self, each.name)) for each in fields(self) if each.name != SUBJECT}


def subject_id_of(event: ClaimedEvent) -> UUID:
    """The id of the row that the event is about.

    Raises:
        ValueError: the event has no subject.
    """
    if event.subject_id is None:
        raise ValueError(f"The event {event.name} has no subject.")
    return event.subject_id


_READERS: dict[type[DomainEvent], TypeAdapter[Any]] = {}


def _reader(kind: type[DomainEvent]) -> TypeAdapter[Any]:
    """The type adapter of an event class, created once."""
    if kind not in _READERS:
        _READERS[kind] = TypeAdapter(kind)
    return _READERS[kind]


def _json(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case UUID():
            return str(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {key: _json(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_json(each) for each in value]
    return value
