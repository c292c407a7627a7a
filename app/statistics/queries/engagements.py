"""Queries over engagements. Figures count the query of their rows, so the two always agree."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, case, func, select

from app.engagements import access as engagement_access
from app.engagements.models import OPEN_STAGES, Engagement, StageMove
from app.libraries.demands.models import Demand
from app.statistics.queries.demands import record_conditions
from app.statistics.query import StatisticsQuery
from app.statistics.sql_functions import seconds_between

# time in each stage


def stays_of(engagement_ids: Collection[UUID] | None = None) -> Subquery:
    """(id, left_at) of each stay in a stage, of all engagements or of the given ones.

    The id is that of the stage change that began the stay; `left_at` is the time of the next one, null while the stay
    is ongoing.
    """
    next_moved_at = func.lead(StageMove.moved_at, type_=StageMove.moved_at.type).over(
        partition_by=StageMove.engagement_id, order_by=(StageMove.moved_at, StageMove.id)
    )
    query = select(StageMove.id, next_moved_at.label("left_at"))
    if engagement_ids is not None:
        query = query.where(StageMove.engagement_id.in_(engagement_ids))
    return query.subquery("visits")


def stage_rows(
    criteria: StatisticsQuery, *, stage: str | None = None, left: bool | None = None
) -> Select[Any]:
    """Stays that began in the period; `left` filters finished or ongoing stays."""
    stays = stays_of()
    query = (
        select(StageMove, stays.c.left_at)
        .join(stays, stays.c.id == StageMove.id)
        .join(Engagement, Engagement.id == StageMove.engagement_id)
        .join(Demand, Demand.id == Engagement.demand_id)
        .where(
            StageMove.to_stage.in_(OPEN_STAGES),
            StageMove.moved_at >= criteria.since,
            StageMove.moved_at < criteria.until,
            *record_conditions(criteria, Demand),
        )
    )
    if not criteria.includes_all:  # participants see the history only after they consent
        own_engagements = engagement_access.participated_in(criteria.principal, consented=True)
        query = query.where(Engagement.id.in_(own_engagements))
    if stage is not None:
        query = query.where(StageMove.to_stage == stage)
    if left is not None:
        query = query.where(stays.c.left_at.is_not(None) if left else stays.c.left_at.is_(None))
    return query


def distribution(values: Subquery) -> Select[Any]:
    """(key, count, mean, lower median, upper median, 90th percentile by nearest rank) of `seconds`, by `key`."""
    ranked = select(
        values.c.key,
        values.c.seconds,
        func.row_number().over(partition_by=values.c.key, order_by=values.c.seconds).label("rank"),
        func.count().over(partition_by=values.c.key).label("total"),
    ).subquery()
    rank, total = ranked.c.rank, ranked.c.total

    def at(position: ColumnElement[int]) -> ColumnElement[int]:
        return func.max(case((rank == position, ranked.c.seconds)))

    return select(
        ranked.c.key,
        func.count(),
        func.avg(ranked.c.seconds),
        at((total + 1) // 2),
        at(total // 2 + 1),
        at((total * 9 + 9) // 10),
    ).group_by(ranked.c.key)


def stage_times(criteria: StatisticsQuery) -> Select[Any]:
    """`distribution` of the finished stays, by stage."""
    rows = stage_rows(criteria, left=True).subquery()
    return distribution(
        select(
            rows.c.to_stage.label("key"), seconds_between(rows.c.moved_at, rows.c.left_at).label("seconds")
        ).subquery()
    )


def open_stages(criteria: StatisticsQuery) -> Select[Any]:
    """(stage, count) of the ongoing stays."""
    rows = stage_rows(criteria, left=False).subquery()
    return select(rows.c.to_stage, func.count()).group_by(rows.c.to_stage)


# managers


def engagements_of_managers(criteria: StatisticsQuery, manager_ids: list[UUID]) -> Select[Any]:
    """(lead, stage, count) of the engagements opened in the period."""
    rows = (
        engagement_rows(criteria)
        .with_only_columns(Engagement.manager_id, Engagement.stage)
        .where(Engagement.manager_id.in_(manager_ids))
        .subquery()
    )
    return select(rows.c.manager_id, rows.c.stage, func.count()).group_by(rows.c.manager_id, rows.c.stage)


def engagement_rows(
    criteria: StatisticsQuery, *, manager_id: UUID | None = None, stages: tuple[str, ...] = ()
) -> Select[Any]:
    """Engagements opened in the period; `manager_id` is the lead's."""
    query = (
        select(Engagement)
        .join(Demand, Demand.id == Engagement.demand_id)
        .where(
            Engagement.opened_at >= criteria.since,
            Engagement.opened_at < criteria.until,
            *record_conditions(criteria, Demand),
        )
    )
    if not criteria.includes_all:
        query = query.where(engagement_access.visible_rows(criteria.principal))
    if manager_id is not None:
        query = query.where(Engagement.manager_id == manager_id)
    return query.where(Engagement.stage.in_(stages)) if stages else query
