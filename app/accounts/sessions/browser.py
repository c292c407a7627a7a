"""Sessions of browsers: an opaque cookie, stored as a digest, that ends when it is not used."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts import credentials
from app.accounts.access.authentication import UserIdentity, user_identity
from app.accounts.access.disclosure import Disclosure
from app.accounts.models import RefreshToken, SessionKind, User
from app.accounts.sessions.tokens import authenticate
from app.database import Database, new_id, now
from app.services import Services
from app.settings import Settings

log = structlog.get_logger(__name__)

LIFETIME = timedelta(days=14)
IDLE = timedelta(hours=12)
_USE_INTERVAL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class BrowserLogin:
    """A new session: the value of its cookie, in plain text for the browser alone."""

    cookie: str
    lifetime: timedelta = LIFETIME


def log_in_browser(
    database: Database, settings: Settings, *, email: str, password: str, address: str, device: str
) -> BrowserLogin:
    """Log in with e-mail address and password.

    Args:
        device: what the browser calls itself, for the user's list of devices.

    Raises:
        TooManyRequests, Unauthenticated: see `authenticate`.
    """

    def open_browser(session: Session, user: User) -> BrowserLogin:
        cookie = credentials.new_refresh_token()
        moment = now()
        session.add(
            RefreshToken(
                user_id=user.id,
                chain_id=new_id(),
                digest=credentials.digest(cookie),
                expires_at=moment + LIFETIME,
                kind=SessionKind.BROWSER,
                last_used_at=moment,
                device=device[:60],
            )
        )
        return BrowserLogin(cookie)

    return authenticate(
        database, settings, email=email, password=password, address=address, then=open_browser
    )


def user_of_cookie(services: Services, cookie: str) -> UserIdentity | None:
    """The user whose browser sent the cookie; None if it is unknown, expired, idle too long or revoked."""
    database = services[Database]
    with database.reading() as session:
        token = session.execute(
            select(RefreshToken.id, RefreshToken.user_id, RefreshToken.last_used_at).where(
                *_alive(cookie), RefreshToken.expires_at > now()
            )
        ).one_or_none()
        if token is None:
            return None
        is_alive = select(RefreshToken.id).where(*_alive(cookie)).exists()
        user = user_identity(session, services[Disclosure], token.user_id, is_alive)
    if user is not None and token.last_used_at <= now() - _USE_INTERVAL:
        _record_use(database, cookie)
    return user


def log_out_browser(session: Session, *, cookie: str) -> None:
    """End the session of this cookie. An unknown cookie is ignored."""
    session.execute(update(RefreshToken).where(*_alive(cookie)).values(revoked_at=now()))


def _alive(cookie: str) -> tuple[ColumnElement[bool], ...]:
    return (
        RefreshToken.digest == credentials.digest(cookie),
        RefreshToken.kind == SessionKind.BROWSER,
        RefreshToken.revoked_at.is_(None),
        RefreshToken.last_used_at > now() - IDLE,
    )


def _record_use(database: Database, cookie: str) -> None:
    """Store the time of use, at most once a minute. A busy database must not fail the request."""
    moment = now()
    due = or_(RefreshToken.last_used_at.is_(None), RefreshToken.last_used_at <= moment - _USE_INTERVAL)
    try:
        with database.unit_of_work() as session:
            session.execute(
                update(RefreshToken).where(and_(*_alive(cookie), due)).values(last_used_at=moment)
            )
    except OperationalError as error:
        log.warning("session_use_not_recorded", error=type(error.orig).__name__)
