"""The release of a message that waited for the end of quiet hours: it is decided again by what holds now.

A push that was answered or notified in a digest meanwhile, or that its manager now wants in the digest, is not sent; a
digest that waited until another day gives way to the digest of that day.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.database import now
from app.events.catalogue import MessageDue
from app.events.messages import MessageKind
from app.notifications.models import Message
from app.pushes.digests.models import Digest
from app.pushes.models import Push, PushState
from app.pushes.planning.immediate_message import wants_at_once
from app.pushes.policy import Policy
from app.pushes.preferences.contact_times import contact_times_of
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.service import managers_preferences
from app.pushes.preferences.values import ContactTimes
from app.pushes.preferences.working_time import at, contact_time, local

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Release:
    """Whether the message is sent now; `until`: not yet, because other quiet hours hold now."""

    send: bool
    until: datetime | None = None
    held_for: str | None = None


SEND = Release(send=True)
DROP = Release(send=False)


def release(session: Session, due: MessageDue, *, requested_at: datetime, policy: Policy) -> Release:
    """Decide about a message whose time has come. One that did not wait is sent."""
    if due.held_for is None:
        return SEND
    times = _times(session, due)
    if times is not None and str(times.contact_window) != due.held_for:
        again = contact_time(now(), times.contact_window)
        if again.held_for is not None:
            return Release(send=False, until=again.at, held_for=again.held_for)
    match MessageKind(due.kind):
        case MessageKind.PUSH:
            return _push(session, due, requested_at, policy)
        case MessageKind.DIGEST:
            return _digest(session, due, times)
        case MessageKind.OWNER_DIGEST if times is not None and times.frequency is Frequency.NONE:
            return DROP
    return SEND


def _times(session: Session, due: MessageDue) -> ContactTimes | None:
    """The recipient's present preferences; the mailbox of an account has none."""
    ((name, id_),) = due.recipient.items()
    return contact_times_of(session, name, id_)


def _push(session: Session, due: MessageDue, requested_at: datetime, policy: Policy) -> Release:
    push = session.get(Push, UUID(due.ids["push_id"]), populate_existing=True)
    moment = now()
    if push is None or push.state not in (PushState.NEW, PushState.READ) or push.expires_at <= moment:
        return DROP
    if str(push.round) != due.ids.get("round", str(push.round)):
        return DROP
    if push.notified_at is not None and push.notified_at >= requested_at:
        return DROP  # a digest has named it meanwhile
    preferences = managers_preferences(session, [push.manager_id])[push.manager_id]
    if not wants_at_once(push, preferences, immediate=policy.immediate):
        return DROP  # the next digest names it, if the manager wants one
    per_day = min(policy.per_day, preferences.per_day or policy.per_day)
    if _sent_today(session, push.manager_id, moment) >= per_day:
        return DROP
    _mark_notified(session, [push.id], moment)
    return SEND


def _sent_today(session: Session, manager_id: UUID, moment: datetime) -> int:
    """Messages about single pushes that were released to the manager today."""
    midnight = at(local(moment).date())
    query = select(func.count()).where(
        Message.kind == MessageKind.PUSH,
        Message.recipient_id == manager_id,
        Message.created_at >= midnight,
    )
    return session.scalar(query) or 0


def _digest(session: Session, due: MessageDue, times: ContactTimes | None) -> Release:
    digest = session.get(Digest, UUID(due.ids["digest_id"])) if "digest_id" in due.ids else None
    if digest is None or times is None:
        return SEND
    if times.frequency is Frequency.NONE:
        return DROP
    if times.frequency is Frequency.WEEKLY or digest.day >= local(now()).date():
        return SEND
    _mark_notified(session, [UUID(item["push_id"]) for item in digest.items if item["new"]], None)
    return DROP


def _mark_notified(session: Session, push_ids: list[UUID], moment: datetime | None) -> None:
    # A plain UPDATE leaves the version as it is: a manager may still answer with the ETag that they read.
    session.execute(
        update(Push)
        .where(Push.id.in_(push_ids))
        .values(notified_at=moment)
        .execution_options(synchronize_session=False)
    )
