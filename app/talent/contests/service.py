"""Contests and events: creation, registration with a waiting list, results, and publication with honours."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import SYSTEM, Principal
from app.accounts.organisations.recusal import refuse_tied
from app.clock import JINAN_TIME
from app.conditional_requests import check_if_match, check_if_sent
from app.database import now
from app.errors import Conflict, FieldError, Invalid
from app.errors.collection import Faults
from app.events.catalogue import ContestCancelled, ContestFinished, ContestMoved
from app.events.outbox import emit
from app.libraries.record.reference_numbers import take_numbers
from app.talent import awards
from app.talent.contests.lookup import find_contest
from app.talent.contests.models import (
    TRANSITIONS,
    Contest,
    ContestRegistration,
    ContestState,
    RegistrationState,
    facts_of,
)
from app.talent.contests.registrations import promote_waiting
from app.talent.contests.schemas import (
    ContestCreate,
    ContestPatch,
    Placing,
    check_times,
    check_times_to_open,
)
from app.talent.rankings.service import issuer_of
from app.talent.responses import refuse_cleared
from app.talent.transitions import begin, take_transition

CLOSING_BATCH = 100
_WHEN_AND_WHERE = ("starts_at", "ends_at", "venue")


def create(session: Session, body: ContestCreate, *, principal: Principal) -> Contest:
    require(principal, Action.CONTEST_MANAGE)
    (number,) = take_numbers(session, "DS", prefix="DS")
    contest = Contest(number=number, created_by=principal.user_id, **body.model_dump())
    session.add(contest)
    begin(session, contest, concept="contest", principal=principal)
    return contest


def change(
    session: Session, contest_id: UUID, body: ContestPatch, *, principal: Principal, if_match: str | None
) -> Contest:
    """Change a contest. Additional capacity goes to the waiting list; less capacity removes nobody.

    Raises:
        Conflict: it is finished or cancelled.
        Invalid: the times are not in order, the new deadline has passed, or a required field is null.
    """
    require(principal, Action.CONTEST_MANAGE)
    contest = find_contest(session, contest_id, principal=principal, lock=True)
    check_if_match(if_match, contest)
    if contest.state in (ContestState.FINISHED, ContestState.CANCELLED):
        raise Conflict(
            "The contest is finished or cancelled and can no longer be changed.",
            "活动已结束或已取消，不能修改。",
            code="wrong_state",
            state=contest.state,
        )
    values = body.model_dump(exclude_unset=True)
    before = [getattr(contest, name) for name in _WHEN_AND_WHERE]
    deadline = contest.deadline
    faults = Faults()
    with faults.collected():
        refuse_cleared(values, clearable=("capacity",))
    for name, value in values.items():
        if value is not None or name == "capacity":
            setattr(contest, name, value)
    with faults.collected():
        is_to_end = contest.deadline != deadline and contest.state != ContestState.CLOSED
        check_times(contest.deadline, contest.starts_at, contest.ends_at, opens=is_to_end)
    faults.raise_if_any()
    session.flush()
    audit.record(session, principal, "contest.change", contest.id, contest.number)
    is_moved = before != [getattr(contest, name) for name in _WHEN_AND_WHERE]
    if is_moved and (concerned := _registered_or_waiting(session, contest)):
        emit(session, ContestMoved(**facts_of(contest), manager_ids=concerned))
    promote_waiting(session, contest)
    return contest


def change_state(
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
        Conflict: the action is not possible in the current state.
        Invalid: it would be opened with times that are not to be meant or past, or the reason is missing.
    """
    require(principal, Action.CONTEST_MANAGE)
    contest = find_contest(session, contest_id, principal=principal, lock=True)
    check_if_sent(if_match, contest)
    if name == "open":
        check_times_to_open(contest.deadline, contest.starts_at, contest.ends_at)
    take_transition(
        session,
        contest,
        TRANSITIONS[name],
        states=ContestState,
        concept="contest",
        principal=principal,
        note=note,
    )
    if name == "cancel" and (concerned := _registered_or_waiting(session, contest)):
        emit(session, ContestCancelled(**facts_of(contest), manager_ids=concerned, reason=note or ""))
    if name == "finish":
        _award_honours(session, contest, principal)
        taking_part = session.scalars(
            select(ContestRegistration.manager_id).where(
                ContestRegistration.contest_id == contest.id,
                ContestRegistration.state == RegistrationState.REGISTERED,
            )
        )
        emit(session, ContestFinished(**facts_of(contest), manager_ids=list(taking_part.all())))
    session.flush()
    return contest


def _registered_or_waiting(session: Session, contest: Contest) -> list[UUID]:
    query = select(ContestRegistration.manager_id).where(
        ContestRegistration.contest_id == contest.id,
        ContestRegistration.state.in_((RegistrationState.REGISTERED, RegistrationState.WAITING)),
    )
    return sorted(session.scalars(query))


def close_due(session: Session) -> int:
    """Close registration of contests past their deadline; returns the number."""
    due = session.scalars(
        select(Contest)
        .where(Contest.state == ContestState.OPEN, Contest.deadline <= now())
        .order_by(Contest.id)
        .limit(CLOSING_BATCH)
        .with_for_update(of=Contest, skip_locked=True)
    ).all()
    for contest in due:
        take_transition(
            session, contest, TRANSITIONS["close"], states=ContestState, concept="contest", principal=SYSTEM
        )
    session.flush()
    return len(due)


def set_results(
    session: Session, contest_id: UUID, placings: Sequence[Placing], *, principal: Principal
) -> list[ContestRegistration]:
    """Replace all places, points and awards. They become public when the contest is finished.

    Raises:
        Conflict: registration is still open, or the results are published; the principal has a tie to one who takes
            part.
        Invalid: a named registration does not take part.
    """
    require(principal, Action.CONTEST_MANAGE)
    contest = find_contest(session, contest_id, principal=principal, lock=True)
    if contest.state != ContestState.CLOSED:
        raise Conflict(
            "Results can only be entered after registration closes and before they are published.",
            "仅可在报名截止后、公布结果前录入名次。",
            code="wrong_state",
            state=contest.state,
        )
    rows = _participants(session, contest)
    refuse_tied(session, principal, managers=[row.manager_id for row in rows.values()])
    errors = [
        FieldError(
            f"placings.{index}.registration_id",
            "not_taking_part",
            "该报名不在参赛名单中",
            "is not a registration that takes part in this contest",
        )
        for index, placing in enumerate(placings)
        if placing.registration_id not in rows
    ]
    if errors:
        raise Invalid(fields=errors)
    placing_by_registration = {placing.registration_id: placing for placing in placings}
    for row in rows.values():
        result = placing_by_registration.get(row.id)
        row.place, row.points, row.award = (
            (result.place, result.points, result.award) if result else (None, None, None)
        )
    session.flush()
    audit.record(session, principal, "contest.place", contest.id, contest.number)
    return list(rows.values())


def _participants(session: Session, contest: Contest) -> dict[UUID, ContestRegistration]:
    """The registrations that take part, by id."""
    query = select(ContestRegistration).where(
        ContestRegistration.contest_id == contest.id,
        ContestRegistration.state == RegistrationState.REGISTERED,
    )
    return {row.id: row for row in session.scalars(query)}


def _award_honours(session: Session, contest: Contest, principal: Principal) -> None:
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
