"""Queries over contracts. Figures count the query of their rows, so the two always agree."""

from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, case, cast, func, select
from sqlalchemy.orm import aliased

from app.accounts.models import Organisation
from app.engagements.contract_models import Contract, ContractShare, ContractState
from app.engagements.contracts import access as contract_access
from app.statistics.queries.demands import in_region
from app.statistics.query import StatisticsQuery
from app.statistics.sql_functions import NONE, main_field


class ContractGroup(StrEnum):
    FIELD = "field"
    REGION = "region"
    MONTH = "month"
    KIND = "kind"


class ContractPart(StrEnum):
    """Parts of the contracts signed in the period: in force; in force and landed in Jinan; cancelled."""

    STANDING = "standing"
    LANDED = "landed"
    CANCELLED = "cancelled"


def key_of_contract(group_by: ContractGroup | None) -> ColumnElement[str]:
    match group_by:
        case ContractGroup.FIELD:
            return main_field(Contract.fields)
        case ContractGroup.REGION:
            return func.coalesce(Organisation.region, NONE)
        case ContractGroup.MONTH:
            return func.substr(cast(Contract.signed_on, String), 1, 7)
        case ContractGroup.KIND:
            return cast(Contract.kind, String)
    return cast(NONE, String)


def _of_part(part: ContractPart) -> ColumnElement[bool]:
    in_force = Contract.state.in_((ContractState.SIGNED, ContractState.REGISTERED))
    match part:
        case ContractPart.STANDING:
            return in_force
        case ContractPart.LANDED:
            return in_force & Contract.landed_on.is_not(None) & Contract.landed_in_jinan.is_(True)
        case ContractPart.CANCELLED:
            return Contract.state == ContractState.CANCELLED


def contract_rows(
    criteria: StatisticsQuery,
    *,
    part: ContractPart | None = None,
    group_by: ContractGroup | None = None,
    key: str | None = None,
    manager_id: UUID | None = None,
) -> Select[Any]:
    """Contracts signed in the period, including cancelled ones; the region is the buyer's."""
    query = (
        select(Contract)
        .join(Organisation, Organisation.id == Contract.buyer_org_id)
        .where(
            Contract.signed_on >= criteria.first,
            Contract.signed_on <= criteria.last,
            Contract.state != ContractState.DRAFT,
        )
    )
    if criteria.field is not None:
        query = query.where(main_field(Contract.fields) == criteria.field)
    if criteria.region is not None:
        query = query.where(in_region(Organisation.region, criteria.region))
    if not criteria.includes_all:
        query = query.where(contract_access.visible_rows(criteria.principal))
    if part is not None:
        query = query.where(_of_part(part))
    if group_by is not None and key is not None:
        query = query.where(key_of_contract(group_by) == key)
    if manager_id is not None:
        shared = select(ContractShare.contract_id).where(ContractShare.manager_id == manager_id)
        query = query.where(Contract.id.in_(shared))
    return query


def contracts(criteria: StatisticsQuery, group_by: ContractGroup | None) -> Select[Any]:
    """(key, then for each part: count, deal amount and technology amount in 万元 or null)."""
    rows = (
        contract_rows(criteria)
        .with_only_columns(
            key_of_contract(group_by).label("key"),
            Contract.deal_amount_wan,
            Contract.technology_amount_wan,
            *(case((_of_part(part), 1), else_=0).label(part.value) for part in ContractPart),
        )
        .subquery()
    )
    figures: list[ColumnElement[Any]] = []
    for part in ContractPart:
        is_in_part = rows.c[part.value] == 1
        figures += [
            func.sum(rows.c[part.value]),
            func.sum(case((is_in_part, rows.c.deal_amount_wan))),
            func.sum(case((is_in_part, rows.c.technology_amount_wan))),
        ]
    return select(rows.c.key, *figures).group_by(rows.c.key).order_by(rows.c.key)


def shares_of_managers(
    criteria: StatisticsQuery, manager_ids: list[UUID]
) -> Select[UUID, Decimal, UUID, Decimal]:
    """(contract, deal amount, manager, percent) of every share in the contracts in force with these managers."""
    share = aliased(ContractShare)
    with_them = select(share.contract_id).where(share.manager_id.in_(manager_ids))
    contract_ids = (
        select(Contract.id)
        .join(Organisation, Organisation.id == Contract.buyer_org_id)
        .where(
            Contract.signed_on >= criteria.first,
            Contract.signed_on <= criteria.last,
            _of_part(ContractPart.STANDING),
            Contract.id.in_(with_them),
        )
    )
    if criteria.field is not None:
        contract_ids = contract_ids.where(main_field(Contract.fields) == criteria.field)
    if criteria.region is not None:
        contract_ids = contract_ids.where(in_region(Organisation.region, criteria.region))
    return (
        select(Contract.id, Contract.deal_amount_wan, ContractShare.manager_id, ContractShare.percent)
        .join(ContractShare, ContractShare.contract_id == Contract.id)
        .where(Contract.id.in_(contract_ids))
        .order_by(ContractShare.id)  # the contract's own response breaks ties of the last 0.01 in this order
    )
