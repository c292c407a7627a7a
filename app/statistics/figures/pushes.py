"""Figures of answers to pushes and of managers' activity, reduced to what the reader may see."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from app.notifications.models import UNFINISHED, DeliveryState
from app.statistics.common import count_by_key, head, hours, labelled
from app.statistics.figures.demands import reason_lines
from app.statistics.queries import pushes as push_queries
from app.statistics.queries.pushes import Outcome
from app.statistics.query import StatisticsQuery, operators_only
from app.statistics.schemas import ChannelLine, PushesRead, ResponseLine
from app.statistics.small_cell_suppression import is_small, suppressed_parts
from app.statistics.sql_functions import NONE

_OUTCOMES = tuple(outcome.value for outcome in Outcome)


class PushGroup(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


Counts = Counter[str]
"""Counts by outcome, and of `read`."""


def pushes(session: Session, criteria: StatisticsQuery, group_by: PushGroup | None) -> PushesRead:
    """
    Raises:
        Forbidden: only operators may see groups of the whole city.
    """
    if group_by is not None:
        operators_only(criteria, "分组推送反馈", "Response to pushes by groups")
    by_day: defaultdict[str, Counts] = defaultdict(Counter)
    query = push_queries.responses(criteria, by_day=group_by is not None)
    for key, outcome, read, count in session.execute(query):
        by_day[key] += Counter({outcome: count, "read": int(read)})
    total: Counts = sum(by_day.values(), Counter())
    hidden = _suppressed(total, criteria.min_cell) if criteria.suppresses else frozenset[str]()
    times = list(session.execute(push_queries.answer_times(criteria)))
    _, answered, _, low, high, p90 = times[0] if times else (NONE, 0, 0, 0, 0, 0)
    has_times = answered > 0 and not (criteria.suppresses and is_small(answered, criteria.min_cell))
    return PushesRead(
        **head(criteria),
        group_by=group_by,
        total=ResponseLine(
            **_total_labels(), **_response(total, hidden), hidden=bool(hidden), rows=_links(criteria)
        ),
        groups=_groups(criteria, group_by, by_day) if group_by is not None else [],
        reasons=[] if "declined" in hidden else _reasons(session, criteria),
        channels=_channels(session, criteria) if criteria.principal.sees_everything else [],
        median_answer_hours=hours((low + high) / 2) if has_times else None,
        p90_answer_hours=hours(p90) if has_times else None,
    )


def _total_labels() -> dict[str, str]:
    return {"key": "total", "label_zh": "合计", "label_en": "Total"}


def _response(counts: Counts, hidden: frozenset[str]) -> dict[str, int | None]:
    values = {"got": sum(counts[name] for name in _OUTCOMES)}
    values |= {name: counts[name] for name in ("read", *_OUTCOMES)}
    return {name: None if name in hidden else value for name, value in values.items()}


def _suppressed(counts: Counts, min_cell: int) -> frozenset[str]:
    """The counts to suppress. The outcomes are parts of `got`.

    `read` is suppressed if it is small, or if the unread or the read but unanswered pushes are few.
    """
    outcomes = {name: counts[name] for name in _OUTCOMES}
    got = sum(outcomes.values())
    parts = suppressed_parts(outcomes, min_cell)
    if parts is None:
        return frozenset({"got", "read", *(name for name, count in outcomes.items() if count)})
    answered = counts["accepted"] + counts["declined"]
    read = counts["read"]
    if any(is_small(count, min_cell) for count in (read, got - read, read - answered)):
        return parts | {"read"}
    return parts


def _links(criteria: StatisticsQuery, **filters: str) -> dict[str, str]:
    cells: dict[str, dict[str, str]] = {"got": {}, "read": {"read": "true"}}
    cells |= {name: {"outcome": name} for name in _OUTCOMES}
    links = {name: criteria.rows("pushes", **filters, **parameters) for name, parameters in cells.items()}
    return {name: link for name, link in links.items() if link is not None}


def _groups(
    criteria: StatisticsQuery, group_by: PushGroup, by_day: Mapping[str, Counts]
) -> list[ResponseLine]:
    groups: defaultdict[tuple[date, date], Counts] = defaultdict(Counter)
    for day, counts in by_day.items():
        groups[_group_period(criteria, group_by, date.fromisoformat(day))] += counts
    return [
        ResponseLine(
            **labelled(None, first.isoformat()[:7] if group_by is PushGroup.MONTH else first.isoformat()),
            **_response(groups[first, last], frozenset()),
            rows=_links(replace(criteria, first=first, last=last)),
        )
        for first, last in sorted(groups)
    ]


def _group_period(criteria: StatisticsQuery, group_by: PushGroup, day: date) -> tuple[date, date]:
    """First and last day of the day's group within the period; weeks begin on Monday."""
    first = last = day
    if group_by is PushGroup.WEEK:
        first = day - timedelta(days=day.weekday())
        last = first + timedelta(days=6)
    elif group_by is PushGroup.MONTH:
        first = day.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return max(first, criteria.first), min(last, criteria.last)


def _reasons(session: Session, criteria: StatisticsQuery) -> list[Any]:
    counts: dict[str, int] = count_by_key(session, push_queries.reasons(criteria))
    rows = {reason: criteria.rows("pushes", reason=reason) for reason in counts}
    return reason_lines(criteria, counts, vocabulary_name="decline_reasons", rows=rows)


_DELIVERY_PARTS: Mapping[str, tuple[DeliveryState, ...]] = {
    "total": tuple(DeliveryState),
    "delivered": (DeliveryState.DELIVERED,),
    "undelivered": (DeliveryState.DEAD, DeliveryState.DROPPED),
    "under_way": UNFINISHED,
}


_CHANNELS = {
    "mail": ("邮箱", "Mail"),
    "wecom": ("企业微信机器人", "WeCom robot"),
    "dingtalk": ("钉钉机器人", "DingTalk robot"),
    "feishu": ("飞书机器人", "Feishu robot"),
    "webhook": ("接收端点", "Webhook"),
}


def _channel_labels(channel: str) -> dict[str, str]:
    zh, en = _CHANNELS[channel]
    return {"key": channel, "label_zh": zh, "label_en": en}


def _channels(session: Session, criteria: StatisticsQuery) -> list[ChannelLine]:
    states_by_channel: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for channel, state, count in session.execute(push_queries.deliveries(criteria)):
        states_by_channel[channel][state] += count
    lines = []
    for channel, states in sorted(states_by_channel.items()):
        links = {
            name: criteria.rows("pushes/deliveries", channel=channel, state=part_states)
            for name, part_states in _DELIVERY_PARTS.items()
        }
        lines.append(
            ChannelLine(
                **_channel_labels(channel),
                **{
                    name: sum(states[state] for state in part_states)
                    for name, part_states in _DELIVERY_PARTS.items()
                },
                rows={name: link for name, link in links.items() if link is not None},
            )
        )
    return lines


# managers
