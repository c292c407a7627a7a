"""Readers of assignments: the dry run, the runs, and one run with names; and the demands that somebody names."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.errors import Invalid
from app.libraries.demands.models import Demand
from app.paging import Page, PageRequest, Sort, list_page
from app.pushes.assignment.models import AssignmentRun
from app.pushes.assignment.names import name_answer
from app.pushes.assignment.plan import plan_assignment
from app.pushes.assignment.presenter import read_plan
from app.pushes.assignment.runs import get_run
from app.pushes.assignment.schemas import RunRead, RunSummary
from app.pushes.policy import current_policy
from app.pushes.recommender import Recommender
from app.pushes.schemas import AssignmentRead, AssignmentRequest
from app.services import Services

_NEWEST_FIRST = Sort(AssignmentRun.created_at, datetime, descending=True, name="newest")


def dry_run(
    session: Session, services: Services, wanted: AssignmentRequest, *, principal: Principal
) -> AssignmentRead:
    """What an assignment would add, with titles and names. Writes nothing.

    Raises:
        Forbidden: the principal is not an operator.
    """
    require(principal, Action.ASSIGNMENT_PLAN)
    policy = current_policy(session, services)
    if wanted.least_load is not None:
        policy = replace(policy, least_load=wanted.least_load)
    plan = plan_assignment(
        session,
        services[Recommender],
        policy=policy,
        limit=wanted.limit,
        keep=wanted.keep,
        demand_ids=wanted.demand_ids,
    )
    answer = read_plan(plan)
    name_answer(session, [*answer.added, *answer.kept, *answer.ended], answer)
    return answer


def run_page(session: Session, paging: PageRequest, *, principal: Principal) -> Page[RunSummary]:
    """The runs, the newest first, without their details."""
    require(principal, Action.ASSIGNMENT_READ)
    query = select(AssignmentRun).options(defer(AssignmentRun.answer))
    return list_page(session, query, _NEWEST_FIRST, paging, RunSummary.model_validate)


def read_run(session: Session, run_id: UUID, *, principal: Principal) -> RunRead:
    """One run with titles and names.

    Raises:
        NotFound: no such run.
    """
    found = RunRead.model_validate(get_run(session, run_id, principal=principal))
    name_answer(session, [*found.answer.written, *found.answer.not_written], found.answer)
    return found


def demands_by_number(session: Session, numbers: Sequence[str], *, principal: Principal) -> list[UUID]:
    """The demands with these reference numbers, in any case.

    Raises:
        Invalid: some of them do not exist; field `numbers`.
    """
    require(principal, Action.ASSIGNMENT_PLAN)
    wanted = list(dict.fromkeys(number.strip().upper() for number in numbers))
    found: dict[str, UUID] = {}
    for number, id_ in session.execute(select(Demand.number, Demand.id).where(Demand.number.in_(wanted))):
        found[number] = id_
    unknown = [number for number in wanted if number not in found]
    if unknown:
        listed = "、".join(unknown[:5])
        raise Invalid.field(
            "numbers",
            "unknown",
            f"没有编号为 {listed} 的需求",
            f"there is no demand {', '.join(unknown[:5])}",
        )
    return [found[number] for number in wanted]
