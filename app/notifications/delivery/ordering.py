"""The order of deliveries. The ordering key is recipient and address: deliveries with the same key go one by one.

Only the first unfinished delivery of a key has an event; when it is finished, the next one gets its own. Code that adds
or starts deliveries of a recipient holds the recipient's lock, so that no two transactions see each other's half.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from app.database import advisory_lock, now
from app.events.catalogue import DeliveryDue, MessageDue
from app.events.outbox import Event, emit
from app.notifications.models import UNFINISHED, Delivery, DeliveryState

REQUEUE_BATCH = 500
"""Deliveries, or recipients, that one run of the maintenance job handles at most."""


def lock_recipient(session: Session, recipient_id: UUID) -> None:
    """Lock the recipient until the transaction ends. SQLite needs no lock: its writing transactions are serialised."""
    advisory_lock(session, recipient_id.int & 0x7FFF_FFFF_FFFF_FFFF)


def start_next(session: Session, recipient_id: UUID, *, address_id: UUID | None = None) -> None:
    """Start the first delivery to the address, or without `address_id` to each address of the recipient, if it waits.

    The caller holds the recipient's lock. A delivery also waits for earlier messages to the recipient that have no
    deliveries yet, since they may have to precede it.
    """
    first_unrouted = _first_unrouted(session, recipient_id)
    address_ids = [address_id] if address_id is not None else _waiting_addresses(session, recipient_id)
    for id_ in address_ids:
        first = session.scalar(
            select(Delivery)
            .where(
                Delivery.recipient_id == recipient_id,
                Delivery.address_id == id_,
                Delivery.state.in_(UNFINISHED),
            )
            .order_by(Delivery.message_id)
            .limit(1)
        )
        if first is None or first.state != DeliveryState.WAITING:
            continue
        if first_unrouted is None or first.message_id < first_unrouted:
            start(session, first)


def start(session: Session, delivery: Delivery, *, at: datetime | None = None) -> None:
    """Make a delivery due, now or `at` a later time.

    The event names the recipient, so that concurrent workers take the locks of recipients in one order.
    """
    delivery.state = DeliveryState.DUE
    delivery.next_at = at or now()
    due = DeliveryDue(subject_id=delivery.id, recipient={"id": delivery.recipient_id})
    emit(session, due, available_at=delivery.next_at)


def stuck_recipients(session: Session) -> list[UUID]:
    """Recipients with deliveries that wait though none before them is due, as after an event became a dead letter."""
    due = aliased(Delivery)
    has_due = (
        select(due.id)
        .where(
            due.recipient_id == Delivery.recipient_id,
            due.address_id == Delivery.address_id,
            due.state == DeliveryState.DUE,
        )
        .exists()
    )
    query = (
        select(Delivery.recipient_id)
        .where(Delivery.state == DeliveryState.WAITING, ~has_due)
        .distinct()
        .limit(REQUEUE_BATCH)
    )
    return list(session.scalars(query.order_by(Delivery.recipient_id)))


def _waiting_addresses(session: Session, recipient_id: UUID) -> list[UUID]:
    query = select(Delivery.address_id).where(
        Delivery.recipient_id == recipient_id, Delivery.state == DeliveryState.WAITING
    )
    return list(session.scalars(query.distinct().order_by(Delivery.address_id)))


def _first_unrouted(session: Session, recipient_id: UUID) -> UUID | None:
    """The earliest message that is due, or was attempted, and has no deliveries yet. A message for a later time blocks
    nothing."""
    query = select(Event.id).where(
        Event.subject_id == recipient_id,
        Event.name == MessageDue.name,
        Event.done_at.is_(None),
        Event.dead_at.is_(None),
        or_(Event.available_at <= now(), Event.attempts > 0),
    )
    return session.scalar(query.order_by(Event.id).limit(1))
