"""Passkeys: what a device is asked, bound to who asked, and the check of its answer against what is stored.

The token of a challenge stays with who asked for it: a cookie of their browser, or a program. What the device signs is
derived from it, so who sees that cannot complete the step, and nothing stored tells either.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit, throttle
from app.accounts.access.principal import Principal, Role
from app.accounts.factors import challenges
from app.accounts.factors.webauthn import AnswerRefused, KnownKey, RelyingParty, user_handle
from app.accounts.models import ChallengePurpose, Passkey, User
from app.accounts.throttle import RateLimitKey
from app.database import Database, now
from app.errors import Conflict, Unauthenticated
from app.events.catalogue import CredentialsChanged
from app.events.outbox import emit
from app.settings import Settings

log = structlog.get_logger(__name__)

LIFETIME = timedelta(minutes=5)
_ASKED_PER_ATTEMPT = 5


@dataclass(frozen=True, slots=True)
class PasskeyQuestion:
    """What a device is to be asked.

    Attributes:
        token: of the challenge, for who asked alone; it comes back with the answer.
        options: for `navigator.credentials`, as JSON.
    """

    token: str
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TakenChallenge:
    """A challenge that is used up: whose it is, what it was asked for, and what the device had to sign."""

    user_id: UUID | None
    data: Mapping[str, Any]
    signed: bytes


class PasskeyRefused(Unauthenticated):
    """The passkey could not be verified; please try again, or log in another way."""

    code = "passkey_refused"
    zh = "通行密钥未通过验证，请重试，或改用其他方式。"

    def __init__(self, reason: str, *, user_id: UUID | None = None, is_copied: bool = False) -> None:
        super().__init__()
        self.reason = reason
        self.user_id = user_id
        self.is_copied = is_copied


def relying_party(settings: Settings) -> RelyingParty:
    """
    Raises:
        Conflict: at the public address of this service browsers have no passkeys.
    """
    party = RelyingParty.of(settings)
    if party is None:
        raise Conflict(
            "Passkeys need a public address with https and a name; ask those who run this service.",
            "通行密钥要求本系统以域名和 https 访问，请联系系统管理员。",
            code="passkeys_unavailable",
        )
    return party


def passkeys_of(session: Session, user_id: UUID) -> Sequence[Passkey]:
    """The user's passkeys, the oldest first."""
    return session.scalars(
        select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at, Passkey.id)
    ).all()


def known_keys(session: Session, user_id: UUID) -> list[KnownKey]:
    """What a device needs to know of the user's passkeys."""
    return [KnownKey(one.credential_id, one.public_key) for one in passkeys_of(session, user_id)]


def issue(
    session: Session, purpose: ChallengePurpose, *, user_id: UUID | None, data: Mapping[str, Any]
) -> tuple[str, bytes]:
    """A new challenge for `LIFETIME`: its token, and what the device is to sign."""
    token = challenges.issue(session, purpose, user_id=user_id, data=data, lifetime=LIFETIME)
    return token, _signed(token)


def ask(
    session: Session,
    settings: Settings,
    purpose: ChallengePurpose,
    *,
    user_id: UUID | None,
    data: Mapping[str, Any],
) -> PasskeyQuestion:
    """Ask for a passkey of this user; without a user for any that verifies its own.

    Raises:
        Conflict: there are no passkeys at this address, or the user has none.
    """
    party = relying_party(settings)
    keys = known_keys(session, user_id) if user_id is not None else []
    if user_id is not None and not keys:
        raise Conflict("You have no passkey yet.", "您尚未添加通行密钥。", code="no_passkey")
    token, signed = issue(session, purpose, user_id=user_id, data=data)
    return PasskeyQuestion(token, party.request_options(signed, allowed=keys, must_verify=user_id is None))


def count_question(database: Database, settings: Settings, address: str) -> None:
    """Limit the questions of strangers from one address, each of which stores a challenge.

    Raises:
        TooManyRequests: there were too many.
    """
    limit = _ASKED_PER_ATTEMPT * settings.login_attempts_per_10_minutes
    with database.unit_of_work(of_faulty_body=True) as session:
        throttle.reserve(session, RateLimitKey("passkey_ask", address, address), limit=limit)


