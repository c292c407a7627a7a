"""The message about a single push, for managers who want one at once."""

from sqlalchemy.orm import Session

from app.database import now
from app.events.messages import MessageKind, enqueue_message
from app.pushes.models import Push
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.values import Preferences
from app.pushes.preferences.working_time import contact_time


def notify_if_immediate(session: Session, push: Push, preferences: Preferences, *, immediate: float) -> bool:
    """Enqueue a message about this push if its manager wants one and the pair is good enough; returns whether it did.

    `immediate` is the lowest pair score for it, 0–1, unless the manager has set their own. A message that waits for the
    end of the quiet hours has notified nobody: it is decided again when it is released.
    """
    if not wants_at_once(push, preferences, immediate=immediate):
        return False
    moment = now()
    due = contact_time(moment, preferences.contact_window)
    push.notified_at = moment if due.held_for is None else None
    enqueue_message(
        session,
        kind=MessageKind.PUSH,
        ids={"push_id": push.id, "round": str(push.round)},
        manager_id=push.manager_id,
        available_at=due.at,
        held_for=due.held_for,
    )
    return True


def wants_at_once(push: Push, preferences: Preferences, *, immediate: float) -> bool:
    """Whether the manager wants a message about this push alone."""
    threshold = preferences.immediate_score if preferences.immediate_score is not None else immediate
    return preferences.frequency is Frequency.IMMEDIATE and push.pair_score >= threshold
