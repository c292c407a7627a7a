"""Payments of a contract by stage."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.clock import today
from app.engagements.contract_models import Contract, ContractState
from app.engagements.contracts import versions
from app.engagements.contracts.access import find
from app.engagements.contracts.shares import wrong_state
from app.errors import Invalid, NotFound


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
    if not (contract.signed_on or paid_on) <= paid_on <= today():
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
