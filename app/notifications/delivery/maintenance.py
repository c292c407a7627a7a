"""Maintenance of deliveries: put lost ones back, and delete old logs."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.database import now
from app.events.outbox import Event
from app.notifications.delivery.ordering import (
    DELIVERY_DUE,
    SWEPT_AT_ONCE,
    lock_recipient,
    start_next,
    stuck_recipients,
)
from app.notifications.delivery.outcome import _end
from app.notifications.models import UNSETTLED, Delivery, DeliveryState, Message
from app.pushes.inbox.models import InboxChange


def requeue_lost(session: Session) -> int:
    """Set going what stands still: deliveries whose event died, and lanes behind them. Returns how many died so.

    Nothing comes here in an ordinary day; it is for faults of the service itself.
    """
    dead = (
        select(Event.id)
        .where(Event.subject_id == Delivery.id, Event.name == DELIVERY_DUE, Event.dead_at.is_not(None))
        .exists()
    )
    alive = (
        select(Event.id)
        .where(
            Event.subject_id == Delivery.id,
            Event.name == DELIVERY_DUE,
            Event.dead_at.is_(None),
            Event.done_at.is_(None),
        )
        .exists()
    )
    query = select(Delivery).where(Delivery.state == DeliveryState.DUE, dead, ~alive)
    ended = session.scalars(query.order_by(Delivery.id).limit(SWEPT_AT_ONCE)).all()
    for delivery in ended:
        _end(session, delivery, DeliveryState.DEAD, "event_dead")
    for recipient_id in stuck_recipients(session):
        lock_recipient(session, recipient_id)
        start_next(session, recipient_id)
    return len(ended)


def delete_old_deliveries(session: Session, *, older_than: timedelta) -> None:
    """End of the log: settled messages with their deliveries and tries, and changes that no stream will ask for."""
    before = now() - older_than
    unsettled = (
        select(Delivery.id).where(Delivery.message_id == Message.id, Delivery.state.in_(UNSETTLED)).exists()
    )
    session.execute(
        delete(Message)
        .where(Message.created_at < before, ~unsettled)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(InboxChange).where(InboxChange.at < before))
