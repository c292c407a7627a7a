"""Pages `/contests`: contests and events of the bureau, and registration for them."""

from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Path
from fastapi.responses import Response

from app.accounts.access.principal import Principal
from app.database import AppDatabase, ReadSession
from app.errors import Invalid, NotFound, SankuError
from app.libraries.lifecycle.lookup import find_by_number
from app.libraries.managers.service import LIBRARY
from app.paging import PageRequest
from app.talent.contests import registrations
from app.talent.contests.lookup import find_contest
from app.talent.contests.presenter import list_contests, read_contests
from app.talent.contests.registration_list import registration_page
from app.talent.contests.schemas import RegistrationCreate
from app.web.forms.fields import Form, FormField, FormGroup
from app.web.forms.filled import FilledForm
from app.web.forms.parser import validated
from app.web.i18n import mark as _
from app.web.i18n import speaking, translate
from app.web.page import CurrentPage, WebPage
from app.web.pages import BY_ADDRESS, may_open
from app.web.posted import Posted, PostedForm, id_of
from app.web.views.calendars import CalendarEntry, calendar_file

router = APIRouter()

Id = Annotated[UUID, Path(alias="id")]

_ROWS = 100
_PROJECT = FormField("project", label=_("参赛项目"), hint=_("项目大赛必填。"), max_length=200)
_MANAGER = FormField(
    "manager",
    label=_("技术经理人编号"),
    hint=_("为本单位的技术经理人报名。"),
    example="M-2026-000001",
    required=True,
)


@router.get("/contests", name="contests")
def contests(page: CurrentPage, session: ReadSession) -> Response:
    """Contests and events, the latest first."""
    found = list_contests(
        session, PageRequest(_ROWS, page.request.query_params.get("cursor")), principal=page.principal
    )
    return page.show(
        "public/contests.html",
        found=found.items,
        next=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
    )


@router.get("/contests/{id}", name="contest")
def contest(page: CurrentPage, id_: Id, session: ReadSession) -> Response:
    """One contest."""
    row = find_contest(session, id_, principal=page.principal)
    return page.show(
        "public/contest.html",
        contest=read_contests(session, [row])[0],
        may_register=may_open(BY_ADDRESS["/contests/{id}/register"], page.principal),
    )


@router.get("/contests/{id}/calendar.ics", name="contest_calendar")
def contest_calendar(page: CurrentPage, id_: Id, session: ReadSession) -> Response:
    """The contest and its deadline as entries of a calendar."""
    (one,) = read_contests(session, [find_contest(session, id_, principal=page.principal)])
    with speaking(page.language):
        deadline = f"{translate(_('报名截止'))} · {one.title}"
    return calendar_file(
        one.number,
        [
            CalendarEntry(one.id, one.title, one.starts_at, one.ends_at, one.venue, one.description),
            CalendarEntry(uuid5(one.id, "deadline"), deadline, one.deadline, one.deadline),
        ],
    )


@router.get("/contests/{id}/register", name="contest_registration")
def registration(page: CurrentPage, id_: Id, session: ReadSession) -> Response:
    """One's own registrations, or those of the organisation's managers, and the form."""
    return _show(page, session, id_)


@router.post("/contests/{id}/register", name="register_for_contest")
def register(page: CurrentPage, id_: Id, posted: Posted, database: AppDatabase) -> Response:
    """Registers a manager, or puts them on the waiting list."""
    form = FilledForm(_form(page.principal), posted=posted)

    def command(session: ReadSession) -> Response:
        project = posted.get("project").strip() or None
        values = {"project": project, "manager_id": _manager(session, posted, page.principal)}
        wanted = validated(RegistrationCreate, values)
        assert isinstance(wanted, RegistrationCreate)

        def make() -> Response:
            row = registrations.register(session, id_, wanted, principal=page.principal)
            is_waiting = row.state == "waiting"
            return page.redirect(_address(id_), notice="on_waiting_list" if is_waiting else "registered_for")

        return page.once(database, session, posted, wanted, make)

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, session, id_, form.after(error), error=error),
    )


@router.post("/contests/{id}/register/withdraw", name="withdraw_from_contest")
def withdraw(page: CurrentPage, id_: Id, posted: Posted, database: AppDatabase) -> Response:
    """Withdraws; the first on the waiting list moves up."""

    def command(session: ReadSession) -> Response:
        registrations.withdraw(session, id_of(posted, "registration"), principal=page.principal)
        return page.redirect(_address(id_), notice="withdrawn_from")

    return page.act(posted, database, command, lambda session, error: _show(page, session, id_, error=error))


def _address(contest_id: UUID) -> str:
    return f"/contests/{contest_id}/register"


def _form(principal: Principal) -> Form:
    """A manager registers themselves; an institution says whom."""
    fields = (_PROJECT,) if principal.manager_id else (_MANAGER, _PROJECT)
    return Form("registration", None, (FormGroup(fields),))


def _manager(session: ReadSession, posted: PostedForm, principal: Principal) -> UUID | None:
    """The manager whose number was given; None for the reader themselves.

    Raises:
        Invalid: the organisation has no such manager.
    """
    if principal.manager_id:
        return None
    try:
        return find_by_number(session, LIBRARY, posted.get("manager").strip(), principal, own=True).id
    except NotFound as error:
        raise Invalid.field(
            "manager",
            "unknown_manager",
            "本单位没有该编号的技术经理人，请核对编号",
            "your organisation has no manager with this number; check it",
        ) from error


def _show(
    page: WebPage,
    session: ReadSession,
    contest_id: UUID,
    form: FilledForm | None = None,
    *,
    error: SankuError | None = None,
) -> Response:
    row = find_contest(session, contest_id, principal=page.principal)
    found = registration_page(session, contest_id, PageRequest(_ROWS), principal=page.principal)
    return page.show(
        "public/contest_registration.html",
        status=error.status if error else 200,
        form_id="registration",
        contest=read_contests(session, [row])[0],
        found=found.items,
        form=form or FilledForm(_form(page.principal)),
        error=error,
    )
