"""Page `/tasks`: the open tasks of all engagements, by how soon they are due."""

from collections.abc import Sequence
from datetime import date, timedelta

from fastapi import APIRouter
from fastapi.responses import Response

from app.clock import today
from app.database import AppDatabase, ReadSession
from app.engagements.lists.engagements import engagements_by_id
from app.engagements.schemas import TaskRead
from app.engagements.tasks import service as tasks
from app.engagements.tasks.listing import own_tasks
from app.paging import MAX_PAGE, PageRequest
from app.services import AppSettings
from app.web.i18n import mark as _
from app.web.page import CurrentPage, local_address
from app.web.posted import Posted, id_of
from app.web.views.calendars import CalendarEntry, calendar_file

router = APIRouter()

_GROUPS = (_("逾期"), _("今天"), _("7 天内"), _("以后"))


@router.get("/tasks", name="tasks")
def tasks_page(page: CurrentPage, session: ReadSession) -> Response:
    """Overdue ones first."""
    found = own_tasks(session, PageRequest(MAX_PAGE), ["open"], principal=page.principal).items
    engagements = engagements_by_id(session, [task.engagement_id for task in found], principal=page.principal)
    return page.show(
        "manager/tasks.html", groups=_grouped(found, today()), engagements=engagements, today=today()
    )


@router.get("/tasks/calendar.ics", name="tasks_calendar")
def calendar(page: CurrentPage, session: ReadSession, settings: AppSettings) -> Response:
    """The open tasks as entries of a calendar, each on the day that it is due."""
    found = own_tasks(session, PageRequest(MAX_PAGE), ["open"], principal=page.principal).items
    base = settings.public_url.rstrip("/")
    return calendar_file(
        "sanku-tasks",
        [
            CalendarEntry(
                task.id, task.title, task.due_on, address=f"{base}/engagements/{task.engagement_id}"
            )
            for task in found
        ],
    )


@router.post("/tasks/done", name="finish_task")
def done(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Marks a task as done, from any page that lists it."""
    engagement_id, task_id = id_of(posted, "engagement"), id_of(posted, "task")
    with database.unit_of_work() as session:
        tasks.change_task(
            session,
            engagement_id,
            task_id,
            values={"state": "done"},
            principal=page.principal,
            if_match=posted.version,
        )
    return page.redirect(local_address(posted.get("back"), "/tasks"), notice="task_done")


def _grouped(found: Sequence[TaskRead], day: date) -> list[tuple[str, list[TaskRead]]]:
    """The tasks by their group, empty ones left out."""
    groups: dict[str, list[TaskRead]] = {label: [] for label in _GROUPS}
    for task in found:
        place = (
            0
            if task.due_on < day
            else 1
            if task.due_on == day
            else 2
            if task.due_on <= day + timedelta(7)
            else 3
        )
        groups[_GROUPS[place]].append(task)
    return [(label, group) for label, group in groups.items() if group]
