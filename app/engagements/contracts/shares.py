"""Shares of managers in a contract: set together; `signatures.consents` confirms each."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import new_id, now
from app.engagements.contract_models import Contract, ContractShare, ContractState, ContractVersion
from app.engagements.shares.rule import WHOLE, check_shares
from app.engagements.shares.service import managers_of as managers_of_engagement
from app.engagements.shares.service import shares_of
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, Invalid
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState

Shares = Sequence[tuple[UUID, Decimal]]


def set_shares(
    session: Session, contract: Contract, shares: Shares, *, principal: Principal | None = None
) -> None:
    """Set all shares. Confirmations survive only if no share changes; confirmations of the same shares in the
    engagement count, and the `principal` confirms their own by entering it.

    Raises:
        Invalid: they break the share rule, or name a manager who is not in this engagement or not published.
    """
    check_shares(shares)
    _check_managers(session, contract, {manager_id for manager_id, _ in shares})
    wanted = dict(shares)
    if {share.manager_id: share.percent for share in contract.shares} == wanted:
        return
    confirmed = _confirmed_in_engagement(session, contract, wanted)
    moment = now()
    if principal is not None and principal.manager_id is not None:
        confirmed.setdefault(principal.manager_id, timeline.actor_of(principal))
    # Rows are reused by manager: a second row would violate the unique constraint until the old one is deleted.
    rows = {share.manager_id: share for share in contract.shares}
    contract.shares = [
        rows.get(manager_id) or ContractShare(id=new_id(), manager_id=manager_id) for manager_id in wanted
    ]
    for share in contract.shares:
        share.percent = wanted[share.manager_id]
        share.confirmed_by = confirmed.get(share.manager_id)
        share.confirmed_at = moment if share.manager_id in confirmed else None


def default_shares(session: Session, contract: Contract, *, principal: Principal) -> Shares:
    """The shares that apply unless others are given: the engagement's, its only manager's, or the principal's."""
    if contract.engagement_id is not None:
        agreed = shares_of(session, contract.engagement_id)
        if agreed:
            return [(share.manager_id, share.percent) for share in agreed]
        managers = managers_of_engagement(session, contract.engagement_id)
        return [(managers.pop(), WHOLE)] if len(managers) == 1 else []
    return [(principal.manager_id, WHOLE)] if principal.manager_id is not None else []


def unconfirmed_shares(contract: Contract) -> dict[UUID, Decimal]:
    """Manager → percent, of those who have not confirmed their share."""
    return {share.manager_id: share.percent for share in contract.shares if share.confirmed_at is None}


def all_confirmed(contract: Contract) -> bool:
    """Whether there are shares, each confirmed by its manager: then the parties may sign."""
    return bool(contract.shares) and not unconfirmed_shares(contract)


def refuse_unconsented_removal(contract: Contract, shares: Shares | None, principal: Principal) -> None:
    """A share that its manager has confirmed is theirs to give up; see `consents.withdraw_share`.

    Raises:
        Conflict: the new shares leave out a manager who has confirmed theirs; names them.
    """
    named = {manager_id for manager_id, _ in shares or ()}
    removed = [
        str(share.manager_id)
        for share in contract.shares
        if share.confirmed_at is not None
        and share.manager_id not in named
        and share.manager_id != principal.manager_id
    ]
    if shares and removed:
        raise Conflict(
            "These managers have confirmed their share and must withdraw it themselves first.",
            "以下技术经理人已确认分成，须由其本人先撤回确认。",
            code="share_confirmed",
            manager_ids=removed,
        )


def refuse_left_out(
    session: Session, contract: Contract, shares: Shares | None, principal: Principal
) -> None:
    """A draft of an engagement names all of its managers. Who gives up their share leaves themselves out, or withdraws
    (`consents.withdraw_share`) first.

    Raises:
        Invalid: another manager of the engagement has no share; names them.
    """
    if contract.engagement_id is None or not shares:
        return
    left_out = managers_of_engagement(session, contract.engagement_id) - {id_ for id_, _ in shares}
    left_out -= {principal.manager_id} | _who_withdrew(session, contract)
    if left_out:
        rows = session.scalars(select(Manager).where(Manager.id.in_(left_out)).order_by(Manager.number))
        names = "、".join(f"{row.title}（{row.number}）" for row in rows)
        raise Invalid.field(
            "shares",
            "managers",
            f"应包含此对接的全部技术经理人，缺少：{names}",
            f"must name all managers of the engagement; missing: {names}",
        )


def _who_withdrew(session: Session, contract: Contract) -> set[UUID]:
    query = (
        select(Manager.id)
        .join(ContractVersion, ContractVersion.changed_by == Manager.user_id)
        .where(ContractVersion.contract_id == contract.id, ContractVersion.action == "withdraw")
    )
    return set(session.scalars(query))


def wrong_state(contract: Contract) -> Conflict:
    state = ContractState.of(contract.state)
    return Conflict(
        f"This is not possible while the contract is {state.value}.",
        f"合同当前为“{state.zh}”，不能执行此操作。",
        code="wrong_state",
        state=state.value,
    )


def _confirmed_in_engagement(
    session: Session, contract: Contract, wanted: dict[UUID, Decimal]
) -> dict[UUID, UUID | None]:
    if contract.engagement_id is None:
        return {}
    rows = shares_of(session, contract.engagement_id)
    if {row.manager_id: row.percent for row in rows} != wanted:
        return {}
    return {row.manager_id: row.confirmed_by for row in rows if row.confirmed_at is not None}


def _check_managers(session: Session, contract: Contract, named: set[UUID]) -> None:
    if contract.engagement_id is not None:
        known = managers_of_engagement(session, contract.engagement_id) | {
            share.manager_id for share in contract.shares
        }
    else:
        query = select(Manager.id).where(Manager.id.in_(named), Manager.state == RecordState.PUBLISHED)
        known = set(session.scalars(query))
    unknown = sorted(str(id_) for id_ in named - known)
    if unknown:
        raise Invalid.field(
            "shares",
            "unknown_manager",
            f"不是此对接的技术经理人，或未发布：{'、'.join(unknown)}",
            f"are not managers of this engagement, or not published: {', '.join(unknown)}",
        )
