"""The page of one engagement, also after a command that was refused."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi.responses import Response

from app.clock import today
from app.database import ReadSession
from app.engagements.files.listing import files_page
from app.engagements.lists.details import (
    EngagementDetails,
    engagement_details,
    reveals_page,
    timeline_page,
)
from app.engagements.lists.engagements import STAGES
from app.engagements.schemas import ContactRead
from app.engagements.tasks.listing import tasks_of_engagement
from app.errors import Invalid, SankuError
from app.paging import PageRequest
from app.web.engagements.forms import END, INVITE, MOVE, NOTE, task_form
from app.web.engagements.timeline import lines_of
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.page import WebPage

TABS = (
    ("progress", _("进展")),
    ("tasks", _("任务")),
    ("files", _("文件")),
    ("people", _("参与人与分成")),
    ("contacts", _("联系方式")),
)
_ALL = PageRequest(100)


def show_engagement(
    page: WebPage,
    session: ReadSession,
    engagement_id: UUID,
    *,
    tab: str = "",
    error: SankuError | None = None,
    form: FilledForm | None = None,
    contacts: Sequence[ContactRead] | None = None,
) -> Response:
    """The engagement at one of its tabs.

    Args:
        form: the form that was posted, with what was typed and what is wrong.
        contacts: what the reader asked to see.
    """
    details = engagement_details(session, engagement_id, principal=page.principal)
    tab = tab if tab in dict(TABS) else "progress"
    return page.show(
        "engagements/sheet.html",
        status=error.status if error else 200,
        form_id=form.id if form else None,
        details=details,
        engagement=details.read,
        line=STAGES[:-1],
        tabs=TABS,
        tab=tab,
        today=today(),
        error=error,
        forms=_forms(details, form),
        contacts=contacts,
        **_parts(page, session, details, tab),
    )


def _forms(details: EngagementDetails, posted: FilledForm | None) -> dict[str, FilledForm]:
    """The forms of the page; the one that was posted as it was typed."""
    made = {
        form.id: FilledForm(form, prefix=form.id)
        for form in (NOTE, INVITE, task_form(details.read.participants))
    }
    for following in details.next_stages:
        form = END if following.stage.value == "ended" else MOVE
        made[form.id] = FilledForm(
            form, {"to": following.stage.value}, version=details.read.version, prefix=form.id
        )
    if posted is not None:
        made[posted.id] = posted
    return made


def _parts(page: WebPage, session: ReadSession, details: EngagementDetails, tab: str) -> dict[str, Any]:
    """What the tab shows; nothing while the reader is only invited."""
    parts: dict[str, Any] = {"entries": [], "tasks": [], "files": [], "reveals": []}
    if not details.takes_part:
        return parts
    id_, principal = details.read.id, page.principal
    match tab:
        case "progress":
            entries = timeline_page(session, id_, _ALL, principal=principal).items
            parts["entries"] = lines_of(entries, page.language)
        case "tasks":
            parts["tasks"] = tasks_of_engagement(session, id_, _ALL, principal=principal).items
        case "files":
            parts["files"] = files_page(session, id_, _ALL, principal=principal).items
        case "contacts":
            parts["reveals"] = reveals_page(session, id_, _ALL, principal=principal).items
    return parts


def with_errors(form: FilledForm, error: SankuError) -> FilledForm:
    """The form with what is wrong in it, if the error says so."""
    return form.with_errors(error) if isinstance(error, Invalid) else form
