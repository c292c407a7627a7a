"""The page of one contract, also after a command that was refused."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi.responses import Response

from app.clock import today
from app.database import Database, ReadSession
from app.engagements.contracts.access import id_of_number
from app.engagements.contracts.documents.listing import document_page
from app.engagements.contracts.presentation.listing import contract_read
from app.engagements.contracts.presentation.options import ContractSteps, steps_of
from app.engagements.contracts.schemas import ContractRead
from app.engagements.schemas import FileRead
from app.errors import Conflict, Invalid, SankuError, StaleVersion
from app.paging import PageRequest
from app.web.contracts.forms import CANCEL, DECLINE, PAYMENT, RECORD_SIGNATURE, SIGN
from app.web.contracts.terms import AUTHORS, amendment_changes
from app.web.forms.conflicts import without_version
from app.web.forms.fields import Choice, Form
from app.web.forms.filled import FilledForm
from app.web.i18n import Language
from app.web.page import WebPage
from app.web.posted import PostedForm

_ALL_DOCUMENTS = PageRequest(100)


def run(
    page: WebPage,
    number: str,
    posted: PostedForm,
    database: Database,
    command: Callable[[Any, UUID], Any],
    form: FilledForm | None = None,
    *,
    notice: str = "saved",
) -> Response:
    """Run a command in a unit of its own; what is refused is said on the page, with what was typed."""
    page.take_display(posted)
    error: SankuError | None = None
    if not posted.only_shows:
        try:
            with database.unit_of_work() as session:
                command(session, id_of_number(session, number, principal=page.principal))
            return page.redirect(f"/contracts/{number}", notice=notice)
        except StaleVersion as refusal:
            # The page shows the terms as they are now; pressing the button again is about these.
            error = refusal
            if form is not None:
                form = FilledForm(form.form, posted=without_version(form.posted), prefix=form.prefix)
        except (Conflict, Invalid) as refusal:
            error = refusal
            if form is not None and isinstance(refusal, Invalid):
                form = form.with_errors(refusal)
    with database.reading() as session:
        return show_contract(page, session, number, error=error, posted=form)


def show_contract(
    page: WebPage,
    session: ReadSession,
    number: str,
    *,
    error: SankuError | None = None,
    posted: FilledForm | None = None,
) -> Response:
    """Parties, amounts, shares, payments, documents, signatures, and what the reader may do."""
    contract_id = id_of_number(session, number, principal=page.principal)
    contract = contract_read(session, contract_id, principal=page.principal)
    steps = steps_of(session, contract_id, principal=page.principal)
    documents = document_page(session, contract_id, _ALL_DOCUMENTS, principal=page.principal).items
    amendment = contract.amendment
    return page.show(
        "contracts/sheet.html",
        status=error.status if error else 200,
        form_id=posted.id if posted else None,
        contract=contract,
        steps=steps,
        documents=documents,
        changes=amendment_changes(contract, amendment) if amendment else (),
        proposer=AUTHORS.get(amendment.proposed_as, "") if amendment else "",
        forms=_forms(contract, steps, documents, posted),
        error=error,
        today=today(),
    )


def _forms(
    contract: ContractRead, steps: ContractSteps, documents: Sequence[FileRead], posted: FilledForm | None
) -> dict[str, FilledForm]:
    """The forms of the page; the one that was posted as it was typed."""
    made = {}
    for form in (SIGN, _record_signature(steps, documents), PAYMENT, CANCEL, DECLINE):
        values = {"signed_on": today()} if "signed_on" in {one.name for one in form.fields} else {}
        made[form.id] = FilledForm(form, values, version=contract.version, prefix=form.id)
    if posted is not None:
        made[posted.id] = FilledForm(
            made[posted.id].form,
            posted=posted.posted,
            errors=posted.errors,
            version=contract.version,
            prefix=posted.id,
        )
    return made


def _record_signature(steps: ContractSteps, documents: Sequence[FileRead]) -> Form:
    """The form of a signature on paper, which offers the documents, and the sides that do not use the service."""
    (group,) = RECORD_SIGNATURE.groups
    side, day, file = group.fields
    open_sides = {one.value for one in steps.records_for}
    all_sides = side.choices

    def sides(language: Language) -> list[Choice]:
        return [one for one in (all_sides(language) if all_sides else ()) if one.code in open_sides]

    def files(_language: Language) -> list[Choice]:
        return [Choice(str(one.id), one.name) for one in documents]

    fields = (replace(side, choices=sides), day, replace(file, choices=files))
    return replace(RECORD_SIGNATURE, groups=(replace(group, fields=fields),))
