"""Checks and changes of a contract's terms; see `draft`, `amendments`, `signatures`, `registration` for the steps."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.duplicates import decided_pairs
from app.accounts.organisations.lookup import referred
from app.accounts.organisations.names import identity_of
from app.clock import today
from app.database import new_id
from app.engagements.access import not_your_part
from app.engagements.conflicts_of_interest import conflict_in_parties
from app.engagements.contract_models import Contract, ContractPayment, ContractState
from app.engagements.contracts import versions
from app.engagements.contracts.checks import faults_of_terms
from app.engagements.contracts.shares import set_shares
from app.engagements.shares.service import share_managers
from app.errors import Conflict, FieldError, Invalid
from app.errors.collection import Faults
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager

PARTIES = ("buyer_org_id", "seller_org_id")


def find_references(
    session: Session, values: dict[str, Any], faults: Faults, *, principal: Principal
) -> dict[str, Any]:
    """Put the ids of the parties and of managers with shares in place of what else they are called; who is not found is
    a fault, and left out. Answers the values."""
    for name in PARTIES:
        if values.get(name) is not None:
            with faults.collected():
                values[name] = referred(session, values.pop(name), field=name, principal=principal)
    if values.get("shares"):
        with faults.collected():
            values["shares"] = share_managers(session, values.pop("shares"), principal=principal)
    faults.skip_named()
    return values


def check(
    session: Session, contract: Contract, more: Iterable[FieldError] = (), *, known: Iterable[FieldError] = ()
) -> None:
    """Check the terms by the current rows.

    Args:
        more: faults that other checks have found already.
        known: the `faults_of` the contract before a change: a day or an amount that was accepted once, under rules of
            then, is not refused because something else is changed.

    Raises:
        Invalid: names every invalid field, and those of `more`.
    """
    accepted = [fault for fault in known if fault.code != "same_party"]
    errors = (*more, *(fault for fault in faults_of(session, contract) if fault not in accepted))
    if errors:
        raise Invalid(fields=errors)


def faults_of(session: Session, contract: Contract) -> list[FieldError]:
    """Every field of the contract that is invalid by the rules of today."""
    buyer, seller = (
        session.get(Organisation, id_) if id_ is not None else None
        for id_ in (contract.buyer_org_id, contract.seller_org_id)
    )
    return faults_of_terms(
        contract,
        payments_wan=[payment.amount_wan for payment in contract.payments],
        payments_due=[payment.due_on for payment in contract.payments],
        same_party=buyer is not None and seller is not None and _are_one(session, buyer, seller),
        today=today(),
    )


def _are_one(session: Session, one: Organisation, other: Organisation) -> bool:
    """Whether both are one by their row, their code or their present names, unless the bureau distinguished them."""
    if one.id == other.id or (one.uscc is not None and one.uscc == other.uscc):
        return True
    core = identity_of(one.name).core
    return (
        core != ""
        and core == identity_of(other.name).core
        and frozenset((one.id, other.id)) not in decided_pairs(session, {one.id, other.id})
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
                f"请在 conflict_disclosure 中披露以下利益关系：{conflict.zh}。",
                code="disclosure_needed",
                manager_id=str(share.manager_id),
                kind=conflict.kind,
            )


def require_operator_once_confirmed(contract: Contract, principal: Principal) -> None:
    confirmed = contract.state == ContractState.REGISTERED or contract.landed_on is not None
    if confirmed and not principal.sees_everything:
        raise Conflict(
            "The bureau has confirmed this contract; only an operator may change it.",
            "合同已经主管部门确认，仅可由主管部门变更。",
            code="confirmed_by_bureau",
        )


def check_references(session: Session, contract: Contract) -> None:
    references: tuple[tuple[str, type[Any]], ...] = (
        ("buyer_org_id", Organisation),
        ("seller_org_id", Organisation),
        ("demand_id", Demand),
        ("achievement_id", Achievement),
    )
    unknown = [
        name
        for name, model in references
        if (id_ := getattr(contract, name)) is not None and session.get(model, id_) is None
    ]
    if unknown:
        raise Invalid(
            fields=[
                FieldError(name, "unknown", "记录不存在", "is not the id of an existing record")
                for name in unknown
            ]
        )


def check_may_write(contract: Contract, values: Mapping[str, Any], principal: Principal) -> None:
    """
    Raises:
        Conflict: the values have shares, and the principal is neither a manager nor the bureau.
        Invalid: a manager's shares leave out the manager; the values are for the bureau only.
    """
    shares = values.get("shares")
    if shares is not None and not (principal.sees_everything or principal.manager_id is not None):
        raise not_your_part("分成仅可由技术经理人填写。", "Only managers may enter the shares.")
    faults = Faults()
    if shares:
        with faults.collected():
            _require_own_share(contract, shares, principal)
    if contract.state != ContractState.REGISTERED:
        faults.add(
            FieldError(
                name,
                "bureau_only",
                "登记信息仅可由主管部门在登记后更正",
                "may only be corrected by an operator, once the contract is registered",
            )
            for name in ("registration_no", "registered_on")
            if name in values
        )
    faults.raise_if_any()


def write_terms(
    session: Session, contract: Contract, values: Mapping[str, Any], *, principal: Principal | None = None
) -> None:
    """Set the given columns, shares and payments. `principal` confirms their own share by entering it.

    Raises:
        Invalid: a party or record does not exist, or the shares break the share rule; names every such field.
    """
    given = dict(values)
    shares, payments = given.pop("shares", None), given.pop("payments", None)
    for name, value in given.items():
        setattr(contract, name, value)
    faults = Faults()
    with faults.collected():
        check_references(session, contract)
    if shares:
        with faults.collected():
            set_shares(session, contract, shares, principal=principal)
    if payments is not None:
        _set_payments(contract, payments)
    faults.raise_if_any()


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


def take_registration_no(
    session: Session, contract: Contract, registration_no: str, *, principal: Principal
) -> None:
    """Make the number free for this contract: one that was cancelled gives it up, and keeps it in its versions.

    Raises:
        Conflict: another contract, which is named and is not cancelled, has this registration number.
    """
    other = session.scalar(
        select(Contract).where(Contract.registration_no == registration_no, Contract.id != contract.id)
    )
    if other is None:
        return
    if other.state != ContractState.CANCELLED:
        raise Conflict(
            f"Contract {other.number} already has this registration number.",
            f"此登记号已用于合同 {other.number}。",
            code="registered_twice",
            number=other.number,
        )
    before = versions.snapshot_of(other)
    other.registration_no = None
    versions.record_version(
        session,
        other,
        action="correct",
        before=before,
        principal=principal,
        reason="登记号转至重新登记的合同",
    )
