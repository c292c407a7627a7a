"""One record by its id or by its number, as far as its reader may see it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.opened_records import NOTHING_OPENED, OpenedRecords
from app.accounts.access.principal import Principal
from app.database import one_or_not_found
from app.libraries.library import Library
from app.libraries.record.models import Record
from app.libraries.visibility.rows import own_rows, visible


def find(
    session: Session,
    library: Library,
    record_id: UUID,
    principal: Principal,
    *,
    lock: bool,
    opened: OpenedRecords = NOTHING_OPENED,
) -> Record:
    """The record with this id; `lock` locks its row.

    Raises:
        NotFound: the record does not exist or is not visible to the principal.
    """
    model = library.model
    query = visible(select(model).where(model.id == record_id), model, principal, opened=opened)
    record: Record = one_or_not_found(session, query.with_for_update(of=model) if lock else query)
    return record


def find_by_number(
    session: Session,
    library: Library,
    number: str,
    principal: Principal,
    *,
    opened: OpenedRecords = NOTHING_OPENED,
    own: bool = False,
) -> Record:
    """The record with this reference number, in any case; with `own` only one of the principal's.

    Raises:
        NotFound: the record does not exist or is not visible to the principal.
    """
    model = library.model
    query = select(model).where(model.number == number.strip().upper())
    if own:
        query = query.where(own_rows(model, principal))
    record: Record = one_or_not_found(session, visible(query, model, principal, opened=opened))
    return record
