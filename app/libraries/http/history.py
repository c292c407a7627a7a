"""The versions of a record, for its owner and the bureau."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.libraries.library import Library
from app.libraries.lifecycle.lookup import find
from app.libraries.record.models import RecordVersion
from app.libraries.record.versions import versions_of
from app.libraries.schemas import VersionRead
from app.libraries.visibility.rows import owns
from app.paging import Page, PageRequest, Sort, fetch_page

_NEWEST = Sort(RecordVersion.version, int, descending=True)


def versions_page(
    session: Session, library: Library, record_id: UUID, *, principal: Principal, paging: PageRequest
) -> Page[VersionRead]:
    """A page of the versions, newest first.

    Raises:
        NotFound, Forbidden: the record is not the principal's.
    """
    record = find(session, library, record_id, principal, lock=False)
    require(principal, library.action("history"), own=owns(principal, record))
    rows, next_cursor = fetch_page(session, versions_of(record_id), _NEWEST, paging)
    items = [VersionRead.model_validate(row, from_attributes=True) for row in rows]
    return Page(items=items, next_cursor=next_cursor)
