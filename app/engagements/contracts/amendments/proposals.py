"""Changes of contracts: of a draft at once, of a signed contract as an amendment that both parties sign."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.clock import today
from app.conditional_requests import check_if_match, check_if_sent
from app.database import now
from app.engagements.access import not_your_part
from app.engagements.contract_models import (
    AmendedShare,
    AmendmentState,
    Contract,
    ContractAmendment,
    ContractState,
)
from app.engagements.contracts import versions
from app.engagements.contracts.access import find
from app.engagements.contracts.amendments.drafts import change_draft
from app.engagements.contracts.schemas import STATISTICAL_FIELDS, ContractPatch
from app.engagements.contracts.service import (
    PARTIES,
    check,
    check_disclosure,
    check_may_write,
    faults_of,
    find_references,
    require_operator_once_confirmed,
    take_registration_no,
    write_terms,
)
from app.engagements.contracts.shares import wrong_state
from app.engagements.contracts.signatures import settlement
from app.engagements.contracts.signatures.signatories import Signatory, party_of, signing_side
from app.engagements.events import contract_payload
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, FieldError, Invalid
from app.errors.collection import Faults
from app.events.catalogue import ContractAmended, ContractAmendmentClosed, ContractAmendmentProposed
from app.events.outbox import emit

REGISTRATION_FIELDS = ("registration_no", "registered_on")


def amend(
    session: Session, contract_id: UUID, *, patch: ContractPatch, principal: Principal, if_match: str | None
) -> Contract:
    """Change a draft, which voids its signatures; propose an amendment of a signed contract; correct a registration and
    what only statistics need.

    Raises:
        Conflict: the contract is cancelled, or confirmed by the bureau and the principal is no operator; another
            manager's confirmed share would be taken away.
        Invalid: the reason is missing, or a field is invalid; names every invalid field.
    """
    contract = find(session, contract_id, Action.CONTRACT_CHANGE, principal=principal, lock=True)
    check_if_match(if_match, contract)
    if contract.state == ContractState.CANCELLED:
        raise wrong_state(contract)
    require_operator_once_confirmed(contract, principal)
    faults = Faults()
    values = find_references(session, patch.values(), faults, principal=principal)
    faults.raise_if_any()
    if contract.state == ContractState.DRAFT:
        change_draft(session, contract, values, principal)
        return contract
    entries = (*REGISTRATION_FIELDS, *(STATISTICAL_FIELDS if principal.sees_everything else ()))
    terms = {name: value for name, value in values.items() if name not in entries}
    with faults.collected():
        _check_amendable(contract, values, patch.reason, principal)
    with faults.collected():
        _try_terms(session, contract, terms)
    faults.raise_if_any()
    reason = patch.reason or ""
    _correct_entries(
        session, contract, {name: values[name] for name in entries if name in values}, reason, principal
    )
    if terms:
        wire = patch.model_dump(mode="json", exclude_unset=True, exclude={"reason", *entries})
        wire |= {name: str(terms[name]) for name in PARTIES if name in terms}
        if terms.get("shares"):
            shares = terms["shares"]
            wire["shares"] = [
                # Below 1 it may be meant as a fraction, unless it says %.
                {"manager_id": str(id_), "percent": f"{share}%" if share < 1 else str(share)}
                for id_, share in shares
            ]
        _propose_change(session, contract, terms, wire, reason, principal)
    return contract


def cancel(
    session: Session, contract_id: UUID, *, reason: str, principal: Principal, if_match: str | None = None
) -> Contract:
    """Cancel a draft, or as the bureau any contract; otherwise propose to end it, which both parties must sign.

    Raises:
        Conflict: the contract is already cancelled, or confirmed and the principal is no operator.
    """
    contract = find(session, contract_id, Action.CONTRACT_CANCEL, principal=principal, lock=True)
    check_if_sent(if_match, contract)
    if contract.state == ContractState.CANCELLED:
        raise wrong_state(contract)
    require_operator_once_confirmed(contract, principal)
    before = versions.snapshot_of(contract)
    if contract.state == ContractState.DRAFT or principal.sees_everything:
        _close(session, contract, AmendmentState.REPLACED, principal, reason)
        settlement.end(session, contract, before=before, reason=reason, principal=principal)
        return contract
    _propose(
        session, contract, kind="cancel", patch={}, changed=["state"], reason=reason, principal=principal
    )
    return contract


def decline(
    session: Session, contract_id: UUID, *, reason: str, principal: Principal, if_match: str | None = None
) -> Contract:
    """Decline the pending amendment, or take back one's own proposal; the contract stays as it is.

    Raises:
        Conflict: no amendment is pending; the principal is neither its proposer nor somebody whose consent it needs.
    """
    contract = find(session, contract_id, Action.CONTRACT_CHANGE, principal=principal, lock=True)
    check_if_sent(if_match, contract)
    amendment = settlement.pending_of(session, contract.id)
    if amendment is None:
        raise Conflict("No amendment is pending.", "没有待签署的变更。", code="no_amendment")
    if not may_decline(contract, amendment, principal):
        raise not_your_part(
            "仅合同双方、提出人和所涉技术经理人可以拒绝变更。",
            "Only the parties, the proposer and the managers concerned may decline the amendment.",
        )
    before = versions.snapshot_of(contract)
    _close(session, contract, AmendmentState.DECLINED, principal, reason)
    versions.record_version(
        session, contract, action="decline", before=before, principal=principal, reason=reason
    )
    return contract


def may_decline(contract: Contract, amendment: ContractAmendment, principal: Principal) -> bool:
    """Whether the amendment needs the principal's consent, or is their own proposal."""
    return (
        principal.sees_everything
        or signing_side(contract, principal) is not None
        or amendment.proposed_by == timeline.actor_of(principal)
        or principal.manager_id in {share.manager_id for share in amendment.shares}
    )


