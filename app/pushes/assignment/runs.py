"""Assignment runs: requested by an operator or started each night, executed by the worker.

A request and the nightly job only write a row and its event. The worker computes without a lock and writes the pushes,
the figures and the end of the run in one transaction. No request waits for the computation, a killed worker leaves
nothing behind, and every rule is checked again when a push is written.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.organisations.recusal import refuse_tied
from app.database import now
from app.errors import NotFound
from app.events.catalogue import AssignmentDue
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.events.outbox import emit
from app.libraries.demands.models import Demand
from app.matching.facts.constraints import Violation
from app.pushes.assignment.comparison import AssignmentPlan, PlannedAssignment
from app.pushes.assignment.models import AssignmentRun, RunState
from app.pushes.assignment.plan import plan_assignment
from app.pushes.assignment.presenter import read_plan
from app.pushes.assignment.schemas import RunAnswer, UnwrittenPush, WrittenPush
from app.pushes.eligibility.loader import load_snapshot
from app.pushes.eligibility.rules import violations
from app.pushes.models import Push
from app.pushes.planning.writer import write_pushes
from app.pushes.policy import Policy, current_policy
from app.pushes.recommender import Recommender
from app.services import Services

CATCH_UP = timedelta(hours=4)
"""A nightly run that no worker started within this time is skipped: its load belongs into hours of little use."""

HELD_BACK = Violation("held_back", "推送计划暂不允许", "the push planner does not allow it at present")


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A plan with the end of the last run that it takes into account."""

    plan: AssignmentPlan
    after: datetime | None


def request_run(
    session: Session, *, principal: Principal, limit: int, demand_ids: Collection[UUID] | None = None
) -> AssignmentRun:
    """Request a run over the `limit` best pairs, of all demands or of these; the worker executes it.

    Raises:
        Forbidden: the principal is not an operator.
        Conflict: they have a tie to the owner of one of these demands.
    """
    require(principal, Action.ASSIGNMENT_RUN)
    if demand_ids is not None:  # a run over all demands chooses nobody
        owners = session.scalars(select(Demand.owner_org_id).where(Demand.id.in_(demand_ids)))
        refuse_tied(session, principal, organisations=owners)
    chosen = sorted(map(str, set(demand_ids))) if demand_ids is not None else None
    of = "all" if chosen is None else len(chosen)
    run = AssignmentRun(requested_by=principal.user_id, pairs_limit=limit, demand_ids=chosen)
    session.add(run)
    session.flush()
    audit.record(
        session,
        principal,
        Action.ASSIGNMENT_RUN,
        run.id,
        f"limit={limit} demands={of}",
    )
    emit(session, AssignmentDue(subject_id=run.id))
    return run


def get_run(session: Session, run_id: UUID, *, principal: Principal) -> AssignmentRun:
    """The run with its result.

    Raises:
        NotFound: no such run.
    """
    require(principal, Action.ASSIGNMENT_READ)
    run = session.get(AssignmentRun, run_id)
    if run is None:
        raise NotFound()
    return run


def start_nightly(session: Session, *, hour: int, limit: int, moment: datetime) -> AssignmentRun | None:
    """Start tonight's run if its hour has come and it has not been started; None otherwise.

    `moment` is the local time in Jinan, `hour` a local hour (0–23). The row is unique by its day, so only one of
    several workers starts the run.
    """
    since = moment - moment.replace(hour=hour, minute=0, second=0, microsecond=0)
    if not timedelta() <= since < CATCH_UP or _has_night(session, moment):
        return None
    run = AssignmentRun(night=moment.date(), pairs_limit=limit)
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:
        return None
    emit(session, AssignmentDue(subject_id=run.id))
    return run


