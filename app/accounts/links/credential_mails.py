"""Mails to the login address about changed credentials: who took over a session cannot suppress them."""

from sqlalchemy.orm import Session

from app.accounts.links.models import LinkPurpose
from app.accounts.links.service import issue
from app.accounts.models import User
from app.events.catalogue import CredentialsChanged, PasswordChanged
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.services import Services
from app.settings import Settings


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
    issue(
        session,
        services[Settings].signing_key,
        purpose=LinkPurpose.CREDENTIALS_CHANGED,
        email=user.email,
        user_id=user.id,
        data={"change": change},
    )
