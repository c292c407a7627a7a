"""The versions of a record, for its owner and the bureau."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.opened_records import NOTHING_OPENED, OpenedRecords
from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.libraries.http.responses import note_contacts
from app.libraries.library import Library
from app.libraries.lifecycle.lookup import find
from app.libraries.record.models import RecordVersion
from app.libraries.record.versions import versions_of
from app.libraries.schemas import VersionRead
from app.libraries.visibility.fields import masked, reads_contacts
from app.libraries.visibility.rows import owns
from app.paging import Page, PageRequest, Sort, fetch_page

_NEWEST = Sort(RecordVersion.version, int, descending=True)


def versions_page(
    session: Session,
    library: Library,
    record_id: UUID,
    *,
    principal: Principal,
    paging: PageRequest,
    opened: OpenedRecords = NOTHING_OPENED,
) -> Page[VersionRead]:
    """A page of the versions, newest first, with contacts as the record shows them.

    Raises:
        NotFound, Forbidden: the record is not the principal's.
    """
    record = find(session, library, record_id, principal, lock=False)
    require(principal, library.action("history"), own=owns(principal, record))
    rows, next_cursor = fetch_page(session, versions_of(record_id), _NEWEST, paging)
    items = [VersionRead.model_validate(row, from_attributes=True) for row in rows]
    in_full = reads_contacts(principal, record, opened=opened)
    for item in items:
        if in_full:
            note_contacts(record, principal, item.data, opened=opened)
        else:
            item.data = masked(item.data)
    return Page(items=items, next_cursor=next_cursor)
