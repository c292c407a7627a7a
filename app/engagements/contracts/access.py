"""Who sees a contract and may act on it: its parties, its managers, those who work on its engagement, the bureau."""

from uuid import UUID

from sqlalchemy import false, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Role
from app.database import one_or_not_found
from app.engagements.access import is_mine
from app.engagements.contract_models import Contract, ContractShare
from app.engagements.models import Participant, ParticipantRole, ParticipantState
from app.libraries.managers.models import Manager


def managers_of(principal: Principal) -> ColumnElement[bool]:
    """The shares that are the principal's, as a condition: his own, or those that an employer's key acts for."""
    if principal.manager_id is not None:
        return ContractShare.manager_id == principal.manager_id
    if (
        principal.role is Role.MANAGER
        and principal.api_key_id is not None
        and principal.organisation_id is not None
    ):
        employed = select(Manager.id).where(Manager.owner_org_id == principal.organisation_id)
        return ContractShare.manager_id.in_(employed)
    return false()


def visible_rows(principal: Principal) -> ColumnElement[bool]:
    """The contracts that the principal may know of."""
    if principal.sees_everything:
        return true()
    worked_on = select(Participant.engagement_id).where(
        is_mine(principal),
        Participant.state == ParticipantState.CONSENTED,
        Participant.role != ParticipantRole.INVESTOR,
    )
    rows: list[ColumnElement[bool]] = [
        Contract.engagement_id.in_(worked_on),
        Contract.id.in_(select(ContractShare.contract_id).where(managers_of(principal))),
    ]
    if is_party_role(principal):
        ours = principal.organisation_id
        rows += [Contract.buyer_org_id == ours, Contract.seller_org_id == ours]
    return or_(*rows)


def is_party_role(principal: Principal) -> bool:
    """Whether his organisation's contracts are his: a manager's employer is no party by that."""
    roles = (Role.ENTERPRISE, Role.INSTITUTION, Role.INVESTOR)
    return principal.organisation_id is not None and principal.role in roles


def find(
    session: Session, contract_id: UUID, action: Action, *, principal: Principal, lock: bool = False
) -> Contract:
    """
    Raises:
        Unauthenticated, Forbidden: the role may not do this to any contract.
        NotFound: there is none, or it is not the principal's to see.
    """
    require(principal, action, own=True)
    query = select(Contract).where(Contract.id == contract_id, visible_rows(principal))
    if lock:
        query = query.with_for_update(of=Contract).execution_options(populate_existing=True)
    contract = one_or_not_found(session, query)
    return contract
