"""One attempt at a delivery: content, recipient and secrets are read immediately before the message is sent."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.accounts.links.models import AccountLink, LinkPurpose
from app.accounts.links.service import PATHS, token_of
from app.accounts.models import User
from app.database import now
from app.encryption.columns import UnreadableSecret
from app.events.messages import MessageKind
from app.notifications.channels import build_channels
from app.notifications.channels.base import Channel, OutboundMessage, SendResult, SendTarget
from app.notifications.channels.link_tokens import LinkSigner
from app.notifications.content.account_mails import render_account_link
from app.notifications.content.audience import Audience, audience_of_endpoint, audience_of_user
from app.notifications.content.render_context import RenderContext
from app.notifications.content.renderer import RENDERERS
from app.notifications.models import (
    ROBOTS,
    ChannelAddress,
    ChannelKind,
    Delivery,
    DeliveryState,
    Message,
    WebhookEndpoint,
)
from app.settings import Settings

log = structlog.get_logger(__name__)

CONFIRM_WITHIN = timedelta(days=7)
"""Validity of a confirmation link."""

CONFIRM = "confirm"
UNSUBSCRIBE = "unsubscribe"
"""The purposes of links in e-mails."""

_REQUESTED_KINDS = (MessageKind.TEST, MessageKind.VERIFY)
"""Kinds requested for one particular address; they are sent to it even while it is disabled."""


@dataclass(frozen=True, slots=True)
class Skip:
    """There is nothing to send: the state in which the delivery ends, and the reason."""

    state: DeliveryState
    reason: str


@dataclass(frozen=True, slots=True)
class ReadyToSend:
    """Everything that sending needs, as plain values, so that no session is held meanwhile."""

    channel: Channel
    message: OutboundMessage
    target: SendTarget

    def send(self) -> "CompletedAttempt":
        started = time.monotonic()
        outcome = self.channel.send(self.message, self.target)
        return CompletedAttempt(outcome, round((time.monotonic() - started) * 1000))


@dataclass(frozen=True, slots=True)
class CompletedAttempt:
    """The result of an attempt that was made, and its duration in milliseconds."""

    outcome: SendResult
    duration_ms: int


class _SkipDelivery(Exception):
    def __init__(self, state: DeliveryState, reason: str) -> None:
        super().__init__(reason)
        self.skip = Skip(state, reason)


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What an attempt needs in addition to the rows. One per process: channels open certificate stores.

    `public_url` is the base of links.
    """

    channels: Mapping[ChannelKind, Channel]
    link_signer: LinkSigner
    public_url: str
    settings: Settings = field(repr=False)

    def link(self, path: str, token: str) -> str:
        return f"{self.public_url.rstrip('/')}{path}?token={token}"


def build_delivery_context(settings: Settings) -> DeliveryContext:
    return DeliveryContext(build_channels(settings), LinkSigner(settings), settings.public_url, settings)


def prepare(
    session: Session, delivery_id: UUID, context: DeliveryContext, *, threshold: float
) -> ReadyToSend | Skip | None:
    """Read everything for one attempt. None if the delivery is no longer due.

    Args:
        threshold: the score, 0–1, from which an owner is notified of a match.
    """
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.state != DeliveryState.DUE:
        return None
    message = session.get_one(Message, delivery.message_id)
    try:
        return _assemble(session, delivery, message, context, threshold)
    except _SkipDelivery as error:
        return error.skip


def _assemble(
    session: Session, delivery: Delivery, message: Message, context: DeliveryContext, threshold: float
) -> ReadyToSend:
    kind, message_kind = ChannelKind(delivery.channel), MessageKind(message.kind)
    if message_kind is MessageKind.ACCOUNT_LINK:
        return _account_mail(session, delivery, message, context)
    channel = context.channels.get(kind)
    if channel is None:
        raise _SkipDelivery(DeliveryState.DEAD, "channel_not_configured")
    links: dict[str, Any] = {}
    if kind is ChannelKind.WEBHOOK:
        audience, target = _endpoint_target(session, delivery, message_kind)
    else:
        audience, target, links = _personal_target(session, delivery, message, context)
    render_context = RenderContext(
        audience=audience, public_url=context.public_url, threshold=threshold, **links
    )
    content = RENDERERS[message_kind](session, message, render_context)
    if content is None:
        raise _SkipDelivery(DeliveryState.DROPPED, "nothing_left_to_tell")
    outbound = OutboundMessage(
        message.id, delivery.id, message.created_at, content, render_context.unsubscribe_url
    )
    return ReadyToSend(channel, outbound, target)


