"""Queries over contracts; `access` decides what a principal may see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from app.accounts.access.principal import Principal
from app.engagements.contract_models import (
    Contract,
    ContractShare,
    ContractSide,
    ContractSignature,
    ContractState,
    ShownState,
)
from app.engagements.contracts.access import visible_rows
from app.libraries.validation.values.codes import CodeOf
from app.libraries.validation.values.dates import Day
from app.paging import Sort
from app.vocabularies import vocabulary

NEWEST_FIRST = Sort(Contract.created_at, datetime, descending=True, name="newest")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFilters:
    """The query parameters of the list; days are inclusive at both ends."""

    states: Annotated[list[ShownState] | None, Query(alias="state", description="状态，可多选")] = None
    kind: Annotated[Annotated[str, CodeOf("contract_types")] | None, Query(description="含下级细类")] = None
    technology_field: Annotated[
        Annotated[str, CodeOf("contract_fields")] | None, Query(description="技术合同领域")
    ] = None
    seller_region: Annotated[
        Annotated[str, CodeOf("regions")] | None, Query(description="卖方地区，含下级")
    ] = None
    buyer_region: Annotated[
        Annotated[str, CodeOf("regions")] | None, Query(description="买方地区，含下级")
    ] = None
    organisation_id: Annotated[UUID | None, Query(description="买方或卖方")] = None
    manager_id: UUID | None = None
    engagement_id: UUID | None = None
    demand_id: UUID | None = None
    achievement_id: UUID | None = None
    landed: Annotated[bool | None, Query(description="已确认落地")] = None
    landed_in_jinan: bool | None = None
    outside_engagement: Annotated[bool | None, Query(description="无对接")] = None
    signed_by_both: Annotated[bool | None, Query(description="双方均已签署")] = None
    signed_from: Day | None = None
    signed_to: Day | None = None
    registered_from: Day | None = None
    registered_to: Day | None = None
    registration_no: Annotated[str | None, Query(max_length=40)] = None


def contracts(principal: Principal, filters: ContractFilters) -> Select[Contract]:
    query = select(Contract).where(visible_rows(principal))
    if filters.states:
        query = query.where(_shown_states(filters.states))
    if filters.kind is not None:
        below = vocabulary("contract_types").children(filters.kind)
        query = query.where(Contract.kind.in_((filters.kind, *below)))
    for place, region in (
        (Contract.seller_region, filters.seller_region),
        (Contract.buyer_region, filters.buyer_region),
    ):
        if region is not None:
            query = query.where(place.in_((region, *_below(region))))
    if filters.organisation_id is not None:
        party = filters.organisation_id
        query = query.where(or_(Contract.buyer_org_id == party, Contract.seller_org_id == party))
    if filters.manager_id is not None:
        shared = select(ContractShare.contract_id).where(ContractShare.manager_id == filters.manager_id)
        query = query.where(Contract.id.in_(shared))
    if filters.landed is not None:
        has_landed = Contract.landed_on.is_not(None)
        query = query.where(has_landed if filters.landed else ~has_landed)
    for condition, wanted in (
        (Contract.engagement_id.is_(None), filters.outside_engagement),
        (_signed_by_both(), filters.signed_by_both),
    ):
        if wanted is not None:
            query = query.where(condition if wanted else ~condition)
    for column, value in (
        (Contract.engagement_id, filters.engagement_id),
        (Contract.demand_id, filters.demand_id),
        (Contract.achievement_id, filters.achievement_id),
        (Contract.landed_in_jinan, filters.landed_in_jinan),
        (Contract.technology_field, filters.technology_field),
        (Contract.registration_no, filters.registration_no),
    ):
        if value is not None:
            query = query.where(column == value)
    return _between(query, filters)


def _signed_by_both() -> ColumnElement[bool]:
    return and_(
        *(
            exists().where(
                ContractSignature.contract_id == Contract.id,
                ContractSignature.amendment_id.is_(None),
                ContractSignature.void_at.is_(None),
                ContractSignature.side == side.value,
            )
            for side in ContractSide
        )
    )


def _below(region: str) -> tuple[str, ...]:
    """The regions below a region, at every depth."""
    children = vocabulary("regions").children(region)
    return (*children, *(code for child in children for code in _below(child)))


def _shown_states(states: Collection[ShownState]) -> ColumnElement[bool]:
    """Condition: the contract is shown in one of these states."""
    landed = and_(Contract.landed_on.is_not(None), Contract.state != ContractState.CANCELLED)
    stored = [state.value for state in states if state is not ShownState.LANDED]
    others = and_(~landed, Contract.state.in_(stored))
    return or_(landed, others) if ShownState.LANDED in states else others


def _between(query: Select[Contract], filters: ContractFilters) -> Select[Contract]:
    for column, first, last in (
        (Contract.signed_on, filters.signed_from, filters.signed_to),
        (Contract.registered_on, filters.registered_from, filters.registered_to),
    ):
        if first is not None:
            query = query.where(column >= first)
        if last is not None:
            query = query.where(column <= last)
    return query
