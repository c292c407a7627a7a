"""Maintenance of deliveries: resume those that were lost, and delete old logs."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.database import now
from app.events.catalogue import DeliveryDue
from app.events.outbox import Event
from app.notifications.delivery.ordering import (
    REQUEUE_BATCH,
    lock_recipient,
    start_next,
    stuck_recipients,
)
from app.notifications.delivery.outcome import end_delivery
from app.notifications.models import UNFINISHED, Delivery, DeliveryState, Message
from app.pushes.models import InboxChange


def requeue_lost(session: Session) -> int:
    """Give up deliveries whose event is a dead letter, and resume the deliveries that wait behind them.

    This repairs faults of the service itself; normally there is nothing to do. Returns the number given up, at most
    `REQUEUE_BATCH` a call.
    """
    dead = (
        select(Event.id)
        .where(Event.subject_id == Delivery.id, Event.name == DeliveryDue.name, Event.dead_at.is_not(None))
        .exists()
    )
    alive = (
        select(Event.id)
        .where(
            Event.subject_id == Delivery.id,
            Event.name == DeliveryDue.name,
            Event.dead_at.is_(None),
            Event.done_at.is_(None),
        )
        .exists()
    )
    query = select(Delivery).where(Delivery.state == DeliveryState.DUE, dead, ~alive)
    ended = session.scalars(query.order_by(Delivery.id).limit(REQUEUE_BATCH)).all()
    for delivery in ended:
        end_delivery(session, delivery, DeliveryState.DEAD, "event_dead")
    for recipient_id in stuck_recipients(session):
        lock_recipient(session, recipient_id)
        start_next(session, recipient_id)
    return len(ended)


def delete_old_deliveries(session: Session, *, older_than: timedelta) -> None:
    """Delete messages whose deliveries are all finished, with their attempts, and inbox changes, after `older_than`."""
    before = now() - older_than
    unfinished = (
        select(Delivery.id).where(Delivery.message_id == Message.id, Delivery.state.in_(UNFINISHED)).exists()
    )
    session.execute(
        delete(Message)
        .where(Message.created_at < before, ~unfinished)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(InboxChange).where(InboxChange.at < before))
