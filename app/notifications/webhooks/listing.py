"""Pages of the list of webhook endpoints."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.notifications.models import WebhookEndpoint
from app.notifications.schemas import WebhookRead
from app.notifications.webhooks import service
from app.paging import Page, PageRequest, Sort, list_page

_BY_AGE = Sort(WebhookEndpoint.created_at, datetime)


def endpoint_page(
    session: Session, paging: PageRequest, *, principal: Principal, organisation_id: UUID | None = None
) -> Page[WebhookRead]:
    """One page of the endpoints that the principal may see, oldest first."""
    query = service.endpoints(principal=principal, organisation_id=organisation_id)
    return list_page(session, query, _BY_AGE, paging, WebhookRead.of)
