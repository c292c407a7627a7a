"""Entries of the audit trail, written in the transaction of the change."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import ANONYMOUS, Principal
from app.accounts.audit.requests import current_address, entry_of
from app.accounts.models import AuditEntry
from app.database import Database

MAX_DETAILS = 500


def record(
    session: Session, principal: Principal, action: str, subject_id: UUID | None = None, details: str = ""
) -> AuditEntry:
    """Append an entry. `details` is one short line of text without secrets, truncated to `MAX_DETAILS` characters."""
    entry = entry_of(principal, action, subject_id, details[:MAX_DETAILS], address=current_address())
    session.add(entry)
    session.flush()
    return entry


def record_many(
    session: Session, principal: Principal, subjects: Iterable[tuple[str, UUID | None, str]]
) -> None:
    """`record` several entries in their order, each by action, subject and details."""
    address = current_address()
    session.add_all(
        [
            entry_of(principal, action, subject_id, details[:MAX_DETAILS], address=address)
            for action, subject_id, details in subjects
        ]
    )
    session.flush()


def record_refused(
    database: Database, action: str, subject_id: UUID | None, reason: str, *, address: str
) -> None:
    """Append an entry about a failed attempt, in a transaction of its own: that of the attempt is rolled back.

    The actor is nobody, because the attempt has not shown who it is.
    """
    with database.unit_of_work(of_faulty_body=True) as session:
        entry = entry_of(ANONYMOUS, action, subject_id, reason[:MAX_DETAILS], address=address)
        entry.succeeded = False
        session.add(entry)


def entries(
    *,
    action: str | None = None,
    subject_id: UUID | None = None,
    user_id: UUID | None = None,
    organisation_id: UUID | None = None,
    since: datetime | None = None,
) -> Select[AuditEntry]:
    """Query for the entries that meet all given conditions; `since` is inclusive."""
    query = select(AuditEntry)
    if action is not None:
        query = query.where(AuditEntry.action == action)
    if subject_id is not None:
        query = query.where(AuditEntry.subject_id == subject_id)
    if user_id is not None:
        query = query.where(AuditEntry.user_id == user_id)
    if organisation_id is not None:
        query = query.where(AuditEntry.organisation_id == organisation_id)
    if since is not None:
        query = query.where(AuditEntry.created_at >= since)
    return query
