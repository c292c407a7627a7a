"""Pages `/contracts`: lists, drafts from an engagement, and one contract with its signatures and payments."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.clock import today
from app.database import AppDatabase, ReadSession
from app.engagements.contracts import draft, payments
from app.engagements.contracts.access import id_of_number
from app.engagements.contracts.amendments import proposals
from app.engagements.contracts.presentation.listing import contract_read, contracts_of
from app.engagements.contracts.schemas import CancelRequest, ContractCreate, PaidRequest, SignRequest
from app.engagements.contracts.signatures import consents
from app.engagements.contracts.signatures import service as signatures
from app.errors import Conflict, Invalid, SankuError
from app.paging import MAX_CURSOR, PageRequest
from app.web.contracts.forms import CANCEL, CONTRACT, PAYMENT, SIGN
from app.web.forms.filled import FilledForm
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, PostedForm

router = APIRouter()

ROWS = 20


@router.get("/contracts", name="contracts")
def contracts(
    page: CurrentPage,
    session: ReadSession,
    engagement: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=MAX_CURSOR)] = None,
) -> Response:
    """The reader's contracts, the newest first."""
    found = contracts_of(session, PageRequest(ROWS, cursor), engagement, principal=page.principal)
    return page.show(
        "contracts/list.html",
        rows=found.items,
        engagement=engagement,
        first=page.with_query(cursor=None) if cursor else None,
        following=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
    )


@router.get("/contracts/new", name="new_contract")
def new_contract(page: CurrentPage, engagement: UUID | None = None) -> Response:
    """The form of a draft in an engagement."""
    form = FilledForm(CONTRACT, {"engagement_id": engagement})
    return page.show(
        "contracts/new.html", form=form, form_id=form.id, has_engagement=engagement is not None, error=None
    )


@router.post("/contracts/new", name="draft_contract")
def draft_contract(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Makes the draft."""
    page.take_display(posted)
    form = FilledForm(CONTRACT, posted=posted)
    error: SankuError | None = None
    if not posted.only_shows:
        try:
            wanted = form.model()
            assert isinstance(wanted, ContractCreate)
            with database.unit_of_work() as session:
                return page.once(database, session, posted, wanted, lambda: _drafted(page, session, wanted))
        except Invalid as refusal:
            form, error = form.with_errors(refusal), refusal
        except Conflict as refusal:
            error = refusal
    return page.show(
        "contracts/new.html",
        status=error.status if error else 200,
        form=form,
        form_id=form.id,
        has_engagement=bool(posted.get("engagement_id")),
        error=error,
    )


@router.get("/contracts/{number}", name="contract")
def contract(page: CurrentPage, number: str, session: ReadSession) -> Response:
    """One contract: parties, amounts, shares, payments, signatures."""
    return _show(page, session, number)


@router.post("/contracts/{number}/sign", name="sign_contract")
def sign(page: CurrentPage, number: str, posted: Posted, database: AppDatabase) -> Response:
    """Signs the version that was read, for the reader's side."""
    form = FilledForm(SIGN, posted=posted, prefix=SIGN.id)

    def command(session: ReadSession, contract_id: UUID) -> None:
        wanted = form.model()
        assert isinstance(wanted, SignRequest)
        signatures.sign(
            session,
            contract_id,
            signed_on=wanted.signed_on,
            principal=page.principal,
            if_match=posted.version,
        )

    return _run(page, number, posted, database, command, form)


@router.post("/contracts/{number}/shares", name="contract_shares")
def shares(page: CurrentPage, number: str, posted: Posted, database: AppDatabase) -> Response:
    """Confirms the reader's own share, or takes the confirmation back."""
    change = consents.withdraw_share if posted.get("withdraw") else consents.confirm_share
    return _run(
        page,
        number,
        posted,
        database,
        lambda session, contract_id: change(session, contract_id, principal=page.principal),
    )


@router.post("/contracts/{number}/payment", name="contract_payment")
def payment(page: CurrentPage, number: str, posted: Posted, database: AppDatabase) -> Response:
    """Records a payment."""
    form = FilledForm(PAYMENT, posted=posted, prefix=PAYMENT.id)

    def command(session: ReadSession, contract_id: UUID) -> None:
        wanted = form.model()
        assert isinstance(wanted, PaidRequest)
        position = posted.get("position")
        payments.pay(
            session,
            contract_id,
            int(position) if position.isdigit() and len(position) < 4 else 0,
            paid_on=wanted.paid_on,
            principal=page.principal,
        )

    return _run(page, number, posted, database, command, form)


@router.post("/contracts/{number}/cancel", name="cancel_contract")
def cancel(page: CurrentPage, number: str, posted: Posted, database: AppDatabase) -> Response:
    """Cancels a draft, or proposes to end a signed contract."""
    form = FilledForm(CANCEL, posted=posted, prefix=CANCEL.id)

    def command(session: ReadSession, contract_id: UUID) -> None:
        wanted = form.model()
        assert isinstance(wanted, CancelRequest)
        proposals.cancel(
            session, contract_id, reason=wanted.reason, principal=page.principal, if_match=posted.version
        )

    return _run(page, number, posted, database, command, form)


def _drafted(page: WebPage, session: ReadSession, wanted: ContractCreate) -> Response:
    made = draft.draft(session, values=wanted.values(), principal=page.principal)
    return page.redirect(f"/contracts/{made.number}", notice="draft_saved")


def _run(
    page: WebPage,
    number: str,
    posted: PostedForm,
    database: AppDatabase,
    command: Callable[[Any, UUID], Any],
    form: FilledForm | None = None,
) -> Response:
    """Run a command in a unit of its own; what is refused is said on the page, with what was typed."""
    page.take_display(posted)
    error: SankuError | None = None
    if not posted.only_shows:
        try:
            with database.unit_of_work() as session:
                command(session, id_of_number(session, number, principal=page.principal))
            return page.redirect(f"/contracts/{number}", notice="saved")
        except (Conflict, Invalid) as refusal:
            error = refusal
            if form is not None and isinstance(refusal, Invalid):
                form = form.with_errors(refusal)
    with database.reading() as session:
        return _show(page, session, number, error=error, posted=form)


def _show(
    page: WebPage,
    session: ReadSession,
    number: str,
    *,
    error: SankuError | None = None,
    posted: FilledForm | None = None,
) -> Response:
    contract_id = id_of_number(session, number, principal=page.principal)
    read = contract_read(session, contract_id, principal=page.principal)
    forms = {
        form.id: FilledForm(form, version=read.version, prefix=form.id) for form in (SIGN, PAYMENT, CANCEL)
    }
    if posted is not None:
        forms[posted.id] = posted
    own = page.principal.organisation_id
    acts_for_party = page.principal.role is not None and page.principal.manager_id is None
    sides = [
        side
        for side, party in (("buyer", read.buyer_org_id), ("seller", read.seller_org_id))
        if acts_for_party and party == own
    ]
    return page.show(
        "contracts/sheet.html",
        status=error.status if error else 200,
        form_id=posted.id if posted else None,
        contract=read,
        forms=forms,
        sides=sides,
        error=error,
        today=today(),
    )
