"""Figures over engagements and contracts. Each counts the select of its rows: figure and rows cannot differ."""

from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, Subquery, case, cast, func, select
from sqlalchemy.orm import aliased

from app.accounts.models import Organisation
from app.engagements import access as engagement_access
from app.engagements.contract_models import Contract, ContractShare, ContractState
from app.engagements.contracts import access as contract_access
from app.engagements.models import OPEN_STAGES, Engagement, StageMove
from app.libraries.demands.models import Demand
from app.statistics.queries.demands import in_region, of_record
from app.statistics.query import StatisticsQuery
from app.statistics.sql_functions import NONE, main_field, seconds_between

# time in each stage


def visits(engagement_ids: Collection[UUID] | None = None) -> Subquery:
    """(id of the move, when the next one ended the stay that it began): `left_at` is null while it lasts.

    Of all engagements, or of these.
    """
    following = func.lead(StageMove.moved_at, type_=StageMove.moved_at.type).over(
        partition_by=StageMove.engagement_id, order_by=(StageMove.moved_at, StageMove.id)
    )
    query = select(StageMove.id, following.label("left_at"))
    if engagement_ids is not None:
        query = query.where(StageMove.engagement_id.in_(engagement_ids))
    return query.subquery("visits")


def stage_rows(asked: StatisticsQuery, *, stage: str | None = None, left: bool | None = None) -> Select[Any]:
    """The moves that began a stay in the period; with `left` those over or those that still last."""
    stays = visits()
    query = (
        select(StageMove, stays.c.left_at)
        .join(stays, stays.c.id == StageMove.id)
        .join(Engagement, Engagement.id == StageMove.engagement_id)
        .join(Demand, Demand.id == Engagement.demand_id)
        .where(
            StageMove.to_stage.in_(OPEN_STAGES),
            StageMove.moved_at >= asked.since,
            StageMove.moved_at < asked.until,
            *of_record(asked, Demand),
        )
    )
    if not asked.everything:  # what was done shows only who consented to take part
        mine = engagement_access.participated_in(asked.principal, consented=True)
        query = query.where(Engagement.id.in_(mine))
    if stage is not None:
        query = query.where(StageMove.to_stage == stage)
    if left is not None:
        query = query.where(stays.c.left_at.is_not(None) if left else stays.c.left_at.is_(None))
    return query


