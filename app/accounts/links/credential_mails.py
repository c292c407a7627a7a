"""Mails to the login address about changed credentials: who took over a session cannot suppress them."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.links.models import AccountLink, LinkPurpose
from app.accounts.links.service import issue
from app.accounts.models import User
from app.database import now
from app.events.catalogue import CredentialsChanged, PasswordChanged
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.services import Services
from app.settings import Settings

OF_PASSWORDS = frozenset({"password_changed", "password_set"})
"""After these a reader may think that nobody else is left in the account."""

_HOUR = timedelta(hours=1)


def mail_credentials_change(services: Services, session: Session, event: ClaimedEvent) -> None:
    """Tell the user what of their credentials has changed."""
    _mail(services, session, event, CredentialsChanged.of(event).change)


def mail_password_change(services: Services, session: Session, event: ClaimedEvent) -> None:
    """Tell the user that their password has changed."""
    changed = PasswordChanged.of(event)
    _mail(services, session, event, "password_set" if changed.by_bureau else "password_changed")


def _mail(services: Services, session: Session, event: ClaimedEvent, change: str) -> None:
    user = session.get(User, subject_id_of(event))
    if user is None or not user.active:
        return
    # Harmless changes, many in an hour, must not use up the mails about one that matters.
    is_first = change in OF_PASSWORDS or change not in _of_the_last_hour(session, user)
    issue(
        session,
        services[Settings].signing_key,
        purpose=LinkPurpose.CREDENTIALS_CHANGED,
        email=user.email,
        user_id=user.id,
        data={"change": change},
        is_first=is_first,
    )


def _of_the_last_hour(session: Session, user: User) -> set[str]:
    """The changes that were mailed, or were too many to be."""
    query = select(AccountLink).where(
        AccountLink.user_id == user.id,
        AccountLink.purpose == LinkPurpose.CREDENTIALS_CHANGED,
        AccountLink.created_at > now() - _HOUR,
    )
    return {link.data["change"] for link in session.scalars(query)}
