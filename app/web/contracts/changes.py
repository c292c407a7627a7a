"""Page `/contracts/{number}/edit`: changes of a draft, and proposals to amend a signed contract."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.engagements.contracts.access import id_of_number
from app.engagements.contracts.amendments import proposals
from app.engagements.contracts.presentation.listing import contract_read
from app.engagements.contracts.presentation.options import ContractSteps, steps_of
from app.engagements.contracts.schemas import ContractPatch, ContractRead
from app.errors import Conflict, Invalid, SankuError, StaleVersion
from app.web.contracts.forms import change_form
from app.web.contracts.references import contract_model
from app.web.forms.conflicts import FieldConflict, field_conflicts, without_version
from app.web.forms.filled import FilledForm
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted

router = APIRouter()


@router.get("/contracts/{number}/edit", name="edit_contract")
def edit(page: CurrentPage, number: str, session: ReadSession) -> Response:
    """The terms in the form."""
    contract, steps = _contract(session, page, number)
    if not (steps.changes or steps.amends):
        return page.redirect(f"/contracts/{number}", notice="not_changeable")
    return _show(page, contract, steps, _filled(contract, steps))


@router.post("/contracts/{number}/edit", name="change_contract")
def change(page: CurrentPage, number: str, posted: Posted, database: AppDatabase) -> Response:
    """Keeps the change of a draft, or proposes that of a signed contract."""
    page.take_display(posted)
    with database.reading() as session:
        contract, steps = _contract(session, page, number)
    form = FilledForm(_form(contract, steps), posted=posted, version=contract.version)
    if posted.only_shows:
        return _show(page, contract, steps, form)
    try:
        with database.reading() as session:
            wanted = contract_model(
                session, form.form, posted, known=_known(contract), page=page, is_change=True
            )
        assert isinstance(wanted, ContractPatch)
        patch = _changed(wanted, contract)
        if not patch.model_fields_set - {"reason"}:
            return page.redirect(f"/contracts/{number}", notice="unchanged")
        with database.unit_of_work() as session:
            proposals.amend(
                session, contract.id, patch=patch, principal=page.principal, if_match=posted.version
            )
    except Invalid as refusal:
        return _show(page, contract, steps, form.with_errors(refusal), error=refusal)
    except StaleVersion as refusal:
        mine = FilledForm(form.form, posted=without_version(posted), version=contract.version)
        conflicts = field_conflicts(_filled(contract, steps), mine)
        return _show(page, contract, steps, mine, error=refusal, conflicts=conflicts)
    except Conflict as refusal:
        return _show(page, contract, steps, form, error=refusal)
    return page.redirect(f"/contracts/{number}", notice="proposed" if steps.amends else "draft_saved")


def _contract(session: ReadSession, page: WebPage, number: str) -> tuple[ContractRead, ContractSteps]:
    contract_id = id_of_number(session, number, principal=page.principal)
    return (
        contract_read(session, contract_id, principal=page.principal),
        steps_of(session, contract_id, principal=page.principal),
    )


def _show(
    page: WebPage,
    contract: ContractRead,
    steps: ContractSteps,
    form: FilledForm,
    *,
    error: SankuError | None = None,
    conflicts: tuple[FieldConflict, ...] = (),
) -> Response:
    return page.show(
        "contracts/edit.html",
        status=error.status if error else 200,
        contract=contract,
        steps=steps,
        form=form,
        form_id=form.id,
        error=error,
        conflicts=conflicts,
    )


def _form(contract: ContractRead, steps: ContractSteps) -> Any:
    return change_form(
        is_draft=contract.state.value == "draft",
        enters_shares=steps.enters_shares,
        corrects=steps.corrects,
        classifies=steps.confirms,
    )


def _filled(contract: ContractRead, steps: ContractSteps) -> FilledForm:
    values = contract.model_dump()
    values["buyer_org_id"], values["seller_org_id"] = contract.buyer_name, contract.seller_name
    values["shares"] = [
        {"manager_id": share.manager_name, "percent": share.percent} for share in contract.shares
    ]
    return FilledForm(_form(contract, steps), values, version=contract.version)


def _known(contract: ContractRead) -> dict[str, UUID]:
    """The names that stand in the form already."""
    names = {share.manager_name: share.manager_id for share in contract.shares}
    names |= {contract.buyer_name: contract.buyer_org_id, contract.seller_name: contract.seller_org_id}
    return {name: id_ for name, id_ in names.items() if name}


def _changed(wanted: ContractPatch, contract: ContractRead) -> ContractPatch:
    """What differs from the contract: an amendment says no more than what changes. Empty rows clear the list."""
    sent = wanted.model_dump(mode="json", exclude_unset=True)
    if sent.get("payments", ...) is None:
        sent["payments"] = []
    now = contract.model_dump(mode="json")
    now["shares"] = [_share(share) for share in now["shares"]]
    now["payments"] = [
        {name: one[name] for name in ("name", "due_on", "amount_wan")} for one in now["payments"]
    ]
    kept = {
        name: value
        for name, value in sent.items()
        if name == "reason" or (now.get(name) != value and not (value is None and not now.get(name)))
    }
    return ContractPatch.model_validate(kept)


def _share(share: dict[str, Any]) -> dict[str, Any]:
    return {"manager_id": share["manager_id"], "percent": share["percent"]}
