"""Commands and queries for a user's own channels: the mailbox and chat robots. Flushes, never commits."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import User
from app.conditional_requests import check_if_match
from app.database import now, one_or_not_found
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.errors.collection import Faults
from app.events.messages import MessageKind, enqueue_message
from app.events.outbox import Event
from app.notifications.channels.chat import robot_token
from app.notifications.channels.link_tokens import LinkSigner
from app.notifications.delivery.attempt import CONFIRM, UNSUBSCRIBE
from app.notifications.models import ROBOTS, SIGNED_ROBOTS, ChannelAddress, ChannelKind

MAX_CHANNELS = 10


def add_channel(
    session: Session,
    *,
    principal: Principal,
    kind: ChannelKind,
    name: str | None,
    url: str | None = None,
    secret: str | None = None,
) -> ChannelAddress:
    """Add a channel. A mailbox first receives a confirmation link, and nothing else until the link is used.

    Raises:
        Forbidden: the caller is an API key; channels belong to users.
        Invalid: a robot without an address of its service, or a mailbox with an address.
        Conflict: the user has this mailbox already, or `MAX_CHANNELS` channels.
    """
    require(principal, Action.CHANNEL_CHANGE, own=True)
    user = _user(session, principal)
    _check(kind, url, secret)
    _check_limits(session, user, kind)
    encrypted_url = None if url is None else "\n".join([url.strip(), *([secret] if secret else [])])
    address = ChannelAddress(user_id=user.id, kind=kind, name=name or "", encrypted_url=encrypted_url)
    session.add(address)
    session.flush()
    audit.record(session, principal, Action.CHANNEL_CHANGE, address.id, f"add {kind}")
    if kind is ChannelKind.MAIL:
        _request_confirmation(session, address)
    return address


def confirm_login_mailbox(session: Session, link_signer: LinkSigner, user: User, *, is_new: bool) -> None:
    """Send messages to the login address, whose link the user has opened: to a new user from the beginning, unless they
    have chosen otherwise meanwhile; after a change of the address, to those who had a confirmed mailbox before."""
    query = select(ChannelAddress).where(
        ChannelAddress.user_id == user.id, ChannelAddress.kind == ChannelKind.MAIL
    )
    known = session.scalars(query).all()
    mark = link_signer.fingerprint(user.email)
    if is_new and not known:
        session.add(
            ChannelAddress(
                user_id=user.id, kind=ChannelKind.MAIL, verified_at=now(), verified_fingerprint=mark
            )
        )
    for address in known:
        if address.removed_at is None and (is_new or address.verified_at is not None):
            address.verified_at, address.verified_fingerprint = now(), mark
    session.flush()


def channels(*, principal: Principal) -> Select[ChannelAddress]:
    """The principal's own channels. No role sees the channels of another user."""
    require(principal, Action.CHANNEL_READ, own=True)
    return select(ChannelAddress).where(
        ChannelAddress.user_id == principal.user_id, ChannelAddress.removed_at.is_(None)
    )


def get_channel(session: Session, channel_id: UUID, *, principal: Principal) -> ChannelAddress:
    """
    Raises:
        NotFound: no such channel, or it belongs to another user.
    """
    address = one_or_not_found(session, channels(principal=principal).where(ChannelAddress.id == channel_id))
    return address


def change_channel(
    session: Session,
    channel_id: UUID,
    *,
    principal: Principal,
    changes: Mapping[str, Any],
    if_match: str | None,
) -> ChannelAddress:
    """Apply `changes` to name and enabled. The address of a robot never changes: a new address is a new channel."""
    address = _changeable(session, channel_id, principal, if_match)
    for name in ("name", "enabled"):
        if name in changes:
            setattr(address, name, changes[name])
    session.flush()
    audit.record(session, principal, Action.CHANNEL_CHANGE, address.id, " ".join(sorted(changes)))
    return address


def remove_channel(session: Session, channel_id: UUID, *, principal: Principal, if_match: str | None) -> None:
    """Remove a channel. Its address and secret are erased at once; its delivery log stays."""
    address = _changeable(session, channel_id, principal, if_match)
    address.removed_at = now()
    address.enabled = False
    address.encrypted_url = None
    session.flush()
    audit.record(session, principal, Action.CHANNEL_CHANGE, address.id, "remove")


def test_channel(session: Session, channel_id: UUID, *, principal: Principal) -> Event:
    """Send a test message to this channel alone. An unconfirmed mailbox receives the confirmation link again."""
    address = get_channel(session, channel_id, principal=principal)
    require(principal, Action.CHANNEL_CHANGE, own=True)
    if address.kind == ChannelKind.MAIL and address.verified_at is None:
        return _request_confirmation(session, address)
    return enqueue_message(
        session, kind=MessageKind.TEST, user_id=address.user_id, ids={"address_id": address.id}
    )