def take(
    database: Database, purpose: ChallengePurpose, token: str, *, user_id: UUID | None = None
) -> TakenChallenge:
    """Use a challenge up, whatever becomes of the answer: another try needs another challenge.

    Raises:
        Unauthenticated: it is unknown, used, expired, of another purpose or of another user.
    """
    with database.unit_of_work(of_faulty_body=True) as session:
        found = challenges.find(session, purpose, token)
        taken = TakenChallenge(found.user_id, dict(found.data), _signed(token))
        challenges.use_up(found)
    if user_id is not None and taken.user_id != user_id:
        raise challenges.invalid_challenge()
    return taken


def verify(
    session: Session,
    settings: Settings,
    answer: Mapping[str, Any],
    challenge: TakenChallenge,
    *,
    is_alone: bool,
) -> User:
    """The user, locked, whose passkey has given this answer; its use is noted.

    Args:
        is_alone: nothing else was shown: the device must have verified its user, now and when it was registered or
            beside a password, and must say whose passkey it is.

    Raises:
        PasskeyRefused: it proves nothing; with `is_copied` a device has counted backwards.
    """
    credential_id = str(answer.get("id"))
    owner_id = (
        session.scalar(select(Passkey.user_id).where(Passkey.credential_id == credential_id))
        if credential_id.isprintable()
        else None
    )
    if owner_id is None:
        raise PasskeyRefused("unknown passkey", user_id=challenge.user_id)
    if challenge.user_id not in (None, owner_id):
        raise PasskeyRefused("passkey of another user", user_id=challenge.user_id)
    user = session.get_one(User, owner_id, with_for_update=True)
    passkey = session.scalar(select(Passkey).where(Passkey.credential_id == credential_id).with_for_update())
    if passkey is None or not user.active:
        raise PasskeyRefused("removed passkey or deactivated user", user_id=owner_id)
    handle = user_handle(answer)
    if handle != user.id.bytes and (is_alone or handle is not None):
        raise PasskeyRefused("user handle of another user", user_id=owner_id)
    try:
        shown = relying_party(settings).check_assertion(
            answer,
            challenge.signed,
            key=KnownKey(passkey.credential_id, passkey.public_key),
            must_verify=is_alone,
        )
    except AnswerRefused as error:
        raise PasskeyRefused(str(error), user_id=owner_id) from error
    if is_alone and not passkey.verifies_user:
        raise PasskeyRefused("passkey that stands for one factor only", user_id=owner_id)
    if (shown.sign_count or passkey.sign_count) and shown.sign_count <= passkey.sign_count:
        raise PasskeyRefused(
            f"sign count {shown.sign_count} after {passkey.sign_count}", user_id=owner_id, is_copied=True
        )
    passkey.sign_count, passkey.last_used_at = shown.sign_count, now()
    passkey.verifies_user = passkey.verifies_user or shown.has_verified_user
    return user


@contextmanager
def refusals_recorded(database: Database, address: str) -> Iterator[None]:
    """Put refusals of passkeys within the block on record, and tell the user whose passkey may have been copied."""
    try:
        yield
    except PasskeyRefused as refused:
        log.warning(
            "passkey_refused", user_id=str(refused.user_id), reason=refused.reason[:200], address=address
        )
        reason = f"passkey: {refused.reason}"
        audit.record_refused(database, "session.refused", refused.user_id, reason[:200], address=address)
        if refused.is_copied and refused.user_id is not None:
            with database.unit_of_work(of_faulty_body=True) as session:
                user = session.get_one(User, refused.user_id)
                who = Principal(user_id=user.id, organisation_id=user.organisation_id, role=Role(user.role))
                audit.record(session, who, "second_factor.refused", user.id, refused.reason)
                emit(session, CredentialsChanged(subject_id=user.id, change="passkey_copied"))
        raise


def _signed(token: str) -> bytes:
    return hmac.new(token.encode(), b"what a device signs", hashlib.sha256).digest()
