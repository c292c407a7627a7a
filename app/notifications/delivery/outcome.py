"""Event handlers of delivery: from a message that is due to deliveries, attempts, retries and their result.

`message.due` creates a message and one delivery for each address; each delivery has an event `delivery.due` of its own.
A worker may die at any point: the attempt is then repeated with the same ids, so that receivers recognise duplicates.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from app.database import now
from app.events.messages import MESSAGE_DUE, MessageKind, enqueue_message
from app.events.outbox import ClaimedEvent, Handler
from app.notifications.channels import build_channels
from app.notifications.channels.base import SendResult
from app.notifications.channels.secrets import SecretBox
from app.notifications.content.renderer import Renderer
from app.notifications.delivery.attempt import (
    CompletedAttempt,
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
"""The events of the concurrent worker."""

ENDPOINT_GONE = "gone"
ENDPOINT_FAILING = "failing"


def event_handlers(
    settings: Settings, *, threshold: float, renderers: Mapping[MessageKind, Renderer] | None = None
) -> Mapping[str, Sequence[Handler]]:
    """Event → handlers of delivery.

    Args:
        threshold: the score, 0–1, from which an owner is notified of a match.
        renderers: renderers of higher packages, which replace those of this package.
    """
    context = DeliveryContext(
        channels=build_channels(settings),
        secret_box=SecretBox(settings),
        public_url=settings.public_url,
        threshold=threshold,
        renderers=renderers_with(renderers or {}),
    )

    def send(session: Session, event: ClaimedEvent) -> Skip | CompletedAttempt | None:
        prepared = prepare(session, _subject(event), context)
        session.close()  # returns the connection to the pool: a receiver may be slow
        return prepared if prepared is None or isinstance(prepared, Skip) else prepared.send()

    def record(session: Session, event: ClaimedEvent, attempt: Skip | CompletedAttempt | None) -> None:
        _record_attempt(session, event, attempt, context, settings)

    return {
        MESSAGE_DUE: (Handler(plan=lambda *_: None, apply=_route_message),),
        DELIVERY_DUE: (Handler(plan=send, apply=record),),
    }


def _route_message(session: Session, event: ClaimedEvent, _: None) -> None:
    """Create the message and its deliveries. The message has the id of the event, so a repetition creates nothing."""
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


def _record_attempt(
    session: Session,
    event: ClaimedEvent,
    attempt: Skip | CompletedAttempt | None,
    context: DeliveryContext,
    settings: Settings,
) -> None:
    recipient_id = session.scalar(select(Delivery.recipient_id).where(Delivery.id == _subject(event)))
    if recipient_id is None:
        return
    lock_recipient(session, recipient_id)
    delivery = session.get_one(Delivery, _subject(event), populate_existing=True)
    _log_lost_attempts(session, delivery, event)
    if isinstance(attempt, CompletedAttempt):
        _log_attempt(session, delivery, attempt)
        if delivery.state == DeliveryState.DUE:
            _apply_result(session, delivery, attempt.outcome, context, settings)
    elif isinstance(attempt, Skip) and delivery.state == DeliveryState.DUE:
        end_delivery(session, delivery, attempt.state, attempt.reason)
    session.flush()
    start_next(session, recipient_id, address_id=delivery.address_id)


def _apply_result(
    session: Session, delivery: Delivery, outcome: SendResult, context: DeliveryContext, settings: Settings
) -> None:
    """Mark the delivery as delivered, schedule a retry, or give it up."""
    channel = ChannelKind(delivery.channel)
    disabled = channel is ChannelKind.WEBHOOK and _update_endpoint_health(
        session, delivery.address_id, outcome, settings.webhook_disable_after
    )
    if outcome.delivered:
        end_delivery(session, delivery, DeliveryState.DELIVERED, None)
        return
    delivery.last_error = outcome.error
    pause = None
    if outcome.retryable and not disabled:
        retry_schedule = context.channels[channel].retry_schedule
        pause = next_delay(retry_schedule, _failures(session, delivery), retry_after=outcome.retry_after)
    if pause is None:
        end_delivery(session, delivery, DeliveryState.DEAD, outcome.error)
        return
    start(session, delivery, at=now() + pause)


def _failures(session: Session, delivery: Delivery) -> int:
    """Failed attempts since the delivery was last started. An attempt lost with its worker is no failure."""
    query = select(func.count()).where(
        DeliveryAttempt.delivery_id == delivery.id,
        DeliveryAttempt.round == delivery.round,
        DeliveryAttempt.result == AttemptResult.FAILED,
    )
    return session.scalar(query) or 0


def end_delivery(session: Session, delivery: Delivery, state: DeliveryState, error: str | None) -> None:
    """Finish a delivery in `state`, which is final until it is redelivered."""
    delivery.state = state
    delivery.last_error = error
    delivery.settled_at = now()
    delivery.next_at = None
    session.flush()


def _log_attempt(session: Session, delivery: Delivery, attempt: CompletedAttempt) -> None:
    outcome = attempt.outcome
    delivery.attempts += 1
    session.add(
        DeliveryAttempt(
            delivery_id=delivery.id,
            round=delivery.round,
            number=delivery.attempts,
            result=outcome.result,
            status=outcome.status,
            duration_ms=attempt.duration_ms,
            error=outcome.error,
            excerpt=outcome.excerpt,
        )
    )


def _log_lost_attempts(session: Session, delivery: Delivery, event: ClaimedEvent) -> None:
    """Log the attempts whose worker died before it recorded a result. The receiver may have received them."""
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


def _update_endpoint_health(
    session: Session, endpoint_id: UUID, outcome: SendResult, disable_after: timedelta
) -> bool:
    """Record the endpoint's success or failure. Disable it after `disable_after` of failures, or at once if it is gone.

    The organisation is notified once. Uses plain UPDATE statements, because the row's version counts changes by users
    only, and because two workers may write at the same time.

    Returns:
        Whether the endpoint is disabled.
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
    """The order in which a batch of events is applied: by recipient, whose lock each takes, then by age."""
    ((_, recipient),) = event.payload["recipient"].items()
    return str(recipient), str(event.id)


def _subject(event: ClaimedEvent) -> UUID:
    if event.subject_id is None:
        raise ValueError(f"event {event.name} has no subject")
    return event.subject_id
