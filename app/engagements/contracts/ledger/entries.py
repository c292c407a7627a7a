"""Contracts that the bureau enters from a ledger (技术合同登记台账): they were signed on paper, outside the service.

An entry has no shares, so nobody is recognised by it; a share is added by an amendment, which both parties sign. Nobody
gets a notice of it, because a ledger of years would be a flood of notices about what the parties know.
"""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import new_id, now
from app.engagements.contract_models import Contract, ContractSignature, ContractState, ContractVersion
from app.engagements.contracts import versions
from app.engagements.contracts.access import refuse_tied_operator
from app.engagements.contracts.ledger.classification import classify
from app.engagements.contracts.ledger.origin import REASON, from_ledger
from app.engagements.contracts.schemas import ContractFields, ContractTitle, RegistrationNo
from app.engagements.contracts.service import check, take_registration_no, write_terms
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, StaleVersion
from app.libraries.record.reference_numbers import take_numbers
from app.libraries.validation.values.codes import CodeOf
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.money import Wan, WanOrNothing


class LedgerEntry(ContractFields):
    """A contract of a ledger. One with a registration number is registered, one with a day of signing is signed."""

    model_config = ConfigDict(extra="forbid")

    title: ContractTitle = Field(title="合同名称")
    kind: Annotated[str, CodeOf("contract_types")] = Field(title="合同类型")
    buyer_org_id: UUID = Field(title="买方")
    seller_org_id: UUID = Field(title="卖方")
    deal_amount_wan: Wan = Field(title="成交额（万元）")
    technology_amount_wan: WanOrNothing = Field(title="技术交易额（万元）")
    signed_on: Day | None = Field(None, title="签订日期")
    registration_no: RegistrationNo | None = Field(None, title="登记号")
    registered_on: Day | None = Field(None, title="登记日期")


def enter(session: Session, entry: LedgerEntry, *, principal: Principal) -> Contract:
    """Create a contract from a ledger.

    Raises:
        Forbidden: the principal is no operator.
        Conflict: another contract has the registration number, or the principal has a tie to a party.
        Invalid: names every invalid field.
    """
    require(principal, Action.CONTRACT_IMPORT)
    contract = Contract(id=new_id(), state=ContractState.DRAFT, landed_in_jinan=False, version=1)
    contract.created_by = timeline.actor_of(principal)
    contract.shares, contract.payments, contract.fields = [], [], []
    _write(session, contract, entry.values(), principal)
    contract.number = take_numbers(session, "HT", prefix="HT")[0]
    versions.record_version(
        session, contract, action="create", before=None, principal=principal, reason=REASON
    )
    return contract


def correct(
    session: Session, contract: Contract, values: dict[str, Any], *, version: int, principal: Principal
) -> Contract:
    """Change an entry as a newer ledger has it.

    Args:
        values: fields of `LedgerEntry`.

    Raises:
        StaleVersion: somebody has changed the contract since `version`.
        Conflict: it was drafted or signed in the service, or has shares, so a file does not change it; the principal
            has a tie to a party.
        Invalid: names every invalid field.
    """
    require(principal, Action.CONTRACT_IMPORT)
    if contract.version != version:
        raise StaleVersion
    if not values:
        return contract
    refuse_tied_operator(session, contract, principal)
    _refuse_living(session, contract)
    before = versions.snapshot_of(contract)
    with session.no_autoflush:
        _write(session, contract, values, principal)
    if versions.snapshot_of(contract) != before:
        versions.record_version(
            session, contract, action="correct", before=before, principal=principal, reason=REASON
        )
    return contract


def remove(session: Session, contract: Contract, *, version: int, principal: Principal) -> None:
    """Take an entry out again, unless it has been changed since; the audit log keeps that it was there.

    Raises:
        StaleVersion, Conflict: see `correct`.
    """
    require(principal, Action.CONTRACT_IMPORT)
    if contract.version != version:
        raise StaleVersion
    refuse_tied_operator(session, contract, principal)
    _refuse_living(session, contract)
    audit.record(session, principal, "contract.discard", contract.id, f"{contract.number} {REASON}")
    session.execute(delete(ContractVersion).where(ContractVersion.contract_id == contract.id))
    session.delete(contract)
    session.flush()


def _write(session: Session, contract: Contract, values: dict[str, Any], principal: Principal) -> None:
    if values.get("registration_no") is not None:
        take_registration_no(session, contract, values["registration_no"], principal=principal)
    write_terms(session, contract, values, principal=principal)
    refuse_tied_operator(session, contract, principal)
    classify(session, contract, values)
    contract.state = _state_of(contract)
    if contract.state == ContractState.REGISTERED:
        contract.registered_by = contract.registered_by or timeline.actor_of(principal)
        contract.agreed_at = contract.agreed_at or now()
    check(session, contract)


def _state_of(contract: Contract) -> ContractState:
    if contract.registration_no is not None:
        return ContractState.REGISTERED
    return ContractState.DRAFT if contract.signed_on is None else ContractState.SIGNED


def _refuse_living(session: Session, contract: Contract) -> None:
    """A ledger changes only what a ledger brought: a registration of anything else would need no signature."""
    signed = session.scalar(
        select(ContractSignature.id).where(ContractSignature.contract_id == contract.id).limit(1)
    )
    is_living = signed is not None or contract.landed_on is not None or bool(contract.shares)
    if is_living or contract.engagement_id is not None or not from_ledger(session, [contract.id]):
        raise Conflict(
            "This contract was drafted or signed here or has shares, so a ledger does not change it; change it on its "
            "page, and register it there once both parties have signed.",
            "该合同系在平台起草、签署，或已约定分成、确认落地，台账不能更改；请在合同页面办理，双方签署后再登记。",
            code="contract_in_use",
        )
