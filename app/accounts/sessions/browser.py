"""Sessions of browsers: an opaque cookie, stored as a digest, that ends when it is not used."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts import audit, credentials
from app.accounts.access.authentication import UserIdentity, user_identity
from app.accounts.access.principal import Principal
from app.accounts.models import LoginSession, RefreshToken, SessionKind, User
from app.accounts.sessions.login import Opener, authenticate, complete_login
from app.accounts.sessions.tokens import Client, revoke_sessions, start_session
from app.database import Database, now
from app.services import Services
from app.settings import Settings

log = structlog.get_logger(__name__)

_USE_INTERVAL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class BrowserLogin:
    """A new session: the value of its cookie, in plain text for the browser alone.

    `device_token` shows at later logins that this browser was used before; see `tokens.Client`.
    """

    cookie: str
    device_token: str
    lifetime: timedelta


def log_in_browser(
    database: Database,
    settings: Settings,
    *,
    email: str,
    password: str,
    address: str,
    device: str,
    device_token: str | None = None,
) -> BrowserLogin:
    """Log in with e-mail address and password.

    Args:
        device: what the browser calls itself, for the user's list of devices.
        device_token: what an earlier login gave to this browser.

    Raises:
        TooManyRequests, Unavailable, SecondFactorRequired, Unauthenticated: see `authenticate`.
    """

    client = Client(address, device, device_token)
    opener = browser_opener(settings, client)
    return authenticate(database, settings, email=email, password=password, client=client, then=opener)


def complete_browser_login(
    database: Database, settings: Settings, *, challenge: str, code: str, client: Client
) -> BrowserLogin:
    """The second step of a login; see `complete_login`."""
    opener = browser_opener(settings, client)
    return complete_login(database, settings, challenge=challenge, code=code, client=client, then=opener)


def browser_opener(settings: Settings, client: Client) -> Opener[BrowserLogin]:
    """Opens the session of a browser: a cookie."""

    def open_browser(session: Session, user: User) -> BrowserLogin:
        cookie = credentials.new_refresh_token()
        moment = now()
        expires_at = moment + settings.browser_session_lifetime
        session.add(
            RefreshToken(
                user_id=user.id,
                chain_id=start_session(session, user=user, client=client, expires_at=expires_at),
                digest=credentials.digest(cookie),
                expires_at=expires_at,
                kind=SessionKind.BROWSER,
                last_used_at=moment,
                device=client.device[:60],
            )
        )
        device_token = credentials.sign_device_token(user.id, key=settings.signing_key)
        return BrowserLogin(cookie, device_token, settings.browser_session_lifetime)

    return open_browser


def user_of_cookie(services: Services, cookie: str, *, is_use: bool = True) -> UserIdentity | None:
    """The user whose browser sent the cookie; None if it is unknown, expired, idle too long or revoked.

    Args:
        is_use: somebody sits before the browser, so the session is not idle.
    """
    database, settings = services[Database], services[Settings]
    with database.reading() as session:
        token = session.execute(
            select(RefreshToken.chain_id, RefreshToken.user_id, RefreshToken.last_used_at).where(
                *_alive(cookie, settings)
            )
        ).one_or_none()
        if token is None:
            return None
        is_alive = select(RefreshToken.id).where(*_alive(cookie, settings)).exists()
        user = user_identity(session, services, token.user_id, is_alive, session_id=token.chain_id)
    if is_use and user is not None and token.last_used_at <= now() - _USE_INTERVAL:
        _record_use(database, settings, cookie, token.chain_id)
    return user


def log_out_browser(session: Session, *, cookie: str) -> None:
    """End the session of this cookie. An unknown cookie is ignored."""
    token = session.scalar(select(RefreshToken).where(*_known(cookie)))
    if token is not None:
        audit.record(session, Principal(user_id=token.user_id), "session.close", token.user_id)
        revoke_sessions(session, user_id=token.user_id, only=token.chain_id)


def _known(cookie: str) -> tuple[ColumnElement[bool], ...]:
    return (
        RefreshToken.digest == credentials.digest(cookie),
        RefreshToken.kind == SessionKind.BROWSER,
        RefreshToken.revoked_at.is_(None),
    )


def _alive(cookie: str, settings: Settings) -> tuple[ColumnElement[bool], ...]:
    # By the present settings, so that shorter ones hold for sessions that are open, too.
    moment = now()
    return (
        *_known(cookie),
        RefreshToken.expires_at > moment,
        RefreshToken.created_at > moment - settings.browser_session_lifetime,
        RefreshToken.last_used_at > moment - settings.browser_session_idle,
    )


def _record_use(database: Database, settings: Settings, cookie: str, session_id: UUID) -> None:
    """Store the time of use, at most once a minute. A busy database must not fail the request."""
    moment = now()
    due = or_(RefreshToken.last_used_at.is_(None), RefreshToken.last_used_at <= moment - _USE_INTERVAL)
    try:
        with database.unit_of_work() as session:
            session.execute(
                update(RefreshToken).where(and_(*_alive(cookie, settings), due)).values(last_used_at=moment)
            )
            session.execute(
                update(LoginSession).where(LoginSession.id == session_id).values(last_used_at=moment)
            )
    except OperationalError as error:
        log.warning("session_use_not_recorded", error=type(error.orig).__name__)
