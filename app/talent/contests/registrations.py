"""Registrations for contests: slots, the waiting list and withdrawal."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import now, one_or_not_found
from app.errors import Conflict, Invalid
from app.events.catalogue import ContestLeft, ContestPromoted, ContestRegistered
from app.events.outbox import emit
from app.talent.access import manager_for, own_rows
from app.talent.contests.lookup import find_contest
from app.talent.contests.models import (
    Contest,
    ContestKind,
    ContestRegistration,
    ContestState,
    RegistrationState,
    facts_of,
)
from app.talent.contests.schemas import RegistrationCreate


def register(
    session: Session, contest_id: UUID, body: RegistrationCreate, *, principal: Principal
) -> ContestRegistration:
    """Register a manager, or add them to the waiting list if the contest is full.

    The contest's row is locked, so its capacity is never exceeded.

    Raises:
        Conflict: registration is not open, or the manager is already registered.
        Invalid: the project of a project contest is missing.
    """
    manager = manager_for(session, body.manager_id, Action.CONTEST_REGISTER, principal=principal)
    contest = find_contest(session, contest_id, principal=principal, lock=True)
    if contest.state != ContestState.OPEN or contest.deadline <= now():
        raise Conflict("Registration is not open.", "当前不接受报名。", code="registration_closed")
    if contest.kind == ContestKind.PROJECT_CONTEST and body.project is None:
        raise Invalid.field("project", "required", "请填写参赛项目", "is required for a project contest")
    existing = session.scalar(
        select(ContestRegistration).where(
            ContestRegistration.contest_id == contest.id, ContestRegistration.manager_id == manager.id
        )
    )
    if existing is not None and existing.state != RegistrationState.WITHDRAWN:
        raise Conflict(
            "This manager is already registered.",
            "该技术经理人已报名，请勿重复报名。",
            code="registered_already",
        )
    row = existing or ContestRegistration(contest_id=contest.id, manager_id=manager.id)
    row.project, row.queued_at, row.registered_by = body.project, now(), principal.user_id
    full = contest.capacity is not None and _registered_count(session, contest) >= contest.capacity
    row.state = RegistrationState.WAITING if full else RegistrationState.REGISTERED
    session.add(row)
    session.flush()
    audit.record(session, principal, "contest.register", row.id, f"{contest.number} {row.state}")
    emit(
        session,
        ContestRegistered(**facts_of(contest), manager_id=manager.id, state=row.state),
    )
    return row


def withdraw(session: Session, registration_id: UUID, *, principal: Principal) -> ContestRegistration:
    """Withdraw a registration; the first on the waiting list moves up.

    Raises:
        NotFound: it does not exist, or the principal may not see it.
        Conflict: it was already withdrawn, or the contest is finished or cancelled.
    """
    require(principal, Action.CONTEST_REGISTER, own=True)
    query = select(ContestRegistration).where(
        ContestRegistration.id == registration_id, own_rows(ContestRegistration.manager_id, principal)
    )
    existing = one_or_not_found(session, query)
    contest = session.get_one(Contest, existing.contest_id, with_for_update=True, populate_existing=True)
    row = session.scalar(query.execution_options(populate_existing=True))
    assert row is not None
    if row.state == RegistrationState.WITHDRAWN or contest.state in (
        ContestState.FINISHED,
        ContestState.CANCELLED,
    ):
        raise Conflict(
            "The registration was already withdrawn, or the contest is over.",
            "报名已退出，或活动已结束。",
            code="wrong_state",
            state=row.state,
        )
    row.state = RegistrationState.WITHDRAWN
    row.place = row.points = row.award = None
    session.flush()
    audit.record(session, principal, "contest.withdraw", row.id, contest.number)
    emit(session, ContestLeft(**facts_of(contest), manager_id=row.manager_id, actor_id=principal.user_id))
    promote_waiting(session, contest)
    return row


def counts(session: Session, contest_ids: Sequence[UUID]) -> Mapping[tuple[UUID, str], int]:
    """(contest id, state) → number of registrations."""
    rows = session.execute(
        select(ContestRegistration.contest_id, ContestRegistration.state, func.count())
        .where(ContestRegistration.contest_id.in_(contest_ids))
        .group_by(ContestRegistration.contest_id, ContestRegistration.state)
    )
    return {(contest_id, state): number for contest_id, state, number in rows}


def _registered_count(session: Session, contest: Contest) -> int:
    return counts(session, [contest.id]).get((contest.id, RegistrationState.REGISTERED.value), 0)


def promote_waiting(session: Session, contest: Contest) -> None:
    """Fill free capacity from the waiting list, longest wait first. The caller has locked the contest's row."""
    if contest.state not in (ContestState.OPEN, ContestState.CLOSED):
        return
    query = (
        select(ContestRegistration)
        .where(
            ContestRegistration.contest_id == contest.id,
            ContestRegistration.state == RegistrationState.WAITING,
        )
        .order_by(ContestRegistration.queued_at, ContestRegistration.id)
    )
    if contest.capacity is not None:
        query = query.limit(max(0, contest.capacity - _registered_count(session, contest)))
    for row in session.scalars(query).all():
        row.state = RegistrationState.REGISTERED
        emit(session, ContestPromoted(**facts_of(contest), manager_id=row.manager_id))
    session.flush()
