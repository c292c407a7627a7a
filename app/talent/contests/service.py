"""Contests and events: make, open, register with a waiting list, place, publish with honours. Flushes only."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, allowed, require
from app.accounts.access.principal import SYSTEM, Principal
from app.clock import JINAN_TIME
from app.conditional_requests import check_if_match, check_if_sent
from app.database import now, one_or_not_found
from app.errors import Conflict, Invalid
from app.events.catalogue import ContestFinished, ContestPromoted, ContestRegistered
from app.events.outbox import emit
from app.libraries.record.reference_numbers import take_numbers
from app.talent import awards
from app.talent.access import manager_for, own_rows
from app.talent.contests.models import (
    MOVES,
    Contest,
    ContestKind,
    ContestRegistration,
    ContestState,
    RegistrationState,
)
from app.talent.contests.schemas import ContestCreate, ContestPatch, Placing, RegistrationCreate
from app.talent.rankings.service import issuer_of
from app.talent.transitions import begin, take_transition

CLOSED_AT_ONCE = 100


def make(session: Session, body: ContestCreate, *, principal: Principal) -> Contest:
    require(principal, Action.CONTEST_MANAGE)
    (number,) = take_numbers(session, "DS", prefix="DS")
    contest = Contest(number=number, created_by=principal.user_id, **body.model_dump())
    session.add(contest)
    begin(session, contest, concept="contest", principal=principal)
    return contest


def find(session: Session, contest_id: UUID, *, principal: Principal, lock: bool = False) -> Contest:
    """
    Raises:
        NotFound: there is none, or it is a draft of the bureau's.
    """
    require(principal, Action.CONTEST_READ)
    query = select(Contest).where(Contest.id == contest_id)
    if not allowed(principal, Action.CONTEST_MANAGE, own=False):
        query = query.where(Contest.state != ContestState.DRAFT)
    contest = one_or_not_found(session, query.with_for_update(of=Contest) if lock else query)
    return contest


def change(
    session: Session, contest_id: UUID, body: ContestPatch, *, principal: Principal, if_match: str | None
) -> Contest:
    """More places go to the waiting list; fewer take nobody's away.

    Raises:
        Conflict: it is over.
        Invalid: the times are not in order.
    """
    require(principal, Action.CONTEST_MANAGE)
    contest = find(session, contest_id, principal=principal, lock=True)
    check_if_match(if_match, contest)
    if contest.state in (ContestState.FINISHED, ContestState.CANCELLED):
        raise Conflict(
            "It is over and not changed any more.",
            "已结束,不能修改。",
            code="wrong_state",
            state=contest.state,
        )
    for name, value in body.model_dump(exclude_unset=True).items():
        if value is None and name != "capacity":
            raise Invalid.field(name, "required", "此项不能清空", "this field cannot be cleared")
        setattr(contest, name, value)
    if not contest.deadline <= contest.starts_at <= contest.ends_at:
        raise Invalid.field(
            "deadline",
            "times_order",
            "应满足: 报名截止时间 ≤ 开始时间 ≤ 结束时间",
            "the deadline must not be after the start, nor the start after the end",
        )
    session.flush()
    audit.record(session, principal, "contest.change", contest.id, contest.number)
    _promote(session, contest)
    return contest


def move(
    session: Session,
    contest_id: UUID,
    name: str,
    note: str | None,
    *,
    principal: Principal,
    if_match: str | None = None,
) -> Contest:
    """
    Raises:
        Conflict: not in this state.
        Invalid: it cannot be opened after its deadline.
    """
    require(principal, Action.CONTEST_MANAGE)
    contest = find(session, contest_id, principal=principal, lock=True)
    check_if_sent(if_match, contest)
    if name == "open" and contest.deadline <= now():
        raise Invalid.field("deadline", "past", "报名截止时间已过", "the deadline has passed")
    take_transition(
        session, contest, MOVES[name], states=ContestState, concept="contest", principal=principal, note=note
    )
    if name == "finish":
        _honour(session, contest, principal)
        emit(session, ContestFinished(subject_id=contest.id))
    session.flush()
    return contest


def close_due(session: Session) -> int:
    """Close registration where the deadline has passed; returns how many."""
    due = session.scalars(
        select(Contest)
        .where(Contest.state == ContestState.OPEN, Contest.deadline <= now())
        .order_by(Contest.id)
        .limit(CLOSED_AT_ONCE)
        .with_for_update(of=Contest, skip_locked=True)
    ).all()
    for contest in due:
        take_transition(
            session, contest, MOVES["close"], states=ContestState, concept="contest", principal=SYSTEM
        )
    session.flush()
    return len(due)


def register(
    session: Session, contest_id: UUID, body: RegistrationCreate, *, principal: Principal
) -> ContestRegistration:
    """Take a place, or stand in line where all are taken. The contest's row is the lock: no place is given twice.

    Raises:
        Conflict: registration is not open, or he is registered already.
        Invalid: a project contest needs a project.
    """
    manager = manager_for(session, body.manager_id, Action.CONTEST_REGISTER, principal=principal)
    contest = find(session, contest_id, principal=principal, lock=True)
    if contest.state != ContestState.OPEN or contest.deadline <= now():
        raise Conflict("Registration is not open.", "不在报名时间内。", code="registration_closed")
    if contest.kind == ContestKind.PROJECT_CONTEST and body.project is None:
        raise Invalid.field("project", "required", "请填写参赛项目", "name the project")
    known = session.scalar(
        select(ContestRegistration).where(
            ContestRegistration.contest_id == contest.id, ContestRegistration.manager_id == manager.id
        )
    )
    if known is not None and known.state != RegistrationState.WITHDRAWN:
        raise Conflict("He is registered already.", "已报名,请勿重复。", code="registered_already")
    row = known or ContestRegistration(contest_id=contest.id, manager_id=manager.id)
    row.project, row.queued_at, row.registered_by = body.project, now(), principal.user_id
    full = contest.capacity is not None and _taken(session, contest) >= contest.capacity
    row.state = RegistrationState.WAITING if full else RegistrationState.REGISTERED
    session.add(row)
    session.flush()
    audit.record(session, principal, "contest.register", row.id, f"{contest.number} {row.state}")
    emit(
        session,
        ContestRegistered(subject_id=contest.id, manager_id=manager.id, state=row.state),
    )
    return row


def withdraw(session: Session, registration_id: UUID, *, principal: Principal) -> ContestRegistration:
    """Give the place back; it goes to the first in line.

    Raises:
        NotFound: there is none, or it is not the principal's business.
        Conflict: withdrawn already, or the contest is over.
    """
    require(principal, Action.CONTEST_REGISTER, own=True)
    query = select(ContestRegistration).where(
        ContestRegistration.id == registration_id, own_rows(ContestRegistration.manager_id, principal)
    )
    known = one_or_not_found(session, query)
    contest = session.get_one(Contest, known.contest_id, with_for_update=True, populate_existing=True)
    row = session.scalar(query.execution_options(populate_existing=True))
    assert row is not None
    if row.state == RegistrationState.WITHDRAWN or contest.state in (
        ContestState.FINISHED,
        ContestState.CANCELLED,
    ):
        raise Conflict(
            "There is nothing to withdraw from.",
            "报名已退出,或活动已结束。",
            code="wrong_state",
            state=row.state,
        )
    row.state = RegistrationState.WITHDRAWN
    row.place = row.points = row.award = None
    session.flush()
    audit.record(session, principal, "contest.withdraw", row.id, contest.number)
    _promote(session, contest)
    return row


def place(
    session: Session, contest_id: UUID, placings: Sequence[Placing], *, principal: Principal
) -> list[ContestRegistration]:
    """Set places, points and awards; who is not named keeps none. Seen by others once the contest is finished.

    Raises:
        Conflict: registration is still open, or the outcome is published.
        Invalid: somebody named does not take part.
    """
    require(principal, Action.CONTEST_MANAGE)
    contest = find(session, contest_id, principal=principal, lock=True)
    if contest.state != ContestState.CLOSED:
        raise Conflict(
            "Places are given after registration closes and before they are published.",
            "报名截止后、公布结果前才能录入名次。",
            code="wrong_state",
            state=contest.state,
        )
    rows = {
        row.id: row
        for row in session.scalars(
            select(ContestRegistration).where(
                ContestRegistration.contest_id == contest.id,
                ContestRegistration.state == RegistrationState.REGISTERED,
            )
        )
    }
    for position, placing in enumerate(placings):
        if placing.registration_id not in rows:
            raise Invalid.field(
                f"placings.{position}.registration_id",
                "not_taking_part",
                "该报名不在参赛名单中",
                "this registration does not take part",
            )
    given = {placing.registration_id: placing for placing in placings}
    for row in rows.values():
        one = given.get(row.id)
        row.place, row.points, row.award = (one.place, one.points, one.award) if one else (None, None, None)
    session.flush()
    audit.record(session, principal, "contest.place", contest.id, contest.number)
    return list(rows.values())


def counts(session: Session, contest_ids: Sequence[UUID]) -> Mapping[tuple[UUID, str], int]:
    """(contest, state) → how many registrations."""
    rows = session.execute(
        select(ContestRegistration.contest_id, ContestRegistration.state, func.count())
        .where(ContestRegistration.contest_id.in_(contest_ids))
        .group_by(ContestRegistration.contest_id, ContestRegistration.state)
    )
    return {(contest_id, state): number for contest_id, state, number in rows}


def _taken(session: Session, contest: Contest) -> int:
    return counts(session, [contest.id]).get((contest.id, RegistrationState.REGISTERED.value), 0)


def _promote(session: Session, contest: Contest) -> None:
    """Whoever waits longest gets what is free. The caller holds the contest's row."""
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
        query = query.limit(max(0, contest.capacity - _taken(session, contest)))
    for row in session.scalars(query).all():
        row.state = RegistrationState.REGISTERED
        emit(session, ContestPromoted(subject_id=contest.id, manager_id=row.manager_id))
    session.flush()


def _honour(session: Session, contest: Contest, principal: Principal) -> None:
    rows = session.execute(
        select(ContestRegistration.manager_id, ContestRegistration.award).where(
            ContestRegistration.contest_id == contest.id,
            ContestRegistration.state == RegistrationState.REGISTERED,
            ContestRegistration.award.is_not(None),
        )
    )
    year = contest.starts_at.astimezone(JINAN_TIME).year
    issuer = issuer_of(session, principal)
    honours = {
        id_: {"name": f"{contest.title} {award}", "year": year, "issuer": issuer} for id_, award in rows
    }
    awards.add_honours(session, honours, principal=principal, note=contest.number)
