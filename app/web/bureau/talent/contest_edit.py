"""Page `/bureau/contests/…/edit`: times, place and capacity of a contest, before it is finished or cancelled."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.clock import JINAN_TIME
from app.database import AppDatabase, ReadSession
from app.errors import SankuError, StaleVersion
from app.talent.contests import service
from app.talent.contests.lookup import find_contest
from app.talent.contests.presenter import read_contests
from app.talent.contests.schemas import ContestPatch
from app.web.bureau.talent.contests import CONTEST, TIMES, typed_times
from app.web.forms.fields import Form, FormGroup
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import VERSION, Posted

router = APIRouter()

EDIT = Form(
    "contest-edit",
    ContestPatch,
    (FormGroup(tuple(one for one in CONTEST.fields if one.name != "kind")),),
)


@router.get("/bureau/contests/{id}/edit", name="edit_contest")
def edit(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """The form with what is stored."""
    return _show(page, session, id)


@router.post("/bureau/contests/{id}/edit", name="change_contest")
def change(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Stores the changes; people who wait move up where there is more room."""
    form = FilledForm(EDIT, posted=posted)

    def command(session: ReadSession) -> Response:
        values = typed_times(bind(EDIT, posted, is_change=True))
        # A text without words is stored as such; no capacity is no limit.
        values |= {name: values[name] or "" for name in ("description", "venue")}
        wanted = validated(ContestPatch, values)
        assert isinstance(wanted, ContestPatch)
        service.change(session, id, wanted, principal=page.principal, if_match=posted.version)
        return page.redirect(f"/bureau/contests/{id}", notice="saved")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, session, id, form.after(error), error=error),
    )


def _show(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    form: FilledForm | None = None,
    *,
    error: SankuError | None = None,
) -> Response:
    (contest,) = read_contests(session, [find_contest(session, id, principal=page.principal)])
    if form is None:
        form = FilledForm(EDIT, _shown(contest.model_dump()), version=contest.version)
    elif isinstance(error, StaleVersion):
        form = FilledForm(EDIT, posted=form.posted.without(VERSION), version=contest.version)
    return page.show(
        "bureau/edit.html",
        status=error.status if error else 200,
        form_id=form.id,
        form=form,
        name=contest.title,
        up=(("/bureau/contests", _("赛事")), (f"/bureau/contests/{id}", contest.title)),
        address=f"/bureau/contests/{id}/edit",
        error=error,
    )


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """Times as people write them, in Jinan."""
    shown = {name: values[name] for name in (one.name for one in EDIT.fields)}
    for name in TIMES:
        moment: datetime = shown[name]
        shown[name] = f"{moment.astimezone(JINAN_TIME):%Y-%m-%d %H:%M}"
    return shown
