"""Pages `…/rounds`: a manager's entries in the yearly rounds, and objections to them."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import SankuError
from app.paging import PageRequest
from app.pdf.responses import Paper, as_pdf
from app.services import AppSettings
from app.talent.rounds.decisions import raise_objection
from app.talent.rounds.listing import entry_detail, entry_page, objection_page, round_page
from app.talent.rounds.paper import certificate
from app.talent.rounds.schemas import ObjectionCreate
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.manager.recognition.holder import (
    RECOGNITION,
    STAFF_MEMBER,
    CurrentHolder,
    RecognitionHolder,
    holder_tabs,
    without_record,
)
from app.web.manager.recognition.words import OBJECTION_STATES
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, id_of

router = APIRouter()

ROUNDS = f"{RECOGNITION}/rounds"
STAFF_ROUNDS = f"{STAFF_MEMBER}/rounds"
_SHOWN = 10

OBJECTION = Form(
    "objection",
    ObjectionCreate,
    (
        FormGroup(
            (
                FormField(
                    "text",
                    Widget.TEXT,
                    label=_("异议"),
                    hint=_("写明哪一份合同或证书、应当怎样计入。"),
                    required=True,
                    lines=4,
                    max_length=2000,
                ),
            )
        ),
    ),
    absent={"manager_id": "the page is that of the manager"},
)


@router.get(ROUNDS, name="own_rounds")
@router.get(STAFF_ROUNDS, name="staff_rounds")
def rounds(page: CurrentPage, holder: CurrentHolder, session: ReadSession) -> Response:
    """The rounds in which the manager has an entry, the newest first."""
    return _show(page, holder, session)


@router.get(f"{ROUNDS}/{{entry}}/certificate.pdf", name="own_certificate")
@router.get(f"{STAFF_ROUNDS}/{{entry}}/certificate.pdf", name="staff_recognition_certificate")
def own_certificate(
    page: CurrentPage,
    _holder: CurrentHolder,
    entry: UUID,
    session: ReadSession,
    paper: Paper,
    settings: AppSettings,
) -> Response:
    """The certificate of a published recognition."""
    content = certificate(
        session, entry, paper=paper, public_url=settings.public_url, principal=page.principal
    )
    return as_pdf(content, f"certificate-{entry}")


@router.post(f"{ROUNDS}/object", name="object")
@router.post(f"{STAFF_ROUNDS}/object", name="object_for_staff")
def object_(page: CurrentPage, holder: CurrentHolder, posted: Posted, database: AppDatabase) -> Response:
    """Raises an objection, which the bureau answers."""
    if holder is None:
        return without_record(page)
    form = FilledForm(OBJECTION, posted=posted, prefix=posted.get("round"))

    def command(session: ReadSession) -> Response:
        wanted = form.model()
        assert isinstance(wanted, ObjectionCreate)
        round_id = id_of(posted, "round")

        def make() -> Response:
            raise_objection(session, round_id, holder.manager_id, wanted.text, principal=page.principal)
            return page.redirect(holder.address("rounds"), notice="objection_raised")

        return page.once(database, session, posted, wanted, make)

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, holder, session, form.after(error), error=error),
    )


def _show(
    page: WebPage,
    holder: RecognitionHolder | None,
    session: ReadSession,
    typed: FilledForm | None = None,
    *,
    error: SankuError | None = None,
) -> Response:
    if holder is None:
        return without_record(page)
    found = []
    for one in round_page(session, PageRequest(_SHOWN), principal=page.principal).items:
        entries = entry_page(
            session, PageRequest(1), one.id, manager_id=holder.manager_id, principal=page.principal
        ).items
        if entries:
            entry = entry_detail(session, entries[0].id, principal=page.principal)
            objections = objection_page(
                session, PageRequest(_SHOWN), one.id, manager_id=holder.manager_id, principal=page.principal
            )
            found.append((one, entry, objections.items, _form(typed, one.id)))
    return page.show(
        "manager/recognition/rounds.html",
        status=error.status if error else 200,
        form_id=None,
        holder=holder,
        tabs=holder_tabs(holder, page.path),
        found=found,
        states=OBJECTION_STATES,
        typed=typed,
        error=error,
    )


def _form(typed: FilledForm | None, round_id: UUID) -> FilledForm:
    if typed is not None and typed.prefix == str(round_id):
        return typed
    return FilledForm(OBJECTION, prefix=str(round_id))
