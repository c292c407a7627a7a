"""Contracts that wait for the signature of a reader's organisation."""

from collections.abc import Sequence

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed
from app.accounts.access.principal import Principal
from app.engagements.contract_models import (
    AmendmentState,
    Contract,
    ContractAmendment,
    ContractShare,
    ContractSignature,
    ContractState,
)
from app.engagements.contracts.presenter import read_many
from app.engagements.contracts.schemas import ContractRead
from app.engagements.contracts.signatures.signatories import signing_side

_MOST = 10


def awaiting_signature(session: Session, *, principal: Principal) -> Sequence[ContractRead]:
    """The contracts whose terms or amendment the principal may sign now, the oldest first; at most ten.

    A draft waits for its managers first: until each of them has confirmed their share nobody can sign it.
    """
    organisation_id = principal.organisation_id
    if organisation_id is None or not allowed(principal, Action.CONTRACT_SIGN, own=True):
        return []
    pending = select(ContractAmendment.id).where(
        ContractAmendment.contract_id == Contract.id, ContractAmendment.state == AmendmentState.PENDING
    )
    given = exists().where(
        ContractSignature.contract_id == Contract.id,
        ContractSignature.organisation_id == organisation_id,
        ContractSignature.void_at.is_(None),
    )
    unconfirmed = exists().where(
        ContractShare.contract_id == Contract.id, ContractShare.confirmed_at.is_(None)
    )
    terms = and_(
        ~pending.exists(),
        Contract.agreed_at.is_(None),
        Contract.state.in_((ContractState.DRAFT, ContractState.SIGNED)),
        ~unconfirmed,
        ~given.where(ContractSignature.amendment_id.is_(None)),
    )
    amendment = and_(
        pending.exists(),
        Contract.state != ContractState.CANCELLED,
        ~given.where(ContractSignature.amendment_id.in_(pending)),
    )
    query = (
        select(Contract)
        .where(
            or_(Contract.buyer_org_id == organisation_id, Contract.seller_org_id == organisation_id),
            or_(terms, amendment),
        )
        .order_by(Contract.updated_at, Contract.id)
        .limit(_MOST)
    )
    rows = [row for row in session.scalars(query) if signing_side(row, principal) is not None]
    return read_many(session, rows) if rows else []
