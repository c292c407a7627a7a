"""Pages `/bureau/contracts`: contracts to register, and a contract with what registration rests on."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.clock import today
from app.database import AppDatabase, ReadSession, WriteSession
from app.engagements.contracts.presentation.listing import ContractList, contract_list, contract_read
from app.engagements.contracts.registration import land, register
from app.engagements.contracts.schemas import ContractRead, LandRequest, RegisterRequest
from app.errors import Conflict, Invalid, SankuError, StaleVersion
from app.web.bureau.lists.rows import Cursor, Text, next_address, place, tabs_of
from app.web.forms.choices import listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, PostedForm
from app.web.renderer import day
from app.web.views.amounts import wan
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

_SHELVES = {
    "signed": _("待登记"),
    "registered": _("已登记，待确认落地"),
    "landed": _("已落地"),
    "all": _("全部"),
}
_YES_NO = listed(("1", _("是")), ("0", _("否")))
REGISTER = Form(
    "register",
    RegisterRequest,
    (
        FormGroup(
            (
                FormField("registration_no", required=True),
                FormField("registered_on", Widget.DAY, required=True),
            )
        ),
    ),
)
LAND = Form(
    "land",
    LandRequest,
    (
        FormGroup(
            (
                FormField("landed_on", Widget.DAY, required=True),
                FormField("landed_in_jinan", Widget.YES_NO, required=True, choices=_YES_NO),
                FormField("reason", Widget.TEXT, lines=2),
            )
        ),
    ),
)


@router.get("/bureau/contracts", name="bureau_contracts")
def contracts(
    page: CurrentPage, session: ReadSession, state: Text = "signed", cursor: Cursor = None
) -> Response:
    """Contracts by what is to be done with them; those that both parties have signed can be registered."""
    chosen = ContractList.of(state)
    found = contract_list(session, place(cursor), chosen, principal=page.principal)
    labels = (_("合同名称"), _("编号"), _("卖方 → 买方"), _("成交额（万元）"), _("签订日期"), _("签署"))
    rows = [
        TableRow(
            (
                one.title,
                one.number,
                f"{one.seller_name} → {one.buyer_name}",
                wan(one.deal_amount_wan),
                day(one.signed_on),
                _signing(one),
            ),
            f"/bureau/contracts/{one.id}",
            translate(_("未经对接")) if one.outside_engagement else "",
        )
        for one in found.items
    ]
    columns = [TableColumn(translate(label), "number" if label == labels[3] else "text") for label in labels]
    return page.show(
        "bureau/list.html",
        title=_("合同登记"),
        subtitle="",
        tabs=tabs_of(page, "state", state, _SHELVES),
        kept={"state": state},
        query=None,
        query_label="",
        table=TableView(translate(_("合同")), columns, rows, hides_caption=True),
        empty=_("没有待登记的合同") if state == "signed" else _("没有符合条件的合同"),
        next=next_address(page, found.next_cursor),
        links=[],
    )


def _signing(contract: ContractRead) -> str:
    if contract.signed_by_both:
        return translate(_("双方已签"))
    return translate(_("台账登记")) if contract.from_ledger else translate(_("待双方签署"))


@router.get("/bureau/contracts/{id}", name="bureau_contract")
def contract(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """One contract: who has agreed, what changes wait, and the next step."""
    return _show(page, session, id)


@router.post("/bureau/contracts/{id}/register", name="register_contract")
def register_contract(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Confirm the registration with its number and day."""
    return _step(page, id, posted, database, REGISTER)


@router.post("/bureau/contracts/{id}/land", name="land_contract")
def land_contract(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Confirm that the contract has landed."""
    return _step(page, id, posted, database, LAND)


def _step(page: WebPage, id: UUID, posted: PostedForm, database: AppDatabase, form: Form) -> Response:
    page.take_display(posted)
    filled = FilledForm(form, posted=posted)
    try:
        if not posted.only_shows:
            asked = filled.model()
            with database.unit_of_work() as session:
                _carry_out(session, page, id, asked, posted.version)
            return page.redirect(f"/bureau/contracts/{id}", notice="saved")
    except Invalid as invalid:
        with database.reading() as session:
            return _show(page, session, id, filled=filled.with_errors(invalid), error=invalid)
    except (Conflict, StaleVersion) as error:
        with database.reading() as session:
            return _show(page, session, id, filled=filled, error=error)
    with database.reading() as session:
        return _show(page, session, id, filled=filled)


def _carry_out(session: WriteSession, page: WebPage, id: UUID, asked: object, version: str | None) -> None:
    if isinstance(asked, RegisterRequest):
        register(
            session,
            id,
            registration_no=asked.registration_no,
            registered_on=asked.registered_on,
            principal=page.principal,
            if_match=version,
        )
    elif isinstance(asked, LandRequest):
        land(
            session,
            id,
            landed_on=asked.landed_on,
            in_jinan=asked.landed_in_jinan,
            reason=asked.reason or "",
            principal=page.principal,
            if_match=version,
        )


def _show(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    *,
    filled: FilledForm | None = None,
    error: SankuError | None = None,
) -> Response:
    found = contract_read(session, id, principal=page.principal)
    chosen: Form | None = {"signed": REGISTER, "registered": LAND, "landed": LAND}.get(found.state)
    values: dict[str, date | bool | None] = {
        "registered_on": found.registered_on or today(),
        "landed_on": found.landed_on,
        # Nobody has said where before the first confirmation.
        "landed_in_jinan": found.landed_in_jinan if found.landed_on else None,
    }
    form = filled or (FilledForm(chosen, values, version=found.version) if chosen else None)
    return page.show(
        "bureau/contract.html",
        status=error.status if error else 200,
        form_id=form.id if form else None,
        contract=found,
        state=found.state.label(page.language),
        form=form,
        error=error if error and not isinstance(error, Invalid) else None,
    )