def _account_mail(
    session: Session, delivery: Delivery, message: Message, context: DeliveryContext
) -> ReadyToSend:
    """The mail of a link, to the mailbox that the link names: it needs no channel of a user."""
    link = session.get(AccountLink, delivery.address_id)
    if link is None:
        raise _SkipDelivery(DeliveryState.DROPPED, "nothing_left_to_tell")
    url = ""
    if (path := PATHS.get(LinkPurpose(link.purpose))) is not None:
        url = context.link(path, token_of(context.settings.signing_key, link.id))
    content = render_account_link(session, link, url, public_url=context.public_url)
    if content is None:
        raise _SkipDelivery(DeliveryState.DROPPED, "nothing_left_to_tell")
    channel = context.channels.get(ChannelKind.MAIL)
    if channel is None:
        if context.settings.demo:  # without a mail server, the link is in the log
            log.warning("mail_not_sent", to=link.email, subject=content.subject, link=url)
        raise _SkipDelivery(DeliveryState.DEAD, "channel_not_configured")
    outbound = OutboundMessage(message.id, delivery.id, message.created_at, content)
    return ReadyToSend(channel, outbound, SendTarget(link.email))


def _endpoint_target(session: Session, delivery: Delivery, kind: MessageKind) -> tuple[Audience, SendTarget]:
    endpoint = session.get_one(WebhookEndpoint, delivery.address_id)
    if endpoint.removed_at is not None or (not endpoint.enabled and kind not in _REQUESTED_KINDS):
        raise _SkipDelivery(DeliveryState.DROPPED, "address_off")
    if endpoint.disabled_at is not None and kind not in _REQUESTED_KINDS:
        raise _SkipDelivery(DeliveryState.DEAD, "endpoint_disabled")
    encrypted = [endpoint.encrypted_secret]
    if endpoint.encrypted_previous_secret is not None and (endpoint.previous_until or now()) > now():
        encrypted.append(endpoint.encrypted_previous_secret)
    target = SendTarget(_readable(endpoint.encrypted_url), tuple(_readable(secret) for secret in encrypted))
    return audience_of_endpoint(session, endpoint.id, endpoint.organisation_id), target


def _readable(secret: str) -> str:
    if isinstance(secret, UnreadableSecret):
        raise _SkipDelivery(DeliveryState.DEAD, "secret_unreadable")
    return secret


def _personal_target(
    session: Session, delivery: Delivery, message: Message, context: DeliveryContext
) -> tuple[Audience, SendTarget, dict[str, Any]]:
    address = session.get_one(ChannelAddress, delivery.address_id)
    user = session.get_one(User, address.user_id)
    requested = message.kind in _REQUESTED_KINDS
    if address.removed_at is not None or not user.active or not (address.enabled or requested):
        raise _SkipDelivery(DeliveryState.DROPPED, "address_off")
    kind, link_signer = ChannelKind(address.kind), context.link_signer
    audience = audience_of_user(session, user, is_group=kind in ROBOTS)
    if kind in ROBOTS:
        robot, _, secret = _readable(address.encrypted_url or "").partition("\n")
        return audience, SendTarget(robot, (secret,) if secret else ()), {}
    links = {}
    if message.kind == MessageKind.VERIFY:
        token = link_signer.link_token(
            CONFIRM, address.id, bound_to=user.email, until=message.created_at + CONFIRM_WITHIN
        )
        links["confirm_url"] = context.link("/v1/channels/confirm", token)
    elif address.verified_fingerprint is None or not link_signer.is_bound(
        address.verified_fingerprint, user.email
    ):
        raise _SkipDelivery(DeliveryState.DROPPED, "mailbox_not_confirmed")
    else:
        links["unsubscribe_url"] = context.link(
            "/v1/channels/unsubscribe", link_signer.link_token(UNSUBSCRIBE, address.id)
        )
    return audience, SendTarget(user.email), links
