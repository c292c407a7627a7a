"""Tasks of an engagement with due days, and their reminders, each emitted once by a scheduled job."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.clock import ONE_DAY, today, working_day_before
from app.conditional_requests import check_if_match
from app.database import now, one_or_not_found
from app.engagements.access import participated_in, participation_of, require_open
from app.engagements.disclosure.hidden_sides import refuse_telling
from app.engagements.models import (
    OPEN_STAGES,
    Engagement,
    Participant,
    ParticipantState,
    Task,
)
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, FieldError, Invalid
from app.errors.collection import Faults
from app.events.catalogue import TaskAssigned, TaskDue, TaskOverdue
from app.events.catalogue.engagements import TaskEvent
from app.events.outbox import emit
from app.libraries.validation.values.dates import MAX_YEARS_AHEAD

REMINDER_BATCH = 500
MAX_TASKS = 200


def add_task(
    session: Session, engagement_id: UUID, *, values: Mapping[str, Any], principal: Principal
) -> Task:
    """`values`: title, due_on, and optionally note, assignee_id and remind_on (default: see `_reminder_day`).

    Raises:
        Invalid: the due day is past, the reminder comes after it, or the assignee does not take part.
        Conflict: the engagement has landed or ended, or has too many tasks.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_WRITE, principal=principal, lock=True
    )
    require_open(participation.engagement)
    _check_count(session, engagement_id)
    refuse_telling(session, participation, {name: values.get(name) for name in ("title", "note")})
    task = Task(engagement_id=engagement_id, created_by=timeline.actor_of(principal))
    _set_values(session, task, values)
    session.add(task)
    session.flush()
    timeline.write(
        session,
        engagement_id,
        "task_added",
        principal=principal,
        role=participation.role,
        subject_id=task.id,
        text=task.title,
        due_on=task.due_on.isoformat(),
    )
    _announce(session, task, participation.engagement, principal)
    return task


def change_task(
    session: Session,
    engagement_id: UUID,
    task_id: UUID,
    *,
    values: Mapping[str, Any],
    principal: Principal,
    if_match: str | None,
) -> Task:
    """Change the given fields. The states done and dropped end a task, open reopens it. New days bring new reminders.

    Raises:
        NotFound: the engagement has no such task.
        PreconditionFailed: `if_match` is not the current version.
        Invalid, Conflict: as in `add_task`.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_WRITE, principal=principal, lock=True
    )
    require_open(participation.engagement)
    task = _locked_task(session, engagement_id, task_id)
    check_if_match(if_match, task)
    refuse_telling(session, participation, {name: values.get(name) for name in ("title", "note")})
    before, assignee, due_before = task.state, task.assignee_id, task.due_on
    _set_values(session, task, values)
    entry = "task_changed"
    if task.state != before:
        entry = f"task_{task.state}"
        _stamp(task, principal)
    session.flush()
    timeline.write(
        session,
        engagement_id,
        entry,
        principal=principal,
        role=participation.role,
        subject_id=task.id,
        text=task.title,
        changed=sorted(values),
    )
    if task.assignee_id != assignee:
        _announce(session, task, participation.engagement, principal)
    elif task.due_on != due_before:
        _announce(session, task, participation.engagement, principal, due_before=due_before)
    return task


def _announce(
    session: Session,
    task: Task,
    engagement: Engagement,
    principal: Principal,
    *,
    due_before: date | None = None,
) -> None:
    """Emit that the task has its assignee, or with `due_before` another due day; nothing without an assignee."""
    if task.assignee_id is not None and task.state == "open":
        people = _event(session, TaskDue, task, engagement)
        values = {field.name: getattr(people, field.name) for field in fields(people)}
        actor = timeline.actor_of(principal)
        emit(session, TaskAssigned(**values, actor_id=actor, due_before=due_before))


def _stamp(task: Task, principal: Principal) -> None:
    """Store when and by whom a task was done; nothing if it is not."""
    is_done = task.state == "done"
    task.done_at = now() if is_done else None
    task.done_by = timeline.actor_of(principal) if is_done else None


def _locked_task(session: Session, engagement_id: UUID, task_id: UUID) -> Task:
    query = select(Task).where(Task.id == task_id, Task.engagement_id == engagement_id)
    return one_or_not_found(session, query.with_for_update(of=Task).execution_options(populate_existing=True))


def tasks_of(engagement_id: UUID) -> Select[Task]:
    return select(Task).where(Task.engagement_id == engagement_id)


def tasks_for(principal: Principal) -> Select[Task]:
    """The tasks of the engagements that the principal takes part in; operators see all tasks."""
    query = select(Task)
    if principal.sees_everything:
        return query
    return query.where(Task.engagement_id.in_(participated_in(principal, consented=True)))


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open task of an open engagement, as a message tells it; `assignee_id` is a manager, user or organisation."""

    number: str
    due_on: date
    remind_on: date
    assignee_id: UUID | None


