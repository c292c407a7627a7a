"""Routing: the addresses that a message goes to, namely all that its recipient has enabled for its kind."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.access.permissions import ADMINISTRATOR
from app.accounts.models import Role, User
from app.events.messages import MessageKind
from app.libraries.managers.models import Manager
from app.notifications.models import ChannelAddress, ChannelKind, WebhookEndpoint
from app.notifications.notices.groups import (
    BY_INSTITUTION,
    GROUP_OF_MESSAGE,
    TYPE_OF_MESSAGE,
    NoticeChannel,
    NoticeGroup,
)
from app.notifications.notices.models import Notice, NoticeReading
from app.notifications.notices.service import channels_of, is_notified_in_person, stored_preferences

Address = tuple[ChannelKind, UUID]


@dataclass(frozen=True, slots=True)
class _Topic:
    """What a message is about, for routing: the type that endpoints choose, the group in which users choose channels,
    whom of an organisation it is for, and who did it and is not notified. Who has read the notice in the notices inbox
    meanwhile is not notified either."""

    type: str | None
    group: NoticeGroup | None = None
    roles: tuple[str, ...] = ()
    actor_id: UUID | None = None
    notice_id: UUID | None = None


def _topic(session: Session, kind: MessageKind, ids: Mapping[str, Any]) -> _Topic:
    if kind is not MessageKind.NOTICE:
        return _Topic(TYPE_OF_MESSAGE.get(kind), GROUP_OF_MESSAGE.get(kind))
    notice = session.get_one(Notice, UUID(ids["notice_id"]))
    roles = tuple(role for role in notice.roles.split(",") if role)
    unread = None if notice.urgent else notice.id
    return _Topic(notice.type, NoticeGroup.of(notice.group), roles, notice.actor_id, unread)


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

    A user: their own channels. A manager: their own channels, or without a login those of their institution where it
    acts for them, and the endpoints of the organisation that employs them.
    An organisation: its endpoints and the channels of its users, without managers, who receive messages of their own;
    of its administrators, if the message is about an endpoint.
    The link of an account: its mailbox, by the id of the link. A message that names an `address_id` goes to this
    address alone.

    Raises:
        ValueError: an unknown kind of recipient.
    """
    address_id = ids.get("address_id")
    if address_id is not None:
        return _single_address(session, UUID(address_id))
    topic = _topic(session, kind, ids)
    match recipient_kind:
        case "account_link_id":
            return [(ChannelKind.MAIL, recipient_id)]
        case "user_id":
            return _personal(session, User.id == recipient_id, topic)
        case "organisation_id":
            members = and_(User.organisation_id == recipient_id, User.role != Role.MANAGER)
            if kind is MessageKind.ENDPOINT_DISABLED:
                members = and_(User.organisation_id == recipient_id, User.administrator)
            if kind is MessageKind.NOTICE:
                notice = session.get_one(Notice, UUID(ids["notice_id"]))
                own_record = select(Manager.id).where(Manager.user_id == User.id).limit(1).correlate(User)
                members = and_(
                    User.organisation_id == recipient_id,
                    _is_addressed(topic.roles),
                    ~is_notified_in_person(
                        notice.event_id, notice.type, user_id=User.id, manager_id=own_record.scalar_subquery()
                    ),
                )
            return _personal(session, members, topic) + _endpoints(session, topic, recipient_id)
        case "manager_id":
            manager = session.execute(
                select(Manager.user_id, Manager.owner_org_id).where(Manager.id == recipient_id)
            ).one_or_none()
            if manager is None:
                return []
            users = User.id == manager.user_id
            if manager.user_id is None and topic.group in BY_INSTITUTION:
                users = and_(User.organisation_id == manager.owner_org_id, User.role == Role.INSTITUTION)
            return _personal(session, users, topic) + _endpoints(session, topic, manager.owner_org_id)
    raise ValueError(f"unknown kind of recipient: {recipient_kind}")


def _is_addressed(roles: Collection[str]) -> ColumnElement[bool]:
    """Users of an organisation whom a notice addresses, as `notices.service.notices` lists it."""
    if not roles:
        return or_(User.role != Role.MANAGER, User.administrator)
    return or_(User.role.in_(roles), User.administrator if ADMINISTRATOR in roles else false())


def _personal(session: Session, users: ColumnElement[bool], topic: _Topic) -> list[Address]:
    """The channels of these users, without those that they do not want for the group, and without the actor's."""
    has_read = exists().where(
        NoticeReading.notice_id == topic.notice_id, NoticeReading.user_id == ChannelAddress.user_id
    )
    query = (
        select(ChannelAddress.kind, ChannelAddress.id, ChannelAddress.user_id)
        .join(User, User.id == ChannelAddress.user_id)
        .where(users, User.active, usable(), User.id != topic.actor_id if topic.actor_id else true())
        .where(~has_read if topic.notice_id else true())
        .order_by(ChannelAddress.id)
    )
    rows = session.execute(query).all()
    if topic.group is None:
        return [(ChannelKind(kind), id_) for kind, id_, _ in rows]
    stored = stored_preferences(session, {user_id for _, _, user_id in rows})
    return [
        (ChannelKind(kind), id_)
        for kind, id_, user_id in rows
        if _notice_channel(kind) in channels_of(stored.get(user_id, {}), topic.group)
    ]


def _notice_channel(kind: str) -> NoticeChannel:
    return NoticeChannel.MAIL if kind == ChannelKind.MAIL else NoticeChannel.ROBOT


def _endpoints(session: Session, topic: _Topic, organisation_id: UUID) -> list[Address]:
    if topic.type is None:
        return []
    query = select(WebhookEndpoint.id, WebhookEndpoint.types).where(
        WebhookEndpoint.organisation_id == organisation_id, active()
    )
    rows = session.execute(query.order_by(WebhookEndpoint.id))
    return [(ChannelKind.WEBHOOK, id_) for id_, types in rows if topic.type in types]


def _single_address(session: Session, address_id: UUID) -> list[Address]:
    """The address of a test or confirmation message, regardless of its state."""
    kind = session.scalar(select(ChannelAddress.kind).where(ChannelAddress.id == address_id))
    if kind is not None:
        return [(ChannelKind(kind), address_id)]
    endpoint_id = session.scalar(select(WebhookEndpoint.id).where(WebhookEndpoint.id == address_id))
    return [] if endpoint_id is None else [(ChannelKind.WEBHOOK, endpoint_id)]
