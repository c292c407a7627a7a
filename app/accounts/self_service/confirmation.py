"""Confirmation that it is still the user who sits there, before sensitive steps: a password, a code or a passkey."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import audit, credentials, throttle
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.factors import challenges, passkeys
from app.accounts.factors.passkeys import PasskeyQuestion
from app.accounts.factors.verification import verify_code, wrong_code
from app.accounts.models import ChallengePurpose, LoginSession, User
from app.accounts.throttle import RateLimitKey
from app.database import Database, now
from app.errors import Forbidden, Invalid, StaleVersion, Unauthenticated
from app.settings import Settings


def confirm_by_password(database: Database, *, principal: Principal, password: str) -> None:
    """The session counts as confirmed for a while. The caller limits the attempts.

    Raises:
        Forbidden: the principal is an API key.
        Invalid: the password is wrong.
        Unavailable: too many passwords are being hashed.
    """
    _require_session(principal)
    with database.reading() as session:
        password_hash = session.get_one(User, principal.user_id).password_hash
    if not credentials.verify_password(password, password_hash, known=True):
        raise Invalid.field("password", "wrong_password", "密码不正确", "the password is wrong")
    with database.unit_of_work() as session:
        user = session.get_one(User, principal.user_id, with_for_update=True)
        if user.password_hash != password_hash:
            raise StaleVersion
        session.get_one(LoginSession, principal.session_id).confirmed_at = now()
        audit.record(session, principal, "session.confirm", user.id, "password")


def confirm_by_code(database: Database, settings: Settings, *, principal: Principal, code: str) -> None:
    """The session counts as confirmed for a while.

    Raises:
        Forbidden: the principal is an API key.
        Invalid: the code is wrong or was used, or the user has no second factor.
        TooManyRequests: too many codes were tried.
    """
    _require_session(principal)
    with database.unit_of_work() as session:
        user = session.get_one(User, principal.user_id, with_for_update=True)
        is_right = verify_code(session, settings, user, code)
        if is_right:
            session.get_one(LoginSession, principal.session_id).confirmed_at = now()
            audit.record(session, principal, "session.confirm", user.id, "code")
    if not is_right:  # after the commit, so that the failure counts
        wrong = wrong_code()
        raise Invalid.field("code", "wrong_code", wrong.message_zh.rstrip("。"), wrong.message_en.rstrip("."))


def begin_passkey_confirmation(
    session: Session, settings: Settings, *, principal: Principal
) -> PasskeyQuestion:
    """What a device of the principal is to be asked.

    Raises:
        Forbidden: the principal is an API key.
        Conflict: there are no passkeys at the public address of this service, or the user has none.
    """
    _require_session(principal)
    return passkeys.ask(
        session,
        settings,
        ChallengePurpose.PASSKEY_CONFIRMATION,
        user_id=principal.user_id,
        data={"session": str(principal.session_id)},
    )


def confirm_by_passkey(
    database: Database,
    settings: Settings,
    *,
    principal: Principal,
    challenge: str,
    answer: Mapping[str, Any],
    address: str,
) -> None:
    """The session counts as confirmed for a while.

    Raises:
        Forbidden: the principal is an API key.
        Invalid: the challenge cannot be used, is that of another session, or the passkey proves nothing.
        TooManyRequests: too many failures of this passkey from this address.
    """
    _require_session(principal)
    attempt = RateLimitKey("passkey", str(answer.get("id"))[:2000], address)
    throttle.count_attempt(database, settings, attempt)
    try:
        taken = passkeys.take(
            database, ChallengePurpose.PASSKEY_CONFIRMATION, challenge, user_id=principal.user_id
        )
        if taken.data.get("session") != str(principal.session_id):
            raise challenges.invalid_challenge()
        with passkeys.refusals_recorded(database, address), database.unit_of_work() as session:
            user = passkeys.verify(session, settings, answer, taken, is_alone=False)
            throttle.forgive(session, attempt)
            session.get_one(LoginSession, principal.session_id).confirmed_at = now()
            audit.record(session, principal, "session.confirm", user.id, "passkey")
    except Unauthenticated as refused:  # the caller is logged in all the same
        raise Invalid.field(
            "credential",
            refused.problem_code,
            refused.message_zh.rstrip("。"),
            refused.message_en.rstrip("."),
        ) from refused


def _require_session(principal: Principal) -> None:
    require(principal, Action.USER_CHANGE, own=True)
    if principal.session_id is None:
        raise Forbidden("An API key confirms nothing.", "API 密钥无须确认。")
