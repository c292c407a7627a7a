"""Pages of the list of users."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import users as service
from app.accounts.access.principal import Principal
from app.accounts.models import Role, User
from app.accounts.schemas import UserOut
from app.paging import Page, PageRequest, Sort, list_page

_BY_AGE = Sort(User.created_at, datetime)


def user_page(
    session: Session,
    paging: PageRequest,
    *,
    principal: Principal,
    organisation_id: UUID | None = None,
    role: Role | None = None,
    active: bool | None = None,
) -> Page[UserOut]:
    """One page of the users that the principal may see, oldest first."""
    query = service.users(principal=principal, organisation_id=organisation_id, role=role, active=active)
    return list_page(session, query, _BY_AGE, paging, UserOut.of)
