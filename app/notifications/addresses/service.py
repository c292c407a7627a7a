"""A user's own channels: the mailbox and chat robots. Flushes, never commits."""

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
from app.database import now
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.events.messages import MessageKind, enqueue_message
from app.events.outbox import Event
from app.notifications.channels.chat import robot_token
from app.notifications.channels.secrets import SecretBox
from app.notifications.delivery.attempt import CONFIRM, UNSUBSCRIBE
from app.notifications.models import ROBOTS, ChannelAddress, ChannelKind

MOST_CHANNELS = 10


def add_channel(
    session: Session,
    seal: SecretBox,
    *,
    principal: Principal,
    kind: ChannelKind,
    name: str,
    url: str | None = None,
    secret: str | None = None,
) -> ChannelAddress:
    """A mailbox is asked first: a mail with a link goes to it, and nothing else until the link is used.

    Raises:
        Forbidden: an organisation's key has no channels of its own.
        Invalid: a robot without an address of its service, or a mailbox with one.
        Conflict: the mailbox is there already, or there are enough channels.
    """
    require(principal, Action.CHANNEL_CHANGE, own=True)
    user = _user(session, principal)
    _check(kind, url, secret)
    _check_room(session, user, kind)
    sealed = None if url is None else seal.close("\n".join([url.strip(), *([secret] if secret else [])]))
    address = ChannelAddress(user_id=user.id, kind=kind, name=name, sealed=sealed)
    session.add(address)
    session.flush()
    audit.record(session, principal, Action.CHANNEL_CHANGE, address.id, f"add {kind}")
    if kind is ChannelKind.MAIL:
        _ask(session, address)
    return address


def channels(*, principal: Principal) -> Select[ChannelAddress]:
    """The principal's own, whoever it is: nobody looks after another's."""
    require(principal, Action.CHANNEL_READ, own=True)
    return select(ChannelAddress).where(
        ChannelAddress.user_id == principal.user_id, ChannelAddress.removed_at.is_(None)
    )


