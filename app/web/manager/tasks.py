"""Page `/tasks`: the open tasks of all engagements, by how soon they are due; and their address for a calendar."""

from collections.abc import Sequence
from datetime import date, timedelta

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.principal import Principal
from app.clock import today
from app.database import AppDatabase, ReadSession
from app.engagements.lists.engagements import engagements_by_id
from app.engagements.schemas import TaskRead
from app.engagements.tasks import service as tasks
from app.engagements.tasks.calendar_link import (
    calendar_link_since,
    calendar_reader,
    make_calendar_link,
    revoke_calendar_link,
)
from app.engagements.tasks.listing import own_tasks
from app.paging import MAX_PAGE, PageRequest
from app.services import AppSettings
from app.settings import Settings
from app.web.i18n import mark as _
from app.web.page import CurrentPage, Pressed, WebPage, local_address
from app.web.posted import Posted, id_of
from app.web.views.calendars import CalendarEntry, calendar_file

router = APIRouter()

_GROUPS = (_("逾期"), _("今天"), _("7 天内"), _("以后"))


@router.get("/tasks", name="tasks")
def tasks_page(page: CurrentPage, session: ReadSession) -> Response:
    """Overdue ones first."""
    return _show(page, session)


def _show(page: WebPage, session: ReadSession, calendar_address: str | None = None) -> Response:
    found = own_tasks(session, PageRequest(MAX_PAGE), ["open"], principal=page.principal).items
    engagements = engagements_by_id(session, [task.engagement_id for task in found], principal=page.principal)
    return page.show(
        "manager/tasks.html",
        groups=_grouped(found, today()),
        engagements=engagements,
        today=today(),
        calendar_since=calendar_link_since(session, principal=page.principal),
        calendar_address=calendar_address,
    )


@router.get("/tasks/calendar.ics", name="tasks_calendar")
def calendar(page: CurrentPage, session: ReadSession, settings: AppSettings) -> Response:
    """The open tasks as entries of a calendar, each on the day that it is due."""
    return _calendar(session, settings, page.principal)


@router.get("/calendars/{token}/tasks.ics", name="read_calendar")
def read_calendar(_page: CurrentPage, token: str, session: ReadSession, settings: AppSettings) -> Response:
    """The same for a calendar program; the token in the address stands for its reader."""
    return _calendar(session, settings, calendar_reader(session, token))


@router.post("/tasks/calendar", name="make_calendar")
def make_calendar(
    page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Makes a new address and shows it, here and never again."""
    page.take_display(posted)
    if posted.only_shows:
        return page.redirect("/tasks", notice="press_again")
    with database.unit_of_work() as session:
        token = make_calendar_link(session, principal=page.principal)
    with database.reading() as session:
        return _show(page, session, f"{settings.public_url.rstrip('/')}/calendars/{token}/tasks.ics")


@router.post("/tasks/calendar/revoke", name="revoke_calendar")
def revoke_calendar(page: CurrentPage, posted: Pressed, database: AppDatabase) -> Response:
    """Ends the address."""
    page.take_display(posted)
    with database.unit_of_work() as session:
        revoke_calendar_link(session, principal=page.principal)
    return page.redirect("/tasks", notice="calendar_revoked")


def _calendar(session: ReadSession, settings: Settings, reader: Principal) -> Response:
    found = own_tasks(session, PageRequest(MAX_PAGE), ["open"], principal=reader).items
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
def done(page: CurrentPage, posted: Pressed, database: AppDatabase) -> Response:
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
