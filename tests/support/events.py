"""Events by name: as another release may have written them, or of names that only tests know."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.events.outbox import Event


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
