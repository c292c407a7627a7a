"""One's own authenticator app and recovery codes; and the reset of all factors by the bureau."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.grants import require_grant
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.access.proof import require_confirmation
from app.accounts.factors.passkeys import passkeys_of
from app.accounts.factors.recovery_codes import codes_left, issue_codes, plain
from app.accounts.factors.totp import matching_step, new_secret, provisioning_uri, qr_code
from app.accounts.models import Passkey, RecoveryCode, SecondFactor, User
from app.accounts.sessions.login import factors_of
from app.accounts.sessions.tokens import revoke_sessions
from app.database import now
from app.encryption.columns import UnreadableSecret
from app.errors import Conflict, Forbidden, Invalid
from app.events.catalogue import CredentialsChanged
from app.events.catalogue.accounts import CredentialChange
from app.events.outbox import emit
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What an authenticator app needs, shown until the first code confirms it.

    Attributes:
        secret: in base 32, to be typed where no camera is.
        uri: the `otpauth://` address.
        qr: the address as a picture, a `data:` address.
    """

    secret: str
    uri: str
    qr: str


@dataclass(frozen=True, slots=True)
class FactorState:
    """What the user has: an authenticator app (and since when), passkeys, recovery codes; and whether they must have a
    factor."""

    factor: SecondFactor | None
    passkeys: Sequence[Passkey]
    is_required: bool
    codes_left: int

    @property
    def has_factor(self) -> bool:
        """Whether the user has an authenticator app or a passkey."""
        return self.factor is not None or bool(self.passkeys)


def state_of(session: Session, settings: Settings, *, principal: Principal) -> FactorState:
    """
    Raises:
        Forbidden: the principal is an API key.
    """
    user = _own(session, principal, lock=False)
    factor = session.get(SecondFactor, user.id)
    return FactorState(
        factor=factor if factor is not None and factor.secret is not None else None,
        passkeys=passkeys_of(session, user.id),
        is_required=user.role in settings.roles_with_second_factor,
        codes_left=codes_left(session, user.id),
    )


def begin(session: Session, *, principal: Principal) -> NewSecret:
    """A new secret; the present one, if any, holds until a code of the new one is confirmed.

    Raises:
        Forbidden: the principal is an API key, or has not shown a password or factor just now.
    """
    user = _own(session, principal)
    require_confirmation(principal)
    secret = new_secret()
    factor = session.get(SecondFactor, user.id) or SecondFactor(user_id=user.id, failures=0)
    factor.pending_secret = secret
    session.add(factor)
    session.flush()
    return _shown(secret, user)


def pending(session: Session, *, principal: Principal) -> NewSecret:
    """The secret that waits for its first code, to be shown again after a wrong one.

    Raises:
        Conflict: there is none.
        Forbidden: the principal is an API key, or has not shown a password or factor just now.
    """
    user = _own(session, principal, lock=False)
    require_confirmation(principal)
    return _shown(_pending_secret(session.get(SecondFactor, user.id)), user)


def confirm(session: Session, *, principal: Principal, code: str) -> list[str]:
    """Use the new secret from now on; ends all other sessions. Answers new recovery codes, which are shown once.

    Raises:
        Conflict: no secret waits for a code.
        Invalid: the code is wrong.
        Forbidden: the principal is an API key, or has not shown a password or factor just now.
    """
    user = _own(session, principal)
    require_confirmation(principal)
    factor = session.get(SecondFactor, user.id)
    secret = _pending_secret(factor)
    assert factor is not None
    step = matching_step(secret, plain(code), at=now(), after=None)
    if step is None:
        raise Invalid.field(
            "code",
            "wrong_code",
            "验证码不正确，请核对设备时间后输入新的验证码",
            "the code is wrong; check the clock of your device and type the next code",
        )
    factor.secret, factor.pending_secret = factor.pending_secret, None
    factor.confirmed_at, factor.last_step = now(), step
    factor.failures, factor.locked_until = 0, None
    session.flush()
    codes = issue_codes(session, user.id)
    revoke_sessions(session, user_id=user.id, but_for=principal.session_id)
    _record(session, principal, user, "second_factor_added")
    return codes


