"""To which addresses a message goes: all that its recipient has enabled for this kind of message."""

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
    }
)
"""What an endpoint may be told of, by the names that its program reads."""

_TYPE_OF = {kind: name for name, kind in TYPES.items()}


def usable() -> ColumnElement[bool]:
    """Channel addresses that may be told something: not removed, not switched off, a mailbox only when confirmed."""
    return and_(
        ChannelAddress.removed_at.is_(None),
        ChannelAddress.enabled,
        (ChannelAddress.kind != ChannelKind.MAIL) | ChannelAddress.verified_at.is_not(None),
    )


def active() -> ColumnElement[bool]:
    """Endpoints that are told something."""
    return and_(
        WebhookEndpoint.removed_at.is_(None), WebhookEndpoint.enabled, WebhookEndpoint.disabled_at.is_(None)
    )


def addresses_of(
    session: Session, kind: MessageKind, *, recipient_kind: str, recipient_id: UUID, ids: Mapping[str, Any]
) -> list[Address]:
    """A manager's: his own, and the endpoints of the organisation that employs him. A user's: his own. An
    organisation's: its endpoints, and those of its users, but of its managers, who have messages of their own."""
    named = ids.get("address_id")
    if named is not None:
        return _named(session, UUID(named))
    match recipient_kind:
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
    raise ValueError(f"no such kind of recipient: {recipient_kind}")


def _personal(session: Session, whose: ColumnElement[bool]) -> list[Address]:
    query = (
        select(ChannelAddress.kind, ChannelAddress.id)
        .join(User, User.id == ChannelAddress.user_id)
        .where(whose, User.active, usable())
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
    found = session.execute(query.order_by(WebhookEndpoint.id))
    return [(ChannelKind.WEBHOOK, id_) for id_, types in found if type_ in types]


def _named(session: Session, address_id: UUID) -> list[Address]:
    """A test or a question to one address, in whatever state it is."""
    kind = session.scalar(select(ChannelAddress.kind).where(ChannelAddress.id == address_id))
    if kind is not None:
        return [(ChannelKind(kind), address_id)]
    known = session.scalar(select(WebhookEndpoint.id).where(WebhookEndpoint.id == address_id))
    return [] if known is None else [(ChannelKind.WEBHOOK, address_id)]
