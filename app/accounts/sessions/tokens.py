"""Sessions: a short-lived access token, and a chain of refresh tokens that can each be used once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, and_, delete, select, update
from sqlalchemy.orm import Session

from app.accounts import audit, credentials
from app.accounts.access.principal import Principal
from app.accounts.models import LoginSession, RefreshToken, Role, SessionKind, User
from app.database import Database, new_id, now
from app.errors import Unauthenticated
from app.settings import Settings

log = structlog.get_logger(__name__)


KNOWN_FOR = timedelta(days=90)
"""How long an address counts as known after the account was last used from it."""


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from: the network address, and what the client says of itself (User-Agent).

    `device_token` is what an earlier login gave to this device.
    """

    address: str = "unknown"
    device: str = ""
    device_token: str | None = None


UNKNOWN_CLIENT = Client()


@dataclass(frozen=True, slots=True)
class Tokens:
    """Access and refresh token in plain text for the user; only the digest of the refresh token is stored.

    `device` shows at later logins that this device was used before; only a login gives one.
    """

    access: str
    access_lifetime: timedelta
    refresh: str
    refresh_lifetime: timedelta
    device: str | None = None


def open_session(
    session: Session, settings: Settings, *, user: User, client: Client = UNKNOWN_CLIENT
) -> Tokens:
    """Start a refresh-token chain. The caller has authenticated the user."""
    session.execute(
        delete(RefreshToken).where(RefreshToken.user_id == user.id, RefreshToken.expires_at < now())
    )
    chain_id = start_session(
        session, user=user, client=client, expires_at=now() + settings.refresh_token_lifetime
    )
    return _issue_tokens(session, settings, user_id=user.id, chain_id=chain_id)


def start_session(session: Session, *, user: User, client: Client, expires_at: datetime) -> UUID:
    """Add a login to the user's list, and forget those that are long over; answers its id."""
    session.execute(
        delete(LoginSession).where(
            LoginSession.user_id == user.id, LoginSession.last_used_at < now() - KNOWN_FOR
        )
    )
    chain_id = new_id()
    session.add(
        LoginSession(
            id=chain_id,
            user_id=user.id,
            device=_printable(client.device),
            address=client.address[:64],
            expires_at=expires_at,
            confirmed_at=now(),
        )
    )
    return chain_id


def refresh(
    database: Database, settings: Settings, *, refresh_token: str, client: Client = UNKNOWN_CLIENT
) -> Tokens:
    """Exchange an unused refresh token for new tokens. A token used twice has been copied, so its chain is revoked.

    Raises:
        Unauthenticated: the token is unknown, expired, revoked or used.
    """
    # The error is raised after the commit, so that it does not undo the revocation.
    with database.unit_of_work() as session:
        tokens = _rotate(session, settings, refresh_token, client)
    if tokens is None:
        raise Unauthenticated(
            "The refresh token is no longer valid; please log in again.",
            "刷新令牌已失效，请重新登录。",
            code="invalid_refresh_token",
        )
    return tokens


def log_out(session: Session, *, refresh_token: str) -> None:
    """Revoke the chain of a refresh token, including its access tokens. An unknown token is ignored."""
    token = _by_token(session, refresh_token)
    if token is not None:
        audit.record(session, Principal(user_id=token.user_id), "session.close", token.user_id)
        _end(session, LoginSession.id == token.chain_id)


def revoke_sessions(
    session: Session, *, user_id: UUID, only: UUID | None = None, but_for: UUID | None = None
) -> None:
    """End all sessions of a user immediately, or `only` one of them, or all `but_for` one."""
    condition = LoginSession.user_id == user_id
    if only is not None:
        condition = and_(condition, LoginSession.id == only)
    if but_for is not None:
        condition = and_(condition, LoginSession.id != but_for)
    _end(session, condition)


def sessions_of(user_id: UUID) -> Select[LoginSession]:
    """Query for a user's open sessions."""
    return select(LoginSession).where(
        LoginSession.user_id == user_id, LoginSession.ended_at.is_(None), LoginSession.expires_at > now()
    )


def _rotate(session: Session, settings: Settings, refresh_token: str, client: Client) -> Tokens | None:
    token = _by_token(session, refresh_token)
    if token is None or token.revoked_at is not None or token.expires_at <= now():
        return None
    user = session.get_one(User, token.user_id)
    login = session.get_one(LoginSession, token.chain_id)
    is_over = login.created_at <= now() - settings.session_lifetime
    if token.used_at is not None or not user.active or is_over:
        if token.used_at is not None:
            log.warning("refresh_token_reused", user_id=str(user.id), chain_id=str(token.chain_id))
            audit.record(session, principal_of(user), "session.reuse_detected", user.id)
        _end(session, LoginSession.id == token.chain_id)
        return None
    token.used_at = now()
    login.last_used_at = now()
    login.expires_at = now() + settings.refresh_token_lifetime
    if client is not UNKNOWN_CLIENT:
        login.address = client.address[:64]
        login.device = _printable(client.device) or login.device
    return _issue_tokens(session, settings, user_id=user.id, chain_id=token.chain_id)


def _issue_tokens(session: Session, settings: Settings, *, user_id: UUID, chain_id: UUID) -> Tokens:
    refresh_token = credentials.new_refresh_token()
    session.add(
        RefreshToken(
            user_id=user_id,
            chain_id=chain_id,
            digest=credentials.digest(refresh_token),
            expires_at=now() + settings.refresh_token_lifetime,
        )
    )
    session.flush()
    access = credentials.sign_access_token(
        credentials.AccessClaims(user_id, chain_id),
        key=settings.signing_key,
        lifetime=settings.access_token_lifetime,
    )
    return Tokens(access, settings.access_token_lifetime, refresh_token, settings.refresh_token_lifetime)


def _by_token(session: Session, refresh_token: str) -> RefreshToken | None:
    # Locked, so that of two concurrent uses the second one sees the first.
    return session.scalar(
        select(RefreshToken)
        .where(RefreshToken.digest == credentials.digest(refresh_token), RefreshToken.kind == SessionKind.API)
        .with_for_update()
    )


def user_by_email(session: Session, email: str) -> User | None:
    """The user with this address as they may type it."""
    if not email.isprintable():  # PostgreSQL refuses NUL, and no address contains one
        return None
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def principal_of(user: User) -> Principal:
    """The user as the actor of what they do without a login, such as following a link in a mail."""
    return Principal(
        user_id=user.id,
        organisation_id=user.organisation_id,
        role=Role(user.role),
        administrator=user.administrator,
    )


def _end(session: Session, condition: ColumnElement[bool]) -> None:
    """End the sessions that meet the condition, with their refresh and access tokens."""
    ended = select(LoginSession.id).where(condition)
    session.execute(
        update(RefreshToken)
        .where(RefreshToken.chain_id.in_(ended), RefreshToken.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    session.execute(
        update(LoginSession).where(condition, LoginSession.ended_at.is_(None)).values(ended_at=now())
    )


def _printable(device: str) -> str:
    return "".join(char for char in device if char.isprintable())[:200]