def _check_amendable(
    contract: Contract, values: Mapping[str, Any], reason: str | None, principal: Principal
) -> None:
    errors = []
    if not reason:
        errors.append(
            FieldError(
                "reason", "missing", "合同签订后变更须说明原因", "is required to amend a signed contract"
            )
        )
    errors += [
        FieldError(
            name,
            "fixed",
            "签订后不能更换合同双方，请另订合同",
            "cannot change after the signature; draft a new contract",
        )
        for name in PARTIES
        if name in values and values[name] != getattr(contract, name)
    ]
    if not (principal.sees_everything and contract.state == ContractState.REGISTERED):
        errors += [
            FieldError(
                name,
                "bureau_only",
                "登记信息仅可由主管部门在登记后更正",
                "may only be corrected by an operator, once the contract is registered",
            )
            for name in REGISTRATION_FIELDS
            if name in values
        ]
    if errors:
        raise Invalid(fields=errors)
    check_may_write(contract, values, principal)


def _correct_entries(
    session: Session, contract: Contract, values: Mapping[str, Any], reason: str, principal: Principal
) -> None:
    """The bureau's own entries, and what only statistics need, are the bureau's to correct, at once."""
    before, known = versions.snapshot_of(contract), faults_of(session, contract)
    if values.get("registration_no") is not None:
        take_registration_no(session, contract, values["registration_no"], principal=principal)
    for name, value in values.items():
        setattr(contract, name, value)
    if versions.snapshot_of(contract) == before:
        return
    check(session, contract, known=known)
    changed = versions.record_version(
        session, contract, action="correct", before=before, principal=principal, reason=reason
    )
    emit(session, ContractAmended(**contract_payload(contract), changed=changed, reason=reason))


def _propose_change(
    session: Session,
    contract: Contract,
    values: Mapping[str, Any],
    wire: dict[str, Any],
    reason: str,
    principal: Principal,
) -> None:
    shares_before = {share.manager_id: share.percent for share in contract.shares}
    changed, shares_after = _try_terms(session, contract, values, disclosed=True)
    if not changed:
        return
    _propose(
        session,
        contract,
        kind="change",
        patch=wire,
        changed=changed,
        reason=reason,
        principal=principal,
        shares={
            manager_id: (shares_before.get(manager_id, _NOTHING), shares_after.get(manager_id, _NOTHING))
            for manager_id in {*shares_before, *shares_after}
        },
    )