def spread(values: Subquery) -> Select[Any]:
    """(key, count, mean, lower and upper median, 90th percentile by nearest rank) of the seconds under each key."""
    ranked = select(
        values.c.key,
        values.c.seconds,
        func.row_number().over(partition_by=values.c.key, order_by=values.c.seconds).label("place"),
        func.count().over(partition_by=values.c.key).label("total"),
    ).subquery()
    place, total = ranked.c.place, ranked.c.total

    def at(wanted: ColumnElement[int]) -> ColumnElement[int]:
        return func.max(case((place == wanted, ranked.c.seconds)))

    return select(
        ranked.c.key,
        func.count(),
        func.avg(ranked.c.seconds),
        at((total + 1) // 2),
        at(total // 2 + 1),
        at((total * 9 + 9) // 10),
    ).group_by(ranked.c.key)


def stage_times(asked: StatisticsQuery) -> Select[Any]:
    """`spread` of the finished stays, by stage."""
    rows = stage_rows(asked, left=True).subquery()
    return spread(
        select(
            rows.c.to_stage.label("key"), seconds_between(rows.c.moved_at, rows.c.left_at).label("seconds")
        ).subquery()
    )


def open_stages(asked: StatisticsQuery) -> Select[Any]:
    """(stage, count) of the stays that still last."""
    rows = stage_rows(asked, left=False).subquery()
    return select(rows.c.to_stage, func.count()).group_by(rows.c.to_stage)


# contracts


class ContractGroup(StrEnum):
    FIELD = "field"
    REGION = "region"
    MONTH = "month"
    KIND = "kind"


class ContractPart(StrEnum):
    """Of the contracts signed in the period: those that stand, those of them landed in Jinan, those cancelled."""

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
    stands = Contract.state.in_((ContractState.SIGNED, ContractState.REGISTERED))
    match part:
        case ContractPart.STANDING:
            return stands
        case ContractPart.LANDED:
            return stands & Contract.landed_on.is_not(None) & Contract.landed_in_jinan.is_(True)
        case ContractPart.CANCELLED:
            return Contract.state == ContractState.CANCELLED


def contract_rows(
    asked: StatisticsQuery,
    *,
    part: ContractPart | None = None,
    group_by: ContractGroup | None = None,
    key: str | None = None,
    manager_id: UUID | None = None,
) -> Select[Any]:
    """Signed in the period, whatever became of them; the region is the buyer's."""
    query = (
        select(Contract)
        .join(Organisation, Organisation.id == Contract.buyer_org_id)
        .where(
            Contract.signed_on >= asked.first,
            Contract.signed_on <= asked.last,
            Contract.state != ContractState.DRAFT,
        )
    )
    if asked.field is not None:
        query = query.where(main_field(Contract.fields) == asked.field)
    if asked.region is not None:
        query = query.where(in_region(Organisation.region, asked.region))
    if not asked.everything:
        query = query.where(contract_access.visible_rows(asked.principal))
    if part is not None:
        query = query.where(_of_part(part))
    if group_by is not None and key is not None:
        query = query.where(key_of_contract(group_by) == key)
    if manager_id is not None:
        shared = select(ContractShare.contract_id).where(ContractShare.manager_id == manager_id)
        query = query.where(Contract.id.in_(shared))
    return query


def contracts(asked: StatisticsQuery, group_by: ContractGroup | None) -> Select[Any]:
    """(key, then for each part: count, deal, technology amount in 万元 or null)."""
    rows = (
        contract_rows(asked)
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
        counts = rows.c[part.value] == 1
        figures += [
            func.sum(rows.c[part.value]),
            func.sum(case((counts, rows.c.deal_amount_wan))),
            func.sum(case((counts, rows.c.technology_amount_wan))),
        ]
    return select(rows.c.key, *figures).group_by(rows.c.key).order_by(rows.c.key)


# managers


def engagements_of_managers(asked: StatisticsQuery, manager_ids: list[UUID]) -> Select[Any]:
    """(lead, stage, count) of the engagements opened in the period."""
    rows = (
        engagement_rows(asked)
        .with_only_columns(Engagement.manager_id, Engagement.stage)
        .where(Engagement.manager_id.in_(manager_ids))
        .subquery()
    )
    return select(rows.c.manager_id, rows.c.stage, func.count()).group_by(rows.c.manager_id, rows.c.stage)


def engagement_rows(
    asked: StatisticsQuery, *, manager_id: UUID | None = None, stages: tuple[str, ...] = ()
) -> Select[Any]:
    """Opened in the period."""
    query = (
        select(Engagement)
        .join(Demand, Demand.id == Engagement.demand_id)
        .where(
            Engagement.opened_at >= asked.since,
            Engagement.opened_at < asked.until,
            *of_record(asked, Demand),
        )
    )
    if not asked.everything:
        query = query.where(engagement_access.visible_rows(asked.principal))
    if manager_id is not None:
        query = query.where(Engagement.manager_id == manager_id)
    return query.where(Engagement.stage.in_(stages)) if stages else query


def shares_of_managers(
    asked: StatisticsQuery, manager_ids: list[UUID]
) -> Select[UUID, Decimal, UUID, Decimal]:
    """(contract, deal amount, manager, percent): every share of the standing contracts with these managers."""
    mine = aliased(ContractShare)
    with_them = select(mine.contract_id).where(mine.manager_id.in_(manager_ids))
    stand = (
        select(Contract.id)
        .join(Organisation, Organisation.id == Contract.buyer_org_id)
        .where(
            Contract.signed_on >= asked.first,
            Contract.signed_on <= asked.last,
            _of_part(ContractPart.STANDING),
            Contract.id.in_(with_them),
        )
    )
    if asked.field is not None:
        stand = stand.where(main_field(Contract.fields) == asked.field)
    if asked.region is not None:
        stand = stand.where(in_region(Organisation.region, asked.region))
    return (
        select(Contract.id, Contract.deal_amount_wan, ContractShare.manager_id, ContractShare.percent)
        .join(ContractShare, ContractShare.contract_id == Contract.id)
        .where(Contract.id.in_(stand))
        .order_by(ContractShare.id)  # the order by which a contract's own answer breaks ties of the last 0.01
    )
