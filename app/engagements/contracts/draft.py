"""Drafting of contracts: parties and records are given, or come from an engagement."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import new_id
from app.engagements.access import participation_of, require_open
from app.engagements.contact_visibility import refuse_owed_undertaking, sides_consent
from app.engagements.contract_models import Contract, ContractState
from app.engagements.contracts import versions
from app.engagements.contracts.access import is_party_role, refuse_tied_operator
from app.engagements.contracts.ledger.classification import classify
from app.engagements.contracts.service import PARTIES, check, check_may_write, find_references, write_terms
from app.engagements.contracts.shares import default_shares, refuse_left_out
from app.engagements.events import contract_payload
from app.engagements.models import Engagement
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, FieldError, Invalid
from app.errors.collection import Faults
from app.events.catalogue import ContractDrafted
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.reference_numbers import take_numbers

NUMBERS = "HT"
_RECORDS = ("demand_id", "achievement_id")


def draft(session: Session, *, values: Mapping[str, Any], principal: Principal) -> Contract:
    """Create a contract. `values` are its columns; `shares` are (manager id, percent), `payments` are mappings.

    With an engagement the contract takes over its pair, and the owners are the parties unless others are named.
    Without one a party or a manager drafts it, and only operators may link it to records.

    Raises:
        Forbidden: the principal is neither a party nor a manager of the contract.
        Conflict: the sides of the engagement have not both consented, or it has landed or ended; the
            principal is an operator with a tie to a party, or to a manager with a share.
        Invalid: names every invalid field.
    """
    given = dict(values)
    contract = Contract(id=new_id(), state=ContractState.DRAFT, landed_in_jinan=False)
    contract.created_by = timeline.actor_of(principal)
    contract.shares, contract.payments = [], []
    faults = Faults()
    find_references(session, given, faults, principal=principal)
    engagement_id = given.pop("engagement_id", None)
    if engagement_id is not None:
        engagement = _agreed_engagement(session, engagement_id, principal)
        given = _defaults_from_engagement(session, engagement) | given
        contract.engagement_id = engagement.id
    else:
        with faults.collected():
            _refuse_records(given, principal)
    for name in PARTIES:
        setattr(contract, name, given.get(name))
    with faults.collected():
        _require_parties(contract)
    is_own = engagement_id is not None or _is_own(contract, principal)
    if not is_own:
        faults.raise_if_any()
    require(principal, Action.CONTRACT_CREATE, own=is_own)
    refuse_tied_operator(session, contract, principal)
    with faults.collected():
        check_may_write(contract, values, principal)
    if given.get("shares") is None:
        given["shares"] = default_shares(session, contract, principal=principal)
    with faults.collected():
        refuse_left_out(session, contract, given["shares"], principal)
    with faults.collected():
        write_terms(session, contract, given, principal=principal)
    refuse_tied_operator(session, contract, principal)
    with faults.collected():
        check(session, contract)
    faults.raise_if_any()
    if not contract.fields:
        contract.fields = _fields_of_records(session, contract)
    classify(session, contract, values)
    contract.number = take_numbers(session, NUMBERS, prefix=NUMBERS)[0]
    versions.record_version(session, contract, action="create", before=None, principal=principal)
    emit(session, ContractDrafted(**contract_payload(contract)))
    return contract


def _agreed_engagement(session: Session, engagement_id: UUID, principal: Principal) -> Engagement:
    participation = participation_of(
        session, engagement_id, Action.CONTRACT_CREATE, principal=principal, lock=True
    )
    require_open(participation.engagement)
    if not sides_consent(session, participation.engagement):
        raise Conflict(
            "A contract can only be drafted after both sides have consented to the engagement.",
            "双方均同意对接后方可起草合同。",
            code="needs_agreement",
        )
    refuse_owed_undertaking(participation)  # a contract names the parties
    return participation.engagement


def _defaults_from_engagement(session: Session, engagement: Engagement) -> dict[str, Any]:
    return {
        "demand_id": engagement.demand_id,
        "achievement_id": engagement.achievement_id,
        "buyer_org_id": session.get_one(Demand, engagement.demand_id).owner_org_id,
        "seller_org_id": session.get_one(Achievement, engagement.achievement_id).owner_org_id,
    }


def _refuse_records(given: Mapping[str, Any], principal: Principal) -> None:
    """Only operators may link records outside an engagement.

    Otherwise a caller could find the owner of a confidential record by trying parties and records.
    """
    if not principal.sees_everything and any(given.get(name) is not None for name in _RECORDS):
        raise Invalid.field(
            "engagement_id",
            "required",
            "关联需求或成果的合同须在对接中起草",
            "is required for a contract on a demand or achievement",
        )


def _require_parties(contract: Contract) -> None:
    missing = [name for name in PARTIES if getattr(contract, name) is None]
    if missing:
        raise Invalid(
            fields=[
                FieldError(name, "required", "无对接时必填", "is required without an engagement")
                for name in missing
            ]
        )


def _is_own(contract: Contract, principal: Principal) -> bool:
    if principal.manager_id is not None:
        return True  # the manager's share makes it their own; see `_require_own_share`
    parties = (contract.buyer_org_id, contract.seller_org_id)
    return is_party_role(principal) and principal.organisation_id in parties


def _fields_of_records(session: Session, contract: Contract) -> list[str]:
    """The fields of the achievement, whose technology is traded; without one those of the demand."""
    if contract.achievement_id is not None:
        return list(session.get_one(Achievement, contract.achievement_id).fields)
    if contract.demand_id is not None:
        return list(session.get_one(Demand, contract.demand_id).fields)
    return []
