"""Consents to the notice of processing: which version a person agreed to, and when; withdrawn when they say so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.legal_texts.purposes import TextPurpose
from app.accounts.legal_texts.service import keep_first_version, text_of
from app.accounts.models import Consent, User
from app.database import now
from app.errors import Conflict, Invalid

FIELD = "notice_version"
_NOTICE = TextPurpose.PRIVACY_NOTICE


def agreed_notice(session: Session, version: int) -> Mapping[str, Any]:
    """What a registration keeps until its mailbox is confirmed, as JSON values: version, digest and time.

    Raises:
        Invalid: another version is in force.
    """
    text = text_of(session, _NOTICE)
    if text.version != version:
        raise Invalid.field(
            FIELD,
            "text_outdated",
            f"请阅读现行的告知书（第 {text.version} 版）并同意",
            f"please read the notice in force (version {text.version}), and agree to it",
        )
    return {"version": text.version, "digest": text.digest, "at": now().isoformat()}


def record_consent(session: Session, user: User, agreed: Mapping[str, Any]) -> Consent:
    """Store the consent of `agreed_notice` for the user."""
    keep_first_version(session, _NOTICE)
    given = Consent(
        user_id=user.id,
        purpose=_NOTICE.value,
        text_version=agreed["version"],
        digest=agreed["digest"],
        given_at=datetime.fromisoformat(agreed["at"]),
    )
    session.add(given)
    session.flush()
    return given


def give_consent(session: Session, user_id: UUID, version: int, *, principal: Principal) -> Consent:
    """Agree to the version in force; the present consent stays if it is to this version.

    Raises:
        Forbidden: the principal may not change this account.
        Invalid: another version is in force.
    """
    require(principal, Action.USER_CHANGE, own=principal.user_id == user_id)
    agreed = agreed_notice(session, version)
    for given in consents_of(session, user_id):
        if given.withdrawn_at is None and given.text_version == version:
            return given
    given = record_consent(session, session.get_one(User, user_id), agreed)
    audit.record(
        session, principal, "user.consent", user_id, f"privacy_notice {version} sha256:{given.digest}"
    )
    return given


def end_consents(session: Session, user_id: UUID, *, principal: Principal) -> None:
    """Withdraw all consents of the user.

    Raises:
        Conflict: they have given none.
    """
    active = (Consent.user_id == user_id, Consent.withdrawn_at.is_(None))
    if session.scalar(select(Consent.id).where(*active).limit(1)) is None:
        raise Conflict(
            "There is no consent to withdraw: this account was made for you. You can erase it with your data.",
            "没有可撤回的同意：此账号由单位或主管部门建立。您可以注销账号并删除本人数据。",
            code="no_consent",
        )
    session.execute(update(Consent).where(*active).values(withdrawn_at=now()))
    audit.record(session, principal, "user.consent_withdraw", user_id)


def consents_of(session: Session, user_id: UUID) -> list[Consent]:
    """The user's consents, the newest first."""
    query = select(Consent).where(Consent.user_id == user_id)
    return list(session.scalars(query.order_by(Consent.given_at.desc(), Consent.id.desc())))
