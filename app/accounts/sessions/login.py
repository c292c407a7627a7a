"""The login: e-mail address and password, then a second factor where the user has one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import structlog
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.accounts import audit, credentials, throttle
from app.accounts.factors import challenges
from app.accounts.factors.verification import password_mark, verify_code, wrong_code
from app.accounts.models import ChallengePurpose, LoginSession, Passkey, SecondFactor, User
from app.accounts.sessions.tokens import KNOWN_FOR, Client, Tokens, open_session, principal_of, user_by_email
from app.accounts.throttle import RateLimitKey
from app.database import Database, now
from app.errors import Unauthenticated
from app.settings import Settings

log = structlog.get_logger(__name__)

FactorKind = Literal["totp", "passkey"]
"""What a user may have beside recovery codes: an authenticator app, passkeys."""

Opened = TypeVar("Opened")
Opener = Callable[[Session, User], Opened]
"""Opens the session of a user who has shown all that is asked for, in the transaction of the login."""


class SecondFactorRequired(Unauthenticated):
    """The password is right; a second factor is still needed."""

    code = "second_factor_required"
    zh = "密码正确，还需要第二重验证。"

    def __init__(self, challenge: str, factors: Sequence[FactorKind]) -> None:
        super().__init__(
            headers={"Cache-Control": "no-store"},
            challenge=challenge,
            factors=list(factors),
            expires_in=int(challenges.LIFETIME.total_seconds()),
        )
        self.challenge = challenge
        self.factors = tuple(factors)


def token_opener(settings: Settings, client: Client) -> Opener[Tokens]:
    """Opens the session of a program: tokens."""
    return lambda session, user: replace(
        open_session(session, settings, user=user, client=client),
        device=credentials.sign_device_token(user.id, key=settings.signing_key),
    )


def log_in(database: Database, settings: Settings, *, email: str, password: str, client: Client) -> Tokens:
    """Log in with e-mail address and password; see `authenticate`."""
    opener = token_opener(settings, client)
    return authenticate(database, settings, email=email, password=password, client=client, then=opener)


def authenticate(
    database: Database,
    settings: Settings,
    *,
    email: str,
    password: str,
    client: Client,
    then: Opener[Opened],
) -> Opened:
    """Check e-mail address and password, and answer what `then` opens for the user, in the transaction of the login.

    Takes the database rather than a session because it needs several transactions: a failed attempt is counted
    although the request fails, and no lock is held while the password is hashed.

    Raises:
        TooManyRequests: too many failures for this account and address.
        Unavailable: too many passwords are being hashed.
        SecondFactorRequired: the user has a second factor; its challenge goes to `complete_login`.
        Unauthenticated: wrong password, unknown or deactivated user; the response does not reveal which.
    """
    with database.unit_of_work() as session:
        candidate = user_by_email(session, email)
        known = _known_client(session, settings, candidate, client)
        attempt = RateLimitKey("login", email, known.key or client.address)
        throttle.reserve(session, attempt, limit=settings.login_attempts_per_10_minutes, known=known.is_known)
    is_correct = credentials.verify_password(
        password, candidate.password_hash if candidate else None, known=known.is_known
    )
    if candidate is None or not is_correct or not candidate.active:
        user_id = candidate.id if candidate else None
        log.warning("login_refused", user_id=str(user_id) if user_id else None, address=client.address)
        reason = "unknown account" if candidate is None else "deactivated" if is_correct else "wrong password"
        audit.record_refused(database, "session.refused", user_id, reason, address=client.address)
        raise Unauthenticated(
            "The e-mail address or password is wrong.", "邮箱或密码不正确。", code="invalid_credentials"
        )

    known_id, known_hash = candidate.id, candidate.password_hash

    def checked(session: Session) -> User:
        user = session.get_one(User, known_id, with_for_update=True)
        if not user.active or user.password_hash != known_hash:
            raise Unauthenticated  # deactivated or given a new password while this password was checked
        throttle.forgive(session, attempt)
        return user

    return finish_first_step(database, checked, client=client, then=then)


def finish_first_step(
    database: Database, first: Callable[[Session], User], *, client: Client, then: Opener[Opened]
) -> Opened:
    """Answer what `then` opens for the user whom `first` answers, locked, after the first step of their login.

    Raises:
        SecondFactorRequired: the user has a second factor; its challenge goes to `complete_login`.
    """
    with database.unit_of_work() as session:
        user = first(session)
        factors = factors_of(session, user)
        if not factors:
            return open_for(session, user, client, then)
        challenge = challenges.issue(
            session,
            ChallengePurpose.SECOND_FACTOR,
            user_id=user.id,
            data={"password": password_mark(user)},
        )
    raise SecondFactorRequired(challenge, factors)


def complete_login(
    database: Database,
    settings: Settings,
    *,
    challenge: str,
    code: str,
    client: Client,
    then: Opener[Opened],
) -> Opened:
    """The second step: check the code, and answer what `then` opens for the user.

    Raises:
        Unauthenticated: the challenge is unknown, used or expired, the password has changed meanwhile, or the code is
            wrong or was used; a wrong code can be tried again with the same challenge.
        TooManyRequests: too many codes were tried.
    """
    with database.unit_of_work() as session:
        found = challenges.find(session, ChallengePurpose.SECOND_FACTOR, challenge)
        user = session.get_one(User, found.user_id, with_for_update=True)
        if not user.active or found.data["password"] != password_mark(user):
            raise challenges.invalid_challenge()
        if verify_code(session, settings, user, code):
            challenges.use_up(found)
            return open_for(session, user, client, then)
    log.warning("second_factor_refused", user_id=str(user.id), address=client.address)
    audit.record_refused(database, "session.refused", user.id, "wrong code", address=client.address)
    raise wrong_code()  # after the commit, so that the failure counts


def factors_of(session: Session, user: User) -> list[FactorKind]:
    """The second factors that the user has."""
    has_app = exists().where(SecondFactor.user_id == user.id, SecondFactor.secret.is_not(None))
    has_passkey = exists().where(Passkey.user_id == user.id)
    row = session.execute(select(has_app, has_passkey)).one()
    kinds: tuple[FactorKind, ...] = ("totp", "passkey")
    return [kind for kind, has in zip(kinds, row, strict=True) if has]


def open_for(session: Session, user: User, client: Client, then: Opener[Opened]) -> Opened:
    """What `then` opens for the user, on record. The caller has checked all that they had to show."""
    audit.record(session, principal_of(user), "session.open", user.id, f"address={client.address}")
    return then(session, user)


@dataclass(frozen=True, slots=True)
class _Known:
    """Whether the account was used from this client before; `key` replaces the address in its limits."""

    is_known: bool = False
    key: str | None = None


def _known_client(session: Session, settings: Settings, user: User | None, client: Client) -> _Known:
    if user is None:
        return _Known()
    if client.device_token:
        device = credentials.read_device_token(client.device_token, key=settings.signing_key)
        if device is not None and device[0] == user.id:
            return _Known(True, f"device {device[1]}")
    used_here = exists().where(
        LoginSession.user_id == user.id,
        LoginSession.address == client.address[:64],
        LoginSession.last_used_at > now() - KNOWN_FOR,
    )
    return _Known(bool(session.scalar(select(used_here))))