def confirm(session: Session, link_signer: LinkSigner, token: str) -> ChannelAddress:
    """Confirm that the mailbox is the user's, by the link that was sent to it.

    Raises:
        NotFound: the link is forged, expired, or for a mailbox that the user no longer has.
    """
    address, fingerprint = _linked(session, link_signer, CONFIRM, token)
    user = session.get_one(User, address.user_id)
    if not link_signer.is_bound(fingerprint, user.email):
        raise _bad_link()
    if address.verified_fingerprint != fingerprint:
        address.verified_at, address.verified_fingerprint = now(), fingerprint
        session.flush()
    return address


def unsubscribe(session: Session, link_signer: LinkSigner, token: str) -> ChannelAddress:
    """Disable the mailbox without a login (RFC 8058). The user may enable it again.

    Raises:
        NotFound: the link is forged.
    """
    address, _ = _linked(session, link_signer, UNSUBSCRIBE, token)
    if address.enabled:
        address.enabled = False
        session.flush()
        principal = Principal(user_id=address.user_id)
        audit.record(session, principal, Action.CHANNEL_LINK, address.id, "unsubscribe")
    return address


def _linked(
    session: Session, link_signer: LinkSigner, purpose: str, token: str
) -> tuple[ChannelAddress, str]:
    claims = link_signer.read_link_token(purpose, token)
    if claims is None:
        raise _bad_link()
    address_id, fingerprint = claims
    query = select(ChannelAddress).where(ChannelAddress.id == address_id, ChannelAddress.removed_at.is_(None))
    address = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if address is None:
        raise _bad_link()
    return address, fingerprint


def _bad_link() -> NotFound:
    return NotFound(
        "This link is invalid or has expired. Log in and try again.",
        "链接无效或已过期，请登录后重新操作。",
        code="link_invalid",
    )


def _request_confirmation(session: Session, address: ChannelAddress) -> Event:
    return enqueue_message(
        session, kind=MessageKind.VERIFY, user_id=address.user_id, ids={"address_id": address.id}
    )


def _user(session: Session, principal: Principal) -> User:
    if principal.user_id is None:
        raise Forbidden(
            "Channels belong to users; an API key cannot manage them.",
            "渠道属于用户个人，不能使用 API 密钥设置。",
        )
    return session.execute(
        select(User).where(User.id == principal.user_id).with_for_update(key_share=True)
    ).scalar_one()


def _check(kind: ChannelKind, url: str | None, secret: str | None) -> None:
    if kind not in ROBOTS:
        if url is not None or secret is not None:
            raise Invalid.field(
                "url",
                "not_for_mail",
                "邮箱渠道使用登录邮箱，无需填写地址",
                "must be omitted for mail, which uses the login address",
            )
        return
    faults = Faults()
    with faults.collected():
        if url is None or robot_token(kind, url) is None:
            raise Invalid.field(
                "url",
                "robot_address",
                "应为该服务群机器人的 Webhook 地址，请从群设置中完整复制",
                "must be the complete webhook address of a group robot of that service",
            )
    with faults.collected():
        if secret is not None and kind not in SIGNED_ROBOTS:
            raise Invalid.field(
                "secret",
                "not_for_this",
                "企业微信机器人没有签名密钥，无需填写",
                "must be omitted for WeCom robots, which have no signing secret",
            )
    faults.raise_if_any()


def _check_limits(session: Session, user: User, kind: ChannelKind) -> None:
    query = select(ChannelAddress.kind, func.count()).where(
        ChannelAddress.user_id == user.id, ChannelAddress.removed_at.is_(None)
    )
    counts = {row[0]: row[1] for row in session.execute(query.group_by(ChannelAddress.kind))}
    if kind is ChannelKind.MAIL and counts.get(kind):
        raise Conflict("You already have a mailbox channel.", "邮箱渠道已存在。", code="mail_exists")
    if sum(counts.values()) >= MAX_CHANNELS:
        raise Conflict(
            f"A user has at most {MAX_CHANNELS} channels. Remove one first.",
            f"每个用户至多 {MAX_CHANNELS} 个渠道，请先删除不再使用的渠道。",
            code="too_many_channels",
        )


def _changeable(
    session: Session, channel_id: UUID, principal: Principal, if_match: str | None
) -> ChannelAddress:
    require(principal, Action.CHANNEL_CHANGE, own=True)
    query = channels(principal=principal).where(ChannelAddress.id == channel_id)
    address = one_or_not_found(session, query.with_for_update().execution_options(populate_existing=True))
    check_if_match(if_match, address)
    return address