def _try_terms(
    session: Session, contract: Contract, values: Mapping[str, Any], *, disclosed: bool = False
) -> tuple[list[str], dict[UUID, Decimal]]:
    """What the values would change, and the shares with them: set on the contract itself, checked, and taken back.

    Raises:
        Invalid: names every invalid field.
        Conflict: with `disclosed`, a conflict of interest is not disclosed.
    """
    before, known = versions.snapshot_of(contract), faults_of(session, contract)
    faults = Faults()
    with session.begin_nested() as trial, session.no_autoflush:
        with faults.collected():
            write_terms(session, contract, values)
        with faults.collected():
            check(session, contract, known=known)
        if disclosed and not faults.fields:
            check_disclosure(session, contract)
        changed = versions.changed_terms(before, versions.snapshot_of(contract))
        shares = {share.manager_id: share.percent for share in contract.shares}
        trial.rollback()
    session.refresh(contract)
    faults.raise_if_any()
    return changed, shares


_NOTHING = Decimal(0)


def _propose(
    session: Session,
    contract: Contract,
    *,
    kind: str,
    patch: dict[str, Any],
    changed: list[str],
    reason: str,
    principal: Principal,
    shares: Mapping[UUID, tuple[Decimal, Decimal]] | None = None,
) -> None:
    """Add the amendment in place of a pending one. The proposal is the proposer's own signature or consent.

    Raises:
        Conflict: another amendment is pending, which the principal may not decline.
    """
    _refuse_beside_another(session, contract, principal)
    _close(session, contract, AmendmentState.REPLACED, principal, reason)
    before = versions.snapshot_of(contract)
    actor, role = timeline.actor_of(principal), versions.author_of(contract, principal)[0]
    amendment = ContractAmendment(
        contract_id=contract.id,
        kind=kind,
        patch=patch,
        changed=changed,
        reason=reason,
        proposed_by=actor,
        proposed_as=role,
    )
    amendment.shares = _touched(shares or {}, actor, principal)
    session.add(amendment)
    session.flush()
    versions.record_version(
        session,
        contract,
        action="propose",
        before=before,
        principal=principal,
        reason=reason,
        proposed=changed,
    )
    side = signing_side(contract, principal)
    if side is not None:
        signatory = Signatory(side, party_of(contract, side))
        session.add(settlement.signature(contract, amendment, signatory, today(), principal))
        session.flush()
    emit(
        session,
        ContractAmendmentProposed(
            **contract_payload(contract),
            amendment_id=amendment.id,
            kind=kind,
            changed=changed,
            reason=reason,
            proposed_as=role,
            consents_of=[share.manager_id for share in amendment.shares if share.consented_at is None],
        ),
    )


def _refuse_beside_another(session: Session, contract: Contract, principal: Principal) -> None:
    """Who may not decline the pending amendment cannot put another in its place."""
    pending = settlement.pending_of(session, contract.id)
    if pending is not None and not may_decline(contract, pending, principal):
        raise Conflict(
            "Another amendment is pending; the parties sign or decline it first.",
            "已有待签署的变更，须先由合同双方签署或拒绝。",
            code="amendment_pending",
            amendment_id=str(pending.id),
        )


def _touched(
    shares: Mapping[UUID, tuple[Decimal, Decimal]], actor: UUID | None, principal: Principal
) -> list[AmendedShare]:
    """The shares that change; a manager who proposes consents to the change of their own."""
    return [
        AmendedShare(
            manager_id=manager_id,
            before=earlier,
            after=later,
            consented_by=actor if manager_id == principal.manager_id else None,
            consented_at=now() if manager_id == principal.manager_id else None,
        )
        for manager_id, (earlier, later) in sorted(shares.items())
        if earlier != later
    ]


def _close(
    session: Session, contract: Contract, state: AmendmentState, principal: Principal, reason: str
) -> None:
    amendment = settlement.pending_of(session, contract.id)
    if amendment is None:
        return
    amendment.state, amendment.closed_reason = state, reason
    amendment.closed_at, amendment.closed_by = now(), timeline.actor_of(principal)
    session.flush()
    emit(
        session,
        ContractAmendmentClosed(
            **contract_payload(contract), amendment_id=amendment.id, outcome=state.value, reason=reason
        ),
    )
