"""The order of deliveries. Those of one recipient to one address are a lane: each goes when the one before is settled.

Only the first of a lane has an event; when it is settled, the next one gets its own. Whoever adds to a recipient's
lanes or moves them holds the recipient's lock, so that no two see each other's half.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from app.database import now
from app.events.messages import MESSAGE_DUE
from app.events.outbox import Event, emit
from app.notifications.models import UNSETTLED, Delivery, DeliveryState

DELIVERY_DUE = "delivery.due"

SWEPT_AT_ONCE = 500


def lock_recipient(session: Session, recipient_id: UUID) -> None:
    """Until the transaction ends. On SQLite a writing transaction is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        key = recipient_id.int & 0x7FFF_FFFF_FFFF_FFFF
        session.execute(select(func.pg_advisory_xact_lock(key)))


def start_next(session: Session, recipient_id: UUID, *, address_id: UUID | None = None) -> None:
    """Let the first delivery of the lane (of each lane, where none is named) go, if it still waits.

    The caller holds the recipient's lock. A delivery also waits for earlier messages to the recipient that are not
    addressed yet, since they may have to go before it.
    """
    first_open = _first_unaddressed(session, recipient_id)
    lanes = [address_id] if address_id is not None else _waiting_lanes(session, recipient_id)
    for lane in lanes:
        first = session.scalar(
            select(Delivery)
            .where(
                Delivery.recipient_id == recipient_id,
                Delivery.address_id == lane,
                Delivery.state.in_(UNSETTLED),
            )
            .order_by(Delivery.message_id)
            .limit(1)
        )
        if first is None or first.state != DeliveryState.WAITING:
            continue
        if first_open is None or first.message_id < first_open:
            start(session, first)


def start(session: Session, delivery: Delivery, *, at: datetime | None = None) -> None:
    """Let it go, now or later. The event names the recipient, so that couriers can take the locks in one order."""
    delivery.state = DeliveryState.DUE
    delivery.next_at = at or now()
    payload = {"recipient": {"id": str(delivery.recipient_id)}}
    emit(session, DELIVERY_DUE, subject_id=delivery.id, payload=payload, available_at=delivery.next_at)


def stuck_recipients(session: Session) -> list[UUID]:
    """Whose lanes stand still though nothing is on its way in them: after an event that could not be worked off."""
    ahead = aliased(Delivery)
    moving = (
        select(ahead.id)
        .where(
            ahead.recipient_id == Delivery.recipient_id,
            ahead.address_id == Delivery.address_id,
            ahead.state == DeliveryState.DUE,
        )
        .exists()
    )
    query = (
        select(Delivery.recipient_id)
        .where(Delivery.state == DeliveryState.WAITING, ~moving)
        .distinct()
        .limit(SWEPT_AT_ONCE)
    )
    return list(session.scalars(query.order_by(Delivery.recipient_id)))


def _waiting_lanes(session: Session, recipient_id: UUID) -> list[UUID]:
    query = select(Delivery.address_id).where(
        Delivery.recipient_id == recipient_id, Delivery.state == DeliveryState.WAITING
    )
    return list(session.scalars(query.distinct().order_by(Delivery.address_id)))


def _first_unaddressed(session: Session, recipient_id: UUID) -> UUID | None:
    """The earliest message that is due, or was tried, and has no deliveries yet; one for a later time is not waited
    for."""
    query = select(Event.id).where(
        Event.subject_id == recipient_id,
        Event.name == MESSAGE_DUE,
        Event.done_at.is_(None),
        Event.dead_at.is_(None),
        or_(Event.available_at <= now(), Event.attempts > 0),
    )
    return session.scalar(query.order_by(Event.id).limit(1))
