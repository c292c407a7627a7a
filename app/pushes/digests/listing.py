"""Pages of the list of owners' digests."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal, Role
from app.paging import Page, PageRequest, Sort, fetch_page
from app.pushes.digests.models import OwnerDigest
from app.pushes.digests.owner_digest import read_owner_digests
from app.pushes.digests.schemas import OwnerDigestRead
from app.pushes.preferences.service import own_organisation

_NEWEST = Sort(OwnerDigest.created_at, datetime, descending=True, name="owner_digests")


def owner_digest_page(
    session: Session, paging: PageRequest, *, principal: Principal
) -> Page[OwnerDigestRead]:
    """One page of the digests of the principal's organisation, or of all for an operator, newest first."""
    require(principal, Action.DIGEST_READ, own=principal.role is not Role.MANAGER)
    query = select(OwnerDigest)
    if not principal.sees_everything:
        query = query.where(OwnerDigest.organisation_id == own_organisation(principal))
    rows, next_cursor = fetch_page(session, query, _NEWEST, paging)
    return Page(items=read_owner_digests(session, rows), next_cursor=next_cursor)
