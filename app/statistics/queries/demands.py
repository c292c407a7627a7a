"""Figures over demands and achievements. Each counts the select of its rows: figure and rows cannot differ."""

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
    """How far a demand came, in the order of the funnel."""

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
    """The region and those below it: a province's code ends with 0000, a city's with 00."""
    start = region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region
    found: ColumnElement[bool] = column.startswith(start)
    return found


def of_record(asked: StatisticsQuery, model: type[Demand] | type[Achievement]) -> Conditions:
    """The filters, as conditions on records."""
    found: Conditions = []
    if asked.field is not None:
        found.append(main_field(model.fields) == asked.field)
    if asked.region is not None:
        found.append(in_region(model.region, asked.region))
    return found


def key_of_demand(group_by: str | None) -> ColumnElement[str]:
    match group_by:
        case "field":
            return main_field(Demand.fields)
        case "region":
            return func.coalesce(Demand.region, NONE)
    return cast(NONE, String)


def good_pair(model: type[Demand] | type[Achievement], threshold: float) -> ColumnElement[bool]:
    """Whether the record has one, with a record that is published now."""
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


def furthest(threshold: float) -> ColumnElement[int]:
    """The last step of which there is a trace. Who came so far has passed all before, so counts never grow."""
    contract = (Contract.demand_id == Demand.id, Contract.state != ContractState.CANCELLED)
    engagement = Engagement.demand_id == Demand.id
    signed = Contract.state.in_((ContractState.SIGNED, ContractState.REGISTERED))

    def moved(stage: Stage) -> ColumnElement[bool]:
        there = (StageMove.engagement_id == Engagement.id, StageMove.to_stage == stage)
        return exists().where(engagement, *there).correlate(Demand)

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
        (moved(Stage.NEGOTIATING), FunnelStep.NEGOTIATING),
        (moved(Stage.MEETING), FunnelStep.MEETING),
        (moved(Stage.CONTACTED), FunnelStep.CONTACTED),
        (trace(engagement), FunnelStep.ACCEPTED),
        (trace(Push.demand_id == Demand.id), FunnelStep.PUSHED),
        (trace(Pair.demand_id == Demand.id, Pair.score >= threshold), FunnelStep.MATCHED),
    ]
    return case(*((there, int(step)) for there, step in traces), else_=int(FunnelStep.PUBLISHED))


def _cohort(asked: StatisticsQuery) -> Conditions:
    found = [
        Demand.published_at >= asked.since,
        Demand.published_at < asked.until,
        *of_record(asked, Demand),
    ]
    return found if asked.everything else [*found, own_rows(Demand, asked.principal)]


def funnel(asked: StatisticsQuery, group_by: str | None) -> Select[Any]:
    """(key, furthest step, count) of the demands published in the period."""
    rows = (
        select(key_of_demand(group_by).label("key"), furthest(asked.threshold).label("step"))
        .where(*_cohort(asked))
        .subquery()
    )
    return select(rows.c.key, rows.c.step, func.count()).group_by(rows.c.key, rows.c.step)


def funnel_rows(
    asked: StatisticsQuery, step: FunnelStep, *, group_by: str | None, key: str | None
) -> Select[Any]:
    """Of one step and those beyond it."""
    query = select(Demand).where(*_cohort(asked), furthest(asked.threshold) >= int(step))
    if group_by is not None and key is not None:
        query = query.where(key_of_demand(group_by) == key)
    return visible(query, Demand, asked.principal)


def ended_rows(asked: StatisticsQuery, reason: str | None = None) -> Select[Any]:
    """Engagements on the cohort's demands that ended."""
    query = (
        select(Engagement)
        .join(Demand, Demand.id == Engagement.demand_id)
        .where(*_cohort(asked), Engagement.stage == Stage.ENDED)
    )
    if not asked.everything:
        query = query.where(engagement_access.visible_rows(asked.principal))
    return query if reason is None else query.where(Engagement.ended_reason == reason)


def ended(asked: StatisticsQuery) -> Select[Any]:
    """(reason, count)."""
    rows = ended_rows(asked).subquery()
    return select(rows.c.ended_reason, func.count()).group_by(rows.c.ended_reason)


# gaps


class GapPart(IntEnum):
    """What a line of the gaps counts: demands first, achievements from `ACHIEVEMENTS` on."""

    DEMANDS = 0
    WITH_GOOD = 1
    WITHOUT_GOOD = 2
    TOO_IMMATURE = 3
    ACHIEVEMENTS = 4
    UNWANTED = 5
    GOOD_ACHIEVEMENTS = 6


