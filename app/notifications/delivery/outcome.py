"""The result of an attempt at a delivery: its log, a retry or its end, and the health of the endpoint."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from app.database import now
from app.events.domain_event import ClaimedEvent
from app.events.messages import MessageKind, enqueue_message
from app.notifications.channels.base import SendResult
from app.notifications.delivery.attempt import CompletedAttempt, DeliveryContext
from app.notifications.delivery.ordering import start
from app.notifications.delivery.retry import next_delay
from app.notifications.models import (
    ENDPOINT_FAILING,
    ENDPOINT_GONE,
    AttemptResult,
    ChannelKind,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    WebhookEndpoint,
)
from app.settings import Settings


def apply_result(
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


def log_attempt(session: Session, delivery: Delivery, attempt: CompletedAttempt) -> None:
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


def log_lost_attempts(session: Session, delivery: Delivery, event: ClaimedEvent) -> None:
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
