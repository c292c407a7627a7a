"""One's own passkeys: register, rename and remove them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.access.proof import require_confirmation
from app.accounts.factors import challenges, passkeys
from app.accounts.factors.passkeys import PasskeyQuestion
from app.accounts.factors.recovery_codes import issue_codes
from app.accounts.factors.webauthn import AnswerRefused
from app.accounts.field_checks import checked, clean_label
from app.accounts.models import ChallengePurpose, Passkey, User
from app.accounts.self_service.second_factor import forget_codes_without_factor, refuse_last_factor
from app.accounts.sessions.login import factors_of
from app.accounts.sessions.tokens import revoke_sessions
from app.database import Database, one_or_not_found
from app.errors import Conflict, Forbidden, Invalid
from app.events.catalogue import CredentialsChanged
from app.events.catalogue.accounts import CredentialChange
from app.events.outbox import emit
from app.settings import Settings

MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that was registered, and the recovery codes that come with a first factor, shown once; else None."""

    passkey: Passkey
    recovery_codes: list[str] | None


def own_passkeys(session: Session, *, principal: Principal) -> Sequence[Passkey]:
    """The oldest first.

    Raises:
        Forbidden: the principal is an API key.
    """
    return passkeys.passkeys_of(session, _user_id(principal))


def begin_passkey(session: Session, settings: Settings, *, principal: Principal) -> PasskeyQuestion:
    """What a device is to be asked to make a passkey.

    Raises:
        Forbidden: the principal is an API key, or has not shown a password or factor just now.
        Conflict: there are no passkeys at the public address of this service.
    """
    user = _confirmed_user(session, principal)
    party = passkeys.relying_party(settings)
    token, signed = passkeys.issue(
        session,
        ChallengePurpose.PASSKEY_SETUP,
        user_id=user.id,
        data={"session": str(principal.session_id)},
    )
    present = passkeys.known_keys(session, user.id)
    options = party.creation_options(
        signed, user_id=user.id.bytes, email=user.email, name=user.name, present=present
    )
    return PasskeyQuestion(token, options)


def add_passkey(
    database: Database,
    settings: Settings,
    *,
    principal: Principal,
    challenge: str,
    answer: Mapping[str, Any],
    name: str,
) -> NewPasskey:
    """Register what the device has made. A first factor ends the user's other sessions, which have not shown one.

    Raises:
        Unauthenticated: the challenge cannot be used, or is that of another session.
        Forbidden: the principal is an API key, or has not shown a password or factor just now.
        Invalid: the name is empty or too long, or the answer of the device cannot be accepted.
        Conflict: there are no passkeys at this address, or this one is registered.
    """
    user_id = _user_id(principal)
    require_confirmation(principal)
    party = passkeys.relying_party(settings)
    called = _name(name)
    taken = passkeys.take(database, ChallengePurpose.PASSKEY_SETUP, challenge, user_id=user_id)
    if taken.data.get("session") != str(principal.session_id):
        raise challenges.invalid_challenge()
    try:
        key = party.check_registration(answer, taken.signed)
    except AnswerRefused as error:
        raise Invalid.field(
            "credential",
            "passkey_not_accepted",
            "设备返回的结果未通过核验，请重试，或换用其他设备",
            f"the answer of the device cannot be accepted: {error}; try again, or use another device",
        ) from error
    with database.unit_of_work() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        if session.scalar(select(Passkey.id).where(Passkey.credential_id == key.credential_id)) is not None:
            raise Conflict(
                "This passkey is registered already.", "此通行密钥已添加过。", code="passkey_known"
            )
        is_first = not factors_of(session, user)
        passkey = Passkey(
            user_id=user_id,
            name=called,
            credential_id=key.credential_id,
            public_key=key.public_key,
            sign_count=key.sign_count,
            verifies_user=key.has_verified_user,
        )
        session.add(passkey)
        session.flush()
        codes = None
        if is_first:
            codes = issue_codes(session, user_id)
            revoke_sessions(session, user_id=user_id, but_for=principal.session_id)
        _record(session, principal, user_id, "passkey_added")
    return NewPasskey(passkey, codes)


def rename_passkey(session: Session, passkey_id: UUID, *, principal: Principal, name: str) -> Passkey:
    """
    Raises:
        Forbidden: the principal is an API key, or has not shown a password or factor just now.
        NotFound: the principal has no such passkey.
        Invalid: the name is empty or too long.
    """
    user = _confirmed_user(session, principal)
    passkey = _own(session, passkey_id, user)
    passkey.name = _name(name)
    _record(session, principal, user.id, "passkey_renamed")
    return passkey


def remove_passkey(session: Session, settings: Settings, passkey_id: UUID, *, principal: Principal) -> None:
    """It opens nothing from now on. Recovery codes end with the last factor.

    Raises:
        Forbidden: the principal is an API key, or has not shown a password or factor just now.
        NotFound: the principal has no such passkey.
        Conflict: it is the only factor of somebody whose role must have one.
    """
    user = _confirmed_user(session, principal)
    session.delete(_own(session, passkey_id, user))
    session.flush()
    refuse_last_factor(session, settings, user)
    forget_codes_without_factor(session, user)
    _record(session, principal, user.id, "passkey_removed")


def _user_id(principal: Principal) -> UUID:
    require(principal, Action.USER_CHANGE, own=True)
    if principal.user_id is None:
        raise Forbidden("An API key has no passkeys.", "API 密钥没有通行密钥。")
    return principal.user_id


def _confirmed_user(session: Session, principal: Principal) -> User:
    user_id = _user_id(principal)
    require_confirmation(principal)
    return session.get_one(User, user_id, with_for_update=True)


def _own(session: Session, passkey_id: UUID, user: User) -> Passkey:
    return one_or_not_found(
        session, select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id)
    )


def _name(name: str) -> str:
    called = checked("name", clean_label, name)
    if not 1 <= len(called) <= MAX_NAME:
        raise Invalid.field(
            "name",
            "length",
            f"名称应为 1 至 {MAX_NAME} 个字",
            f"the name must have 1 to {MAX_NAME} characters",
        )
    return called


def _record(session: Session, principal: Principal, user_id: UUID, change: CredentialChange) -> None:
    audit.record(session, principal, "user.credentials", user_id, change)
    emit(session, CredentialsChanged(subject_id=user_id, change=change))
