"""Signatures of the parties: of the terms of a draft, and of amendments."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.clock import today
from app.conditional_requests import check_if_match
from app.database import now
from app.engagements.access import require_open
from app.engagements.contract_models import (
    Contract,
    ContractAmendment,
    ContractSide,
    ContractSignature,
    ContractState,
)
from app.engagements.contracts import versions
from app.engagements.contracts.access import find
from app.engagements.contracts.service import check, check_disclosure
from app.engagements.contracts.shares import wrong_state
from app.engagements.contracts.signatures import settlement
from app.engagements.contracts.signatures.signatories import Signatory, signatory_of
from app.engagements.events import contract_payload
from app.engagements.models import Engagement
from app.engagements.shares.rule import check_shares
from app.errors import Conflict, FieldError, Invalid
from app.events.catalogue import ContractSignatureGiven, ContractSigned
from app.events.outbox import emit

EARLIER = timedelta(days=730)
"""How long ago a contract may have been signed that is entered here now."""


def sign(
    session: Session,
    contract_id: UUID,
    *,
    signed_on: date,
    side: ContractSide | None = None,
    file_id: UUID | None = None,
    principal: Principal,
    if_match: str | None,
) -> Contract:
    """Sign the version that the principal has read: the pending amendment, or else the terms of the draft.

    Raises:
        PreconditionRequired, StaleVersion: `if_match` does not name the version that is signed.
        Conflict: nothing is to be signed; the principal may not sign, or has; a manager has not confirmed their share;
            a conflict of interest is not disclosed; the engagement has landed or ended.
        Invalid: dates, amounts or shares are inconsistent, or a field that signing requires is missing.
    """
    contract = find(session, contract_id, Action.CONTRACT_SIGN, principal=principal, lock=True)
    check_if_match(if_match, contract)
    amendment = settlement.pending_of(session, contract.id)
    if amendment is None and not awaits_signatures(contract):
        raise wrong_state(contract)
    given = settlement.signatures_of(session, contract, amendment)
    signatory = signatory_of(
        session,
        contract,
        side=side,
        file_id=file_id,
        signed={one.side for one in given},
        principal=principal,
    )
    before = versions.snapshot_of(contract)
    if amendment is None:
        _check_terms(session, contract, signed_on, given)
    else:
        _check_amendment_day(contract, signed_on)
    session.add(settlement.signature(contract, amendment, signatory, signed_on, principal))
    missing = {side.value for side in ContractSide} - {one.side for one in given} - {signatory.side.value}
    if amendment is None and not missing:
        contract.state = ContractState.SIGNED
        contract.agreed_at = now()
    elif amendment is None and contract.state == ContractState.DRAFT:
        contract.signed_on = None  # it is signed on the day of the later signature
    versions.record_version(session, contract, action="sign", before=before, principal=principal)
    _announce(session, contract, amendment, signatory, missing)
    if amendment is not None:
        settlement.settle(session, contract, amendment, principal=principal)
    return contract


def awaits_signatures(contract: Contract) -> bool:
    """Whether the terms themselves are to be signed; the parties sign an amendment apart from them."""
    return contract.agreed_at is None and contract.state in (ContractState.DRAFT, ContractState.SIGNED)


def _check_terms(
    session: Session, contract: Contract, signed_on: date, given: Sequence[ContractSignature]
) -> None:
    """The contract is signed on the day of the later signature."""
    contract.signed_on = max([signed_on, *(one.signed_on for one in given)])
    check(session, contract, [*_missing(contract), *_too_early(signed_on)])
    _check_confirmed(contract)
    check_disclosure(session, contract)
    if contract.engagement_id is not None:
        require_open(session.get_one(Engagement, contract.engagement_id))


def _missing(contract: Contract) -> list[FieldError]:
    return [
        FieldError(name, "required", "签订前必填", "is required before signing")
        for name in ("starts_on", "ends_on")
        if getattr(contract, name) is None
    ]


def _too_early(signed_on: date) -> Iterator[FieldError]:
    """What was signed long before it was entered is no contract of today; the bureau enters old ones by a ledger."""
    earliest = today() - EARLIER
    if signed_on < earliest:
        yield FieldError(
            "signed_on",
            "range",
            f"应在 {earliest} 与今天（{today()}）之间；更早的合同由主管部门自台账导入",
            f"must be between {earliest} and today, {today()}; the bureau imports older contracts from a ledger",
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


def _check_amendment_day(contract: Contract, signed_on: date) -> None:
    if not (contract.signed_on or signed_on) <= signed_on <= today():
        raise Invalid.field(
            "signed_on",
            "range",
            f"应在合同签订日 {contract.signed_on} 与今天之间",
            f"must be between the signing day {contract.signed_on} and today",
        )


def _announce(
    session: Session,
    contract: Contract,
    amendment: ContractAmendment | None,
    signatory: Signatory,
    missing: Collection[str],
) -> None:
    if amendment is None and not missing:
        emit(session, ContractSigned(**contract_payload(contract)))
        return
    emit(
        session,
        ContractSignatureGiven(
            **contract_payload(contract),
            side=signatory.side.value,
            missing=sorted(missing),
            amendment_id=amendment.id if amendment is not None else None,
        ),
    )
