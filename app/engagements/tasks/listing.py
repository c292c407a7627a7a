"""Lists of tasks: those of all engagements that a reader takes part in, and those of one engagement."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.engagements.access import participation_of
from app.engagements.models import Task
from app.engagements.schemas import TaskRead
from app.engagements.tasks import service as tasks
from app.paging import Page, PageRequest, Sort, list_page

_BY_DAY = Sort(Task.due_on, date, name="due")


def own_tasks(
    session: Session,
    paging: PageRequest,
    states: Collection[str] | None = None,
    due_before: date | None = None,
    *,
    principal: Principal,
) -> Page[TaskRead]:
    """The tasks of the engagements that the principal takes part in, the earliest day first.

    `due_before` is exclusive.
    """
    require(principal, Action.ENGAGEMENT_READ, own=True)
    query = tasks.tasks_for(principal)
    if states:
        query = query.where(Task.state.in_(states))
    if due_before is not None:
        query = query.where(Task.due_on < due_before)
    return list_page(session, query, _BY_DAY, paging, TaskRead.model_validate)


def tasks_of_engagement(
    session: Session, engagement_id: UUID, paging: PageRequest, *, principal: Principal
) -> Page[TaskRead]:
    """
    Raises:
        NotFound, Conflict: see `participation_of`.
    """
    participation_of(session, engagement_id, Action.ENGAGEMENT_READ, principal=principal)
    return list_page(session, tasks.tasks_of(engagement_id), _BY_DAY, paging, TaskRead.model_validate)
