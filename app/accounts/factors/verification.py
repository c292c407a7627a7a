"""Verification of a code: by time or for recovery, limited and locked per user, and never twice.

Only somebody who has passed the first step of a login can try codes, so nobody else can use up a user's attempts. A new
password begins them anew: those who spent them knew the old one.
"""

from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit, throttle
from app.accounts.access.principal import Principal, Role
from app.accounts.access.second_factors import has_second_factor
from app.accounts.credentials import digest
from app.accounts.factors.recovery_codes import plain, use_code
from app.accounts.factors.totp import matching_step
from app.accounts.models import SecondFactor, User
from app.accounts.throttle import RateLimitKey
from app.database import now
from app.encryption.columns import UnreadableSecret
from app.errors import TooManyRequests, Unauthenticated
from app.events.catalogue import CredentialsChanged
from app.events.outbox import emit
from app.settings import Settings

log = structlog.get_logger(__name__)

FAILURES_BEFORE_LOCK = 20
LOCKED_FOR = timedelta(days=1)
_DIGITS = 6


def password_mark(user: User) -> str:
    """What changes with the user's password, and tells nothing of it."""
    return digest(f"mark of {user.password_hash}")[:16]


def verify_code(session: Session, settings: Settings, user: User, code: str) -> bool:
    """Whether the code is right; then it is used. The caller has locked the user, and commits although it is wrong:
    failures count.

    Raises:
        TooManyRequests: too many codes were tried; Retry-After is in seconds.
    """
    if not session.scalar(select(has_second_factor()).where(User.id == user.id)):
        return False
    factor = session.get(SecondFactor, user.id, with_for_update=True)
    if factor is None:  # of a user with passkeys alone: failures are counted here as well
        factor = SecondFactor(user_id=user.id, failures=0)
        session.add(factor)
    _refuse_locked(factor)
    attempts = RateLimitKey("code", f"{user.id} {password_mark(user)}", f"user {user.id}")
    throttle.reserve(session, attempts, limit=settings.code_attempts_per_10_minutes)
    text = plain(code)
    is_right = _accept_step(session, factor, text) if len(text) == _DIGITS else False
    if not is_right and len(text) > _DIGITS and use_code(session, user.id, text):
        is_right = True
        emit(session, CredentialsChanged(subject_id=user.id, change="recovery_code_used"))
    if is_right:
        factor.failures, factor.locked_until = 0, None
        throttle.forgive(session, attempts)
    else:
        _count_failure(session, user, factor)
    session.flush()
    return is_right


def wrong_code() -> Unauthenticated:
    """The error for a code that is wrong or was used; these are not distinguished."""
    return Unauthenticated(
        "The code is wrong or was used already. Wait for the next one, and check the clock of your device.",
        "验证码不正确或已使用过，请等待下一个验证码；如反复出错，请核对设备时间。",
        code="wrong_code",
    )


def unlock(session: Session, user: User) -> None:
    """Begin the count of failures anew: the user has another password."""
    factor = session.get(SecondFactor, user.id, with_for_update=True)
    if factor is not None:
        factor.failures, factor.locked_until = 0, None


def _accept_step(session: Session, factor: SecondFactor, code: str) -> bool:
    if factor.secret is None:
        return False
    if isinstance(factor.secret, UnreadableSecret):
        log.warning("second_factor_unreadable", user_id=str(factor.user_id))
        return False
    step = matching_step(factor.secret, code, at=now(), after=factor.last_step)
    if step is None:
        if matching_step(factor.secret, code, at=now(), after=None) is not None:
            # Somebody may have read it over the user's shoulder (OWASP ASVS 4.0, 2.8.5).
            emit(session, CredentialsChanged(subject_id=factor.user_id, change="code_used_again"))
        return False
    factor.last_step = step
    return True


def _refuse_locked(factor: SecondFactor) -> None:
    moment = now()
    if factor.locked_until is not None and factor.locked_until > moment:
        raise TooManyRequests(
            "Too many wrong codes: codes are refused for a day, or until you set a new password by mail.",
            "错误验证码过多，一天内不再接受验证码；您可以通过邮件重设密码后继续。",
            code="second_factor_locked",
            headers={"Retry-After": str(max(1, int((factor.locked_until - moment).total_seconds())))},
        )


def _count_failure(session: Session, user: User, factor: SecondFactor) -> None:
    factor.failures += 1
    who = Principal(user_id=user.id, organisation_id=user.organisation_id, role=Role(user.role))
    audit.record(session, who, "second_factor.refused", user.id, f"failures={factor.failures}")
    if factor.failures >= FAILURES_BEFORE_LOCK:
        factor.failures, factor.locked_until = 0, now() + LOCKED_FOR
        audit.record(session, who, "second_factor.locked", user.id)
        emit(session, CredentialsChanged(subject_id=user.id, change="second_factor_locked"))
