"""Registrations of a contest as their readers see them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed, require
from app.accounts.access.principal import Principal
from app.paging import Page, PageRequest, Sort, fetch_page
from app.talent.access import own_rows
from app.talent.contests.lookup import find_contest
from app.talent.contests.models import Contest, ContestRegistration, ContestState, RegistrationState
from app.talent.contests.schemas import RegistrationRead

_IN_LINE = Sort(ContestRegistration.queued_at, datetime, name="registrations")


def registration_page(
    session: Session,
    contest_id: UUID,
    paging: PageRequest,
    state: RegistrationState | None = None,
    *,
    principal: Principal,
) -> Page[RegistrationRead]:
    """The registrations that the principal may see, in the order in which they came.

    Raises:
        NotFound: no such contest.
    """
    require(principal, Action.CONTEST_REGISTER, own=True)
    contest = find_contest(session, contest_id, principal=principal)
    query = select(ContestRegistration).where(
        ContestRegistration.contest_id == contest.id, own_rows(ContestRegistration.manager_id, principal)
    )
    if state is not None:
        query = query.where(ContestRegistration.state == state)
    rows, next_cursor = fetch_page(session, query, _IN_LINE, paging)
    return Page(items=registrations_read(session, rows, principal), next_cursor=next_cursor)


def registrations_read(
    session: Session, rows: Sequence[ContestRegistration], principal: Principal
) -> list[RegistrationRead]:
    """Results are hidden from participants until they are published."""
    finished = set(
        session.scalars(
            select(Contest.id).where(
                Contest.id.in_({row.contest_id for row in rows}), Contest.state == ContestState.FINISHED
            )
        )
    )
    manages = allowed(principal, Action.CONTEST_MANAGE, own=False)
    lines = _lines(session, rows)
    hidden = ("place", "points", "award")
    columns = RegistrationRead.model_fields.keys() - {"position", *hidden}
    return [
        RegistrationRead(
            **{name: getattr(row, name) for name in columns},
            **{
                name: getattr(row, name) if manages or row.contest_id in finished else None for name in hidden
            },
            position=lines.get(row.id),
        )
        for row in rows
    ]


def _lines(session: Session, rows: Sequence[ContestRegistration]) -> dict[UUID, int]:
    """The position of each registration on its contest's waiting list, from 1."""
    waiting = {row.contest_id for row in rows if row.state == RegistrationState.WAITING}
    if not waiting:
        return {}
    position = func.row_number().over(
        partition_by=ContestRegistration.contest_id,
        order_by=(ContestRegistration.queued_at, ContestRegistration.id),
    )
    positions = session.execute(
        select(ContestRegistration.id, position).where(
            ContestRegistration.contest_id.in_(waiting),
            ContestRegistration.state == RegistrationState.WAITING,
        )
    )
    return dict(positions.all())
