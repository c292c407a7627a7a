"""Which pushes a manager is told of at once, and whom a task reminds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.db import now
from app.pushes.calendar import next_calm_moment
from app.pushes.messages import MessageKind, message_due
from app.pushes.models import Push
from app.pushes.preferences import Preferences, managers_preferences, owners_preferences
from app.pushes.telling_models import Frequency


def tell_at_once(session: Session, push: Push, preferences: Preferences, *, immediate: float) -> bool:
    """A message about this push alone, if its manager wants such and the pair is good enough; whether there is one.

    `immediate` is the lowest pair score for it, 0–1; a manager may set his own.
    """
    least = preferences.immediate_score if preferences.immediate_score is not None else immediate
    if preferences.frequency is not Frequency.IMMEDIATE or push.pair_score < least:
        return False
    moment = now()
    push.told_at = moment
    message_due(
        session,
        kind=MessageKind.PUSH,
        ids={"push_id": push.id, "round": str(push.round)},
        manager_id=push.manager_id,
        available_at=next_calm_moment(moment, preferences.calm),
    )
    return True


_NEAREST_FIRST = ("manager_id", "user_id", "organisation_id")


def remind_of_task(session: Session, payload: Mapping[str, Any]) -> None:
    """A message about a task that is due or overdue, to whom its event names; see `engagements/tasks.py`."""
    name = next(name for name in _NEAREST_FIRST if payload[name])
    recipient_id = UUID(payload[name])
    message_due(
        session,
        kind=MessageKind.TASK_REMINDER,
        ids={"engagement_id": payload["engagement_id"], "task_id": payload["task_id"]},
        available_at=_calm_moment(session, name, recipient_id),
        **{name: recipient_id},
    )


def _calm_moment(session: Session, name: str, recipient_id: UUID) -> datetime:
    """Now, or the end of the quiet hours that a manager or an organisation has; a user has none of his own."""
    moment = now()
    match name:
        case "manager_id":
            return next_calm_moment(moment, managers_preferences(session, [recipient_id])[recipient_id].calm)
        case "organisation_id":
            return next_calm_moment(moment, owners_preferences(session, [recipient_id])[recipient_id].calm)
    return moment
