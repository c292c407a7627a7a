"""Reminders of due and overdue tasks of engagements (对接任务): a message to the assignee, outside quiet hours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.database import now
from app.events.catalogue.engagements import TaskEvent
from app.events.domain_event import ClaimedEvent
from app.events.messages import MessageKind, enqueue_message
from app.pushes.preferences.service import managers_preferences, owners_preferences
from app.pushes.preferences.working_time import next_contact_time
from app.services import Services

RECIPIENTS = ("manager_id", "user_id", "organisation_id")
"""The first of these that a participant has receives the message: a person before their organisation."""


def remind_of_task(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Enqueue a reminder for the assignee.

    The renderer checks again, immediately before sending, that the task is still open.
    """
    task = TaskEvent.of(event)
    name, recipient = next((name, id_) for name in RECIPIENTS if (id_ := getattr(task, name)) is not None)
    to: Mapping[str, Any] = {name: recipient}
    enqueue_message(
        session,
        kind=MessageKind.TASK_REMINDER,
        ids={"engagement_id": task.engagement_id, "task_id": task.task_id},
        available_at=_contact_time(session, name, recipient),
        **to,
    )


def _contact_time(session: Session, recipient: str, id_: UUID) -> datetime:
    """When the recipient may be notified. Single users have no preferences and are notified at once."""
    moment = now()
    match recipient:
        case "manager_id":
            return next_contact_time(moment, managers_preferences(session, [id_])[id_].contact_window)
        case "organisation_id":
            return next_contact_time(moment, owners_preferences(session, [id_])[id_].contact_window)
    return moment
