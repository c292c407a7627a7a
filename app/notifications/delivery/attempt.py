"""One try at a delivery: what to say, to whom, by which secret, read in the last moment; then the sending itself."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.database import now
from app.events.messages import MessageKind
from app.notifications.channels.base import Channel, OutboundMessage, SendResult, SendTarget
from app.notifications.channels.secrets import SecretBox, SecretUnreadable
from app.notifications.content.audience import Audience, reader_of_endpoint, reader_of_user
from app.notifications.content.renderer import WRITERS, RenderContext, Writer
from app.notifications.models import (
    ROBOTS,
    ChannelAddress,
    ChannelKind,
    Delivery,
    DeliveryState,
    Message,
    WebhookEndpoint,
)

CONFIRM_WITHIN = timedelta(days=7)

CONFIRM = "confirm"
UNSUBSCRIBE = "unsubscribe"
"""What a link in a mail may be for."""

_ASKED_FOR = (MessageKind.TEST, MessageKind.VERIFY)
"""Kinds that somebody asked for this very address, and that carry nothing else."""


@dataclass(frozen=True, slots=True)
class Skip:
    """There is nothing to send: the state that the delivery ends in, and why."""

    state: DeliveryState
    reason: str


@dataclass(frozen=True, slots=True)
class ReadyToSend:
    """Everything that the sending needs; plain values, so that no session has to be held meanwhile."""

    channel: Channel
    letter: OutboundMessage
    target: SendTarget

    def send(self) -> "CompletedAttempt":
        started = time.monotonic()
        outcome = self.channel.send(self.letter, self.target)
        return CompletedAttempt(outcome, round((time.monotonic() - started) * 1000))


@dataclass(frozen=True, slots=True)
class CompletedAttempt:
    outcome: SendResult
    duration_ms: int


class _Stopped(Exception):
    def __init__(self, state: DeliveryState, reason: str) -> None:
        super().__init__(reason)
        self.stop = Skip(state, reason)


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What preparing needs besides the rows; made once a process."""

    channels: Mapping[ChannelKind, Channel]
    seal: SecretBox
    public_url: str
    threshold: float
    writers: Mapping[MessageKind, Writer]

    def link(self, path: str, token: str) -> str:
        return f"{self.public_url.rstrip('/')}{path}?token={token}"


def renderers_with(more: Mapping[MessageKind, Writer]) -> Mapping[MessageKind, Writer]:
    """The writers of this concept, and those of concepts above it, for kinds that they know more about."""
    return {**WRITERS, **more}


def prepare(session: Session, delivery_id: UUID, office: DeliveryContext) -> ReadyToSend | Skip | None:
    """None: the delivery is not due any more."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.state != DeliveryState.DUE:
        return None
    message = session.get_one(Message, delivery.message_id)
    try:
        return _prepared(session, delivery, message, office)
    except _Stopped as stopped:
        return stopped.stop
    except SecretUnreadable:
        return Skip(DeliveryState.DEAD, "secret_unreadable")


def _prepared(session: Session, delivery: Delivery, message: Message, office: DeliveryContext) -> ReadyToSend:
    kind, message_kind = ChannelKind(delivery.channel), MessageKind(message.kind)
    channel = office.channels.get(kind)
    if channel is None:
        raise _Stopped(DeliveryState.DEAD, "channel_not_configured")
    links: dict[str, Any] = {}
    if kind is ChannelKind.WEBHOOK:
        reader, target = _endpoint(session, delivery, message_kind, office.seal)
    else:
        reader, target, links = _personal(session, delivery, message, office)
    desk = RenderContext(reader=reader, public_url=office.public_url, threshold=office.threshold, **links)
    content = office.writers[message_kind](session, message, desk)
    if content is None:
        raise _Stopped(DeliveryState.DROPPED, "nothing_left_to_tell")
    letter = OutboundMessage(message.id, delivery.id, message.created_at, content, desk.unsubscribe_url)
    return ReadyToSend(channel, letter, target)


def _endpoint(
    session: Session, delivery: Delivery, kind: MessageKind, seal: SecretBox
) -> tuple[Audience, SendTarget]:
    endpoint = session.get_one(WebhookEndpoint, delivery.address_id)
    if endpoint.removed_at is not None or (not endpoint.enabled and kind not in _ASKED_FOR):
        raise _Stopped(DeliveryState.DROPPED, "address_off")
    if endpoint.disabled_at is not None and kind not in _ASKED_FOR:
        raise _Stopped(DeliveryState.DEAD, "endpoint_disabled")
    sealed = [endpoint.sealed_secret]
    if endpoint.sealed_previous is not None and (endpoint.previous_until or now()) > now():
        sealed.append(endpoint.sealed_previous)
    target = SendTarget(seal.open(endpoint.sealed_url), tuple(seal.open(secret) for secret in sealed))
    return reader_of_endpoint(session, endpoint.id, endpoint.organisation_id), target


def _personal(
    session: Session, delivery: Delivery, message: Message, office: DeliveryContext
) -> tuple[Audience, SendTarget, dict[str, Any]]:
    address = session.get_one(ChannelAddress, delivery.address_id)
    user = session.get_one(User, address.user_id)
    asked_for = message.kind in _ASKED_FOR
    if address.removed_at is not None or not user.active or not (address.enabled or asked_for):
        raise _Stopped(DeliveryState.DROPPED, "address_off")
    kind, seal = ChannelKind(address.kind), office.seal
    reader = reader_of_user(session, user, crowd=kind in ROBOTS)
    if kind in ROBOTS:
        robot, _, secret = seal.open(address.sealed or "").partition("\n")
        return reader, SendTarget(robot, (secret,) if secret else ()), {}
    links = {}
    if message.kind == MessageKind.VERIFY:
        token = seal.link_token(
            CONFIRM, address.id, bound_to=user.email, until=message.created_at + CONFIRM_WITHIN
        )
        links["confirm_url"] = office.link("/v1/channels/confirm", token)
    elif address.verified_mark is None or not seal.is_bound(address.verified_mark, user.email):
        raise _Stopped(DeliveryState.DROPPED, "mailbox_not_confirmed")
    else:
        links["unsubscribe_url"] = office.link(
            "/v1/channels/unsubscribe", seal.link_token(UNSUBSCRIBE, address.id)
        )
    return reader, SendTarget(user.email), links
