"""Page `/contracts/new`: a draft, in an engagement or between named parties."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.engagements.contracts import draft
from app.engagements.contracts.schemas import ContractCreate
from app.engagements.lists.details import engagement_details
from app.errors import Conflict, Invalid, SankuError
from app.web.contracts.forms import draft_form
from app.web.contracts.references import contract_model
from app.web.forms.fields import Form
from app.web.forms.filled import FilledForm
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted

router = APIRouter()


@router.get("/contracts/new", name="new_contract")
def new_contract(page: CurrentPage, session: ReadSession, engagement: UUID | None = None) -> Response:
    """The form of a draft."""
    values: dict[str, Any] = {"engagement_id": engagement}
    if engagement is not None:
        values["shares"] = [
            {"manager_id": name, "percent": percent}
            for name, percent in _agreed_shares(session, page, engagement)
        ]
    return _show(page, FilledForm(_form(page, engagement is not None), values))


@router.post("/contracts/new", name="draft_contract")
def draft_contract(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Makes the draft."""
    page.take_display(posted)
    form = FilledForm(_form(page, bool(posted.get("engagement_id"))), posted=posted)
    if posted.only_shows:
        return _show(page, form)
    try:
        with database.reading() as session:
            known = _known_managers(session, page, posted.get("engagement_id"))
            wanted = contract_model(session, form.form, posted, known=known, page=page)
        assert isinstance(wanted, ContractCreate)
        with database.unit_of_work() as session:
            return page.once(database, session, posted, wanted, lambda: _drafted(page, session, wanted))
    except Invalid as refusal:
        return _show(page, form.with_errors(refusal), error=refusal)
    except Conflict as refusal:
        return _show(page, form, error=refusal)


def _show(page: WebPage, form: FilledForm, *, error: SankuError | None = None) -> Response:
    return page.show(
        "contracts/new.html",
        status=error.status if error else 200,
        form=form,
        form_id=form.id,
        in_engagement=bool(form.posted.get("engagement_id")),
        error=error,
    )


def _form(page: WebPage, in_engagement: bool) -> Form:
    principal = page.principal
    return draft_form(
        in_engagement=in_engagement,
        enters_shares=principal.sees_everything or principal.manager_id is not None,
        names_records=principal.sees_everything,
    )


def _agreed_shares(session: ReadSession, page: WebPage, engagement_id: UUID) -> list[tuple[str, Any]]:
    """Name and percentage of the shares that were proposed in the engagement."""
    read = engagement_details(session, engagement_id, principal=page.principal).read
    names = {one.manager_id: one.name for one in read.participants if one.manager_id is not None}
    return [(names.get(share.manager_id) or "", share.percent) for share in read.shares]


def _known_managers(session: ReadSession, page: WebPage, engagement_id: str) -> dict[str, UUID]:
    try:
        id_ = UUID(engagement_id)
    except ValueError:
        return {}
    read = engagement_details(session, id_, principal=page.principal).read
    return {one.name: one.manager_id for one in read.participants if one.manager_id is not None and one.name}


def _drafted(page: WebPage, session: ReadSession, wanted: ContractCreate) -> Response:
    made = draft.draft(session, values=wanted.values(), principal=page.principal)
    return page.redirect(f"/contracts/{made.number}", notice="draft_saved")
