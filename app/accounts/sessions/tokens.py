"""Sessions: a short-lived access token, and a chain of refresh tokens that can each be used once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from app.accounts import audit, credentials, throttle
from app.accounts.access.principal import Principal
from app.accounts.models import RefreshToken, Role, SessionKind, User
from app.accounts.throttle import RateLimitKey
from app.database import Database, new_id, now
from app.errors import Unauthenticated
from app.settings import Settings

log = structlog.get_logger(__name__)

Opened = TypeVar("Opened")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Access and refresh token in plain text for the user; only the digest of the refresh token is stored."""

    access: str
    access_lifetime: timedelta
    refresh: str
    refresh_lifetime: timedelta


def log_in(database: Database, settings: Settings, *, email: str, password: str, address: str) -> Tokens:
    """Log in with e-mail address and password; see `authenticate`."""
    return authenticate(
        database,
        settings,
        email=email,
        password=password,
        address=address,
        then=lambda session, user: open_session(session, settings, user=user),
    )


def authenticate(
    database: Database,
    settings: Settings,
    *,
    email: str,
    password: str,
    address: str,
    then: Callable[[Session, User], Opened],
) -> Opened:
    """Check e-mail address and password, and answer what `then` opens for the user, in the transaction of the login.

    Takes the database rather than a session because it needs several transactions: a failed attempt is counted
    although the request fails, and no lock is held while the password is hashed.

    Raises:
        TooManyRequests: too many failures for this account and address.
        Unauthenticated: wrong password, unknown or deactivated user; the response does not reveal which.
    """
    attempt = RateLimitKey("login", email, address)
    with database.unit_of_work() as session:
        throttle.reserve(session, attempt, limit=settings.login_attempts_per_10_minutes)
        candidate = _by_email(session, email)
    is_correct = credentials.verify_password(password, candidate.password_hash if candidate else None)
    if candidate is None or not is_correct or not candidate.active:
        log.warning("login_refused", user_id=str(candidate.id) if candidate else None, address=address)
        raise Unauthenticated(
            "The e-mail address or password is wrong.", "邮箱或密码不正确。", code="invalid_credentials"
        )
    with database.unit_of_work() as session:
        user = session.get_one(User, candidate.id, with_for_update=True)
        if not user.active or user.password_hash != candidate.password_hash:
            raise Unauthenticated  # deactivated or given a new password while this password was checked
        throttle.forgive(session, attempt)
        audit.record(session, _principal(user), "session.open", user.id, f"address={address}")
        return then(session, user)


def open_session(session: Session, settings: Settings, *, user: User) -> Tokens:
    """Start a refresh-token chain. The caller has authenticated the user."""
    session.execute(
        delete(RefreshToken).where(RefreshToken.user_id == user.id, RefreshToken.expires_at < now())
    )
    return _issue_tokens(session, settings, user_id=user.id, chain_id=new_id())


def refresh(database: Database, settings: Settings, *, refresh_token: str) -> Tokens:
    """Exchange an unused refresh token for new tokens. A token used twice has been copied, so its chain is revoked.

    Raises:
        Unauthenticated: the token is unknown, expired, revoked or used.
    """
    # The error is raised after the commit, so that it does not undo the revocation.
    with database.unit_of_work() as session:
        tokens = _rotate(session, settings, refresh_token)
    if tokens is None:
        raise Unauthenticated(
            "The refresh token is no longer valid; please log in again.",
            "刷新令牌已失效,请重新登录。",
            code="invalid_refresh_token",
        )
    return tokens


def log_out(session: Session, *, refresh_token: str) -> None:
    """Revoke the chain of a refresh token, including its access tokens. An unknown token is ignored."""
    token = _by_token(session, refresh_token)
    if token is not None:
        _revoke(session, RefreshToken.chain_id == token.chain_id)


def revoke_sessions(session: Session, *, user_id: UUID) -> None:
    """End all sessions of a user immediately."""
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


def _by_email(session: Session, email: str) -> User | None:
    if not email.isprintable():  # PostgreSQL refuses NUL, and no address contains one
        return None
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def _revoke(session: Session, condition: ColumnElement[bool]) -> None:
    session.execute(
        update(RefreshToken).where(condition, RefreshToken.revoked_at.is_(None)).values(revoked_at=now())
    )


def _principal(user: User) -> Principal:
    return Principal(user_id=user.id, organisation_id=user.organisation_id, role=Role(user.role))