def renew_codes(session: Session, *, principal: Principal) -> list[str]:
    """New recovery codes in place of all earlier ones, shown once.

    Raises:
        Conflict: the user has no second factor.
        Forbidden: the principal is an API key, or has not shown a password or factor just now.
    """
    user = _own(session, principal)
    require_confirmation(principal)
    if not factors_of(session, user):
        raise _no_factor()
    codes = issue_codes(session, user.id)
    _record(session, principal, user, "recovery_codes_renewed")
    return codes


def remove(session: Session, settings: Settings, *, principal: Principal) -> None:
    """Take the authenticator app off: log in with a passkey, or with the password alone, from now on.

    Raises:
        Conflict: the user has none, or it is the only factor of somebody whose role must have one; it can be replaced.
        Forbidden: the principal is an API key, or has not shown a password or factor just now.
    """
    user = _own(session, principal)
    require_confirmation(principal)
    factor = session.get(SecondFactor, user.id)
    if factor is None or factor.secret is None:
        raise _no_factor()
    session.delete(factor)
    session.flush()
    refuse_last_factor(session, settings, user)
    forget_codes_without_factor(session, user)
    _record(session, principal, user, "second_factor_removed")


def refuse_last_factor(session: Session, settings: Settings, user: User) -> None:
    """
    Raises:
        Conflict: nothing is left of the factors of somebody whose role must have one.
    """
    if user.role in settings.roles_with_second_factor and not factors_of(session, user):
        raise Conflict(
            "Your role must have a second factor; set up another one first.",
            "您的角色须启用第二重验证，请先设置另一种方式，再停用这一种。",
            code="second_factor_needed",
        )


def forget_codes_without_factor(session: Session, user: User) -> None:
    """Recovery codes stand in for a factor: without one they open nothing."""
    if not factors_of(session, user):
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def reset_factors(session: Session, user: User, *, principal: Principal) -> None:
    """Delete another user's second factors: they have lost devices and codes. Ends their sessions.

    Raises:
        Forbidden: only the bureau may (of an office: the security administrator), never for oneself, and after a
            recent password or factor.
    """
    require(principal, Action.USER_RESET_FACTORS)
    require_grant(principal, user.role)
    require_confirmation(principal)
    if user.id == principal.user_id:
        raise Forbidden(
            "Nobody resets their own second factor; ask another operator.",
            "不能清除本人的第二重验证，请由另一名管理部门用户办理。",
            code="own_factors",
        )
    _delete(session, user.id)
    revoke_sessions(session, user_id=user.id)
    _record(session, principal, user, "second_factor_reset")


def _own(session: Session, principal: Principal, *, lock: bool = True) -> User:
    require(principal, Action.USER_CHANGE, own=True)
    if principal.user_id is None:
        raise Forbidden("An API key has no second factor.", "API 密钥没有第二重验证。")
    return session.get_one(User, principal.user_id, with_for_update=lock or None)


def _pending_secret(factor: SecondFactor | None) -> str:
    if factor is None or factor.pending_secret is None or isinstance(factor.pending_secret, UnreadableSecret):
        raise Conflict(
            "Begin the setup first: no new secret waits for its code.",
            "请先开始设置，目前没有等待确认的密钥。",
            code="setup_not_begun",
        )
    return factor.pending_secret


def _no_factor() -> Conflict:
    return Conflict("You have no second factor yet.", "您尚未启用第二重验证。", code="no_second_factor")


def _shown(secret: str, user: User) -> NewSecret:
    uri = provisioning_uri(secret, user.email)
    return NewSecret(secret, uri, qr_code(uri))


def _delete(session: Session, user_id: UUID) -> None:
    for table in (Passkey, RecoveryCode, SecondFactor):
        session.execute(delete(table).where(table.user_id == user_id))


def _record(session: Session, principal: Principal, user: User, change: CredentialChange) -> None:
    audit.record(session, principal, "user.credentials", user.id, change)
    emit(session, CredentialsChanged(subject_id=user.id, change=change))
