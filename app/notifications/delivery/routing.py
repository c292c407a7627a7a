"""Routing: the addresses that a message goes to, namely all that its recipient has enabled for its kind."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.accounts.models import Role, User
from app.events.messages import MessageKind
from app.libraries.managers.models import Manager
from app.notifications.models import ChannelAddress, ChannelKind, WebhookEndpoint

Address = tuple[ChannelKind, UUID]

TYPES: Mapping[str, MessageKind] = MappingProxyType(
    {
        "push.new": MessageKind.PUSH,
        "push.digest": MessageKind.DIGEST,
        "owner.digest": MessageKind.OWNER_DIGEST,
        "task.reminder": MessageKind.TASK_REMINDER,
        "record.closing_request": MessageKind.CLOSING_REQUEST,
    }
)
"""The kinds of messages that an endpoint may receive, by their names in webhook payloads."""

_TYPE_OF = {kind: name for name, kind in TYPES.items()}


def usable() -> ColumnElement[bool]:
    """Channel addresses that may receive messages: not removed, enabled and, if a mailbox, confirmed."""
    return and_(
        ChannelAddress.removed_at.is_(None),
        ChannelAddress.enabled,
        (ChannelAddress.kind != ChannelKind.MAIL) | ChannelAddress.verified_at.is_not(None),
    )


def active() -> ColumnElement[bool]:
    """Endpoints that may receive messages."""
    return and_(
        WebhookEndpoint.removed_at.is_(None), WebhookEndpoint.enabled, WebhookEndpoint.disabled_at.is_(None)
    )


def addresses_of(
    session: Session, kind: MessageKind, *, recipient_kind: str, recipient_id: UUID, ids: Mapping[str, Any]
) -> list[Address]:
    """The addresses of a recipient for a kind of message.

    A user: their own channels. A manager: their own channels and the endpoints of the organisation that employs them.
    An organisation: its endpoints and the channels of its users, without managers, who receive messages of their own.
    The link of an account: its mailbox, by the id of the link. A message that names an `address_id` goes to this
    address alone.

    Raises:
        ValueError: an unknown kind of recipient.
    """
    address_id = ids.get("address_id")
    if address_id is not None:
        return _single_address(session, UUID(address_id))
    match recipient_kind:
        case "account_link_id":
            return [(ChannelKind.MAIL, recipient_id)]
        case "user_id":
            return _personal(session, User.id == recipient_id)
        case "organisation_id":
            members = and_(User.organisation_id == recipient_id, User.role != Role.MANAGER)
            return _personal(session, members) + _endpoints(session, kind, recipient_id)
        case "manager_id":
            manager = session.execute(
                select(Manager.user_id, Manager.owner_org_id).where(Manager.id == recipient_id)
            ).one_or_none()
            if manager is None:
                return []
            return _personal(session, User.id == manager.user_id) + _endpoints(
                session, kind, manager.owner_org_id
            )
    raise ValueError(f"unknown kind of recipient: {recipient_kind}")


def _personal(session: Session, users: ColumnElement[bool]) -> list[Address]:
    query = (
        select(ChannelAddress.kind, ChannelAddress.id)
        .join(User, User.id == ChannelAddress.user_id)
        .where(users, User.active, usable())
        .order_by(ChannelAddress.id)
    )
    return [(ChannelKind(kind), id_) for kind, id_ in session.execute(query)]


def _endpoints(session: Session, kind: MessageKind, organisation_id: UUID) -> list[Address]:
    type_ = _TYPE_OF.get(kind)
    if type_ is None:
        return []
    query = select(WebhookEndpoint.id, WebhookEndpoint.types).where(
        WebhookEndpoint.organisation_id == organisation_id, active()
    )
    rows = session.execute(query.order_by(WebhookEndpoint.id))
    return [(ChannelKind.WEBHOOK, id_) for id_, types in rows if type_ in types]


def _single_address(session: Session, address_id: UUID) -> list[Address]:
    """The address of a test or confirmation message, regardless of its state."""
    kind = session.scalar(select(ChannelAddress.kind).where(ChannelAddress.id == address_id))
    if kind is not None:
        return [(ChannelKind(kind), address_id)]
    endpoint_id = session.scalar(select(WebhookEndpoint.id).where(WebhookEndpoint.id == address_id))
    return [] if endpoint_id is None else [(ChannelKind.WEBHOOK, endpoint_id)]
