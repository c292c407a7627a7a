"""Confirmations by the bureau under the four-eyes principle: registration (技术合同认定登记) and landing.

The recognition of managers counts only confirmed contracts.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_sent
from app.engagements.contract_models import Contract, ContractSide, ContractSignature, ContractState
from app.engagements.contracts import versions
from app.engagements.contracts.access import find
from app.engagements.contracts.service import check, faults_of, take_registration_no
from app.engagements.contracts.shares import wrong_state
from app.engagements.contracts.signatures import settlement
from app.engagements.events import contract_payload
from app.engagements.lifecycle import stage_changes
from app.engagements.timeline import entries as timeline
from app.errors import Conflict
from app.events.catalogue import ContractLanded, ContractRegistered
from app.events.outbox import emit


def register(
    session: Session,
    contract_id: UUID,
    *,
    registration_no: str,
    registered_on: date,
    principal: Principal,
    if_match: str | None = None,
) -> Contract:
    """
    Raises:
        Conflict: the contract is not signed by both parties, or has a pending amendment; another contract that
            is not cancelled has the number; the principal entered the contract or a signature.
        Invalid: the day is before the signature or in the future.
    """
    contract = find(session, contract_id, Action.CONTRACT_REGISTER, principal=principal, lock=True)
    check_if_sent(if_match, contract)
    if contract.state != ContractState.SIGNED:
        raise wrong_state(contract)
    _require_both_signed(session, contract)
    require_four_eyes(session, contract, principal)
    take_registration_no(session, contract, registration_no, principal=principal)
    before = versions.snapshot_of(contract)
    contract.registration_no = registration_no
    contract.registered_on = registered_on
    contract.registered_by = timeline.actor_of(principal)
    contract.state = ContractState.REGISTERED
    check(session, contract)
    versions.record_version(session, contract, action="register", before=before, principal=principal)
    emit(session, ContractRegistered(**contract_payload(contract), registered_on=registered_on))
    if contract.engagement_id is not None:
        stage_changes.follow_registration(
            session, contract.engagement_id, note=f"合同 {contract.number} 已登记"
        )
    return contract


def land(
    session: Session,
    contract_id: UUID,
    *,
    landed_on: date,
    in_jinan: bool,
    reason: str = "",
    principal: Principal,
    if_match: str | None = None,
) -> Contract:
    """Confirm that the project has landed, in Jinan or elsewhere. A repeated confirmation corrects the earlier one.

    Raises:
        Conflict: the contract is not in force; the principal entered the contract.
        Invalid: the day is before the signature or in the future.
    """
    contract = find(session, contract_id, Action.CONTRACT_LAND, principal=principal, lock=True)
    check_if_sent(if_match, contract)
    if contract.state not in (ContractState.SIGNED, ContractState.REGISTERED):
        raise wrong_state(contract)
    _require_both_signed(session, contract)
    require_four_eyes(session, contract, principal)
    if (contract.landed_on, contract.landed_in_jinan) == (landed_on, in_jinan):
        return contract
    before, known = versions.snapshot_of(contract), faults_of(session, contract)
    contract.landed_on, contract.landed_in_jinan = landed_on, in_jinan
    contract.landed_by = timeline.actor_of(principal)
    check(session, contract, known=known)
    versions.record_version(
        session, contract, action="land", before=before, principal=principal, reason=reason
    )
    emit(
        session,
        ContractLanded(**contract_payload(contract), landed_on=landed_on, landed_in_jinan=in_jinan),
    )
    return contract


def _require_both_signed(session: Session, contract: Contract) -> None:
    if contract.agreed_at is None:
        signed = {one.side for one in settlement.signatures_of(session, contract, None)}
        raise Conflict(
            "Both parties must sign the contract first.",
            "须先由合同双方签署。",
            code="not_signed_by_both",
            missing=[side.value for side in ContractSide if side.value not in signed],
        )
    amendment = settlement.pending_of(session, contract.id)
    if amendment is not None:
        raise Conflict(
            "An amendment waits for signatures; it must be signed or declined first.",
            "有变更待签署，须先签署或拒绝。",
            code="amendment_pending",
            amendment_id=str(amendment.id),
        )


def require_four_eyes(session: Session, contract: Contract, principal: Principal) -> None:
    """
    Raises:
        Conflict: the principal entered the contract, or recorded a party's signature, so a different person must
            confirm it.
    """
    actor = timeline.actor_of(principal)
    recorded = select(ContractSignature.id).where(
        ContractSignature.contract_id == contract.id,
        ContractSignature.by_bureau,
        ContractSignature.signed_by == actor,
        ContractSignature.void_at.is_(None),
    )
    if actor is not None and (contract.created_by == actor or session.scalar(recorded.limit(1)) is not None):
        raise Conflict(
            "You entered this contract or a signature of it; a different person must confirm it.",
            "合同或其签署由您录入，须由其他人员确认。",
            code="second_person",
        )
