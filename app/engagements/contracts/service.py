"""Amendment and cancellation of contracts; see `draft`, `signatures` and `registration` for the other steps."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.clock import local_now
from app.conditional_requests import check_if_match, check_if_sent
from app.database import new_id
from app.engagements.access import not_your_part
from app.engagements.conflicts_of_interest import conflict_in_parties
from app.engagements.contract_models import Contract, ContractPayment, ContractState
from app.engagements.contracts import versions
from app.engagements.contracts.access import find
from app.engagements.contracts.checks import check_terms
from app.engagements.contracts.queries import refuse_duplicate_registration
from app.engagements.contracts.shares import default_shares, set_shares, wrong_state
from app.engagements.events import contract_payload
from app.engagements.lifecycle import stage_changes
from app.errors import Conflict, Invalid
from app.events.catalogue import ContractAmended, ContractCancelled
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager

_OPERATOR_FIELDS = ("registration_no", "registered_on")


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


def check_references(session: Session, contract: Contract) -> None:
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
    check_references(session, contract)
    set_shares_and_payments(session, contract, shares, payments, principal, use_defaults=False)


def set_shares_and_payments(
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
