"""The log of deliveries: who sees which, and sending one again by hand."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.errors import Conflict, NotFound
from app.notifications.delivery.ordering import lock_recipient, start
from app.notifications.models import (
    UNSETTLED,
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
    """The bureau sees all; a user those to his own channels and to his organisation's endpoints."""
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
        NotFound: there is none, or it is not the principal's to see.
    """
    found = session.scalar(deliveries(principal=principal).where(Delivery.id == delivery_id))
    if found is None:
        raise NotFound
    return found


def kinds_of(session: Session, rows: Sequence[Delivery]) -> dict[UUID, str]:
    """What each delivery's message is about, by the message's id."""
    query = select(Message.id, Message.kind).where(Message.id.in_({row.message_id for row in rows}))
    return {row.id: row.kind for row in session.execute(query)}


def attempts_of(session: Session, delivery: Delivery) -> Sequence[DeliveryAttempt]:
    """In the order in which they were made."""
    query = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery.id)
    return session.scalars(query.order_by(DeliveryAttempt.id)).all()


def redeliver(session: Session, delivery_id: UUID, *, principal: Principal) -> Delivery:
    """Send it once more, with all its tries again and the same ids; what it says is read anew.

    Raises:
        Conflict: it is still under way, or its address takes nothing.
    """
    require(principal, Action.DELIVERY_REPEAT, own=True)
    recipient_id = get_delivery(session, delivery_id, principal=principal).recipient_id
    lock_recipient(session, recipient_id)
    query = select(Delivery).where(Delivery.id == delivery_id, _own(principal, Action.DELIVERY_REPEAT))
    delivery = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if delivery is None:
        raise NotFound
    if delivery.state in UNSETTLED:
        raise Conflict(
            "It is still under way.", "仍在投递中。", code="delivery_under_way", state=delivery.state
        )
    if not _takes(session, delivery):
        raise Conflict(
            "Its address is switched off or removed; switch it on first.",
            "该渠道已停用或已删除,请先启用。",
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
    mine = select(ChannelAddress.id).where(ChannelAddress.user_id == principal.user_id)
    kinds = [Delivery.address_id.in_(mine)]
    if scope_of(principal, Action.WEBHOOK_READ) is not RecordScope.NONE:
        ours = select(WebhookEndpoint.id).where(WebhookEndpoint.organisation_id == principal.organisation_id)
        kinds.append(Delivery.address_id.in_(ours))
    return or_(*kinds)


def _takes(session: Session, delivery: Delivery) -> bool:
    if delivery.channel == ChannelKind.WEBHOOK:
        endpoint = session.get_one(WebhookEndpoint, delivery.address_id)
        return endpoint.removed_at is None and endpoint.enabled and endpoint.disabled_at is None
    address = session.get_one(ChannelAddress, delivery.address_id)
    return address.removed_at is None and address.enabled
