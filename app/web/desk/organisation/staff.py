"""Page `/desk/staff`: managers who have a post at the reader's organisation: its consent, their load and results."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.permissions import Action, allowed
from app.accounts.access.principal import Role
from app.database import AppDatabase, ReadSession
from app.errors import SankuError
from app.paging import PageRequest
from app.services import AllServices, Services
from app.statistics.figures.managers import manager_page
from app.statistics.query import read_query
from app.statistics.schemas import ManagerLine
from app.talent.affiliations.listing import CONSENT_STATES, affiliation_page
from app.talent.affiliations.schemas import ConsentGiven, ConsentRefused
from app.talent.affiliations.service import decide
from app.talent.tiers.service import standing_page
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, id_of

router = APIRouter()

STAFF = "/desk/staff"
_ROWS = 50
_SHELVES = {
    "pending": _("待答复"),
    "given": _("已同意"),
    "refused": _("未同意"),
    "": _("全部"),
}

CONSENT = Form(
    "consent",
    ConsentGiven,
    (FormGroup((FormField("reference", label=_("同意文件编号"), example=_("人字〔2026〕12号")),)),),
)
REFUSAL = Form(
    "refusal",
    ConsentRefused,
    (FormGroup((FormField("note", Widget.TEXT, label=_("理由"), lines=2, required=True, max_length=500),)),),
)


@router.get(STAFF, name="staff")
def staff(page: CurrentPage, session: ReadSession, services: AllServices) -> Response:
    """Posts by consent, those that wait first; below, the institution's own managers."""
    return _show(page, session, services)


@router.post(f"{STAFF}/consent", name="consent_to_post")
def consent(page: CurrentPage, posted: Posted, database: AppDatabase, services: AllServices) -> Response:
    """Records the organisation's consent to a post, or its refusal; a later answer replaces it."""
    refuses = posted.get("answer") == "refused"
    form = FilledForm(REFUSAL if refuses else CONSENT, posted=posted, prefix=posted.get("affiliation"))

    def command(session: ReadSession) -> Response:
        wanted: Any = form.model()
        state = CONSENT_STATES["refused" if refuses else "given"]
        decide(
            session,
            id_of(posted, "affiliation"),
            state,
            principal=page.principal,
            reference=None if refuses else wanted.reference,
            note=wanted.note if refuses else None,
        )
        return page.redirect(STAFF, notice="answered")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, session, services, form.after(error), error=error),
    )


def _show(
    page: WebPage,
    session: ReadSession,
    services: Services,
    form: FilledForm | None = None,
    *,
    error: SankuError | None = None,
) -> Response:
    who, query = page.principal, page.request.query_params
    state = query.get("consent", "pending")
    place = PageRequest(_ROWS, query.get("cursor"))
    found = affiliation_page(session, place, CONSENT_STATES.get(state), principal=who)
    lines: list[ManagerLine] = []
    tiers: dict[str, str | None] = {}
    if who.role is Role.INSTITUTION:
        criteria = read_query(services, who, session, None, None, None, None)
        lines, _next = manager_page(session, criteria, PageRequest(_ROWS))
        standings = standing_page(session, PageRequest(_ROWS), principal=who)
        tiers = {str(one.manager_id): one.tier for one in standings.items}
    return page.show(
        "desk/organisation/staff.html",
        status=error.status if error else 200,
        form_id=None,
        found=found.items,
        following=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
        state=state,
        tabs=[
            (label, page.with_query(consent=code, cursor=None), None, code == state)
            for code, label in _SHELVES.items()
        ],
        typed=form,
        consent=lambda one: _form(CONSENT, form, str(one.id)),
        refusal=lambda one: _form(REFUSAL, form, str(one.id)),
        may_answer=who.reads_details and allowed(who, Action.AFFILIATION_CONSENT, own=True),
        lines=lines,
        tiers=tiers,
        error=error,
    )


def _form(form: Form, typed: FilledForm | None, affiliation: str) -> FilledForm:
    """The form of one post: as typed if it is the one that was posted."""
    if typed is not None and typed.form is form and typed.posted.get("affiliation") == affiliation:
        return typed
    return FilledForm(form, prefix=affiliation)
