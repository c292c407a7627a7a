"""Carrying an assignment out: asked for by the bureau or due in the night, worked off by the worker.

The request and the night only write a row and its event; the worker computes without a lock and writes the pushes,
the figures and the end of the run in one transaction. So nobody waits for it, a killed worker leaves nothing behind,
and every rule is asked again when a push is written.
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
from app.database import now
from app.errors import NotFound
from app.events.outbox import ClaimedEvent, Handler, emit
from app.matching.facts.constraints import Violation
from app.pushes.assignment.models import AssignmentRun, RunState
from app.pushes.assignment.plan import AssignmentPlan, PlannedAssignment, plan_assignment
from app.pushes.assignment.presenter import read_plan
from app.pushes.assignment.schemas import RunAnswer, UnwrittenPush, WrittenPush
from app.pushes.eligibility.rules import violations
from app.pushes.eligibility.snapshot import load_snapshot
from app.pushes.models import Push
from app.pushes.planning.pair_plan import Recommender
from app.pushes.planning.writer import write_pushes
from app.pushes.policy import Policy

DUE = "assignment.due"

CATCH_UP = timedelta(hours=4)
"""A night's run that no worker started by then is left out: what it costs is for hours when nobody works."""

HELD_BACK = Violation("held_back", "推送计划暂不允许", "the plan of pushes does not allow it now")


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """`after` is the end of the last run that this plan knows of."""

    plan: AssignmentPlan
    after: datetime | None


def request_run(session: Session, *, principal: Principal, limit: int) -> AssignmentRun:
    """A run over the `limit` best pairs, for the worker.

    Raises:
        Forbidden: only the bureau assigns.
    """
    require(principal, Action.ASSIGNMENT_RUN)
    run = AssignmentRun(requested_by=principal.user_id, pairs_limit=limit)
    session.add(run)
    session.flush()
    audit.record(session, principal, Action.ASSIGNMENT_RUN, run.id, f"limit={limit}")
    emit(session, DUE, subject_id=run.id)
    return run


def get_run(session: Session, run_id: UUID, *, principal: Principal) -> AssignmentRun:
    """
    Raises:
        NotFound: there is no such run.
    """
    require(principal, Action.ASSIGNMENT_READ)
    run = session.get(AssignmentRun, run_id)
    if run is None:
        raise NotFound()
    return run


def start_nightly(session: Session, *, hour: int, limit: int, moment: datetime) -> AssignmentRun | None:
    """The run of this night, if its hour has come and no worker started it yet.

    `moment` is the time in Jinan. The row is unique by its day: of two workers at once one has the turn.
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
    emit(session, DUE, subject_id=run.id)
    return run


def assignment_handler(recommender: Recommender, policy: Policy) -> Handler:
    """`assignment.due` → the run's pushes and its figures."""

    def plan(session: Session, event: ClaimedEvent) -> PlannedRun | None:
        run = session.get(AssignmentRun, event.subject_id)
        if run is None or run.state == RunState.DONE:
            return None
        found = plan_assignment(session, recommender, policy=policy, limit=run.pairs_limit, keep=True)
        return PlannedRun(found, _last_end(session))

    def apply(session: Session, event: ClaimedEvent, planned: PlannedRun | None) -> None:
        run = _locked(session, event.subject_id)
        if planned is None or run is None:
            return
        if _last_end(session) != planned.after:
            # Another run gave places away meanwhile: this one is computed again with those as given.
            emit(session, DUE, subject_id=run.id)
            return
        _carry_out(session, run, planned.plan, policy=policy)

    return Handler(plan, apply)


def _carry_out(session: Session, run: AssignmentRun, plan: AssignmentPlan, *, policy: Policy) -> None:
    written = write_pushes(session, plan.pushes, policy=policy)
    values = {(place.key, place.manager_id): place for place in plan.added}
    there = {((push.demand_id, push.achievement_id), push.manager_id): push for push in written}
    told = read_plan(plan)
    answer = RunAnswer(
        written=[_written(push, values[place]) for place, push in there.items()],
        not_written=_refused(session, [values[place] for place in values.keys() - there.keys()], policy),
        short=told.short,
        reasons=told.reasons,
        relief=told.relief,
        kept=len(told.kept),
        before=told.present,
        after=told.planned,
    )
    run.state = RunState.DONE
    run.finished_at = now()
    run.pairs, run.left_out = told.pairs, told.left_out
    run.assigned, run.pushes = len(told.added), len(written)
    run.unassigned = told.planned.unassigned
    run.answer = answer.model_dump(mode="json")
    session.flush()


def _written(push: Push, place: PlannedAssignment) -> WrittenPush:
    return WrittenPush(
        push_id=push.id,
        demand_id=push.demand_id,
        achievement_id=push.achievement_id,
        manager_id=push.manager_id,
        value=place.value,
    )


def _refused(session: Session, places: Collection[PlannedAssignment], policy: Policy) -> list[UnwrittenPush]:
    """With the first rule that forbids each now."""
    if not places:
        return []
    snapshot = load_snapshot(
        session,
        policy=policy,
        pairs=[place.key for place in places],
        manager_ids={place.manager_id for place in places},
    )
    told = []
    for place in sorted(places, key=lambda place: (place.key, place.manager_id)):
        broken: Sequence[Violation] = violations(snapshot.of(place.key, place.manager_id))
        rule = broken[0] if broken else HELD_BACK
        told.append(
            UnwrittenPush(
                demand_id=place.key[0],
                achievement_id=place.key[1],
                manager_id=place.manager_id,
                reason=rule.code,
                zh=rule.zh,
                en=rule.en,
            )
        )
    return told


def _locked(session: Session, run_id: UUID | None) -> AssignmentRun | None:
    """The run if it is still due. All due runs are locked, so that they are carried out one after the other."""
    due = session.scalars(
        select(AssignmentRun)
        .where(AssignmentRun.state == RunState.DUE)
        .order_by(AssignmentRun.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    runs: Mapping[UUID, AssignmentRun] = {run.id: run for run in due if run.state == RunState.DUE}
    return runs.get(run_id) if run_id is not None else None


def _last_end(session: Session) -> datetime | None:
    return session.scalar(select(func.max(AssignmentRun.finished_at)))


def _has_night(session: Session, moment: datetime) -> bool:
    query = select(AssignmentRun.id).where(AssignmentRun.night == moment.date())
    return session.scalar(query) is not None
