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


def snapshot_of(contract: Contract) -> dict[str, Any]:
    """All columns, shares and payments of a contract as JSON values."""
    return snapshot(contract, _RELATIONS)


def record_version(
    session: Session,
    contract: Contract,
    *,
    action: str,
    before: Mapping[str, Any] | None,
    principal: Principal,
    reason: str = "",
) -> list[str]:
    """Store the change and its version; returns the names of the changed fields.

    `before` is None for a new contract. `action` is create, change, amend, confirm, sign, register, land, pay or
    cancel.
    """
    if before is not None:
        contract.version += 1
        contract.updated_at = now()
    session.add(contract)
    session.flush()
    after = snapshot_of(contract)
    changed = changed_fields(before, after)
    session.add(
        ContractVersion(
            contract_id=contract.id,
            version=contract.version,
            action=action,
            reason=reason,
            changed_by=timeline.actor_of(principal),
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
