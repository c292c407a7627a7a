"""An organisation's own records of one library: page by page with counts of states, and what waits for the owner."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.clock import local_now
from app.libraries.http.responses import read_many
from app.libraries.library import Library
from app.libraries.record.enums import RecordState
from app.libraries.visibility.rows import own_rows
from app.paging import PageRequest, Sort, fetch_page

EXPIRES_SOON = timedelta(days=30)
_MOST_WAITING = 10


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """A page of the records, last changed first. `counts` holds the number of records in each state."""

    items: list[dict[str, Any]]
    next_cursor: str | None
    counts: Mapping[RecordState, int]


@dataclass(frozen=True, slots=True)
class WaitingRecords:
    """Records that wait for their owner, at most ten of each: returned by the bureau, drafts, those that end soon."""

    returned: list[dict[str, Any]]
    drafts: list[dict[str, Any]]
    ending: list[dict[str, Any]]


def own_records(
    session: Session,
    library: Library,
    *,
    principal: Principal,
    state: RecordState | None = None,
    paging: PageRequest,
) -> OwnRecords:
    """The records of the principal's organisation, in one state or all.

    Raises:
        Invalid: the cursor is none of this list.
    """
    require(principal, library.action("read"))
    model = library.model
    own = own_rows(model, principal)
    query = select(model).where(own)
    if state is not None:
        query = query.where(model.state == state.value)
    newest = Sort(model.updated_at, datetime, descending=True, name=f"own {library.plural}")
    rows, cursor = fetch_page(session, query, newest, paging)
    counts = session.execute(select(model.state, func.count()).where(own).group_by(model.state))
    return OwnRecords(
        read_many(session, library, rows, principal=principal),
        cursor,
        {RecordState.of(name): number for name, number in counts},
    )


def waiting_records(session: Session, library: Library, *, principal: Principal) -> WaitingRecords:
    """What of the principal's organisation waits for it."""
    require(principal, library.action("read"))
    model = library.model
    today = local_now().date()
    drafts = model.state == RecordState.DRAFT.value
    last = today + EXPIRES_SOON
    ends = or_(*(getattr(model, name).between(today, last) for name in library.expiry_dates))
    published = model.state == RecordState.PUBLISHED.value

    def read(*conditions: Any) -> list[dict[str, Any]]:
        query = select(model).where(own_rows(model, principal), *conditions)
        rows = session.scalars(query.order_by(model.updated_at.desc(), model.id).limit(_MOST_WAITING)).all()
        return read_many(session, library, rows, principal=principal)

    return WaitingRecords(
        returned=read(drafts, model.review_note.is_not(None)),
        drafts=read(drafts, model.review_note.is_(None)),
        ending=read(published, ends),
    )
