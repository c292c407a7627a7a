"""Reminders of due and overdue tasks of engagements (对接任务): a message to the assignee, outside quiet hours."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.events.catalogue.engagements import TaskEvent
from app.events.domain_event import ClaimedEvent
from app.events.messages import MessageKind, enqueue_message
from app.pushes.preferences.contact_times import contact_time_of
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
    due = contact_time_of(session, name, recipient)
    enqueue_message(
        session,
        kind=MessageKind.TASK_REMINDER,
        ids={"engagement_id": task.engagement_id, "task_id": task.task_id},
        available_at=due.at,
        held_for=due.held_for,
        **to,
    )
