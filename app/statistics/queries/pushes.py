"""Queries over pushes, counted by attempt: each time a pair was pushed to a manager.

Figures count the query of their rows, so the two always agree.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.access.principal import Principal
from app.accounts.models import Role
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.notifications.models import Delivery
from app.pushes.models import PENDING, Push, PushAttempt, PushState
from app.pushes.queries import visible as visible_pushes
from app.statistics.queries.demands import record_conditions
from app.statistics.queries.engagements import distribution
from app.statistics.query import StatisticsQuery
from app.statistics.sql_functions import NONE, local_day, seconds_between


class Outcome(StrEnum):
    """The outcome of an attempt: answered, pending, expired, or cancelled by the service."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WAITING = "waiting"
    UNANSWERED = "unanswered"
    CANCELLED = "cancelled"


_IS_CURRENT = PushAttempt.round == Push.round
_READ = or_(PushAttempt.outcome.is_not(None), and_(_IS_CURRENT, Push.read_at.is_not(None)))
"""Reading is stored only for the current attempt, so earlier unanswered attempts count as unread."""

_OUTCOME: Any = case(
    (PushAttempt.outcome.is_not(None), PushAttempt.outcome),
    (and_(_IS_CURRENT, Push.state.in_(PENDING)), Outcome.WAITING.value),
    (and_(_IS_CURRENT, Push.state == PushState.CANCELLED), Outcome.CANCELLED.value),
    else_=Outcome.UNANSWERED.value,
)


def attempt_rows(
    criteria: StatisticsQuery,
    *,
    outcome: Outcome | None = None,
    read: bool | None = None,
    reason: str | None = None,
    manager_id: UUID | None = None,
    band: int | None = None,
) -> Select[Any]:
    """Attempts begun in the period; `band`: answered ones whose pair had a score in this tenth, 0–9."""
    query = (
        select(PushAttempt)
        .join(Push, Push.id == PushAttempt.push_id)
        .join(Demand, Demand.id == Push.demand_id)
        .where(
            PushAttempt.pushed_at >= criteria.since,
            PushAttempt.pushed_at < criteria.until,
            *record_conditions(criteria, Demand),
        )
    )
    if not criteria.includes_all:
        own_pushes = visible_pushes(select(Push), criteria.principal).with_only_columns(Push.id)
        query = query.where(Push.id.in_(own_pushes))
    if outcome is not None:
        query = query.where(outcome.value == _OUTCOME)
    if read is not None:
        query = query.where(_READ if read else ~_READ)
    if reason is not None:
        query = query.where(
            Outcome.DECLINED.value == _OUTCOME, func.coalesce(PushAttempt.reason, NONE) == reason
        )
    if band is not None:
        query = query.where(PushAttempt.outcome.is_not(None), Push.pair_score >= band / 10)
        if band < 9:
            query = query.where(Push.pair_score < (band + 1) / 10)
    return query if manager_id is None else query.where(PushAttempt.manager_id == manager_id)


def outcomes(attempt_ids: Collection[UUID]) -> Select[UUID, str]:
    """(attempt id, outcome)."""
    query = select(PushAttempt.id, _OUTCOME).join(Push, Push.id == PushAttempt.push_id)
    return query.where(PushAttempt.id.in_(attempt_ids))


def responses(criteria: StatisticsQuery, *, by_day: bool) -> Select[Any]:
    """(day in Jinan time or `none`, outcome, number of read attempts, count)."""
    key = local_day(PushAttempt.pushed_at) if by_day else cast(NONE, String)
    rows = (
        attempt_rows(criteria)
        .with_only_columns(
            key.label("key"), _OUTCOME.label("outcome"), case((_READ, 1), else_=0).label("read")
        )
        .subquery()
    )
    return select(rows.c.key, rows.c.outcome, func.sum(rows.c.read), func.count()).group_by(
        rows.c.key, rows.c.outcome
    )


def reasons(criteria: StatisticsQuery) -> Select[Any]:
    """(reason, count) of the declined attempts."""
    rows = (
        attempt_rows(criteria, outcome=Outcome.DECLINED)
        .with_only_columns(func.coalesce(PushAttempt.reason, NONE).label("reason"))
        .subquery()
    )
    return select(rows.c.reason, func.count()).group_by(rows.c.reason)


def _answered(query: Select[Any], key: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Select[Any]:
    rows = (
        query.where(PushAttempt.answered_at.is_not(None), PushAttempt.outcome.is_not(None))
        .with_only_columns(
            key.label("key"), seconds_between(PushAttempt.pushed_at, PushAttempt.answered_at).label("seconds")
        )
        .subquery()
    )
    return distribution(rows)


def answer_times(criteria: StatisticsQuery) -> Select[Any]:
    """`distribution` of the seconds from push to answer, under one key."""
    return _answered(attempt_rows(criteria), cast(NONE, String))


def delivery_rows(
    criteria: StatisticsQuery, *, channel: str | None = None, states: Collection[str] = ()
) -> Select[Any]:
    query = select(Delivery).where(
        Delivery.created_at >= criteria.since, Delivery.created_at < criteria.until
    )
    if channel is not None:
        query = query.where(Delivery.channel == channel)
    return query.where(Delivery.state.in_(states)) if states else query


def deliveries(criteria: StatisticsQuery) -> Select[Any]:
    """(channel, state, count)."""
    rows = delivery_rows(criteria).subquery()
    return select(rows.c.channel, rows.c.state, func.count()).group_by(rows.c.channel, rows.c.state)


# managers


def visible_managers(principal: Principal) -> ColumnElement[bool]:
    """Condition: the principal may see the manager's activity. Managers see their own, institutions their staff's."""
    if principal.sees_everything:
        return true()
    if principal.manager_id is not None:
        return Manager.id == principal.manager_id
    employs = principal.role is Role.INSTITUTION or (
        principal.role is Role.MANAGER and principal.api_key_id is not None
    )
    if employs and principal.organisation_id is not None:
        return Manager.owner_org_id == principal.organisation_id
    return false()


def managers(principal: Principal, manager_id: UUID | None = None) -> Select[Any]:
    query = select(Manager).where(visible_managers(principal))
    return query if manager_id is None else query.where(Manager.id == manager_id)


def responses_of_managers(criteria: StatisticsQuery, manager_ids: list[UUID]) -> Select[Any]:
    """(manager, outcome, number of read attempts, count)."""
    rows = (
        attempt_rows(criteria)
        .where(PushAttempt.manager_id.in_(manager_ids))
        .with_only_columns(
            PushAttempt.manager_id, _OUTCOME.label("outcome"), case((_READ, 1), else_=0).label("read")
        )
        .subquery()
    )
    return select(rows.c.manager_id, rows.c.outcome, func.sum(rows.c.read), func.count()).group_by(
        rows.c.manager_id, rows.c.outcome
    )


def answer_times_of_managers(criteria: StatisticsQuery, manager_ids: list[UUID]) -> Select[Any]:
    """`distribution` of the seconds from push to answer, by manager."""
    query = attempt_rows(criteria).where(PushAttempt.manager_id.in_(manager_ids))
    return _answered(query, PushAttempt.manager_id)
