"""Queries over demands and achievements. Figures count the query of their rows, so the two always agree."""

from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.engagements import access as engagement_access
from app.engagements.contract_models import Contract, ContractState
from app.engagements.models import Engagement, Stage, StageMove
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordState
from app.libraries.visibility.rows import own_rows, visible
from app.matching.models import Pair
from app.pushes.models import Push
from app.statistics.query import StatisticsQuery
from app.statistics.sql_functions import NONE, main_field

Conditions = list[ColumnElement[bool]]


class FunnelStep(IntEnum):
    """The steps of the funnel, in order."""

    PUBLISHED = 0
    MATCHED = 1
    PUSHED = 2
    ACCEPTED = 3
    CONTACTED = 4
    MEETING = 5
    NEGOTIATING = 6
    SIGNED = 7
    REGISTERED = 8
    LANDED = 9


def in_region(column: InstrumentedAttribute[Any], region: str) -> ColumnElement[bool]:
    """Condition: the region or a subregion. Codes of provinces end with 0000, those of cities with 00."""
    start = region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region
    condition: ColumnElement[bool] = column.startswith(start)
    return condition


def record_conditions(criteria: StatisticsQuery, model: type[Demand] | type[Achievement]) -> Conditions:
    """The filters as conditions on records."""
    conditions: Conditions = []
    if criteria.field is not None:
        conditions.append(main_field(model.fields) == criteria.field)
    if criteria.region is not None:
        conditions.append(in_region(model.region, criteria.region))
    return conditions


def key_of_demand(group_by: str | None) -> ColumnElement[str]:
    match group_by:
        case "field":
            return main_field(Demand.fields)
        case "region":
            return func.coalesce(Demand.region, NONE)
    return cast(NONE, String)


def has_good_pair(model: type[Demand] | type[Achievement], threshold: float) -> ColumnElement[bool]:
    """Condition: the record has a good pair with a record that is currently published."""
    column, other, key = (
        (Pair.demand_id, Achievement, Pair.achievement_id)
        if model is Demand
        else (Pair.achievement_id, Demand, Pair.demand_id)
    )
    return (
        exists()
        .where(column == model.id, Pair.score >= threshold, other.id == key)
        .where(other.state == RecordState.PUBLISHED)
        .correlate(model)
    )


# funnel


def furthest_step(threshold: float) -> ColumnElement[int]:
    """The last step of which a demand has a trace. It includes all earlier steps, so counts never increase."""
    contract = (Contract.demand_id == Demand.id, Contract.state != ContractState.CANCELLED)
    # An undone acceptance is none: its push is pending again.
    engagement = and_(Engagement.demand_id == Demand.id, Engagement.ended_reason.is_distinct_from("undone"))
    signed = Contract.state.in_((ContractState.SIGNED, ContractState.REGISTERED))

    def reached(stage: Stage) -> ColumnElement[bool]:
        condition = (StageMove.engagement_id == Engagement.id, StageMove.to_stage == stage)
        return exists().where(engagement, *condition).correlate(Demand)

    def trace(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(*conditions).correlate(Demand)

    landed = or_(
        trace(engagement, Engagement.stage == Stage.LANDED), trace(*contract, Contract.landed_on.is_not(None))
    )
    traces: list[tuple[ColumnElement[bool], FunnelStep]] = [
        (landed, FunnelStep.LANDED),
        (trace(*contract, Contract.state == ContractState.REGISTERED), FunnelStep.REGISTERED),
        (
            or_(trace(engagement, Engagement.stage == Stage.SIGNED), trace(*contract, signed)),
            FunnelStep.SIGNED,
        ),
        (reached(Stage.NEGOTIATING), FunnelStep.NEGOTIATING),
        (reached(Stage.MEETING), FunnelStep.MEETING),
        (reached(Stage.CONTACTED), FunnelStep.CONTACTED),
        (trace(engagement), FunnelStep.ACCEPTED),
        (trace(Push.demand_id == Demand.id), FunnelStep.PUSHED),
        (trace(Pair.demand_id == Demand.id, Pair.score >= threshold), FunnelStep.MATCHED),
    ]
    return case(*((condition, int(step)) for condition, step in traces), else_=int(FunnelStep.PUBLISHED))


def _cohort(criteria: StatisticsQuery) -> Conditions:
    conditions = [
        Demand.published_at >= criteria.since,
        Demand.published_at < criteria.until,
        *record_conditions(criteria, Demand),
    ]
    return conditions if criteria.includes_all else [*conditions, own_rows(Demand, criteria.principal)]


def funnel(criteria: StatisticsQuery, group_by: str | None) -> Select[Any]:
    """(key, furthest step, count) of the demands published in the period."""
    rows = (
        select(key_of_demand(group_by).label("key"), furthest_step(criteria.threshold).label("step"))
        .where(*_cohort(criteria))
        .subquery()
    )
    return select(rows.c.key, rows.c.step, func.count()).group_by(rows.c.key, rows.c.step)


def funnel_rows(
    criteria: StatisticsQuery, step: FunnelStep, *, group_by: str | None, key: str | None
) -> Select[Any]:
    """The demands that reached at least this step."""
    query = select(Demand).where(*_cohort(criteria), furthest_step(criteria.threshold) >= int(step))
    if group_by is not None and key is not None:
        query = query.where(key_of_demand(group_by) == key)
    return visible(query, Demand, criteria.principal)


def ended_rows(criteria: StatisticsQuery, reason: str | None = None) -> Select[Any]:
    """Ended engagements on demands published in the period."""
    query = (
        select(Engagement)
        .join(Demand, Demand.id == Engagement.demand_id)
        .where(*_cohort(criteria), Engagement.stage == Stage.ENDED)
    )
    if not criteria.includes_all:
        query = query.where(engagement_access.visible_rows(criteria.principal))
    return query if reason is None else query.where(Engagement.ended_reason == reason)


def ended(criteria: StatisticsQuery) -> Select[Any]:
    """(reason, count)."""
    rows = ended_rows(criteria).subquery()
    return select(rows.c.ended_reason, func.count()).group_by(rows.c.ended_reason)


# gaps
