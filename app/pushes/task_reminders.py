"""Tasks of engagements (对接任务) that are due or overdue → a message to whoever is to do them, outside quiet hours."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.database import now
from app.engagements.events import TASK_DUE, TASK_OVERDUE
from app.events.messages import MessageKind, enqueue_message
from app.events.outbox import ClaimedEvent, Handler
from app.pushes.preferences.service import managers_preferences, owners_preferences
from app.pushes.preferences.working_time import next_contact_time

RECIPIENTS = ("manager_id", "user_id", "organisation_id")
"""Of a participant the first that is set: what is his own goes before what is his organisation's."""


def reminding_handlers() -> Mapping[str, Sequence[Handler]]:
    handler = Handler(plan=lambda _session, _event: None, apply=_remind)
    return {TASK_DUE: (handler,), TASK_OVERDUE: (handler,)}


def _remind(session: Session, event: ClaimedEvent, _: None) -> None:
    """Whether the task still waits is looked at again by the message's writer, in the last moment."""
    payload = event.payload
    recipient = next(name for name in RECIPIENTS if payload[name])
    to: Mapping[str, Any] = {recipient: UUID(payload[recipient])}
    enqueue_message(
        session,
        kind=MessageKind.TASK_REMINDER,
        ids={"engagement_id": payload["engagement_id"], "task_id": payload["task_id"]},
        available_at=_calm(session, recipient, to[recipient]),
        **to,
    )


def _calm(session: Session, recipient: str, id_: UUID) -> datetime:
    """A single user has stated no times: he is told at once."""
    moment = now()
    match recipient:
        case "manager_id":
            return next_contact_time(moment, managers_preferences(session, [id_])[id_].contact_window)
        case "organisation_id":
            return next_contact_time(moment, owners_preferences(session, [id_])[id_].contact_window)
    return moment
