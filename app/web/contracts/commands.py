"""Pages `/contracts/{number}`: one contract, and the commands of its parties, managers and the bureau."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.engagements.contracts import payments
from app.engagements.contracts.amendments import proposals
from app.engagements.contracts.schemas import CancelRequest, DeclineRequest, PaidRequest, SignRequest
from app.engagements.contracts.signatures import consents
from app.engagements.contracts.signatures import service as signatures
from app.web.contracts.forms import CANCEL, DECLINE, PAYMENT, RECORD_SIGNATURE, SIGN
from app.web.contracts.sheet import run, show_contract
from app.web.forms.fields import Form
from app.web.forms.filled import FilledForm
from app.web.page import CurrentPage
from app.web.posted import Posted, PostedForm

router = APIRouter()


@router.get("/contracts/{number}", name="contract")
def contract(page: CurrentPage, number: str, session: ReadSession) -> Response:
    """One contract."""
    return show_contract(page, session, number)


@router.post("/contracts/{number}/sign", name="sign_contract")
def sign(page: CurrentPage, number: str, posted: Posted, database: AppDatabase) -> Response:
    """Signs the version that was read, for the reader's side; the bureau records a signature on paper."""
    form = _filled(RECORD_SIGNATURE if page.principal.sees_everything else SIGN, posted)

    def command(session: ReadSession, contract_id: UUID) -> None:
        wanted = form.model()
        assert isinstance(wanted, SignRequest)
        signatures.sign(
            session,
            contract_id,
            signed_on=wanted.signed_on,
            side=wanted.side,
            file_id=wanted.file_id,
            principal=page.principal,
            if_match=posted.version,
        )

    return run(page, number, posted, database, command, form, notice="signed")


@router.post("/contracts/{number}/shares", name="contract_shares")
def shares(page: CurrentPage, number: str, posted: Posted, database: AppDatabase) -> Response:
    """Confirms the reader's own share, or takes the confirmation back."""
    change = consents.withdraw_share if posted.get("withdraw") else consents.confirm_share
    return run(
        page,
        number,
        posted,
        database,
        lambda session, contract_id: change(session, contract_id, principal=page.principal),
    )


@router.post("/contracts/{number}/decline", name="decline_contract_amendment")
def decline(page: CurrentPage, number: str, posted: Posted, database: AppDatabase) -> Response:
    """Declines the pending amendment, or takes back one's own proposal."""
    form = _filled(DECLINE, posted)

    def command(session: ReadSession, contract_id: UUID) -> None:
        wanted = form.model()
        assert isinstance(wanted, DeclineRequest)
        proposals.decline(
            session, contract_id, reason=wanted.reason, principal=page.principal, if_match=posted.version
        )

    return run(page, number, posted, database, command, form, notice="amendment_declined")


@router.post("/contracts/{number}/payment", name="contract_payment")
def payment(page: CurrentPage, number: str, posted: Posted, database: AppDatabase) -> Response:
    """Records a payment, or corrects its day."""
    form = _filled(PAYMENT, posted)

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

    return run(page, number, posted, database, command, form)


@router.post("/contracts/{number}/cancel", name="cancel_contract")
def cancel(page: CurrentPage, number: str, posted: Posted, database: AppDatabase) -> Response:
    """Cancels a draft, or proposes to end a signed contract."""
    form = _filled(CANCEL, posted)

    def command(session: ReadSession, contract_id: UUID) -> None:
        wanted = form.model()
        assert isinstance(wanted, CancelRequest)
        proposals.cancel(
            session, contract_id, reason=wanted.reason, principal=page.principal, if_match=posted.version
        )

    return run(page, number, posted, database, command, form)


def _filled(form: Form, posted: PostedForm) -> FilledForm:
    return FilledForm(form, posted=posted, prefix=form.id)
