"""Consents of managers to their shares: in a draft, and to an amendment that touches them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.database import now
from app.engagements.contract_models import AmendedShare, Contract, ContractShare, ContractState
from app.engagements.contracts import versions
from app.engagements.contracts.access import find, managers_of
from app.engagements.contracts.shares import all_confirmed, wrong_state
from app.engagements.contracts.signatures import settlement
from app.engagements.events import contract_payload
from app.engagements.timeline import entries as timeline
from app.errors import Conflict
from app.events.catalogue import ContractAmended, ContractReady, ContractSignaturesVoided
from app.events.outbox import emit


def confirm_share(session: Session, contract_id: UUID, *, principal: Principal) -> Contract:
    """Confirm the principal's own share, and consent to the pending amendment as far as it touches that.

    Raises:
        Conflict: no share is the principal's, or the contract is cancelled.
    """
    contract = find(session, contract_id, Action.CONTRACT_SHARE, principal=principal, lock=True)
    if contract.state == ContractState.CANCELLED:
        raise wrong_state(contract)
    amendment = settlement.pending_of(session, contract.id)
    touched: list[AmendedShare] = []
    if amendment is not None:
        touched = list(
            session.scalars(
                select(AmendedShare).where(
                    AmendedShare.amendment_id == amendment.id,
                    managers_of(principal, AmendedShare.manager_id),
                )
            )
        )
    own_shares = _own_shares(session, contract, principal)
    if not own_shares and not touched:
        raise _no_share()
    before = versions.snapshot_of(contract)
    unconfirmed = [share for share in own_shares if share.confirmed_at is None]
    unconsented = [share for share in touched if share.consented_at is None]
    if not unconfirmed and not unconsented:
        return contract
    actor, moment = timeline.actor_of(principal), now()
    for share in unconfirmed:
        share.confirmed_by, share.confirmed_at = actor, moment
    for change in unconsented:
        change.consented_by, change.consented_at = actor, moment
    session.flush()
    changed = versions.record_version(session, contract, action="confirm", before=before, principal=principal)
    if unconfirmed and contract.state != ContractState.DRAFT:
        # In a signed contract a share counts for its manager once they confirm it.
        emit(session, ContractAmended(**contract_payload(contract), changed=changed, reason=""))
    if contract.state == ContractState.DRAFT and all_confirmed(contract):
        emit(session, ContractReady(**contract_payload(contract)))
    if amendment is not None:
        settlement.settle(session, contract, amendment, principal=principal)
    return contract


def withdraw_share(session: Session, contract_id: UUID, *, principal: Principal) -> Contract:
    """Take back the confirmation of the principal's own share in a draft, which voids its signatures.

    Raises:
        Conflict: no share is the principal's, or the contract is no draft.
    """
    contract = find(session, contract_id, Action.CONTRACT_SHARE, principal=principal, lock=True)
    if contract.state != ContractState.DRAFT:
        raise wrong_state(contract)
    own_shares = _own_shares(session, contract, principal)
    if not own_shares:
        raise _no_share()
    before = versions.snapshot_of(contract)
    if all(share.confirmed_at is None for share in own_shares):
        return contract
    for share in own_shares:
        share.confirmed_by = share.confirmed_at = None
    contract.terms_version = contract.version + 1
    voided = settlement.void_signatures(session, contract)
    changed = versions.record_version(
        session, contract, action="withdraw", before=before, principal=principal
    )
    if voided:
        emit(session, ContractSignaturesVoided(**contract_payload(contract), sides=voided, changed=changed))
    return contract


def _own_shares(session: Session, contract: Contract, principal: Principal) -> list[ContractShare]:
    query = select(ContractShare).where(
        ContractShare.contract_id == contract.id, managers_of(principal, ContractShare.manager_id)
    )
    return list(session.scalars(query))


def _no_share() -> Conflict:
    return Conflict("You have no share in this contract.", "您在此合同中没有分成。", code="no_share")