def open_task(session: Session, task_id: UUID) -> OpenTask | None:
    """None if the task is done or dropped, or its engagement is over."""
    row = session.execute(
        select(Task, Engagement)
        .join(Engagement, Engagement.id == Task.engagement_id)
        .where(Task.id == task_id, Task.state == "open", Engagement.stage.in_(OPEN_STAGES))
    ).first()
    if row is None:
        return None
    task, engagement = row
    event = _event(session, TaskDue, task, engagement)
    assignee = event.manager_id or event.user_id or event.organisation_id
    return OpenTask(engagement.number, task.due_on, task.remind_on, assignee)


def remind(session: Session) -> int:
    """Emit `task.due` on a task's reminder day and `task.overdue` after its due day; returns the number of events.

    The row records each event in the same transaction, so a job that runs twice, or in two workers, emits each event
    once.
    """
    day = today()
    due = session.execute(_due(day)).all()
    emitted = 0
    for task, engagement in due:
        if task.due_on < day and task.overdue_at is None:
            # A task that missed its reminder and is overdue gets one event, not two.
            task.overdue_at = now()
            task.reminded_at = task.reminded_at or task.overdue_at
            emit(session, _event(session, TaskOverdue, task, engagement))
            emitted += 1
        elif task.due_on >= day and task.reminded_at is None:
            task.reminded_at = now()
            emit(session, _event(session, TaskDue, task, engagement))
            emitted += 1
    session.flush()
    return emitted


def _due(day: date) -> Select[Task, Engagement]:
    reminder = and_(Task.remind_on <= day, Task.reminded_at.is_(None), Task.due_on >= day)
    overdue = and_(Task.due_on < day, Task.overdue_at.is_(None))
    return (
        select(Task, Engagement)
        .join(Engagement, Engagement.id == Task.engagement_id)
        .where(Task.state == "open", Engagement.stage.in_(OPEN_STAGES), or_(reminder, overdue))
        .order_by(Task.id)
        .limit(REMINDER_BATCH)
        .with_for_update(of=Task, skip_locked=True)
    )


def _event(
    session: Session, kind: type[TaskDue] | type[TaskOverdue], task: Task, engagement: Engagement
) -> TaskEvent:
    """The event of a task; the recipient is the assignee, or the lead without an assignee who takes part."""
    assignee = session.get(Participant, task.assignee_id) if task.assignee_id else None
    if assignee is not None and assignee.state != ParticipantState.CONSENTED:
        assignee = None
    return kind(
        subject_id=task.id,
        task_id=task.id,
        title=task.title,
        due_on=task.due_on,
        engagement_id=engagement.id,
        number=engagement.number,
        user_id=assignee.user_id if assignee else None,
        organisation_id=assignee.organisation_id if assignee else None,
        manager_id=assignee.manager_id if assignee else engagement.manager_id,
    )


def _set_values(session: Session, task: Task, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(task, name, value)
    if ("due_on" in values and "remind_on" not in values) or task.remind_on is None:
        task.remind_on = _reminder_day(task)
    faults = Faults()
    with faults.collected(), session.no_autoflush:
        _check_assignee(session, task, values)
    with faults.collected():
        _check_days(task, values)
    faults.raise_if_any()
    if values.keys() & {"due_on", "remind_on"}:
        task.reminded_at = task.overdue_at = None


def _reminder_day(task: Task) -> date:
    """The last working day before the due day, since messages wait for working days; but not a day that is past, and
    not today, when an assignee is notified of the task anyway."""
    day = working_day_before(task.due_on)
    if task.assignee_id is None or day > today():
        return max(day, min(today(), task.due_on))
    return min(task.due_on, today() + ONE_DAY)


def _check_days(task: Task, values: Mapping[str, Any]) -> None:
    errors = []
    if task.remind_on > task.due_on:
        errors.append(
            FieldError("remind_on", "after_due", "提醒日不能晚于截止日", "must not be after the due day")
        )
    if values.keys() & {"due_on", "remind_on"} and task.due_on < today():
        errors.append(FieldError("due_on", "past", "截止日不能早于今天", "must not be in the past"))
    if "due_on" in values and task.due_on.year > today().year + MAX_YEARS_AHEAD:
        errors.append(
            FieldError("due_on", "far", "截止日过远，请检查年份", "is too far ahead; check the year")
        )
    if errors:
        raise Invalid(fields=errors)


def _check_assignee(session: Session, task: Task, values: Mapping[str, Any]) -> None:
    if values.get("assignee_id") is None:
        return
    query = select(Participant.id).where(
        Participant.id == task.assignee_id,
        Participant.engagement_id == task.engagement_id,
        Participant.state == ParticipantState.CONSENTED,
    )
    if session.scalar(query) is None:
        raise Invalid.field(
            "assignee_id",
            "unknown",
            "不是此对接的参与方",
            "is not the id of a participant of this engagement",
        )


def _check_count(session: Session, engagement_id: UUID) -> None:
    if len(session.scalars(select(Task.id).where(Task.engagement_id == engagement_id)).all()) >= MAX_TASKS:
        raise Conflict(
            f"An engagement may have at most {MAX_TASKS} tasks.", f"一个对接至多有 {MAX_TASKS} 个任务。"
        )
