"""Figures over pushes, counted by rounds: each time a pair came to a manager. Figure and rows share one select."""

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
from app.statistics.queries.demands import of_record
from app.statistics.queries.engagements import spread
from app.statistics.query import StatisticsQuery
from app.statistics.sql_functions import NONE, local_day, seconds_between


class Outcome(StrEnum):
    """What became of a round: answered, still waiting, run out, or taken back by the service."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WAITING = "waiting"
    UNANSWERED = "unanswered"
    CANCELLED = "cancelled"


_PRESENT = PushAttempt.round == Push.round
_READ = or_(PushAttempt.outcome.is_not(None), and_(_PRESENT, Push.read_at.is_not(None)))
"""Of an earlier round that was not answered nobody remembers whether it was read: it counts as unread."""

_OUTCOME: Any = case(
    (PushAttempt.outcome.is_not(None), PushAttempt.outcome),
    (and_(_PRESENT, Push.state.in_(PENDING)), Outcome.WAITING.value),
    (and_(_PRESENT, Push.state == PushState.CANCELLED), Outcome.CANCELLED.value),
    else_=Outcome.UNANSWERED.value,
)


def round_rows(
    asked: StatisticsQuery,
    *,
    outcome: Outcome | None = None,
    read: bool | None = None,
    reason: str | None = None,
    manager_id: UUID | None = None,
) -> Select[Any]:
    """Rounds begun in the period."""
    query = (
        select(PushAttempt)
        .join(Push, Push.id == PushAttempt.push_id)
        .join(Demand, Demand.id == Push.demand_id)
        .where(
            PushAttempt.pushed_at >= asked.since,
            PushAttempt.pushed_at < asked.until,
            *of_record(asked, Demand),
        )
    )
    if not asked.everything:
        mine = visible_pushes(select(Push), asked.principal).with_only_columns(Push.id)
        query = query.where(Push.id.in_(mine))
    if outcome is not None:
        query = query.where(outcome.value == _OUTCOME)
    if read is not None:
        query = query.where(_READ if read else ~_READ)
    if reason is not None:
        query = query.where(
            Outcome.DECLINED.value == _OUTCOME, func.coalesce(PushAttempt.reason, NONE) == reason
        )
    return query if manager_id is None else query.where(PushAttempt.manager_id == manager_id)


def outcomes(round_ids: Collection[UUID]) -> Select[UUID, str]:
    """(round, outcome)."""
    query = select(PushAttempt.id, _OUTCOME).join(Push, Push.id == PushAttempt.push_id)
    return query.where(PushAttempt.id.in_(round_ids))


def responses(asked: StatisticsQuery, *, by_day: bool) -> Select[Any]:
    """(day in Jinan or `none`, outcome, read or not, count)."""
    key = local_day(PushAttempt.pushed_at) if by_day else cast(NONE, String)
    rows = (
        round_rows(asked)
        .with_only_columns(
            key.label("key"), _OUTCOME.label("outcome"), case((_READ, 1), else_=0).label("read")
        )
        .subquery()
    )
    return select(rows.c.key, rows.c.outcome, func.sum(rows.c.read), func.count()).group_by(
        rows.c.key, rows.c.outcome
    )


def reasons(asked: StatisticsQuery) -> Select[Any]:
    """(reason, count) of the declined."""
    rows = (
        round_rows(asked, outcome=Outcome.DECLINED)
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
    return spread(rows)


def answer_times(asked: StatisticsQuery) -> Select[Any]:
    """`spread` of the seconds from push to answer, under one key."""
    return _answered(round_rows(asked), cast(NONE, String))


def delivery_rows(
    asked: StatisticsQuery, *, channel: str | None = None, states: Collection[str] = ()
) -> Select[Any]:
    query = select(Delivery).where(Delivery.created_at >= asked.since, Delivery.created_at < asked.until)
    if channel is not None:
        query = query.where(Delivery.channel == channel)
    return query.where(Delivery.state.in_(states)) if states else query


def deliveries(asked: StatisticsQuery) -> Select[Any]:
    """(channel, state, count)."""
    rows = delivery_rows(asked).subquery()
    return select(rows.c.channel, rows.c.state, func.count()).group_by(rows.c.channel, rows.c.state)


# managers


def known_managers(principal: Principal) -> ColumnElement[bool]:
    """Whose activity the principal may see: a manager his own, an institution that of its staff."""
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
    query = select(Manager).where(known_managers(principal))
    return query if manager_id is None else query.where(Manager.id == manager_id)


def responses_of_managers(asked: StatisticsQuery, manager_ids: list[UUID]) -> Select[Any]:
    """(manager, outcome, read, count)."""
    rows = (
        round_rows(asked)
        .where(PushAttempt.manager_id.in_(manager_ids))
        .with_only_columns(
            PushAttempt.manager_id, _OUTCOME.label("outcome"), case((_READ, 1), else_=0).label("read")
        )
        .subquery()
    )
    return select(rows.c.manager_id, rows.c.outcome, func.sum(rows.c.read), func.count()).group_by(
        rows.c.manager_id, rows.c.outcome
    )


def answer_times_of_managers(asked: StatisticsQuery, manager_ids: list[UUID]) -> Select[Any]:
    """`spread` of the seconds from push to answer, by manager."""
    query = round_rows(asked).where(PushAttempt.manager_id.in_(manager_ids))
    return _answered(query, PushAttempt.manager_id)
