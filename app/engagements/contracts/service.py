"""Drafting, amendment and cancellation of contracts; see `signatures` and `registration` for the steps between."""

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
from app.engagements.access import not_your_part, participation_of, require_open
from app.engagements.conflicts_of_interest import conflict_in_parties
from app.engagements.contract_models import Contract, ContractPayment, ContractState
from app.engagements.contracts import versions
from app.engagements.contracts.access import find, is_party_role
from app.engagements.contracts.checks import check_terms
from app.engagements.contracts.queries import refuse_duplicate_registration
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
_OPERATOR_FIELDS = ("registration_no", "registered_on")


def draft(session: Session, *, values: Mapping[str, Any], principal: Principal) -> Contract:
    """Create a contract. `values` are its columns; `shares` are (manager id, percent), `payments` are mappings.

    With an engagement the contract takes over its pair, and the owners are the parties unless others are named.
    Without one a party or a manager drafts it, and only operators may link it to records.

    Raises:
        Forbidden: the principal is neither a party nor a manager of the contract.
        Conflict: the sides of the engagement have not both consented, or it has landed or ended.
        Invalid: names every invalid field.
    """
    given = dict(values)
    shares, payments = given.pop("shares", None), given.pop("payments", None)
    contract = Contract(id=new_id(), state=ContractState.DRAFT, landed_in_jinan=False)
    contract.created_by = timeline.actor_of(principal)
    contract.shares, contract.payments = [], []
    engagement_id = given.pop("engagement_id", None)
    if engagement_id is not None:
        engagement = _agreed_engagement(session, engagement_id, principal)
        given = _defaults_from_engagement(session, engagement) | given
        contract.engagement_id = engagement.id
    else:
        _refuse_records(given, principal)
    for name, value in given.items():
        setattr(contract, name, value)
    _require_parties(contract)
    is_own = engagement_id is not None or _is_own(contract, principal)
    require(principal, Action.CONTRACT_CREATE, own=is_own)
    _check_references(session, contract)
    _set_shares_and_payments(session, contract, shares, payments, principal)
    if not contract.fields:
        contract.fields = _fields_of_records(session, contract)
    check(session, contract)
    contract.number = take_numbers(session, NUMBERS, prefix=NUMBERS)[0]
    versions.record_version(session, contract, action="create", before=None, principal=principal)
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
    """Change the given fields. Once the contract is signed, this is an amendment and needs a reason.

    Only operators may amend a contract that the bureau has confirmed (registered or landed).

    Raises:
        Conflict: the contract is cancelled, or confirmed and the principal is no operator.
        Invalid: the reason is missing, or a field is invalid; names every invalid field.
    """
    contract = find(session, contract_id, Action.CONTRACT_CHANGE, principal=principal, lock=True)
    check_if_match(if_match, contract)
    is_draft = contract.state == ContractState.DRAFT
    _check_amendable(contract, principal, reason)
    before = versions.snapshot_of(contract)
    _write(session, contract, values, principal)
    check(session, contract)
    if not is_draft:
        check_disclosure(session, contract)
    if versions.snapshot_of(contract) == before:
        return contract
    action = "change" if is_draft else "amend"
    changed = versions.record_version(
        session, contract, action=action, before=before, principal=principal, reason=reason or ""
    )
    if not is_draft:
        emit(session, ContractAmended(**contract_payload(contract), changed=changed, reason=reason))
    return contract


def _check_amendable(contract: Contract, principal: Principal, reason: str | None) -> None:
    if contract.state == ContractState.CANCELLED:
        raise wrong_state(contract)
    require_operator_once_confirmed(contract, principal)
    if contract.state != ContractState.DRAFT and not reason:
        raise Invalid.field(
            "reason", "missing", "合同签订后变更须说明原因", "is required to amend a signed contract"
        )


def cancel(
    session: Session, contract_id: UUID, *, reason: str, principal: Principal, if_match: str | None = None
) -> Contract:
    """Cancel a contract permanently. Its engagement reverts to negotiating if no other contract is in force.

    Raises:
        Conflict: the contract is already cancelled, or confirmed and the principal is no operator.
    """
    contract = find(session, contract_id, Action.CONTRACT_CANCEL, principal=principal, lock=True)
    check_if_sent(if_match, contract)
    if contract.state == ContractState.CANCELLED:
        raise wrong_state(contract)
    require_operator_once_confirmed(contract, principal)
    before = versions.snapshot_of(contract)
    from_state = str(contract.state)
    contract.state = ContractState.CANCELLED
    contract.cancelled_reason = reason
    versions.record_version(
        session, contract, action="cancel", before=before, principal=principal, reason=reason
    )
    emit(session, ContractCancelled(**contract_payload(contract), from_state=from_state, reason=reason))
    if contract.engagement_id is not None:
        stage_changes.revert_to_negotiating(
            session, contract.engagement_id, note=f"合同 {contract.number} 已撤销"
        )
    return contract


