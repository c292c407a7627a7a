"""The page of one engagement, also after a command that was refused."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi.responses import Response

from app.accounts.legal_texts.purposes import TextPurpose
from app.accounts.legal_texts.service import TextVersion, text_of
from app.accounts.lists.users import user_page
from app.accounts.schemas import UserOut
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
from app.web.engagements.forms import END, INVITE, INVITE_INVESTOR, MOVE, NOTE, colleague_form, task_form
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
        forms=_forms(details, form, _colleagues(page, session, details, tab)),
        contacts=contacts,
        undertaking=_undertaking_owed(session, details),
        **_parts(page, session, details, tab),
    )


def _undertaking_owed(session: ReadSession, details: EngagementDetails) -> TextVersion | None:
    """The text that the reader must accept before a record opens; None if they owe nothing."""
    if not any(one.owed for one in details.read.undertakings):
        return None
    return text_of(session, TextPurpose.UNDERTAKING)


def _colleagues(
    page: WebPage, session: ReadSession, details: EngagementDetails, tab: str
) -> Sequence[UserOut]:
    """The colleagues whom the reader may invite for their side."""
    organisation_id = page.principal.organisation_id
    if tab != "people" or not details.own_sides or organisation_id is None:
        return ()
    found = user_page(
        session, _ALL, principal=page.principal, organisation_id=organisation_id, active=True
    ).items
    return [one for one in found if one.id != page.principal.user_id]


def _forms(
    details: EngagementDetails, posted: FilledForm | None, colleagues: Sequence[UserOut]
) -> dict[str, FilledForm]:
    """The forms of the page; the one that was posted as it was typed."""
    made = {
        form.id: FilledForm(form, values, prefix=form.id)
        for form, values in (
            (NOTE, {}),
            (INVITE, {"role": "manager"}),
            (INVITE_INVESTOR, {"role": "investor"}),
            (task_form(details.read.participants), {}),
        )
    }
    if colleagues:
        role = "entrepreneur" if "demand" in details.own_sides else "scientist"
        form = colleague_form(colleagues)
        made[form.id] = FilledForm(form, {"role": role}, prefix=form.id)
    for following in details.next_stages:
        form = END if following.stage.value == "ended" else MOVE
        made[form.id] = FilledForm(
            form, {"to": following.stage.value}, version=details.read.version, prefix=form.id
        )
    if posted is not None:
        known = made.get(posted.id)
        made[posted.id] = (
            FilledForm(known.form, posted=posted.posted, errors=posted.errors, prefix=posted.prefix)
            if known is not None and posted.id == "invite-colleague"
            else posted
        )
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
