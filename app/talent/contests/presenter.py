"""Contests and events as readers see them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed, require
from app.accounts.access.principal import Principal
from app.paging import Page, PageRequest, Sort, fetch_page
from app.talent.contests.models import Contest, ContestKind, ContestState, RegistrationState
from app.talent.contests.registrations import counts
from app.talent.contests.schemas import ContestRead

_NEWEST = Sort(Contest.starts_at, datetime, descending=True, name="contests")
_STATES = {state.value: state for state in ContestState}
_KINDS = {kind.value: kind for kind in ContestKind}


def list_contests(
    session: Session,
    paging: PageRequest,
    *,
    principal: Principal,
    kind: ContestKind | None = None,
    states: Collection[ContestState] = (),
) -> Page[ContestRead]:
    """Contests from the latest start on; drafts are for operators."""
    require(principal, Action.CONTEST_READ)
    query = select(Contest)
    if not allowed(principal, Action.CONTEST_MANAGE, own=False):
        query = query.where(Contest.state != ContestState.DRAFT)
    if kind is not None:
        query = query.where(Contest.kind == kind)
    if states:
        query = query.where(Contest.state.in_(states))
    rows, next_cursor = fetch_page(session, query, _NEWEST, paging)
    return Page(items=read_contests(session, rows), next_cursor=next_cursor)


def read_contests(session: Session, rows: Sequence[Contest]) -> list[ContestRead]:
    """Contests with how many have registered and how many wait."""
    numbers = counts(session, [row.id for row in rows])
    columns = ContestRead.model_fields.keys() - {
        "kind",
        "kind_zh",
        "state",
        "state_zh",
        "registered",
        "waiting",
    }
    return [
        ContestRead(
            **{name: getattr(row, name) for name in columns},
            kind=_KINDS[row.kind],
            kind_zh=_KINDS[row.kind].zh,
            state=_STATES[row.state],
            state_zh=_STATES[row.state].zh,
            registered=numbers.get((row.id, RegistrationState.REGISTERED.value), 0),
            waiting=numbers.get((row.id, RegistrationState.WAITING.value), 0),
        )
        for row in rows
    ]
