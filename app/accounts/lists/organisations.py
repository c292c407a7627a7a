"""Pages of the list of organisations."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, OrganisationKind
from app.accounts.organisations import service
from app.accounts.organisations.schemas import OrganisationOut
from app.paging import Page, PageRequest, Sort, list_page, pick_sort

SORTS = {
    "name": Sort(Organisation.name, str),
    "-created_at": Sort(Organisation.created_at, datetime, descending=True),
    "created_at": Sort(Organisation.created_at, datetime),
}


def organisation_page(
    session: Session,
    paging: PageRequest,
    *,
    principal: Principal,
    name: str | None = None,
    uscc: str | None = None,
    kind: OrganisationKind | None = None,
    region: str | None = None,
    verified: bool | None = None,
    trusted: bool | None = None,
    sort: str = "name",
) -> Page[OrganisationOut]:
    """One page. `trusted` False: those that registered themselves and wait for their verification.

    Raises:
        Invalid: the sort is none.
    """
    require(principal, Action.ORGANISATION_READ)
    query = service.organisations(name=name, uscc=uscc, kind=kind, region=region, verified=verified)
    if trusted is not None:
        query = query.where(Organisation.trusted if trusted else ~Organisation.trusted)
    return list_page(session, query, pick_sort(SORTS, sort), paging, OrganisationOut.of)
