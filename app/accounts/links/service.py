"""Issue links, send them again, and use them once."""

import base64
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.credentials import digest
from app.accounts.links.models import NOTICES, AccountLink, LinkPurpose
from app.accounts.models import User
from app.database import new_id, now
from app.errors import NotFound
from app.events.catalogue import MessageDue
from app.events.messages import MessageKind, enqueue_message
from app.events.outbox import Event

LIFETIME: Mapping[LinkPurpose, timedelta] = {
    LinkPurpose.REGISTER: timedelta(days=2),
    LinkPurpose.RESET_PASSWORD: timedelta(hours=1),
    LinkPurpose.CHANGE_MAIL: timedelta(days=2),
    LinkPurpose.INVITE: timedelta(days=7),
    LinkPurpose.MAIL_CHANGED: timedelta(days=7),
    LinkPurpose.CREDENTIALS_CHANGED: timedelta(days=7),
}

PATHS: Mapping[LinkPurpose, str] = {
    LinkPurpose.REGISTER: "/verify-mail",
    LinkPurpose.RESET_PASSWORD: "/reset-password",
    LinkPurpose.CHANGE_MAIL: "/verify-mail",
    LinkPurpose.INVITE: "/accept-invitation",
}
"""The pages that links lead to, below the public address; `?token=` follows."""

MAILS_PER_HOUR = 10
MOST_MAILS_PER_HOUR = 50
"""Mails to one mailbox for one purpose: more are recorded, but not sent, so that nobody can flood a mailbox. The larger
number is for those who ask for the first time, so that nobody can use up the mails that another person asks for."""

_KEPT = timedelta(days=7)
_HOUR = timedelta(hours=1)


def issue(
    session: Session,
    signing_key: str,
    *,
    purpose: LinkPurpose,
    email: str,
    user_id: UUID | None = None,
    organisation_id: UUID | None = None,
    created_by: UUID | None = None,
    data: Mapping[str, Any] | None = None,
    is_first: bool = False,
) -> AccountLink:
    """Store a link and request its mail. Earlier links for the same purpose stay valid until one of them is used, so
    that nobody can invalidate the link of another person by asking for a new one. For `is_first` see `send`."""
    link_id = new_id()
    link = AccountLink(
        id=link_id,
        purpose=purpose,
        email=email,
        user_id=user_id,
        organisation_id=organisation_id,
        created_by=created_by,
        digest=digest(token_of(signing_key, link_id)),
        data=dict(data or {}),
        expires_at=now() + LIFETIME[purpose],
    )
    session.add(link)
    session.flush()
    send(session, link, is_first=is_first)
    return link


def send(session: Session, link: AccountLink, *, is_first: bool = False) -> None:
    """Request the mail of a link, or request it again, unless the mailbox has had its mails of the hour; `is_first` is
    whether who asks has not done so before, or hardly."""
    most = MOST_MAILS_PER_HOUR if is_first else MAILS_PER_HOUR
    if _mails_in_the_last_hour(session, link.email, link.purpose) < most:
        enqueue_message(session, kind=MessageKind.ACCOUNT_LINK, account_link_id=link.id)


def token_of(signing_key: str, link_id: UUID) -> str:
    """The token of a link, 43 characters: a keyed digest of its id, so that the store does not hold it."""
    mac = hmac.digest(signing_key.encode(), b"sanku account link " + link_id.bytes, "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode("ascii")


def usable(session: Session, token: str, *purposes: LinkPurpose, lock: bool = True) -> AccountLink:
    """The link of this token, which is neither used nor expired; `lock` keeps others from using it meanwhile.

    Raises:
        NotFound: there is no such link for these purposes. Used, expired and invented links are not distinguished.
    """
    query = select(AccountLink).where(
        AccountLink.digest == digest(token),
        AccountLink.purpose.in_(purposes),
        AccountLink.used_at.is_(None),
        AccountLink.expires_at > now(),
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    link = session.scalar(query)
    if link is None:
        raise invalid_link()
    return link


def invalid_link() -> NotFound:
    """The error for a link that cannot be used, whatever the reason."""
    return NotFound(
        "This link is invalid, used or expired. Please ask for a new one.",
        "链接无效、已使用或已过期，请重新申请。",
        code="link_invalid",
    )


def use_up(session: Session, link: AccountLink) -> None:
    """Mark the link as used, and erase what it held; other links of the same mailbox and purpose end too."""
    same = (
        AccountLink.email == link.email,
        AccountLink.purpose == link.purpose,
        AccountLink.used_at.is_(None),
    )
    session.execute(update(AccountLink).where(*same).values(used_at=now(), data={}))
    session.refresh(link)


def end_links(session: Session, user_id: UUID) -> None:
    """End the links that act for this user: after a change of the password or the mailbox, and at deactivation."""
    # A link to reset the password is stored for a mailbox, so that its answer tells nobody who has an account.
    mailbox = select(User.email).where(User.id == user_id)
    resets = and_(AccountLink.purpose == LinkPurpose.RESET_PASSWORD, AccountLink.email.in_(mailbox))
    session.execute(
        update(AccountLink)
        .where(
            or_(AccountLink.user_id == user_id, resets),
            AccountLink.used_at.is_(None),
            AccountLink.purpose.not_in(NOTICES),
        )
        .values(used_at=now(), data={})
    )


def end_invitations_by(session: Session, user_id: UUID) -> None:
    """End the invitations that this user sent, when they are no longer an administrator."""
    end_invitations(session, AccountLink.created_by == user_id)


def end_invitations(session: Session, condition: ColumnElement[bool]) -> None:
    """End the unused invitations that meet the condition."""
    session.execute(
        update(AccountLink)
        .where(AccountLink.purpose == LinkPurpose.INVITE, AccountLink.used_at.is_(None), condition)
        .values(used_at=now(), data={})
    )


def forget_old_links(session: Session) -> None:
    """Delete links a week after they expired: they hold addresses of people who never became users."""
    session.execute(delete(AccountLink).where(AccountLink.expires_at < now() - _KEPT))


def invitations_in_the_last_hour(session: Session, email: str, organisation_id: UUID) -> int:
    """How often the organisation has invited this mailbox."""
    recent = select(func.count()).where(
        AccountLink.email == email,
        AccountLink.purpose == LinkPurpose.INVITE,
        AccountLink.organisation_id == organisation_id,
        AccountLink.created_at > now() - _HOUR,
    )
    return session.scalar(recent) or 0


def _mails_in_the_last_hour(session: Session, email: str, purpose: str) -> int:
    """The mails that were requested, repetitions included."""
    recent = (
        select(func.count())
        .select_from(AccountLink)
        .join(Event, Event.subject_id == AccountLink.id)
        .where(
            AccountLink.email == email,
            AccountLink.purpose == purpose,
            Event.name == MessageDue.name,
            Event.created_at > now() - _HOUR,
        )
    )
    return session.scalar(recent) or 0
