"""The audit trail: append-only entries, written in the transaction of the change and readable by operators."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import AuditEntry

MAX_DETAILS = 500


def record(
    session: Session, principal: Principal, action: str, subject_id: UUID | None = None, details: str = ""
) -> AuditEntry:
    """Append an entry. `details` is one short line of text without secrets, truncated to `MAX_DETAILS` characters."""
    entry = AuditEntry(
        user_id=principal.user_id,
        api_key_id=principal.api_key_id,
        organisation_id=principal.organisation_id,
        action=action,
        subject_id=subject_id,
        details=details[:MAX_DETAILS],
    )
    session.add(entry)
    session.flush()
    return entry


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
