"""A person's address of their tasks, which a calendar reads without a login until it is revoked."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal, Role
from app.accounts.credentials import digest
from app.accounts.models import User
from app.database import now
from app.engagements.models import CalendarLink
from app.errors import NotFound
from app.libraries.managers.user_link import manager_of_user

_TOKEN_BYTES = 32


def make_calendar_link(session: Session, *, principal: Principal) -> str:
    """A new token, which is shown this once; the address before it ends.

    Raises:
        Unauthenticated, Forbidden: the principal is no person who takes part in engagements.
    """
    user_id = _person(principal)
    session.execute(delete(CalendarLink).where(CalendarLink.user_id == user_id))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(CalendarLink(user_id=user_id, token_digest=digest(token), created_at=now()))
    session.flush()
    audit.record(session, principal, "calendar.link", user_id, "made")
    return token


def revoke_calendar_link(session: Session, *, principal: Principal) -> None:
    """End the address; where there is none, nothing happens."""
    user_id = _person(principal)
    link = session.get(CalendarLink, user_id)
    if link is not None:
        session.delete(link)
        session.flush()
        audit.record(session, principal, "calendar.link", user_id, "revoked")


def calendar_link_since(session: Session, *, principal: Principal) -> datetime | None:
    """Since when the principal has an address; None if they have none."""
    query = select(CalendarLink.created_at).where(CalendarLink.user_id == _person(principal), _valid())
    return session.scalar(query.join(User, User.id == CalendarLink.user_id))


def calendar_reader(session: Session, token: str) -> Principal:
    """Whose calendar the token reads, with what they may see now.

    Raises:
        NotFound: no address has this token: it was revoked, or the person changed their password since, or has left.
    """
    query = (
        select(User)
        .join(CalendarLink, CalendarLink.user_id == User.id)
        .where(CalendarLink.token_digest == digest(token), User.active, _valid())
    )
    user = session.scalar(query)
    if user is None:
        raise NotFound
    return Principal(
        user_id=user.id,
        organisation_id=user.organisation_id,
        role=Role(user.role),
        manager_id=manager_of_user(session, user.id) if user.role == Role.MANAGER else None,
    )


def _valid() -> ColumnElement[bool]:
    """Who took over an account loses the address with the next password."""
    return or_(User.password_changed_at.is_(None), User.password_changed_at <= CalendarLink.created_at)


def _person(principal: Principal) -> UUID:
    require(principal, Action.ENGAGEMENT_READ, own=True)
    if principal.user_id is None:
        raise NotFound
    return principal.user_id
