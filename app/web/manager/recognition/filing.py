"""Pages `…/filing`: a manager's filing: apply with the pledge, renew, withdraw, cancel."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import Invalid, SankuError, StaleVersion
from app.paging import PageRequest
from app.services import AppSettings
from app.talent.filings import service
from app.talent.filings.listing import filing_moves, filing_page
from app.talent.filings.schemas import FilingCreate, FilingNote, FilingPatch, Pledge
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import validated
from app.web.i18n import mark as _
from app.web.manager.recognition.holder import (
    RECOGNITION,
    STAFF_MEMBER,
    CurrentHolder,
    RecognitionHolder,
    holder_tabs,
    without_record,
)
from app.web.manager.recognition.words import MOVES
from app.web.page import CurrentPage, WebPage
from app.web.posted import VERSION, Posted, PostedForm, id_of

router = APIRouter()

FILING = f"{RECOGNITION}/filing"
STAFF_FILING = f"{STAFF_MEMBER}/filing"
_PAST = 20

STATEMENT = Form(
    "filing",
    FilingCreate,
    (
        FormGroup(
            (
                FormField(
                    "statement",
                    Widget.TEXT,
                    label=_("申请说明"),
                    hint=_("从业经历、拟服务的领域和区域等，至多 2000 字。"),
                    lines=6,
                    max_length=2000,
                ),
            )
        ),
    ),
    absent={"manager_id": "the page is that of the manager"},
)
NOTE = Form(
    "cancel",
    FilingNote,
    (FormGroup((FormField("note", Widget.TEXT, label=_("注销理由"), required=True, lines=2),)),),
)


@router.get(FILING, name="filing_own")
@router.get(STAFF_FILING, name="staff_filing")
def filing(page: CurrentPage, holder: CurrentHolder, session: ReadSession) -> Response:
    """The filing with its state, and what its holder can do."""
    return _show(page, holder, session)


@router.post(FILING, name="write_filing")
@router.post(STAFF_FILING, name="write_staff_filing")
def write(page: CurrentPage, holder: CurrentHolder, posted: Posted, database: AppDatabase) -> Response:
    """Makes the application, or changes its statement before it is submitted."""
    if holder is None:
        return without_record(page)
    form = FilledForm(STATEMENT, posted=posted)

    def command(session: ReadSession) -> Response:
        if posted.get("filing"):
            wanted = validated(FilingPatch, {"statement": posted.get("statement").strip()})
            assert isinstance(wanted, FilingPatch)
            service.change(
                session,
                id_of(posted, "filing"),
                wanted.statement,
                principal=page.principal,
                if_match=posted.version,
            )
            return page.redirect(holder.address("filing"), notice="saved")
        new = form.model()
        assert isinstance(new, FilingCreate)

        wanted = new.model_copy(update={"manager_id": holder.manager_id})

        def make() -> Response:
            service.file(session, holder.manager_id, new.statement, principal=page.principal)
            return page.redirect(holder.address("filing"), notice="draft_saved")

        return page.once(database, session, posted, wanted, make)

    return _run(page, holder, posted, database, command, form)


@router.post(f"{FILING}/submit", name="submit_filing")
@router.post(f"{STAFF_FILING}/submit", name="submit_staff_filing")
def submit(
    page: CurrentPage, holder: CurrentHolder, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Submits or renews it, with the pledge that was read."""
    if holder is None:
        return without_record(page)
    move = "renew" if posted.get("move") == "renew" else "submit"

    def command(session: ReadSession) -> Response:
        if posted.get("accept_pledge") != "1":
            raise Invalid.field(
                "accept_pledge", "pledge_missing", "请阅读承诺书并勾选", "read the pledge and tick the box"
            )
        signed = validated(Pledge, {"pledge_version": posted.get("pledge_version"), "accept_pledge": True})
        assert isinstance(signed, Pledge)
        service.submit_with_pledge(
            session,
            id_of(posted, "filing"),
            move,
            signed.pledge_version,
            principal=page.principal,
            settings=settings,
            if_match=posted.version,
        )
        return page.redirect(holder.address("filing"), notice="submitted")

    return _run(page, holder, posted, database, command)


@router.post(f"{FILING}/end", name="end_filing")
@router.post(f"{STAFF_FILING}/end", name="end_staff_filing")
def end(page: CurrentPage, holder: CurrentHolder, posted: Posted, database: AppDatabase) -> Response:
    """Takes an application back, or cancels the filing with a reason."""
    if holder is None:
        return without_record(page)
    move = "cancel" if posted.get("move") == "cancel" else "withdraw"
    form = FilledForm(NOTE, posted=posted, prefix=NOTE.id)

    def command(session: ReadSession) -> Response:
        wanted = form.model()
        assert isinstance(wanted, FilingNote)
        service.withdraw_or_cancel(
            session,
            id_of(posted, "filing"),
            move,
            wanted.note,
            principal=page.principal,
            if_match=posted.version,
        )
        return page.redirect(holder.address("filing"), notice="saved")

    return _run(page, holder, posted, database, command, note=form)


def _run(
    page: WebPage,
    holder: RecognitionHolder,
    posted: PostedForm,
    database: AppDatabase,
    command: Callable[[Any], Response],
    form: FilledForm | None = None,
    note: FilledForm | None = None,
) -> Response:
    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(
            page,
            holder,
            session,
            form.after(error) if form else None,
            note.after(error) if note else None,
            error=error,
            accepted=posted.get("accept_pledge") == "1",
        ),
    )


def _show(
    page: WebPage,
    holder: RecognitionHolder | None,
    session: ReadSession,
    form: FilledForm | None = None,
    note: FilledForm | None = None,
    *,
    error: SankuError | None = None,
    accepted: bool = False,
) -> Response:
    if holder is None:
        return without_record(page)
    found = filing_page(session, PageRequest(_PAST), None, holder.manager_id, principal=page.principal).items
    unsaved = form.posted.get("statement") if form else ""
    current = next((one for one in found if one.state.value != "cancelled"), None)
    if form is not None and isinstance(error, StaleVersion):
        form = FilledForm(
            STATEMENT, posted=form.posted.without(VERSION), version=current.version if current else None
        )
    elif form is None:
        known = {"statement": current.statement} if current else {}
        form = FilledForm(STATEMENT, known, version=current.version if current else None)
    pledge = service.pledge()
    return page.show(
        "manager/recognition/filing.html",
        status=error.status if error else 200,
        form_id=form.id,
        holder=holder,
        tabs=holder_tabs(holder, page.path),
        filing=current,
        past=[one for one in found if one is not current],
        moves=filing_moves(session, current.id, principal=page.principal) if current else (),
        form=form,
        unsaved=unsaved,
        note=note or FilledForm(NOTE, prefix=NOTE.id),
        pledge=pledge[page.language],
        pledge_version=pledge["version"],
        accepted=accepted,
        words=MOVES,
        error=error,
    )
