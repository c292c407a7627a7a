"""Which contracts a ledger brought, and not their parties or managers."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagements.contract_models import ContractVersion

REASON = "台账导入"
"""The reason of the versions that a ledger makes; nobody else gives a reason when a contract is created."""


def from_ledger(session: Session, contract_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the contracts that were created by an import of a ledger."""
    created = select(ContractVersion.contract_id).where(
        ContractVersion.contract_id.in_(contract_ids),
        ContractVersion.action == "create",
        ContractVersion.reason == REASON,
    )
    return frozenset(session.scalars(created))
