"""Queries over demands and achievements. Figures count the query of their rows, so the two always agree."""

from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Subquery, case, cast, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.engagements import access as engagement_access
from app.engagements.contract_models import Contract, ContractState
from app.engagements.models import Engagement, Stage, StageMove
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.disclosure.visibility import own_rows, visible
from app.libraries.record.enums import RecordState
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
    engagement = Engagement.demand_id == Demand.id
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


class GapPart(IntEnum):
    """The counts of a gap line: of demands, and from `ACHIEVEMENTS` on of achievements."""

    DEMANDS = 0
    WITH_GOOD = 1
    WITHOUT_GOOD = 2
    TOO_IMMATURE = 3
    ACHIEVEMENTS = 4
    UNWANTED = 5
    GOOD_ACHIEVEMENTS = 6


def _published(criteria: StatisticsQuery, model: type[Demand] | type[Achievement]) -> Conditions:
    """Conditions: published in the period, and still published."""
    conditions: Conditions = [
        model.state == RecordState.PUBLISHED.value,
        model.published_at >= criteria.since,
        model.published_at < criteria.until,
        *record_conditions(criteria, model),
    ]
    return conditions if criteria.includes_all else [*conditions, own_rows(model, criteria.principal)]


def _maturities() -> Subquery:
    """(field, TRL) of each published achievement."""
    return (
        select(main_field(Achievement.fields).label("key"), Achievement.trl.label("trl"))
        .where(Achievement.state == RecordState.PUBLISHED, Achievement.trl.is_not(None))
        .subquery()
    )


def _too_immature(threshold: float) -> ColumnElement[bool]:
    """Condition: the demand has no good pair, and no achievement of its field has the required maturity."""
    maturities = _maturities()
    best = (
        select(maturities.c.key, func.max(maturities.c.trl).label("trl"))
        .group_by(maturities.c.key)
        .subquery()
    )
    mature_enough = select(best.c.key).where(
        best.c.trl >= Demand.min_trl, best.c.key == main_field(Demand.fields)
    )
    states_maturity = Demand.min_trl.is_not(None)
    return states_maturity & ~exists(mature_enough.correlate(Demand)) & ~has_good_pair(Demand, threshold)


def demand_gaps(criteria: StatisticsQuery) -> Select[Any]:
    """(field, demands, those with a good pair, those without one because all achievements are too immature)."""
    good, immature = has_good_pair(Demand, criteria.threshold), _too_immature(criteria.threshold)
    rows = (
        select(
            main_field(Demand.fields).label("key"),
            case((good, 1), else_=0).label("good"),
            case((immature, 1), else_=0).label("immature"),
        )
        .where(*_published(criteria, Demand))
        .subquery()
    )
    return select(rows.c.key, func.count(), func.sum(rows.c.good), func.sum(rows.c.immature)).group_by(
        rows.c.key
    )


def achievement_gaps(criteria: StatisticsQuery) -> Select[Any]:
    """(field, achievements, those without a good pair)."""
    is_wanted = has_good_pair(Achievement, criteria.threshold)
    rows = (
        select(main_field(Achievement.fields).label("key"), case((is_wanted, 0), else_=1).label("unwanted"))
        .where(*_published(criteria, Achievement))
        .subquery()
    )
    return select(rows.c.key, func.count(), func.sum(rows.c.unwanted)).group_by(rows.c.key)


def good_achievements(criteria: StatisticsQuery) -> Select[Any]:
    """(field of the demands, distinct achievements that form a good pair with one of them)."""
    rows = (
        select(main_field(Demand.fields).label("key"), Pair.achievement_id)
        .join(Pair, Pair.demand_id == Demand.id)
        .join(Achievement, Achievement.id == Pair.achievement_id)
        .where(
            *_published(criteria, Demand),
            Pair.score >= criteria.threshold,
            Achievement.state == RecordState.PUBLISHED,
        )
        .distinct()
        .subquery()
    )
    return select(rows.c.key, func.count()).group_by(rows.c.key)


def gap_rows(criteria: StatisticsQuery, part: GapPart, key: str) -> Select[Any]:
    """The demands or achievements that the part counts."""
    if part is GapPart.GOOD_ACHIEVEMENTS:
        pairs = (
            select(Pair.achievement_id)
            .join(Demand, Demand.id == Pair.demand_id)
            .where(
                *_published(criteria, Demand),
                main_field(Demand.fields) == key,
                Pair.score >= criteria.threshold,
            )
        )
        matched_achievements = select(Achievement).where(
            Achievement.id.in_(pairs), Achievement.state == RecordState.PUBLISHED
        )
        return visible(matched_achievements, Achievement, criteria.principal)
    if part >= GapPart.ACHIEVEMENTS:
        achievements = select(Achievement).where(
            *_published(criteria, Achievement), main_field(Achievement.fields) == key
        )
        if part is GapPart.UNWANTED:
            achievements = achievements.where(~has_good_pair(Achievement, criteria.threshold))
        return visible(achievements, Achievement, criteria.principal)
    query = select(Demand).where(*_published(criteria, Demand), main_field(Demand.fields) == key)
    matched = has_good_pair(Demand, criteria.threshold)
    match part:
        case GapPart.WITH_GOOD:
            query = query.where(matched)
        case GapPart.WITHOUT_GOOD:
            query = query.where(~matched)
        case GapPart.TOO_IMMATURE:
            query = query.where(_too_immature(criteria.threshold))
    return visible(query, Demand, criteria.principal)
