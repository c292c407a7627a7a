"""Versions of contracts: each change adds one, and is logged in the timeline and the audit log."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.principal import Principal
from app.database import now
from app.engagements.contract_models import Contract, ContractVersion
from app.engagements.timeline import entries as timeline
from app.engagements.transitions import SERVICE
from app.libraries.record.versions import changed_fields, snapshot

_RELATIONS = ("shares", "payments")
# They follow from the signatures, and are no change of the contract's content.
_BOOKKEEPING = frozenset({"terms_version", "agreed_at"})
BUREAU = "bureau"


def snapshot_of(contract: Contract) -> dict[str, Any]:
    """All columns, shares and payments of a contract as JSON values."""
    return snapshot(contract, _RELATIONS)


def changed_terms(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """Sorted names of the fields that differ."""
    return [name for name in changed_fields(before, after) if name not in _BOOKKEEPING]


def author_of(contract: Contract, principal: Principal) -> tuple[str, UUID | None]:
    """In which role the principal changes the contract, and the organisation or the manager for whom."""
    if principal.sees_everything:
        return (SERVICE if principal.system else BUREAU), None
    if principal.manager_id is not None:
        return "manager", principal.manager_id
    sides = {contract.buyer_org_id: "buyer", contract.seller_org_id: "seller"}
    organisation_id = principal.organisation_id
    role = sides.get(organisation_id) if organisation_id is not None else None
    return role or "participant", organisation_id


def record_version(
    session: Session,
    contract: Contract,
    *,
    action: str,
    before: Mapping[str, Any] | None,
    principal: Principal,
    reason: str = "",
    proposed: list[str] | None = None,
) -> list[str]:
    """Store the change and its version; returns the names of the changed fields.

    `before` is None for a new contract. `action` is create, change, sign, confirm, withdraw, propose, decline, amend,
    register, correct, land, pay or cancel. `proposed` are the fields that an amendment would change.
    """
    if before is not None:
        contract.version += 1
        contract.updated_at = now()
    session.add(contract)
    session.flush()
    after = snapshot_of(contract)
    changed = changed_terms(before, after) if proposed is None else proposed
    author_role, author_id = author_of(contract, principal)
    session.add(
        ContractVersion(
            contract_id=contract.id,
            version=contract.version,
            action=action,
            reason=reason,
            changed_by=timeline.actor_of(principal),
            author_role=author_role,
            author_id=author_id,
            changed_fields=changed,
            data=after,
        )
    )
    session.flush()
    _log(session, contract, action, principal, reason)
    return changed


def _log(session: Session, contract: Contract, action: str, principal: Principal, reason: str) -> None:
    """Record the action in the audit log, and in the timeline of the contract's engagement."""
    audit.record(session, principal, f"contract.{action}", contract.id, f"{contract.number} {reason}".strip())
    if contract.engagement_id is not None:
        timeline.write(
            session,
            contract.engagement_id,
            f"contract_{action}",
            principal=principal,
            role=principal.role.value if principal.role else SERVICE,
            subject_id=contract.id,
            text=reason,
            number=contract.number,
        )


def versions_of(contract_id: UUID) -> Select[ContractVersion]:
    return select(ContractVersion).where(ContractVersion.contract_id == contract_id)
