"""Pages of the list of API keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import api_keys as service
from app.accounts.access.principal import Principal
from app.accounts.models import ApiKey
from app.accounts.schemas import ApiKeyOut
from app.paging import Page, PageRequest, Sort, list_page

_NEWEST = Sort(ApiKey.created_at, datetime, descending=True)


def api_key_page(
    session: Session, paging: PageRequest, *, principal: Principal, organisation_id: UUID | None = None
) -> Page[ApiKeyOut]:
    """One page of the keys that the principal may see, revoked ones included, newest first."""
    query = service.api_keys(principal=principal, organisation_id=organisation_id)
    return list_page(session, query, _NEWEST, paging, ApiKeyOut.of)
