"""Pages `/bureau/assignments`: a dry run over many pairs, the run that writes its pushes, and what came of it."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import Invalid
from app.pushes.assignment.listing import demands_by_number, dry_run, read_run, run_page
from app.pushes.assignment.runs import request_run
from app.pushes.assignment.schemas import RunRequest
from app.pushes.schemas import AssignmentRead, AssignmentRequest
from app.services import AllServices
from app.web.bureau.lists.rows import Cursor, next_address, place
from app.web.bureau.pushes.assignment_form import ASSIGNMENT, START, AssignmentChoice
from app.web.bureau.pushes.assignment_view import (
    figure_table,
    low_load_table,
    push_table,
    run_table,
    short_table,
)
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, PageMatchingTurn, WebPage
from app.web.posted import Posted

router = APIRouter()


@router.get("/bureau/assignments/new", name="new_assignment")
def new_assignment(
    page: CurrentPage, session: ReadSession, number: str = "", cursor: Cursor = None
) -> Response:
    """The form, and the runs so far; `number` names a demand to begin with."""
    form = FilledForm(ASSIGNMENT, START | ({"numbers": [number[:40]]} if number else {}))
    return _show(page, session, form, cursor=cursor)


@router.post("/bureau/assignments/new/plan", name="plan_assignment")
def plan(
    page: CurrentPage, posted: Posted, session: ReadSession, services: AllServices, _turn: PageMatchingTurn
) -> Response:
    """The dry run: what would be pushed, and who is left out and why. Nothing is written."""
    page.take_display(posted)
    form = FilledForm(ASSIGNMENT, posted=posted)
    if posted.only_shows:
        return _show(page, session, form)
    try:
        choice = _choice(form)
        demand_ids = _demands(page, session, choice)
    except Invalid as error:
        return _show(page, session, form.with_errors(error), status=422)
    wanted = AssignmentRequest(
        limit=choice.limit, keep=choice.keep, least_load=choice.least_load, demand_ids=demand_ids
    )
    found = dry_run(session, services, wanted, principal=page.principal)
    return _show(page, session, form, found=found, is_executable=choice.keep)


@router.post("/bureau/assignments/new", name="run_assignment")
def run(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Have the worker write the pushes; sent twice it is one run."""
    page.take_display(posted)
    form = FilledForm(ASSIGNMENT, posted=posted)
    if not posted.only_shows:
        try:
            with database.unit_of_work() as session:
                choice = _choice(form)
                if not choice.keep:
                    raise Invalid.field(
                        "keep",
                        "only_compares",
                        "执行时保留待答复的推送，请先勾选",
                        "a run keeps the pushes that wait for an answer; please tick it",
                    )
                wanted = RunRequest(limit=choice.limit, demand_ids=_demands(page, session, choice))

                def start() -> Response:
                    made = request_run(
                        session, principal=page.principal, limit=wanted.limit, demand_ids=wanted.demand_ids
                    )
                    return page.redirect(f"/bureau/assignments/{made.id}", notice="assignment_started")

                return page.once(database, session, posted, wanted, start)
        except Invalid as error:
            form = form.with_errors(error)
    with database.reading() as session:
        return _show(page, session, form, status=422 if form.errors else 200)


@router.get("/bureau/assignments/{id}", name="assignment")
def assignment(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """One run: what was written, what was not and why, and who is left out."""
    found = read_run(session, id, principal=page.principal)
    answer = found.answer
    has_figures = answer.before is not None and answer.after is not None
    return page.show(
        "bureau/assignment.html",
        block="result",
        run=found,
        written=push_table(_("已写入的推送"), answer.written),
        not_written=push_table(_("未写入的推送"), answer.not_written),
        short=short_table(answer.short),
        below_least=low_load_table(answer.below_least),
        relief=answer.relief_en if page.language == "en" else answer.relief_zh,
        figures=figure_table(
            [(translate(_("指派前")), answer.before), (translate(_("指派后")), answer.after)]
        )
        if has_figures
        else None,
    )


def _choice(form: FilledForm) -> AssignmentChoice:
    choice = form.model()
    assert isinstance(choice, AssignmentChoice)
    return choice


def _demands(page: WebPage, session: ReadSession, choice: AssignmentChoice) -> list[UUID] | None:
    if not choice.numbers:
        return None
    return demands_by_number(session, choice.numbers, principal=page.principal)


def _show(
    page: WebPage,
    session: ReadSession,
    form: FilledForm,
    *,
    status: int = 200,
    found: AssignmentRead | None = None,
    is_executable: bool = False,
    cursor: str | None = None,
) -> Response:
    runs = run_page(session, place(cursor), principal=page.principal)
    view = None
    if found is not None:
        view = {
            "figures": figure_table(
                [
                    (translate(_("现有推送")), found.present),
                    (translate(_("逐对推送")), found.singly),
                    (translate(_("统一派单")), found.planned),
                ]
            ),
            "added": push_table(_("将新增的推送"), found.added),
            "ended": push_table(_("不在方案中的待答复推送"), found.ended),
            "short": short_table(found.short),
            "below_least": low_load_table(found.below_least),
            "relief": found.relief_en if page.language == "en" else found.relief_zh,
        }
    return page.show(
        "bureau/assignment_new.html",
        status=status,
        form_id=form.id,
        form=form,
        found=found,
        view=view,
        is_executable=is_executable,
        runs=run_table(runs.items),
        next=next_address(page, runs.next_cursor),
    )
