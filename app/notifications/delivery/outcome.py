"""From a message that is due to what its receivers have: deliveries, tries, retries, and their end.

`message.due` becomes a message and one delivery for each address; each delivery is an event `delivery.due` of its own.
The worker may die anywhere: then the try is made again with the same ids, so that a receiver can tell.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from app.database import now
from app.events.messages import MESSAGE_DUE, MessageKind, enqueue_message
from app.events.outbox import ClaimedEvent, Handler
from app.notifications.channels import open_channels
from app.notifications.channels.base import SendResult
from app.notifications.channels.secrets import SecretBox
from app.notifications.content.renderer import Writer
from app.notifications.delivery.attempt import CompletedAttempt as Tried
from app.notifications.delivery.attempt import (
    DeliveryContext,
    Skip,
    prepare,
    renderers_with,
)
from app.notifications.delivery.ordering import (
    DELIVERY_DUE,
    lock_recipient,
    start,
    start_next,
)
from app.notifications.delivery.retry import next_delay
from app.notifications.delivery.routing import addresses_of
from app.notifications.models import (
    AttemptResult,
    ChannelKind,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Message,
    WebhookEndpoint,
)
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
    office = DeliveryContext(
        channels=open_channels(settings),
        seal=SecretBox(settings),
        public_url=settings.public_url,
        threshold=threshold,
        writers=renderers_with(writers or {}),
    )

    def sent(session: Session, event: ClaimedEvent) -> Skip | Tried | None:
        prepared = prepare(session, _subject(event), office)
        session.close()  # gives the connection back: a receiver may take its time
        return prepared if prepared is None or isinstance(prepared, Skip) else prepared.send()

    def settled(session: Session, event: ClaimedEvent, tried: Skip | Tried | None) -> None:
        _settle(session, event, tried, office, settings)

    return {
        MESSAGE_DUE: (Handler(plan=lambda *_: None, apply=_address),),
        DELIVERY_DUE: (Handler(plan=sent, apply=settled),),
    }


def _address(session: Session, event: ClaimedEvent, _: None) -> None:
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
    session: Session,
    event: ClaimedEvent,
    tried: Skip | Tried | None,
    office: DeliveryContext,
    settings: Settings,
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
    elif isinstance(tried, Skip) and delivery.state == DeliveryState.DUE:
        _end(session, delivery, tried.state, tried.reason)
    session.flush()
    start_next(session, recipient_id, address_id=delivery.address_id)


def _follow(
    session: Session, delivery: Delivery, outcome: SendResult, office: DeliveryContext, settings: Settings
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
        pause = next_delay(pauses, _failures(session, delivery), retry_after=outcome.retry_after)
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


def _log_lost(session: Session, delivery: Delivery, event: ClaimedEvent) -> None:
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


def _note_health(session: Session, endpoint_id: UUID, outcome: SendResult, disable_after: timedelta) -> bool:
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
        enqueue_message(
            session,
            kind=MessageKind.ENDPOINT_DISABLED,
            organisation_id=endpoint.organisation_id,
            ids={"endpoint_id": endpoint_id},
        )
    return endpoint.disabled_at is not None


def recipient_order(event: ClaimedEvent) -> tuple[str, str]:
    """The order in which events are settled together: by recipient, whose lock each takes, and then by age."""
    ((_, recipient),) = event.payload["recipient"].items()
    return str(recipient), str(event.id)


def _subject(event: ClaimedEvent) -> UUID:
    if event.subject_id is None:
        raise ValueError(f"event {event.name} names nothing")
    return event.subject_id
