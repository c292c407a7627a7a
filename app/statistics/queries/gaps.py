"""Queries of gaps: demands without a good match, and achievements that could answer them."""

from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, exists, func, select

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordState
from app.libraries.visibility.rows import own_rows, visible
from app.matching.models import Pair
from app.statistics.queries.demands import Conditions, has_good_pair, record_conditions
from app.statistics.query import StatisticsQuery
from app.statistics.sql_functions import main_field


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
