"""Pages of the list of invitations that nobody has accepted yet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.links.models import AccountLink
from app.accounts.schemas import InvitationOut
from app.accounts.self_service import invitations as service
from app.paging import Page, PageRequest, Sort, list_page

_NEWEST = Sort(AccountLink.created_at, datetime, descending=True)


def invitation_page(
    session: Session, paging: PageRequest, *, principal: Principal, organisation_id: UUID | None = None
) -> Page[InvitationOut]:
    """One page of the invitations that the principal may withdraw, newest first."""
    query = service.open_invitations(principal=principal, organisation_id=organisation_id)
    return list_page(session, query, _NEWEST, paging, InvitationOut.of)