def check(session: Session, contract: Contract) -> None:
    """Run `checks.check_terms` with the current rows."""
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
    """A manager with a conflict of interest may have a share only if the contract discloses the conflict.

    Raises:
        Conflict: a conflict is not disclosed; names the manager and the conflict.
    """
    if contract.conflict_disclosure:
        return
    parties = (contract.buyer_org_id, contract.seller_org_id)
    for share in contract.shares:
        conflict = conflict_in_parties(session, session.get_one(Manager, share.manager_id), parties)
        if conflict is not None:
            raise Conflict(
                f"Disclose this conflict of interest in conflict_disclosure: {conflict.en}.",
                f"请在 conflict_disclosure 中披露以下利益关系: {conflict.zh}。",
                code="disclosure_needed",
                manager_id=str(share.manager_id),
                kind=conflict.kind,
            )


def require_operator_once_confirmed(contract: Contract, principal: Principal) -> None:
    confirmed = contract.state == ContractState.REGISTERED or contract.landed_on is not None
    if confirmed and not principal.sees_everything:
        raise Conflict(
            "The bureau has confirmed this contract; only an operator may change it.",
            "合同已经主管部门确认,仅可由主管部门变更。",
            code="confirmed_by_bureau",
        )


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
    for name in ("buyer_org_id", "seller_org_id"):
        if getattr(contract, name) is None:
            raise Invalid.field(name, "required", "无对接时必填", "is required without an engagement")


def _is_own(contract: Contract, principal: Principal) -> bool:
    if principal.manager_id is not None:
        return True  # the manager's share makes it their own; see `_require_own_share`
    parties = (contract.buyer_org_id, contract.seller_org_id)
    return is_party_role(principal) and principal.organisation_id in parties


def _check_references(session: Session, contract: Contract) -> None:
    references: tuple[tuple[str, type[Any]], ...] = (
        ("buyer_org_id", Organisation),
        ("seller_org_id", Organisation),
        ("demand_id", Demand),
        ("achievement_id", Achievement),
    )
    for name, model in references:
        id_ = getattr(contract, name)
        if id_ is not None and session.get(model, id_) is None:
            raise Invalid.field(name, "unknown", "记录不存在", "is not the id of an existing record")


def _write(session: Session, contract: Contract, values: Mapping[str, Any], principal: Principal) -> None:
    given = dict(values)
    shares, payments = given.pop("shares", None), given.pop("payments", None)
    operator_only = [name for name in _OPERATOR_FIELDS if name in given]
    if operator_only and not (principal.sees_everything and contract.state == ContractState.REGISTERED):
        raise Invalid.field(
            operator_only[0],
            "bureau_only",
            "登记信息仅可由主管部门在登记后更正",
            "may only be corrected by an operator, once the contract is registered",
        )
    if given.get("registration_no") is not None:
        refuse_duplicate_registration(session, contract, given["registration_no"])
    for name, value in given.items():
        setattr(contract, name, value)
    _check_references(session, contract)
    _set_shares_and_payments(session, contract, shares, payments, principal, use_defaults=False)


def _set_shares_and_payments(
    session: Session,
    contract: Contract,
    shares: list[tuple[UUID, Any]] | None,
    payments: list[Mapping[str, Any]] | None,
    principal: Principal,
    *,
    use_defaults: bool = True,
) -> None:
    if shares is not None and not (principal.sees_everything or principal.manager_id is not None):
        raise not_your_part("分成仅可由技术经理人填写。", "Only managers may enter the shares.")
    new_shares = shares if shares is not None else []
    if shares is None and use_defaults:
        new_shares = list(default_shares(session, contract, principal=principal))
    if new_shares:
        _require_own_share(contract, new_shares, principal)
        set_shares(session, contract, new_shares, principal=principal)
    if payments is not None:
        _set_payments(contract, payments)


def _require_own_share(contract: Contract, shares: list[tuple[UUID, Any]], principal: Principal) -> None:
    """Outside an engagement a manager may only draft contracts in which they have a share themselves."""
    own_id = principal.manager_id
    if (
        contract.engagement_id is None
        and own_id is not None
        and own_id not in {manager_id for manager_id, _ in shares}
    ):
        raise Invalid.field("shares", "not_without_you", "应包含本人", "must include your own share")


def _set_payments(contract: Contract, payments: list[Mapping[str, Any]]) -> None:
    """Replace the payment stages; a stage with the same name and amount keeps its payment day."""
    paid = {(row.name, row.amount_wan): row.paid_on for row in contract.payments}
    rows = {row.position: row for row in contract.payments}
    payment_rows = []
    for position, values in enumerate(payments, 1):
        row = rows.get(position) or ContractPayment(id=new_id(), position=position)
        row.name, row.due_on, row.amount_wan = values["name"], values["due_on"], values["amount_wan"]
        row.paid_on = paid.get((row.name, row.amount_wan))
        payment_rows.append(row)
    contract.payments = payment_rows


def _fields_of_records(session: Session, contract: Contract) -> list[str]:
    """The fields of the achievement, whose technology is traded; without one those of the demand."""
    if contract.achievement_id is not None:
        return list(session.get_one(Achievement, contract.achievement_id).fields)
    if contract.demand_id is not None:
        return list(session.get_one(Demand, contract.demand_id).fields)
    return []
