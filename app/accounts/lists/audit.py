"""Pages of the audit trail."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import audit as service
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import AuditEntry
from app.accounts.schemas import AuditEntryOut
from app.paging import Page, PageRequest, Sort, list_page

_NEWEST = Sort(AuditEntry.created_at, datetime, descending=True)


def audit_page(
    session: Session,
    paging: PageRequest,
    *,
    principal: Principal,
    action: str | None = None,
    subject_id: UUID | None = None,
    user_id: UUID | None = None,
    organisation_id: UUID | None = None,
    since: datetime | None = None,
) -> Page[AuditEntryOut]:
    """One page, newest first."""
    require(principal, Action.AUDIT_READ)
    query = service.entries(
        action=action,
        subject_id=subject_id,
        user_id=user_id,
        organisation_id=organisation_id,
        since=since,
    )
    return list_page(session, query, _NEWEST, paging, AuditEntryOut.of)
