"""From a message that is due to what its receivers have: deliveries, tries, retries, and their end.

`message.due` becomes a message and one delivery for each address; each delivery is an event `delivery.due` of its own.
The worker may die anywhere: then the try is made again with the same ids, so that a receiver can tell.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from app.db import now
from app.events import Claimed, Event, Handler
from app.pushes.channels import open_channels
from app.pushes.channels.addressing import addresses_of
from app.pushes.channels.base import Outcome
from app.pushes.channels.models import (
    UNSETTLED,
    AttemptResult,
    ChannelKind,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    InboxChange,
    Message,
    WebhookEndpoint,
)
from app.pushes.channels.retry import next_pause
from app.pushes.channels.sealing import Seal
from app.pushes.channels.writing import Writer
from app.pushes.delivery_lanes import (
    DELIVERY_DUE,
    SWEPT_AT_ONCE,
    lock_recipient,
    start,
    start_next,
    stuck_recipients,
)
from app.pushes.delivery_sending import Office, Stop, Tried, prepare, writers_with
from app.pushes.messages import MESSAGE_DUE, MessageKind, message_due
from app.settings import Settings

EVENTS = (MESSAGE_DUE, DELIVERY_DUE)
"""What a courier works on."""

ENDPOINT_GONE = "gone"
ENDPOINT_FAILING = "failing"


def event_handlers(
    settings: Settings, *, threshold: float, writers: Mapping[MessageKind, Writer] | None = None
) -> Mapping[str, Sequence[Handler]]:
    """`threshold` is the score, 0–1, from which an owner is told of a match. `writers` of concepts above this one
    take the place of its own."""
    office = Office(
        channels=open_channels(settings),
        seal=Seal(settings),
        public_url=settings.public_url,
        threshold=threshold,
        writers=writers_with(writers or {}),
    )

    def sent(session: Session, event: Claimed) -> Stop | Tried | None:
        prepared = prepare(session, _subject(event), office)
        session.close()  # gives the connection back: a receiver may take its time
        return prepared if prepared is None or isinstance(prepared, Stop) else prepared.send()

    def settled(session: Session, event: Claimed, tried: Stop | Tried | None) -> None:
        _settle(session, event, tried, office, settings)

    return {
        MESSAGE_DUE: (Handler(plan=lambda *_: None, apply=_address),),
        DELIVERY_DUE: (Handler(plan=sent, apply=settled),),
    }


def _address(session: Session, event: Claimed, _: None) -> None:
    """The message and its deliveries. Its id is the event's: done twice, it is there once."""
    payload = event.payload
    ((recipient_kind, recipient),) = payload["recipient"].items()
    recipient_id, kind = UUID(recipient), MessageKind(payload["kind"])
    lock_recipient(session, recipient_id)
    if session.get(Message, event.id) is None:
        ids = dict(payload.get("ids") or {})
        session.add(
            Message(id=event.id, kind=kind, recipient_kind=recipient_kind, recipient_id=recipient_id, ids=ids)
        )
        session.flush()
        for channel, address_id in addresses_of(
            session, kind, recipient_kind=recipient_kind, recipient_id=recipient_id, ids=ids
        ):
            session.add(
                Delivery(
                    message_id=event.id, recipient_id=recipient_id, channel=channel, address_id=address_id
                )
            )
        session.flush()
    start_next(session, recipient_id)


def _settle(
    session: Session, event: Claimed, tried: Stop | Tried | None, office: Office, settings: Settings
) -> None:
    recipient_id = session.scalar(select(Delivery.recipient_id).where(Delivery.id == _subject(event)))
    if recipient_id is None:
        return
    lock_recipient(session, recipient_id)
    delivery = session.get_one(Delivery, _subject(event), populate_existing=True)
    _log_lost(session, delivery, event)
    if isinstance(tried, Tried):
        _log(session, delivery, tried)
        if delivery.state == DeliveryState.DUE:
            _follow(session, delivery, tried.outcome, office, settings)
    elif isinstance(tried, Stop) and delivery.state == DeliveryState.DUE:
        _end(session, delivery, tried.state, tried.reason)
    session.flush()
    start_next(session, recipient_id, address_id=delivery.address_id)


