"""Pages of the list of filings, and filings as their readers see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed, require
from app.accounts.access.principal import Principal
from app.clock import today
from app.libraries.managers.models import Manager
from app.paging import Page, PageRequest, Sort, fetch_page
from app.talent import transitions
from app.talent.access import own_rows
from app.talent.filings import service
from app.talent.filings.models import BY_HOLDER, BY_OPERATOR, TRANSITIONS, Filing, FilingState
from app.talent.filings.schemas import FilingMoveRead, FilingRead

FILING_STATES: Mapping[str, FilingState] = {state.value: state for state in FilingState}
"""The states by their codes."""

_NEWEST = Sort(Filing.created_at, datetime, descending=True, name="filings")


def filing_page(
    session: Session,
    paging: PageRequest,
    states: Sequence[FilingState] | None = None,
    manager_id: UUID | None = None,
    *,
    principal: Principal,
) -> Page[FilingRead]:
    """One page of the filings that the principal may see, newest first."""
    require(principal, Action.FILING_READ, own=True)
    query = select(Filing).where(own_rows(Filing.manager_id, principal))
    if states:
        query = query.where(Filing.state.in_(states))
    if manager_id is not None:
        query = query.where(Filing.manager_id == manager_id)
    rows, next_cursor = fetch_page(session, query, _NEWEST, paging)
    return Page(items=read_filings(session, rows, principal), next_cursor=next_cursor)


def filing_moves(session: Session, filing_id: UUID, *, principal: Principal) -> list[FilingMoveRead]:
    """What was done with a filing, oldest first.

    Raises:
        NotFound: there is none, or the principal may not see it.
    """
    filing = service.find(session, filing_id, principal=principal)
    return [FilingMoveRead.model_validate(row) for row in session.scalars(transitions.history(filing.id))]


def read_filing(session: Session, filing: Filing, principal: Principal) -> FilingRead:
    return read_filings(session, [filing], principal)[0]


def read_filings(session: Session, rows: Sequence[Filing], principal: Principal) -> list[FilingRead]:
    ids = {row.manager_id for row in rows}
    names = dict(session.execute(select(Manager.id, Manager.title).where(Manager.id.in_(ids))).all())
    # `own_rows` has limited the rows to those that the principal may read.
    may = [
        *(BY_HOLDER if allowed(principal, Action.FILING_CHANGE, own=True) else ()),
        *(BY_OPERATOR if allowed(principal, Action.FILING_REVIEW, own=True) else ()),
    ]
    day = today()
    states = {state.value: state for state in FilingState}
    own_columns = FilingRead.model_fields.keys() - {
        "manager_name",
        "state",
        "state_zh",
        "allowed",
        "in_force",
    }
    return [
        FilingRead(
            **{name: getattr(row, name) for name in own_columns},
            manager_name=names[row.manager_id],
            state=states[row.state],
            state_zh=states[row.state].zh,
            allowed=[name for name in transitions.allowed(TRANSITIONS, row.state) if name in may],
            in_force=service.in_force(row, day),
        )
        for row in rows
    ]