def get_channel(session: Session, channel_id: UUID, *, principal: Principal) -> ChannelAddress:
    """
    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    address = session.scalar(channels(principal=principal).where(ChannelAddress.id == channel_id))
    if address is None:
        raise NotFound
    return address


def change_channel(
    session: Session,
    channel_id: UUID,
    *,
    principal: Principal,
    changes: Mapping[str, Any],
    if_match: str | None,
) -> ChannelAddress:
    """`changes` may hold name and enabled; a robot with another address is another channel."""
    address = _changeable(session, channel_id, principal, if_match)
    for name in ("name", "enabled"):
        if name in changes:
            setattr(address, name, changes[name])
    session.flush()
    audit.record(session, principal, Action.CHANNEL_CHANGE, address.id, " ".join(sorted(changes)))
    return address


def remove_channel(session: Session, channel_id: UUID, *, principal: Principal, if_match: str | None) -> None:
    """Its log stays; its address and secret are gone at once."""
    address = _changeable(session, channel_id, principal, if_match)
    address.removed_at = now()
    address.enabled = False
    address.sealed = None
    session.flush()
    audit.record(session, principal, Action.CHANNEL_CHANGE, address.id, "remove")


def test_channel(session: Session, channel_id: UUID, *, principal: Principal) -> Event:
    """A test message to this channel alone; to a mailbox that is not confirmed, the question once more."""
    address = get_channel(session, channel_id, principal=principal)
    require(principal, Action.CHANNEL_CHANGE, own=True)
    if address.kind == ChannelKind.MAIL and address.verified_at is None:
        return _ask(session, address)
    return enqueue_message(
        session, kind=MessageKind.TEST, user_id=address.user_id, ids={"address_id": address.id}
    )


def confirm(session: Session, seal: SecretBox, token: str) -> ChannelAddress:
    """The mailbox is the user's: he has read what was sent there.

    Raises:
        NotFound: the link is forged, too old, or for a mailbox that the user does not have any more.
    """
    address, mark = _linked(session, seal, CONFIRM, token)
    user = session.get_one(User, address.user_id)
    if not seal.is_bound(mark, user.email):
        raise _bad_link()
    if address.verified_mark != mark:
        address.verified_at, address.verified_mark = now(), mark
        session.flush()
    return address


def unsubscribe(session: Session, seal: SecretBox, token: str) -> ChannelAddress:
    """Switch the mailbox off, without a login (RFC 8058); its owner may switch it on again.

    Raises:
        NotFound: the link is forged.
    """
    address, _ = _linked(session, seal, UNSUBSCRIBE, token)
    if address.enabled:
        address.enabled = False
        session.flush()
        principal = Principal(user_id=address.user_id)
        audit.record(session, principal, Action.CHANNEL_LINK, address.id, "unsubscribe")
    return address


def _linked(session: Session, seal: SecretBox, purpose: str, token: str) -> tuple[ChannelAddress, str]:
    found = seal.read_link_token(purpose, token)
    if found is None:
        raise _bad_link()
    query = select(ChannelAddress).where(ChannelAddress.id == found[0], ChannelAddress.removed_at.is_(None))
    address = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if address is None:
        raise _bad_link()
    return address, found[1]


def _bad_link() -> NotFound:
    return NotFound(
        "This link is not valid any more.", "链接无效或已过期,请登录后重新操作。", code="link_invalid"
    )


def _ask(session: Session, address: ChannelAddress) -> Event:
    return enqueue_message(
        session, kind=MessageKind.VERIFY, user_id=address.user_id, ids={"address_id": address.id}
    )


def _user(session: Session, principal: Principal) -> User:
    if principal.user_id is None:
        raise Forbidden("Channels are a user's own.", "渠道属于用户个人,API 密钥不能设置。")
    return session.execute(
        select(User).where(User.id == principal.user_id).with_for_update(key_share=True)
    ).scalar_one()


def _check(kind: ChannelKind, url: str | None, secret: str | None) -> None:
    if kind not in ROBOTS:
        if url is not None or secret is not None:
            raise Invalid.field(
                "url", "not_for_mail", "邮箱渠道不填地址, 即登录邮箱", "leave it out for mail"
            )
        return
    if url is None or robot_token(kind, url) is None:
        raise Invalid.field(
            "url",
            "robot_address",
            "应为该服务群机器人的 Webhook 地址, 请从群设置中完整复制",
            "must be the webhook address of that service's group robot",
        )
    if secret is not None and kind is not ChannelKind.DINGTALK:
        raise Invalid.field("secret", "not_for_this", "只有钉钉机器人有加签密钥", "only DingTalk signs")


def _check_room(session: Session, user: User, kind: ChannelKind) -> None:
    rows = select(ChannelAddress.kind, func.count()).where(
        ChannelAddress.user_id == user.id, ChannelAddress.removed_at.is_(None)
    )
    there = {row[0]: row[1] for row in session.execute(rows.group_by(ChannelAddress.kind))}
    if kind is ChannelKind.MAIL and there.get(kind):
        raise Conflict("The mailbox is there already.", "邮箱渠道已存在。", code="mail_exists")
    if sum(there.values()) >= MOST_CHANNELS:
        raise Conflict(
            f"At most {MOST_CHANNELS} channels; remove one first.",
            f"至多 {MOST_CHANNELS} 个渠道,请先删除不用的。",
            code="too_many_channels",
        )


def _changeable(
    session: Session, channel_id: UUID, principal: Principal, if_match: str | None
) -> ChannelAddress:
    require(principal, Action.CHANNEL_CHANGE, own=True)
    query = channels(principal=principal).where(ChannelAddress.id == channel_id)
    address = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if address is None:
        raise NotFound
    check_if_match(if_match, address)
    return address
