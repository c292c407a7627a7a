"""Contracts are drafted, amended and cancelled; `signing` and `registration` hold the steps between."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.clock import local_now
from app.conditional_requests import check_if_match, check_if_sent
from app.database import new_id
from app.engagements.access import not_yours, participation_of, require_open
from app.engagements.conflicts_of_interest import interest_in_parties
from app.engagements.contract_models import Contract, ContractPayment, ContractState
from app.engagements.contracts import versions
from app.engagements.contracts.access import find, is_party_role
from app.engagements.contracts.checks import check_terms
from app.engagements.contracts.queries import refuse_taken
from app.engagements.contracts.shares import default_shares, set_shares, wrong_state
from app.engagements.disclosure import sides_consent
from app.engagements.events import contract_payload
from app.engagements.lifecycle import stage_changes
from app.engagements.models import Engagement
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, Invalid
from app.events.catalogue import ContractAmended, ContractCancelled
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.reference_numbers import take_numbers

NUMBERS = "HT"
_RECORDS = ("demand_id", "achievement_id")
_BUREAU_FIELDS = ("registration_no", "registered_on")


def draft(session: Session, *, values: Mapping[str, Any], principal: Principal) -> Contract:
    """A new contract. `values` are its columns; `shares` are (manager, percent), `payments` are mappings.

    With an engagement its pair is the contract's, and its owners are the parties unless others are named. Without one
    a party or the manager drafts it, and only the bureau may tie it to records.

    Raises:
        Forbidden: neither a party nor a manager of it.
        Conflict: the engagement is not agreed, or over.
        Invalid: names every wrong field.
    """
    given = dict(values)
    shares, payments = given.pop("shares", None), given.pop("payments", None)
    contract = Contract(id=new_id(), state=ContractState.DRAFT, landed_in_jinan=False)
    contract.created_by = timeline.actor_of(principal)
    contract.shares, contract.payments = [], []
    engagement_id = given.pop("engagement_id", None)
    if engagement_id is not None:
        engagement = _engaged(session, engagement_id, principal)
        given = _from_engagement(session, engagement) | given
        contract.engagement_id = engagement.id
    else:
        _refuse_records(given, principal)
    for name, value in given.items():
        setattr(contract, name, value)
    _require_parties(contract)
    own = engagement_id is not None or _is_own(contract, principal)
    require(principal, Action.CONTRACT_CREATE, own=own)
    _check_references(session, contract)
    _set_parts(session, contract, shares, payments, principal)
    if not contract.fields:
        contract.fields = _fields_of_records(session, contract)
    check(session, contract)
    contract.number = take_numbers(session, NUMBERS, prefix=NUMBERS)[0]
    versions.keep(session, contract, action="create", before=None, principal=principal)
    return contract


def amend(
    session: Session,
    contract_id: UUID,
    *,
    values: Mapping[str, Any],
    reason: str | None,
    principal: Principal,
    if_match: str | None,
) -> Contract:
    """Change the given fields. From its signature on that is an amendment, which has a reason and is kept as a version.

    What the bureau has confirmed (registered or landed), only the bureau amends.

    Raises:
        Conflict: cancelled, or confirmed and not the bureau that asks.
        Invalid: no reason, or names every wrong field.
    """
    contract = find(session, contract_id, Action.CONTRACT_CHANGE, principal=principal, lock=True)
    check_if_match(if_match, contract)
    if contract.state == ContractState.CANCELLED:
        raise wrong_state(contract)
    require_bureau_once_confirmed(contract, principal)
    is_draft = contract.state == ContractState.DRAFT
    if not is_draft and not reason:
        raise Invalid.field(
            "reason", "missing", "合同签订后变更须说明原因", "say why a signed contract is amended"
        )
    before = versions.as_it_stands(contract)
    _write(session, contract, values, principal)
    check(session, contract)
    if not is_draft:
        check_disclosure(session, contract)
    if versions.as_it_stands(contract) == before:
        return contract
    action = "change" if is_draft else "amend"
    changed = versions.keep(
        session, contract, action=action, before=before, principal=principal, reason=reason or ""
    )
    if not is_draft:
        emit(session, ContractAmended(**contract_payload(contract), changed=changed, reason=reason))
    return contract


def cancel(
    session: Session, contract_id: UUID, *, reason: str, principal: Principal, if_match: str | None = None
) -> Contract:
    """For good. Its engagement goes back to negotiating if it stood on this contract alone."""
    contract = find(session, contract_id, Action.CONTRACT_CANCEL, principal=principal, lock=True)
    check_if_sent(if_match, contract)
    if contract.state == ContractState.CANCELLED:
        raise wrong_state(contract)
    require_bureau_once_confirmed(contract, principal)
    before = versions.as_it_stands(contract)
    from_state = str(contract.state)
    contract.state = ContractState.CANCELLED
    contract.cancelled_reason = reason
    versions.keep(session, contract, action="cancel", before=before, principal=principal, reason=reason)
    emit(session, ContractCancelled(**contract_payload(contract), from_state=from_state, reason=reason))
    if contract.engagement_id is not None:
        stage_changes.fall_back(session, contract.engagement_id, note=f"合同 {contract.number} 已撤销")
    return contract


def check(session: Session, contract: Contract) -> None:
    """Everything that `checks` asks of a contract, from the present rows."""
    codes = [
        session.get_one(Organisation, id_).uscc for id_ in (contract.buyer_org_id, contract.seller_org_id)
    ]
    check_terms(
        contract,
        payments_wan=[payment.amount_wan for payment in contract.payments],
        uscc=(codes[0], codes[1]),
        today=local_now().date(),
    )


def check_disclosure(session: Session, contract: Contract) -> None:
    """A manager with an interest in a party may have a part in the contract only if that is written in it.

    Raises:
        Conflict: it is not; names the manager and why.
    """
    if contract.conflict_disclosure:
        return
    parties = (contract.buyer_org_id, contract.seller_org_id)
    for share in contract.shares:
        found = interest_in_parties(session, session.get_one(Manager, share.manager_id), parties)
        if found is not None:
            raise Conflict(
                f"Disclose the conflict of interest in conflict_disclosure: {found.en}.",
                f"请在 conflict_disclosure 中披露利益关系: {found.zh}。",
                code="disclosure_needed",
                manager_id=str(share.manager_id),
                kind=found.kind,
            )


def require_bureau_once_confirmed(contract: Contract, principal: Principal) -> None:
    confirmed = contract.state == ContractState.REGISTERED or contract.landed_on is not None
    if confirmed and not principal.sees_everything:
        raise Conflict(
            "The bureau has confirmed this contract; only the bureau changes it now.",
            "合同已经主管部门确认,只能由主管部门变更。",
            code="confirmed_by_bureau",
        )


def _engaged(session: Session, engagement_id: UUID, principal: Principal) -> Engagement:
    seat = participation_of(session, engagement_id, Action.CONTRACT_CREATE, principal=principal, lock=True)
    require_open(seat.engagement)
    if not sides_consent(session, seat.engagement):
        raise Conflict(
            "Both sides consent to the engagement before it has a contract.",
            "双方均同意对接后才能起草合同。",
            code="needs_agreement",
        )
    return seat.engagement


def _from_engagement(session: Session, engagement: Engagement) -> dict[str, Any]:
    return {
        "demand_id": engagement.demand_id,
        "achievement_id": engagement.achievement_id,
        "buyer_org_id": session.get_one(Demand, engagement.demand_id).owner_org_id,
        "seller_org_id": session.get_one(Achievement, engagement.achievement_id).owner_org_id,
    }


def _refuse_records(given: Mapping[str, Any], principal: Principal) -> None:
    """Otherwise whoever tries parties and records in turn would find out whose a confidential record is."""
    if not principal.sees_everything and any(given.get(name) is not None for name in _RECORDS):
        raise Invalid.field(
            "engagement_id",
            "required",
            "关联需求或成果的合同请从对接中起草",
            "a contract on a demand or achievement is drafted in its engagement",
        )


def _require_parties(contract: Contract) -> None:
    for name in ("buyer_org_id", "seller_org_id"):
        if getattr(contract, name) is None:
            raise Invalid.field(name, "required", "必填", "is required without an engagement")


def _is_own(contract: Contract, principal: Principal) -> bool:
    if principal.manager_id is not None:
        return True  # his share makes it his; see `_set_parts`
    parties = (contract.buyer_org_id, contract.seller_org_id)
    return is_party_role(principal) and principal.organisation_id in parties


def _check_references(session: Session, contract: Contract) -> None:
    wanted: tuple[tuple[str, type[Any]], ...] = (
        ("buyer_org_id", Organisation),
        ("seller_org_id", Organisation),
        ("demand_id", Demand),
        ("achievement_id", Achievement),
    )
    for name, model in wanted:
        id_ = getattr(contract, name)
        if id_ is not None and session.get(model, id_) is None:
            raise Invalid.field(name, "unknown", "没有这条记录", "there is no such record")


def _write(session: Session, contract: Contract, values: Mapping[str, Any], principal: Principal) -> None:
    given = dict(values)
    shares, payments = given.pop("shares", None), given.pop("payments", None)
    bureau_only = [name for name in _BUREAU_FIELDS if name in given]
    if bureau_only and not (principal.sees_everything and contract.state == ContractState.REGISTERED):
        raise Invalid.field(
            bureau_only[0],
            "bureau_only",
            "登记信息由主管部门在登记后更正",
            "the bureau corrects it once it is registered",
        )
    if given.get("registration_no") is not None:
        refuse_taken(session, contract, given["registration_no"])
    for name, value in given.items():
        setattr(contract, name, value)
    _check_references(session, contract)
    _set_parts(session, contract, shares, payments, principal, usual=False)


def _set_parts(
    session: Session,
    contract: Contract,
    shares: list[tuple[UUID, Any]] | None,
    payments: list[Mapping[str, Any]] | None,
    principal: Principal,
    *,
    usual: bool = True,
) -> None:
    if shares is not None and not (principal.sees_everything or principal.manager_id is not None):
        raise not_yours("分成由技术经理人填写。", "The managers enter the shares.")
    wanted = shares if shares is not None else []
    if shares is None and usual:
        wanted = list(default_shares(session, contract, principal=principal))
    if wanted:
        _keep_himself(contract, wanted, principal)
        set_shares(session, contract, wanted, principal=principal)
    if payments is not None:
        _set_payments(contract, payments)


def _keep_himself(contract: Contract, shares: list[tuple[UUID, Any]], principal: Principal) -> None:
    """Outside an engagement his share alone makes a contract the manager's business."""
    mine = principal.manager_id
    if contract.engagement_id is None and mine is not None and mine not in {one for one, _ in shares}:
        raise Invalid.field("shares", "not_without_you", "应包含本人", "must name yourself")


def _set_payments(contract: Contract, payments: list[Mapping[str, Any]]) -> None:
    """What was paid stays paid where a stage keeps its name and amount."""
    paid = {(row.name, row.amount_wan): row.paid_on for row in contract.payments}
    rows = {row.position: row for row in contract.payments}
    kept = []
    for position, values in enumerate(payments, 1):
        row = rows.get(position) or ContractPayment(id=new_id(), position=position)
        row.name, row.due_on, row.amount_wan = values["name"], values["due_on"], values["amount_wan"]
        row.paid_on = paid.get((row.name, row.amount_wan))
        kept.append(row)
    contract.payments = kept


def _fields_of_records(session: Session, contract: Contract) -> list[str]:
    """The achievement's technology is what is traded; the demand's where there is no achievement."""
    if contract.achievement_id is not None:
        return list(session.get_one(Achievement, contract.achievement_id).fields)
    if contract.demand_id is not None:
        return list(session.get_one(Demand, contract.demand_id).fields)
    return []
