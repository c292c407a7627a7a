"""What a reader may do with a contract now. Pages offer no more; the commands decide again."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed
from app.accounts.access.principal import Principal
from app.engagements.contract_models import (
    Contract,
    ContractAmendment,
    ContractSide,
    ContractState,
)
from app.engagements.contracts.access import find, has_party_users
from app.engagements.contracts.amendments.proposals import may_decline
from app.engagements.contracts.signatures import settlement
from app.engagements.contracts.signatures.service import awaits_signatures
from app.engagements.contracts.signatures.signatories import party_of, signing_side


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSteps:
    """The steps that are open to one reader.

    Attributes:
        changes: the terms of a draft at once.
        amends: a signed contract, as a proposal that the parties sign.
        corrects: the registration, which the bureau entered.
        enters_shares: the shares of managers too.
        signs_for: the side that the reader signs for now.
        records_for: the sides whose signature on paper the bureau may record.
        cancels_at_once: cancelling needs nobody's consent.
    """

    changes: bool
    amends: bool
    corrects: bool
    enters_shares: bool
    signs_for: ContractSide | None
    records_for: tuple[ContractSide, ...]
    declines: bool
    cancels: bool
    cancels_at_once: bool
    confirms_share: bool
    withdraws_share: bool
    pays: bool
    adds_files: bool
    confirms: bool


def steps_of(session: Session, contract_id: UUID, *, principal: Principal) -> ContractSteps:
    """
    Raises:
        NotFound: there is no such contract for the principal.
    """
    contract = find(session, contract_id, Action.CONTRACT_READ, principal=principal)
    amendment = settlement.pending_of(session, contract.id)
    confirmed = contract.state == ContractState.REGISTERED or contract.landed_on is not None
    in_force = contract.state in (ContractState.SIGNED, ContractState.REGISTERED)
    is_open = contract.state != ContractState.CANCELLED
    is_draft = contract.state == ContractState.DRAFT
    may_change = (
        allowed(principal, Action.CONTRACT_CHANGE, own=True)
        and is_open
        and (principal.sees_everything or not confirmed)
    )
    unsigned = _unsigned(session, contract, amendment)
    own_side = signing_side(contract, principal) if _may(principal, Action.CONTRACT_SIGN) else None
    cancels = _may(principal, Action.CONTRACT_CANCEL) and is_open
    return ContractSteps(
        changes=may_change and is_draft,
        amends=may_change and in_force,
        corrects=may_change and principal.sees_everything and contract.state == ContractState.REGISTERED,
        enters_shares=principal.sees_everything or principal.manager_id is not None,
        signs_for=own_side if own_side in unsigned else None,
        records_for=_absent(session, contract, unsigned) if principal.sees_everything else (),
        declines=amendment is not None
        and _may(principal, Action.CONTRACT_CHANGE)
        and may_decline(contract, amendment, principal),
        cancels=cancels and (principal.sees_everything or not confirmed),
        cancels_at_once=is_draft or principal.sees_everything,
        confirms_share=is_open and _waits_for(contract, amendment, principal),
        withdraws_share=is_draft and _has_confirmed(contract, principal),
        pays=_may(principal, Action.CONTRACT_CHANGE) and in_force,
        adds_files=_may(principal, Action.CONTRACT_FILE) and is_open,
        confirms=_may(principal, Action.CONTRACT_REGISTER),
    )


def _may(principal: Principal, action: Action) -> bool:
    return allowed(principal, action, own=True)


def _unsigned(
    session: Session, contract: Contract, amendment: ContractAmendment | None
) -> tuple[ContractSide, ...]:
    if amendment is None and not awaits_signatures(contract):
        return ()
    given = {one.side for one in settlement.signatures_of(session, contract, amendment)}
    return tuple(side for side in ContractSide if side.value not in given)


def _absent(
    session: Session, contract: Contract, unsigned: tuple[ContractSide, ...]
) -> tuple[ContractSide, ...]:
    """The sides of which nobody uses the service."""
    return tuple(
        side for side in unsigned if not session.scalar(select(has_party_users(party_of(contract, side))))
    )


def _waits_for(contract: Contract, amendment: ContractAmendment | None, principal: Principal) -> bool:
    """Whether a share, or a change of one, waits for the principal."""
    if not _may(principal, Action.CONTRACT_SHARE):
        return False
    own = any(
        share.manager_id == principal.manager_id and share.confirmed_at is None for share in contract.shares
    )
    touched = amendment is not None and any(
        share.manager_id == principal.manager_id and share.consented_at is None for share in amendment.shares
    )
    return own or touched


def _has_confirmed(contract: Contract, principal: Principal) -> bool:
    return any(
        share.manager_id == principal.manager_id and share.confirmed_at is not None
        for share in contract.shares
    )
