"""Signing of contracts, and payments by stage."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.clock import local_now
from app.conditional_requests import check_if_sent
from app.engagements.access import require_open
from app.engagements.contract_models import Contract, ContractState
from app.engagements.contracts import versions
from app.engagements.contracts.access import find
from app.engagements.contracts.service import check, check_disclosure
from app.engagements.contracts.shares import wrong_state
from app.engagements.events import contract_payload
from app.engagements.models import Engagement
from app.engagements.shares.rule import check_shares
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.events.catalogue import ContractSigned
from app.events.outbox import emit


def sign(
    session: Session,
    contract_id: UUID,
    *,
    signed_on: date,
    principal: Principal,
    if_match: str | None = None,
) -> Contract:
    """
    Raises:
        Conflict: it is not a draft; a manager has not confirmed their share; a conflict of interest is not disclosed;
            the engagement has landed or ended.
        Invalid: dates, amounts or shares are inconsistent, or a field that signing requires is missing.
    """
    contract = find(session, contract_id, Action.CONTRACT_SIGN, principal=principal, lock=True)
    check_if_sent(if_match, contract)
    if contract.state != ContractState.DRAFT:
        raise wrong_state(contract)
    before = versions.snapshot_of(contract)
    contract.signed_on = signed_on
    _check_complete(contract)
    check(session, contract)
    _check_confirmed(contract)
    check_disclosure(session, contract)
    if contract.engagement_id is not None:
        require_open(session.get_one(Engagement, contract.engagement_id))
    contract.state = ContractState.SIGNED
    versions.record_version(session, contract, action="sign", before=before, principal=principal)
    emit(session, ContractSigned(**contract_payload(contract)))
    return contract


def pay(
    session: Session, contract_id: UUID, position: int, *, paid_on: date, principal: Principal
) -> Contract:
    """Record the payment of a stage (`position` counts from 1); a repeated call corrects the day.

    Raises:
        NotFound: the contract has no such stage.
        Conflict: it is not in force.
        Invalid: the day is before the signature or in the future.
    """
    contract = find(session, contract_id, Action.CONTRACT_CHANGE, principal=principal, lock=True)
    if contract.state not in (ContractState.SIGNED, ContractState.REGISTERED):
        raise wrong_state(contract)
    stage = next((payment for payment in contract.payments if payment.position == position), None)
    if stage is None:
        raise NotFound
    if not (contract.signed_on or paid_on) <= paid_on <= local_now().date():
        raise Invalid.field(
            "paid_on",
            "range",
            f"应在签订日 {contract.signed_on} 与今天之间",
            f"must be between the signing day {contract.signed_on} and today",
        )
    if stage.paid_on != paid_on:
        before = versions.snapshot_of(contract)
        stage.paid_on = paid_on
        versions.record_version(
            session, contract, action="pay", before=before, principal=principal, reason=stage.name
        )
    return contract


def _check_complete(contract: Contract) -> None:
    missing = [name for name in ("starts_on", "ends_on") if getattr(contract, name) is None]
    if missing:
        raise Invalid(
            fields=[
                FieldError(name, "required", "签订前必填", "is required before signing") for name in missing
            ]
        )


def _check_confirmed(contract: Contract) -> None:
    check_shares([(share.manager_id, share.percent) for share in contract.shares])
    unconfirmed = [str(share.manager_id) for share in contract.shares if share.confirmed_at is None]
    if unconfirmed:
        raise Conflict(
            "Not every manager has confirmed their share.",
            "尚有技术经理人未确认分成。",
            code="shares_not_confirmed",
            manager_ids=unconfirmed,
        )
