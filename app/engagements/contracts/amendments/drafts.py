"""Changes of a draft: they hold at once, and void the signatures that were given."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.engagements.contract_models import Contract
from app.engagements.contracts import versions
from app.engagements.contracts.ledger.classification import classify
from app.engagements.contracts.service import check, check_may_write, faults_of, write_terms
from app.engagements.contracts.shares import (
    all_confirmed,
    refuse_left_out,
    refuse_unconsented_removal,
    unconfirmed_shares,
)
from app.engagements.contracts.signatures import settlement
from app.engagements.events import contract_payload
from app.engagements.timeline import entries as timeline
from app.errors.collection import Faults
from app.events.catalogue import (
    ContractDropped,
    ContractReady,
    ContractRedrafted,
    ContractSignaturesVoided,
)
from app.events.outbox import emit


def change_draft(
    session: Session, contract: Contract, values: Mapping[str, Any], principal: Principal
) -> None:
    """Change a draft at once, void its signatures, and tell whom the change concerns first or no longer.

    Raises:
        Conflict: another manager's confirmed share would be taken away.
        Invalid: names every invalid field.
    """
    faults = Faults()
    with faults.collected():
        check_may_write(contract, values, principal)
    refuse_unconsented_removal(contract, values.get("shares"), principal)
    with faults.collected():
        refuse_left_out(session, contract, values.get("shares"), principal)
    before, known = versions.snapshot_of(contract), faults_of(session, contract)
    parties, managers, unconfirmed = _parties(contract), _managers(contract), unconfirmed_shares(contract)
    with session.no_autoflush:  # the database must not refuse what `check` explains
        with faults.collected():
            write_terms(session, contract, values, principal=principal)
        with faults.collected():
            check(session, contract, known=known)
        faults.raise_if_any()
        classify(session, contract, values)
    if versions.snapshot_of(contract) == before:
        return
    contract.terms_version = contract.version + 1
    voided = settlement.void_signatures(session, contract)
    changed = versions.record_version(session, contract, action="change", before=before, principal=principal)
    _tell_former(session, contract, parties, managers, principal)
    if voided:
        emit(session, ContractSignaturesVoided(**contract_payload(contract), sides=voided, changed=changed))
        return
    asked = unconfirmed_shares(contract).items() - unconfirmed.items()
    redrafted = ContractRedrafted(
        **contract_payload(contract),
        new_parties=sorted(_parties(contract) - parties),
        consents_of=sorted(manager_id for manager_id, _ in asked),
        actor_id=timeline.actor_of(principal),
        waits=bool(unconfirmed or unconfirmed_shares(contract)),
    )
    if redrafted.new_parties or redrafted.consents_of or not redrafted.waits:
        emit(session, redrafted)
    if unconfirmed and all_confirmed(contract):
        emit(session, ContractReady(**contract_payload(contract)))


def _tell_former(
    session: Session, contract: Contract, parties: set[UUID], managers: set[UUID], principal: Principal
) -> None:
    """They would wait for a contract that does not concern them any more."""
    dropped = ContractDropped(
        **contract_payload(contract),
        former_parties=sorted(parties - _parties(contract)),
        former_managers=sorted(managers - _managers(contract)),
        actor_id=timeline.actor_of(principal),
    )
    if dropped.former_parties or dropped.former_managers:
        emit(session, dropped)


def _managers(contract: Contract) -> set[UUID]:
    return {share.manager_id for share in contract.shares}


def _parties(contract: Contract) -> set[UUID]:
    return {contract.buyer_org_id, contract.seller_org_id}
