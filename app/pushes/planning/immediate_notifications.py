"""Immediate notifications: a message about a single push, as soon as it is written."""

from sqlalchemy.orm import Session

from app.database import now
from app.events.messages import MessageKind, enqueue_message
from app.pushes.models import Push
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.service import Preferences
from app.pushes.preferences.working_time import next_contact_time


def notify_if_immediate(session: Session, push: Push, preferences: Preferences, *, immediate: float) -> bool:
    """Enqueue a message about this push if its manager wants one and the pair is good enough; returns whether it did.

    `immediate` is the lowest pair score for it, 0–1, unless the manager has set their own.
    """
    threshold = preferences.immediate_score if preferences.immediate_score is not None else immediate
    if preferences.frequency is not Frequency.IMMEDIATE or push.pair_score < threshold:
        return False
    moment = now()
    push.notified_at = moment
    enqueue_message(
        session,
        kind=MessageKind.PUSH,
        ids={"push_id": push.id, "round": str(push.round)},
        manager_id=push.manager_id,
        available_at=next_contact_time(moment, preferences.contact_window),
    )
    return True
