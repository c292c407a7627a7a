"""Contacts that the bureau asks for with a reason; the audit trail is the only record of it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.opened_records import OpenedRecords
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import AuditEntry
from app.database import id_at, now

OPEN_FOR = timedelta(minutes=30)
"""How long one answer lasts, for one person and one record."""


def ask(session: Session, principal: Principal, record_id: UUID, reason: str) -> OpenedRecords:
    """Enter the reason in the audit trail; from now on `OPEN_FOR` the principal sees the record's contacts.

    Raises:
        Unauthenticated, Forbidden: the principal is nobody of the bureau, or a program.
    """
    require(principal, Action.CONTACT_ASK)
    audit.record(session, principal, Action.CONTACT_ASK, record_id, reason)
    return OpenedRecords(asked=frozenset({record_id}))


def ask_for_list(session: Session, principal: Principal, list_: str, reason: str) -> OpenedRecords:
    """Enter the reason in the audit trail; the result opens the contacts of one list, such as `demands.csv`.

    Raises:
        Unauthenticated, Forbidden: see `ask`.
    """
    require(principal, Action.CONTACT_ASK)
    audit.record(session, principal, Action.CONTACT_ASK, None, f"{list_}: {reason}")
    return OpenedRecords(all_asked=True)


def asked_records(session: Session, principal: Principal) -> OpenedRecords:
    """The records whose contacts the principal has asked for within `OPEN_FOR`; none for a program."""
    recent = select(AuditEntry.subject_id).where(
        AuditEntry.id > id_at(now() - OPEN_FOR),
        AuditEntry.action == Action.CONTACT_ASK.value,
        AuditEntry.user_id == principal.user_id,
        AuditEntry.subject_id.is_not(None),
    )
    if principal.user_id is None:
        return OpenedRecords()
    return OpenedRecords(asked=frozenset(id_ for id_ in session.scalars(recent) if id_ is not None))
