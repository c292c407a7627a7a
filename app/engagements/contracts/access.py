"""Access to contracts: parties, managers, participants of the engagement, and operators."""

from uuid import UUID

from sqlalchemy import Select, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Role, User
from app.accounts.organisations.recusal import refuse_tied
from app.database import one_or_not_found
from app.engagements.access import is_own_participant
from app.engagements.contract_models import (
    AmendedShare,
    AmendmentState,
    Contract,
    ContractAmendment,
    ContractShare,
)
from app.engagements.models import Participant, ParticipantRole, ParticipantState
from app.libraries.managers.models import Manager

PARTY_ROLES = (Role.ENTERPRISE, Role.INSTITUTION, Role.INVESTOR)
"""The roles in which a user acts for their organisation as a party."""


def managers_of(principal: Principal, manager_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Condition: `manager_id` is the principal, or a manager whom the API key's organisation employs."""
    if principal.manager_id is not None:
        return manager_id == principal.manager_id
    if (
        principal.role is Role.MANAGER
        and principal.api_key_id is not None
        and principal.organisation_id is not None
    ):
        employed = select(Manager.id).where(Manager.owner_org_id == principal.organisation_id)
        return manager_id.in_(employed)
    return false()


def visible_rows(principal: Principal) -> ColumnElement[bool]:
    """Condition: the contracts that the principal may see."""
    if principal.sees_everything:
        return true()
    worked_on = select(Participant.engagement_id).where(
        is_own_participant(principal),
        Participant.state == ParticipantState.CONSENTED,
        Participant.role != ParticipantRole.INVESTOR,
    )
    conditions: list[ColumnElement[bool]] = [
        Contract.engagement_id.in_(worked_on),
        Contract.id.in_(
            select(ContractShare.contract_id).where(managers_of(principal, ContractShare.manager_id))
        ),
        Contract.id.in_(_asked_to_consent(principal)),
    ]
    if is_party_role(principal):
        organisation_id = principal.organisation_id
        conditions += [Contract.buyer_org_id == organisation_id, Contract.seller_org_id == organisation_id]
    return or_(*conditions)


def is_party_role(principal: Principal) -> bool:
    """Whether the principal acts for a party. A manager does so only as an administrator of the organisation, such as
    an agency that is a party itself."""
    if principal.organisation_id is None:
        return False
    return principal.role in PARTY_ROLES or (principal.role is Role.MANAGER and principal.administrator)


def has_party_users(organisation_id: UUID) -> ColumnElement[bool]:
    """Condition: somebody can act for the organisation as a party."""
    return exists().where(
        User.organisation_id == organisation_id,
        User.active,
        or_(User.role.in_(PARTY_ROLES), User.administrator),
    )


def brokers(contract: Contract, principal: Principal) -> bool:
    """Whether the principal is one of the managers who share in the contract."""
    return principal.manager_id is not None and any(
        share.manager_id == principal.manager_id for share in contract.shares
    )


def _asked_to_consent(principal: Principal) -> Select[UUID]:
    """Ids of the contracts with a pending amendment that gives the principal a share, or takes it away."""
    return (
        select(ContractAmendment.contract_id)
        .join(AmendedShare, AmendedShare.amendment_id == ContractAmendment.id)
        .where(
            ContractAmendment.state == AmendmentState.PENDING,
            managers_of(principal, AmendedShare.manager_id),
        )
    )


def find(
    session: Session, contract_id: UUID, action: Action, *, principal: Principal, lock: bool = False
) -> Contract:
    """
    Raises:
        Unauthenticated, Forbidden: the role may not do this to any contract.
        NotFound: it does not exist, or the principal may not see it.
        Conflict: it is locked to be changed, and the principal is an operator with a tie to it.
    """
    require(principal, action, own=True)
    query = select(Contract).where(Contract.id == contract_id, visible_rows(principal))
    if lock:
        query = query.with_for_update(of=Contract).execution_options(populate_existing=True)
    contract = one_or_not_found(session, query)
    if lock:
        refuse_tied_operator(session, contract, principal)
    return contract


def refuse_tied_operator(session: Session, contract: Contract, principal: Principal) -> None:
    """
    Raises:
        Conflict: the principal is an operator with a tie to a party, or to a manager with a share.
    """
    refuse_tied(
        session,
        principal,
        organisations=[contract.buyer_org_id, contract.seller_org_id],
        managers=[share.manager_id for share in contract.shares],
    )


def id_of_number(session: Session, number: str, *, principal: Principal) -> UUID:
    """The id of the contract with this number, in any case.

    Raises:
        Unauthenticated, Forbidden: the role may not read any contract.
        NotFound: it does not exist, or the principal may not see it.
    """
    require(principal, Action.CONTRACT_READ, own=True)
    query = select(Contract).where(Contract.number == number.strip().upper(), visible_rows(principal))
    return one_or_not_found(session, query).id
