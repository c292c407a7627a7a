"""Logins: a short access token, and a chain of refresh tokens of which each is good once."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from app.accounts import audit, credentials, throttle
from app.accounts.access.principal import Principal
from app.accounts.models import RefreshToken, Role, User
from app.accounts.throttle import RateLimitKey
from app.database import Database, new_id, now
from app.errors import Unauthenticated
from app.settings import Settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Both in clear, on their way to the user; only the refresh token's digest stays here."""

    access: str
    access_lifetime: timedelta
    refresh: str
    refresh_lifetime: timedelta


def log_in(database: Database, settings: Settings, *, email: str, password: str, address: str) -> Tokens:
    """Takes the database and not a session, because it is several transactions: a failed attempt stays counted
    although the request fails, and no lock is held while the password is hashed.

    Raises:
        TooManyRequests: too many failures for this account and address.
        Unauthenticated: wrong password, unknown or deactivated user; the answer does not tell which.
    """
    limited = RateLimitKey("login", email, address)
    with database.unit_of_work() as session:
        throttle.reserve(session, limited, limit=settings.login_attempts_per_10_minutes)
        found = _by_email(session, email)
    right = credentials.verify_password(password, found.password_hash if found else None)
    if found is None or not right or not found.active:
        log.warning("login_refused", user_id=str(found.id) if found else None, address=address)
        raise Unauthenticated(
            "The e-mail address or password is wrong.", "邮箱或密码不正确。", code="invalid_credentials"
        )
    with database.unit_of_work() as session:
        user = session.get_one(User, found.id, with_for_update=True)
        if not user.active or user.password_hash != found.password_hash:
            raise Unauthenticated  # deactivated, or given another password, while this one was checked
        throttle.forgive(session, limited)
        audit.record(session, _principal(user), "session.open", user.id, f"address={address}")
        return open_session(session, settings, user=user)


def open_session(session: Session, settings: Settings, *, user: User) -> Tokens:
    """Begin a chain. The caller has made sure of who the user is."""
    session.execute(
        delete(RefreshToken).where(RefreshToken.user_id == user.id, RefreshToken.expires_at < now())
    )
    return _next_link(session, settings, user_id=user.id, chain_id=new_id())


def refresh(database: Database, settings: Settings, *, refresh_token: str) -> Tokens:
    """A new pair for an unused token. A used one has been copied by somebody: its whole chain ends.

    Raises:
        Unauthenticated: unknown, expired, revoked or used before.
    """
    # The error is raised after the commit: it must not undo the revocation.
    with database.unit_of_work() as session:
        tokens = _rotate(session, settings, refresh_token)
    if tokens is None:
        raise Unauthenticated(
            "The refresh token is not valid any more; please log in again.",
            "刷新令牌已失效,请重新登录。",
            code="invalid_refresh_token",
        )
    return tokens


def log_out(session: Session, *, refresh_token: str) -> None:
    """End the chain, its access tokens included. An unknown token is as good as logged out."""
    token = _by_token(session, refresh_token)
    if token is not None:
        _revoke(session, RefreshToken.chain_id == token.chain_id)


def revoke_sessions(session: Session, *, user_id: UUID) -> None:
    """Log the user out everywhere, at once."""
    _revoke(session, RefreshToken.user_id == user_id)


def _rotate(session: Session, settings: Settings, refresh_token: str) -> Tokens | None:
    token = _by_token(session, refresh_token)
    if token is None or token.revoked_at is not None or token.expires_at <= now():
        return None
    user = session.get_one(User, token.user_id)
    if token.used_at is not None or not user.active:
        if token.used_at is not None:
            log.warning("refresh_token_reused", user_id=str(user.id), chain_id=str(token.chain_id))
            audit.record(session, _principal(user), "session.reuse_detected", user.id)
        _revoke(session, RefreshToken.chain_id == token.chain_id)
        return None
    token.used_at = now()
    return _next_link(session, settings, user_id=user.id, chain_id=token.chain_id)


def _next_link(session: Session, settings: Settings, *, user_id: UUID, chain_id: UUID) -> Tokens:
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
        key=settings.signing_key(),
        lifetime=settings.access_token_lifetime,
    )
    return Tokens(access, settings.access_token_lifetime, refresh_token, settings.refresh_token_lifetime)


def _by_token(session: Session, refresh_token: str) -> RefreshToken | None:
    # Locked, so that of two uses at the same moment the second sees the first.
    return session.scalar(
        select(RefreshToken).where(RefreshToken.digest == credentials.digest(refresh_token)).with_for_update()
    )


def _by_email(session: Session, email: str) -> User | None:
    if not email.isprintable():  # a NUL is an error to PostgreSQL, and no address holds one
        return None
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def _revoke(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(
        update(RefreshToken).where(which, RefreshToken.revoked_at.is_(None)).values(revoked_at=now())
    )


def _principal(user: User) -> Principal:
    return Principal(user_id=user.id, organisation_id=user.organisation_id, role=Role(user.role))
