"""The delivery log: who may see which delivery, and manual redelivery."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.accounts.links.models import AccountLink
from app.database import one_or_not_found
from app.errors import Conflict
from app.notifications.delivery.ordering import lock_recipient, start
from app.notifications.models import (
    UNFINISHED,
    ChannelAddress,
    ChannelKind,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Message,
    WebhookEndpoint,
)


def deliveries(
    *,
    principal: Principal,
    states: Sequence[DeliveryState] | None = None,
    channel: ChannelKind | None = None,
    address_id: UUID | None = None,
    recipient_id: UUID | None = None,
) -> Select[Delivery]:
    """Deliveries that the principal may see, with optional filters.

    Operators see all; other users see those to their own channels and to their organisation's endpoints.
    """
    require(principal, Action.DELIVERY_READ, own=True)
    query = select(Delivery).where(_own(principal, Action.DELIVERY_READ))
    if states:
        query = query.where(Delivery.state.in_(states))
    for column, value in (
        (Delivery.channel, channel),
        (Delivery.address_id, address_id),
        (Delivery.recipient_id, recipient_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return query


def get_delivery(session: Session, delivery_id: UUID, *, principal: Principal) -> Delivery:
    """
    Raises:
        NotFound: no such delivery, or the principal may not see it.
    """
    delivery = one_or_not_found(session, deliveries(principal=principal).where(Delivery.id == delivery_id))
    return delivery


def kinds_of(session: Session, rows: Sequence[Delivery]) -> dict[UUID, str]:
    """Message id → kind of message, for these deliveries."""
    query = select(Message.id, Message.kind).where(Message.id.in_({row.message_id for row in rows}))
    return {row.id: row.kind for row in session.execute(query)}


def attempts_of(session: Session, delivery: Delivery) -> Sequence[DeliveryAttempt]:
    """The attempts at a delivery, oldest first."""
    query = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery.id)
    return session.scalars(query.order_by(DeliveryAttempt.id)).all()


def redeliver(session: Session, delivery_id: UUID, *, principal: Principal) -> Delivery:
    """Send a delivery again with the same ids, a full retry schedule and newly rendered content.

    Raises:
        NotFound: no such delivery, or it is outside the principal's scope.
        Conflict: the delivery is still in progress, or its address is disabled or removed.
    """
    require(principal, Action.DELIVERY_REPEAT, own=True)
    recipient_id = get_delivery(session, delivery_id, principal=principal).recipient_id
    lock_recipient(session, recipient_id)
    query = select(Delivery).where(Delivery.id == delivery_id, _own(principal, Action.DELIVERY_REPEAT))
    delivery = one_or_not_found(session, query.with_for_update().execution_options(populate_existing=True))
    if delivery.state in UNFINISHED:
        raise Conflict(
            "This delivery is still in progress.",
            "该消息仍在投递中，暂不能重新投递。",
            code="delivery_under_way",
            state=delivery.state,
        )
    if not _address_accepts(session, delivery):
        raise Conflict(
            "The channel or endpoint of this delivery is disabled or removed. Enable it first.",
            "该渠道或端点已停用或已删除，请先启用。",
            code="address_off",
        )
    delivery.round += 1
    delivery.attempts = 0
    delivery.settled_at = None
    delivery.last_error = None
    start(session, delivery)
    session.flush()
    audit.record(session, principal, Action.DELIVERY_REPEAT, delivery.id)
    return delivery


def _own(principal: Principal, action: Action) -> ColumnElement[bool]:
    if scope_of(principal, action) is RecordScope.ANY:
        return true()
    channels = select(ChannelAddress.id).where(ChannelAddress.user_id == principal.user_id)
    conditions = [Delivery.address_id.in_(channels)]
    if scope_of(principal, Action.WEBHOOK_READ) is not RecordScope.NONE:
        endpoints = select(WebhookEndpoint.id).where(
            WebhookEndpoint.organisation_id == principal.organisation_id
        )
        conditions.append(Delivery.address_id.in_(endpoints))
    return or_(*conditions)


def _address_accepts(session: Session, delivery: Delivery) -> bool:
    if delivery.channel == ChannelKind.WEBHOOK:
        endpoint = session.get_one(WebhookEndpoint, delivery.address_id)
        return endpoint.removed_at is None and endpoint.enabled and endpoint.disabled_at is None
    address = session.get(ChannelAddress, delivery.address_id)
    if (
        address is None
    ):  # the mail of an account link; an old link is not sent again, the attempt sees to that
        return session.get(AccountLink, delivery.address_id) is not None
    return address.removed_at is None and address.enabled