def _published(asked: StatisticsQuery, model: type[Demand] | type[Achievement]) -> Conditions:
    """Published now; in the period."""
    found: Conditions = [
        model.state == RecordState.PUBLISHED.value,
        model.published_at >= asked.since,
        model.published_at < asked.until,
        *of_record(asked, model),
    ]
    return found if asked.everything else [*found, own_rows(model, asked.principal)]


def _maturities() -> Subquery:
    """(field, TRL) of each published achievement."""
    return (
        select(main_field(Achievement.fields).label("key"), Achievement.trl.label("trl"))
        .where(Achievement.state == RecordState.PUBLISHED, Achievement.trl.is_not(None))
        .subquery()
    )


def _too_immature(threshold: float) -> ColumnElement[bool]:
    """No good achievement, and none of the field is as mature as the demand asks."""
    known = _maturities()
    best = select(known.c.key, func.max(known.c.trl).label("trl")).group_by(known.c.key).subquery()
    wanted = select(best.c.key).where(best.c.trl >= Demand.min_trl, best.c.key == main_field(Demand.fields))
    there = Demand.min_trl.is_not(None)
    return there & ~exists(wanted.correlate(Demand)) & ~good_pair(Demand, threshold)


def demand_gaps(asked: StatisticsQuery) -> Select[Any]:
    """(field, demands, with a good pair, without one because all are too immature)."""
    good, immature = good_pair(Demand, asked.threshold), _too_immature(asked.threshold)
    rows = (
        select(
            main_field(Demand.fields).label("key"),
            case((good, 1), else_=0).label("good"),
            case((immature, 1), else_=0).label("immature"),
        )
        .where(*_published(asked, Demand))
        .subquery()
    )
    return select(rows.c.key, func.count(), func.sum(rows.c.good), func.sum(rows.c.immature)).group_by(
        rows.c.key
    )


def achievement_gaps(asked: StatisticsQuery) -> Select[Any]:
    """(field, achievements, those that no demand wants)."""
    wanted = good_pair(Achievement, asked.threshold)
    rows = (
        select(main_field(Achievement.fields).label("key"), case((wanted, 0), else_=1).label("unwanted"))
        .where(*_published(asked, Achievement))
        .subquery()
    )
    return select(rows.c.key, func.count(), func.sum(rows.c.unwanted)).group_by(rows.c.key)


def good_achievements(asked: StatisticsQuery) -> Select[Any]:
    """(field of the demand, different achievements that are good for one of its demands)."""
    rows = (
        select(main_field(Demand.fields).label("key"), Pair.achievement_id)
        .join(Pair, Pair.demand_id == Demand.id)
        .join(Achievement, Achievement.id == Pair.achievement_id)
        .where(
            *_published(asked, Demand),
            Pair.score >= asked.threshold,
            Achievement.state == RecordState.PUBLISHED,
        )
        .distinct()
        .subquery()
    )
    return select(rows.c.key, func.count()).group_by(rows.c.key)


def gap_rows(asked: StatisticsQuery, part: GapPart, key: str) -> Select[Any]:
    """Demands or achievements, as `part` says."""
    if part is GapPart.GOOD_ACHIEVEMENTS:
        pairs = (
            select(Pair.achievement_id)
            .join(Demand, Demand.id == Pair.demand_id)
            .where(
                *_published(asked, Demand), main_field(Demand.fields) == key, Pair.score >= asked.threshold
            )
        )
        good = select(Achievement).where(
            Achievement.id.in_(pairs), Achievement.state == RecordState.PUBLISHED
        )
        return visible(good, Achievement, asked.principal)
    if part >= GapPart.ACHIEVEMENTS:
        there = select(Achievement).where(
            *_published(asked, Achievement), main_field(Achievement.fields) == key
        )
        if part is GapPart.UNWANTED:
            there = there.where(~good_pair(Achievement, asked.threshold))
        return visible(there, Achievement, asked.principal)
    query = select(Demand).where(*_published(asked, Demand), main_field(Demand.fields) == key)
    matched = good_pair(Demand, asked.threshold)
    match part:
        case GapPart.WITH_GOOD:
            query = query.where(matched)
        case GapPart.WITHOUT_GOOD:
            query = query.where(~matched)
        case GapPart.TOO_IMMATURE:
            query = query.where(_too_immature(asked.threshold))
    return visible(query, Demand, asked.principal)