def _follow(
    session: Session, delivery: Delivery, outcome: Outcome, office: Office, settings: Settings
) -> None:
    """delivered, tried again later, or dead."""
    channel = ChannelKind(delivery.channel)
    disabled = channel is ChannelKind.WEBHOOK and _note_health(
        session, delivery.address_id, outcome, settings.webhook_disable_after
    )
    if outcome.delivered:
        _end(session, delivery, DeliveryState.DELIVERED, None)
        return
    delivery.last_error = outcome.error
    pause = None
    if outcome.retryable and not disabled:
        pauses = office.channels[channel].pauses
        pause = next_pause(pauses, _failures(session, delivery), retry_after=outcome.retry_after)
    if pause is None:
        _end(session, delivery, DeliveryState.DEAD, outcome.error)
        return
    start(session, delivery, at=now() + pause)


def _failures(session: Session, delivery: Delivery) -> int:
    """Of this round. A try that was lost with its worker is no failure of the receiver's."""
    query = select(func.count()).where(
        DeliveryAttempt.delivery_id == delivery.id,
        DeliveryAttempt.round == delivery.round,
        DeliveryAttempt.result == AttemptResult.FAILED,
    )
    return session.scalar(query) or 0


def _end(session: Session, delivery: Delivery, state: DeliveryState, error: str | None) -> None:
    delivery.state = state
    delivery.last_error = error
    delivery.settled_at = now()
    delivery.next_at = None
    session.flush()


def _log(session: Session, delivery: Delivery, tried: Tried) -> None:
    outcome = tried.outcome
    delivery.attempts += 1
    session.add(
        DeliveryAttempt(
            delivery_id=delivery.id,
            round=delivery.round,
            number=delivery.attempts,
            result=outcome.result,
            status=outcome.status,
            duration_ms=tried.duration_ms,
            error=outcome.error,
            excerpt=outcome.excerpt,
        )
    )


def _log_lost(session: Session, delivery: Delivery, event: Claimed) -> None:
    """Tries whose worker ended before it could tell: the receiver may have got them."""
    for _ in range(event.attempts - 1):
        delivery.attempts += 1
        session.add(
            DeliveryAttempt(
                delivery_id=delivery.id,
                round=delivery.round,
                number=delivery.attempts,
                result=AttemptResult.LOST,
                error="worker_ended",
            )
        )


def _note_health(session: Session, endpoint_id: UUID, outcome: Outcome, disable_after: timedelta) -> bool:
    """Keep the endpoint's record of failure; True when it is disabled by now, and its owner is told once.

    Plain statements: its version is for the changes of its owner, and two workers may note at the same time.
    """
    this = update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)
    if outcome.delivered:
        session.execute(this.where(WebhookEndpoint.failing_since.is_not(None)).values(failing_since=None))
        return False
    moment = now()
    session.execute(this.where(WebhookEndpoint.failing_since.is_(None)).values(failing_since=moment))
    reason = ENDPOINT_GONE if outcome.gone else ENDPOINT_FAILING
    disabling = this.where(WebhookEndpoint.disabled_at.is_(None), WebhookEndpoint.removed_at.is_(None))
    if not outcome.gone:
        disabling = disabling.where(WebhookEndpoint.failing_since <= moment - disable_after)
    result = session.execute(disabling.values(disabled_at=moment, disabled_reason=reason))
    assert isinstance(result, CursorResult)
    endpoint = session.execute(
        select(WebhookEndpoint.organisation_id, WebhookEndpoint.disabled_at).where(
            WebhookEndpoint.id == endpoint_id
        )
    ).one()
    if result.rowcount == 1:
        message_due(
            session,
            kind=MessageKind.ENDPOINT_DISABLED,
            organisation_id=endpoint.organisation_id,
            ids={"endpoint_id": endpoint_id},
        )
    return endpoint.disabled_at is not None


def sweep(session: Session) -> int:
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


def forget_old(session: Session, *, older_than: timedelta) -> None:
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


def recipient_order(event: Claimed) -> tuple[str, str]:
    """The order in which events are settled together: by recipient, whose lock each takes, and then by age."""
    ((_, recipient),) = event.payload["recipient"].items()
    return str(recipient), str(event.id)


def _subject(event: Claimed) -> UUID:
    if event.subject_id is None:
        raise ValueError(f"event {event.name} names nothing")
    return event.subject_id
