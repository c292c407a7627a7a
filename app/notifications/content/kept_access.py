"""What opens an account, or carries its data away, besides the password: named in every mail about its credentials.

Who took over an account may have left a passkey, a key or an invitation behind. A new password ends none of these, so
its owner has to see them.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.links.models import AccountLink, LinkPurpose
from app.accounts.models import ApiKey, IdentityLink, LoginSession, Passkey, RecoveryCode, SecondFactor, User
from app.accounts.sessions.tokens import sessions_of
from app.clock import JINAN_TIME
from app.database import now
from app.notifications.content.quoted_words import without_links
from app.notifications.models import ROBOTS, ChannelAddress, WebhookEndpoint

SECURITY, DEVICES, CHANNELS = "/account/security", "/account/devices", "/account/channels"
KEYS, PEOPLE, WEBHOOKS = "/desk/organisation/keys", "/desk/organisation/people", "/desk/organisation/webhooks"
"""The pages where each is ended."""

MOST = 10
"""Entries of one kind that a mail names; of more it says how many there are."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """One kind: what it is and its entries, in Chinese and English, and the path of the page where they are ended."""

    zh: str
    en: str
    page: str


def remaining_access(session: Session, user: User) -> list[Remaining]:
    """What holds now. Revoked, ended, expired and used-up ones are left out."""
    found = (
        _passkeys(session, user),
        _authenticator(session, user),
        _identity(session, user),
        _sessions(session, user),
        _api_keys(session, user),
        _invitations(session, user),
        _webhooks(session, user),
        _robots(session, user),
    )
    return [one for one in found if one is not None]


def _passkeys(session: Session, user: User) -> Remaining | None:
    query = select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.created_at.desc())
    passkeys = [
        (f"“{one.name}”（{_day(one.created_at)} 添加）", f'"{one.name}" (added {_day(one.created_at)})')
        for one in session.scalars(query)
    ]
    return _listed(passkeys, "通行密钥", "passkeys", SECURITY)


def _authenticator(session: Session, user: User) -> Remaining | None:
    factor = session.get(SecondFactor, user.id)
    entries = []
    if factor is not None and factor.secret is not None:
        since = _day(factor.confirmed_at or now())
        entries.append((f"验证器（{since} 启用）", f"an authenticator app (since {since})"))
    unused = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    if left := session.scalar(unused):
        entries.append((f"未使用的恢复码 {left} 个", f"{left} unused recovery codes"))
    return _listed(entries, "第二重验证", "second factor", SECURITY)


def _identity(session: Session, user: User) -> Remaining | None:
    query = select(IdentityLink).where(IdentityLink.user_id == user.id)
    identities = [
        (
            f"{urlsplit(one.issuer).hostname}（{_day(one.created_at)} 关联）",
            f"{urlsplit(one.issuer).hostname} (linked {_day(one.created_at)})",
        )
        for one in session.scalars(query)
    ]
    return _listed(identities, "统一身份认证的身份", "identity of the city's unified identity", SECURITY)


def _sessions(session: Session, user: User) -> Remaining | None:
    query = sessions_of(user.id).order_by(LoginSession.last_used_at.desc())
    sessions = [(f"{one.device or '未知设备'}（{one.address}）", f"{one.device} ({one.address})")
                for one in session.scalars(query)]  # fmt: skip
    return _listed(sessions, "未退出的登录", "open sessions", DEVICES)


def _api_keys(session: Session, user: User) -> Remaining | None:
    valid = (ApiKey.revoked_at.is_(None), (ApiKey.expires_at.is_(None)) | (ApiKey.expires_at > now()))
    query = select(ApiKey).where(ApiKey.created_by == user.id, *valid).order_by(ApiKey.created_at.desc())
    keys = [
        (
            f"“{one.name}”（sk_{one.prefix}…，{_day(one.created_at)} 新建）",
            f'"{one.name}" (sk_{one.prefix}…, created {_day(one.created_at)})',
        )
        for one in session.scalars(query)
    ]
    return _listed(keys, "以您的名义新建的 API 密钥", "API keys that were created in your name", KEYS)


def _invitations(session: Session, user: User) -> Remaining | None:
    query = select(AccountLink.email).where(
        AccountLink.created_by == user.id,
        AccountLink.purpose == LinkPurpose.INVITE,
        AccountLink.used_at.is_(None),
        AccountLink.expires_at > now(),
    )
    invited = [(email, email) for email in sorted(set(session.scalars(query)))]
    return _listed(invited, "以您的名义发出、尚未接受的邀请", "open invitations in your name", PEOPLE)


def _webhooks(session: Session, user: User) -> Remaining | None:
    query = select(WebhookEndpoint).where(
        WebhookEndpoint.created_by == user.id,
        WebhookEndpoint.removed_at.is_(None),
        WebhookEndpoint.enabled,
    )
    endpoints = [
        (f"“{one.name}”（{one.host}）", f'"{one.name}" ({one.host})') for one in session.scalars(query)
    ]
    return _listed(endpoints, "以您的名义新建的 Webhook 端点", "webhook endpoints in your name", WEBHOOKS)


def _robots(session: Session, user: User) -> Remaining | None:
    query = select(ChannelAddress).where(
        ChannelAddress.user_id == user.id,
        ChannelAddress.kind.in_(ROBOTS),
        ChannelAddress.removed_at.is_(None),
        ChannelAddress.enabled,
    )
    robots = [
        (f"“{one.name}”（{_day(one.created_at)} 添加）", f'"{one.name}" (added {_day(one.created_at)})')
        for one in session.scalars(query)
    ]
    return _listed(robots, "接收您消息的群机器人", "chat robots that receive your messages", CHANNELS)


def _listed(entries: list[tuple[str, str]], zh: str, en: str, page: str) -> Remaining | None:
    if not entries:
        return None
    named = [(without_links(of_zh), without_links(of_en)) for of_zh, of_en in entries[:MOST]]
    more_zh, more_en = (
        (f"等 {len(entries)} 项", f" and {len(entries) - MOST} more") if len(entries) > MOST else ("", "")
    )
    return Remaining(
        f"{zh}：" + "、".join(one for one, _ in named) + more_zh,
        f"{en}: " + ", ".join(one for _, one in named) + more_en,
        page,
    )


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(JINAN_TIME):%Y-%m-%d}"
