"""Who signs for a party: a person of the organisation, or the bureau for an organisation that has no users."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.database import one_or_not_found
from app.engagements.access import not_your_part
from app.engagements.contract_models import Contract, ContractFile, ContractSide
from app.engagements.contracts.access import brokers, has_party_users, is_party_role
from app.errors import Conflict, FieldError, Invalid


@dataclass(frozen=True, slots=True)
class Signatory:
    """The side for which the principal signs; `file_id` is the scan of a signature that the bureau records."""

    side: ContractSide
    organisation_id: UUID
    by_bureau: bool = False
    file_id: UUID | None = None


def party_of(contract: Contract, side: ContractSide) -> UUID:
    return contract.buyer_org_id if side is ContractSide.BUYER else contract.seller_org_id


def side_of(contract: Contract, principal: Principal) -> ContractSide | None:
    """The side whose organisation the principal acts for; None for the bureau, third parties and its managers."""
    if not is_party_role(principal) or brokers(contract, principal):
        return None
    sides = {contract.buyer_org_id: ContractSide.BUYER, contract.seller_org_id: ContractSide.SELLER}
    return sides.get(principal.organisation_id) if principal.organisation_id is not None else None


def signing_side(contract: Contract, principal: Principal) -> ContractSide | None:
    """The side for which the principal may sign: of the organisation, and a person, because no program signs."""
    return side_of(contract, principal) if principal.user_id is not None else None


def signatory_of(
    session: Session,
    contract: Contract,
    *,
    side: ContractSide | None,
    file_id: UUID | None,
    signed: Collection[str],
    principal: Principal,
) -> Signatory:
    """
    `side` and `file_id` are given by the bureau only; `signed` are the sides that have signed already.

    Raises:
        Conflict: the principal belongs to neither party; the party uses the service and must sign itself; the side has
            signed already.
        Invalid: the bureau did not say for which side, or attached no scan.
    """
    own = signing_side(contract, principal)
    if own is None and not principal.sees_everything:
        raise not_your_part(
            "合同仅可由双方单位的人员签署；促成合同的技术经理人和接口密钥不能代签，其他技术经理人须为签约单位的管理员。",
            "Only a person of either party signs, a manager only as its administrator; neither API keys nor managers "
            "who share in the contract sign for it.",
        )
    if own is None:
        own = _on_behalf(session, contract, side, file_id)
    elif side is not None and side is not own:
        raise not_your_part("您仅可代表本单位签署。", "You sign only for your own organisation.")
    if own in signed:
        raise Conflict(
            f"The {own.value} has signed this version already.",
            f"{own.zh}已签署此版本。",
            code="already_signed",
            side=own.value,
        )
    by_bureau = principal.sees_everything
    return Signatory(own, party_of(contract, own), by_bureau, file_id if by_bureau else None)


def _on_behalf(
    session: Session, contract: Contract, side: ContractSide | None, file_id: UUID | None
) -> ContractSide:
    missing = [
        FieldError(name, "required", zh, en)
        for name, value, zh, en in (
            ("side", side, "代为记录时须指明买方（buyer）或卖方（seller）", "is required: buyer or seller"),
            ("file_id", file_id, "代为记录时须附签字扫描件", "is required: the scan with the signature"),
        )
        if value is None
    ]
    if missing or side is None:
        raise Invalid(fields=missing)
    organisation = session.get_one(Organisation, party_of(contract, side))
    if session.scalar(select(has_party_users(organisation.id))):
        raise Conflict(
            f"{organisation.name} uses this service and signs itself.",
            f"{organisation.name}已使用本系统，须由其自行签署。",
            code="party_signs_itself",
            side=side.value,
        )
    one_or_not_found(
        session,
        select(ContractFile).where(
            ContractFile.id == file_id,
            ContractFile.contract_id == contract.id,
            ContractFile.removed_at.is_(None),
        ),
    )
    return side