def plan_run(services: Services, session: Session, event: ClaimedEvent) -> PlannedRun | None:
    """Compute the assignment of the run; None if the run is done already."""
    run = session.get(AssignmentRun, subject_id_of(event))
    if run is None or run.state == RunState.DONE:
        return None
    policy = current_policy(session, services)
    plan = plan_assignment(
        session,
        services[Recommender],
        policy=policy,
        limit=run.pairs_limit,
        keep=True,
        demand_ids=[UUID(id_) for id_ in run.demand_ids] if run.demand_ids is not None else None,
    )
    return PlannedRun(plan, _last_end(session))


def execute_run(
    services: Services, session: Session, event: ClaimedEvent, planned: PlannedRun | None
) -> None:
    """Write the run's pushes and its figures."""
    run = _lock_due_run(session, subject_id_of(event))
    if planned is None or run is None:
        return
    if _last_end(session) != planned.after:
        # Another run has written pushes meanwhile: compute this one again on top of them.
        emit(session, AssignmentDue(subject_id=run.id))
        return
    _execute(session, run, planned.plan, policy=current_policy(session, services))


def _execute(session: Session, run: AssignmentRun, plan: AssignmentPlan, *, policy: Policy) -> None:
    pushes = write_pushes(session, plan.pushes, policy=policy)
    planned = {(item.key, item.manager_id): item for item in plan.added}
    written = {((push.demand_id, push.achievement_id), push.manager_id): push for push in pushes}
    summary = read_plan(plan)
    answer = RunAnswer(
        written=[_written(push, planned[key]) for key, push in written.items()],
        not_written=_not_written(session, [planned[key] for key in planned.keys() - written.keys()], policy),
        short=summary.short,
        reasons=summary.reasons,
        relief=summary.relief,
        below_least=summary.below_least,
        kept=len(summary.kept),
        before=summary.present,
        after=summary.planned,
    )
    run.state = RunState.DONE
    run.finished_at = now()
    run.pairs, run.left_out = summary.pairs, summary.left_out
    run.assigned, run.pushes = len(summary.added), len(pushes)
    run.unassigned = summary.planned.unassigned
    run.answer = answer.model_dump(mode="json")
    session.flush()


def _written(push: Push, planned: PlannedAssignment) -> WrittenPush:
    return WrittenPush(
        push_id=push.id,
        demand_id=push.demand_id,
        achievement_id=push.achievement_id,
        manager_id=push.manager_id,
        value=planned.value,
    )


def _not_written(
    session: Session, planned: Collection[PlannedAssignment], policy: Policy
) -> list[UnwrittenPush]:
    """The planned pushes that were not written, each with the first rule that forbids it now."""
    if not planned:
        return []
    snapshot = load_snapshot(
        session,
        policy=policy,
        pairs=[item.key for item in planned],
        manager_ids={item.manager_id for item in planned},
    )
    unwritten = []
    for item in sorted(planned, key=lambda item: (item.key, item.manager_id)):
        broken: Sequence[Violation] = violations(snapshot.of(item.key, item.manager_id))
        rule = broken[0] if broken else HELD_BACK
        unwritten.append(
            UnwrittenPush(
                demand_id=item.key[0],
                achievement_id=item.key[1],
                manager_id=item.manager_id,
                reason=rule.code,
                zh=rule.zh,
                en=rule.en,
            )
        )
    return unwritten


def _lock_due_run(session: Session, run_id: UUID) -> AssignmentRun | None:
    """The run if it is still due. Locks all due runs, so that they are executed one after the other."""
    due = session.scalars(
        select(AssignmentRun)
        .where(AssignmentRun.state == RunState.DUE)
        .order_by(AssignmentRun.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    runs: Mapping[UUID, AssignmentRun] = {run.id: run for run in due if run.state == RunState.DUE}
    return runs.get(run_id)


def _last_end(session: Session) -> datetime | None:
    return session.scalar(select(func.max(AssignmentRun.finished_at)))


def _has_night(session: Session, moment: datetime) -> bool:
    query = select(AssignmentRun.id).where(AssignmentRun.night == moment.date())
    return session.scalar(query) is not None
