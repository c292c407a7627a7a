"""Signatures and amendments as rows, and the step that brings an amendment into force."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import now
from app.engagements.contract_models import (
    AmendmentState,
    Contract,
    ContractAmendment,
    ContractSide,
    ContractSignature,
    ContractState,
)
from app.engagements.contracts import versions
from app.engagements.contracts.schemas import ContractPatch
from app.engagements.contracts.service import check, check_disclosure, faults_of, write_terms
from app.engagements.contracts.signatures.signatories import Signatory
from app.engagements.events import contract_payload
from app.engagements.lifecycle import stage_changes
from app.engagements.timeline import entries as timeline
from app.events.catalogue import ContractAmended, ContractCancelled
from app.events.outbox import emit


def pending_of(session: Session, contract_id: UUID) -> ContractAmendment | None:
    """The amendment that waits for signatures; at most one."""
    return session.scalar(
        select(ContractAmendment).where(
            ContractAmendment.contract_id == contract_id, ContractAmendment.state == AmendmentState.PENDING
        )
    )


def signatures_of(
    session: Session, contract: Contract, amendment: ContractAmendment | None
) -> Sequence[ContractSignature]:
    """The valid signatures of the terms, or of the amendment."""
    query = select(ContractSignature).where(
        ContractSignature.contract_id == contract.id,
        ContractSignature.void_at.is_(None),
        ContractSignature.amendment_id.is_(None)
        if amendment is None
        else ContractSignature.amendment_id == amendment.id,
    )
    return session.scalars(query.order_by(ContractSignature.signed_at)).all()


def signature(
    contract: Contract,
    amendment: ContractAmendment | None,
    signatory: Signatory,
    signed_on: date,
    principal: Principal,
) -> ContractSignature:
    """A new signature, of the terms or of the amendment."""
    return ContractSignature(
        contract_id=contract.id,
        amendment_id=amendment.id if amendment is not None else None,
        version=contract.terms_version if amendment is None else contract.version,
        side=signatory.side,
        organisation_id=signatory.organisation_id,
        signed_on=signed_on,
        by_bureau=signatory.by_bureau,
        file_id=signatory.file_id,
        signed_by=timeline.actor_of(principal),
    )


def void_signatures(session: Session, contract: Contract) -> list[str]:
    """Void the signatures of the terms, which have changed; returns the sides that must sign again."""
    given = signatures_of(session, contract, None)
    for one in given:
        one.void_at = now()
    return sorted(one.side for one in given)


def settle(
    session: Session, contract: Contract, amendment: ContractAmendment, *, principal: Principal
) -> None:
    """Bring the amendment into force if both parties have signed and every manager concerned has consented.

    Raises:
        Invalid, Conflict: it no longer fits the contract or the records; nothing is changed.
    """
    signed = {one.side for one in signatures_of(session, contract, amendment)}
    waiting = [share for share in amendment.shares if share.consented_at is None]
    if waiting or signed != {side.value for side in ContractSide}:
        return
    before = versions.snapshot_of(contract)
    amendment.state, amendment.closed_at = AmendmentState.AGREED, now()
    amendment.closed_by = timeline.actor_of(principal)
    if amendment.kind == "cancel":
        end(session, contract, before=before, reason=amendment.reason, principal=principal)
        return
    earlier = {share.manager_id: (share.confirmed_by, share.confirmed_at) for share in contract.shares}
    known = faults_of(session, contract)
    write_terms(session, contract, ContractPatch.model_validate(amendment.patch).values())
    consents = {row.manager_id: (row.consented_by, row.consented_at) for row in amendment.shares}
    for share in contract.shares:
        # A share that the amendment leaves alone stays confirmed; the consents to it confirm the others.
        share.confirmed_by, share.confirmed_at = (earlier | consents)[share.manager_id]
    check(session, contract, known=known)
    check_disclosure(session, contract)
    changed = versions.record_version(
        session, contract, action="amend", before=before, principal=principal, reason=amendment.reason
    )
    emit(session, ContractAmended(**contract_payload(contract), changed=changed, reason=amendment.reason))


def end(
    session: Session, contract: Contract, *, before: Mapping[str, Any], reason: str, principal: Principal
) -> None:
    """Cancel the contract. Its engagement reverts to what the contracts that remain in force allow."""
    from_state = str(contract.state)
    contract.state = ContractState.CANCELLED
    contract.cancelled_reason = reason
    versions.record_version(
        session, contract, action="cancel", before=before, principal=principal, reason=reason
    )
    emit(session, ContractCancelled(**contract_payload(contract), from_state=from_state, reason=reason))
    if contract.engagement_id is not None:
        stage_changes.revert_after_cancellation(
            session, contract.engagement_id, note=f"合同 {contract.number} 已撤销"
        )
