"""Response to pushes and activity of managers, with what the reader may see of them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.engagements.models import OPEN_STAGES, Stage
from app.engagements.shares.rule import split_amount
from app.libraries.managers.models import Manager
from app.notifications.models import UNFINISHED, DeliveryState
from app.statistics.common import counted, head, hours, named
from app.statistics.figures.demands import reason_lines
from app.statistics.queries import engagements
from app.statistics.queries import pushes as push_queries
from app.statistics.queries.pushes import Outcome
from app.statistics.query import Scope, StatisticsQuery, operators_only
from app.statistics.schemas import ChannelLine, ManagerLine, PushesRead, ResponseLine
from app.statistics.small_cell_suppression import hidden_parts, is_small
from app.statistics.sql_functions import NONE

_OUTCOMES = tuple(outcome.value for outcome in Outcome)


class PushGroup(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


Counts = Counter[str]
"""`read` and the outcomes."""


def pushes(session: Session, asked: StatisticsQuery, group_by: PushGroup | None) -> PushesRead:
    """
    Raises:
        Forbidden: groups of the whole city are the bureau's.
    """
    if group_by is not None:
        operators_only(asked, "分组推送反馈", "Response to pushes by groups")
    by_day: defaultdict[str, Counts] = defaultdict(Counter)
    query = push_queries.responses(asked, by_day=group_by is not None)
    for key, outcome, read, count in session.execute(query):
        by_day[key] += Counter({outcome: count, "read": int(read)})
    total: Counts = sum(by_day.values(), Counter())
    hidden = _hidden(total, asked.least) if asked.hides else frozenset[str]()
    times = list(session.execute(push_queries.answer_times(asked)))
    _, answered, _, low, high, p90 = times[0] if times else (NONE, 0, 0, 0, 0, 0)
    told = answered > 0 and not (asked.hides and is_small(answered, asked.least))
    return PushesRead(
        **head(asked),
        group_by=group_by,
        total=ResponseLine(
            **_named_total(), **_response(total, hidden), hidden=bool(hidden), rows=_links(asked)
        ),
        groups=_groups(asked, group_by, by_day) if group_by is not None else [],
        reasons=[] if "declined" in hidden else _reasons(session, asked),
        channels=_channels(session, asked) if asked.principal.sees_everything else [],
        median_answer_hours=hours((low + high) / 2) if told else None,
        p90_answer_hours=hours(p90) if told else None,
    )


def _named_total() -> dict[str, str]:
    return {"key": "total", "label_zh": "合计", "label_en": "Total"}


def _response(counts: Counts, hidden: frozenset[str]) -> dict[str, int | None]:
    values = {"got": sum(counts[name] for name in _OUTCOMES)}
    values |= {name: counts[name] for name in ("read", *_OUTCOMES)}
    return {name: None if name in hidden else value for name, value in values.items()}


def _hidden(counts: Counts, least: int) -> frozenset[str]:
    """The outcomes are parts of `got`; `read` is hidden where it, or what is left of it or beside it, is small."""
    outcomes = {name: counts[name] for name in _OUTCOMES}
    got = sum(outcomes.values())
    parts = hidden_parts(outcomes, least)
    if parts is None:
        return frozenset({"got", "read", *(name for name, count in outcomes.items() if count)})
    answered = counts["accepted"] + counts["declined"]
    read = counts["read"]
    if any(is_small(count, least) for count in (read, got - read, read - answered)):
        return parts | {"read"}
    return parts


def _links(asked: StatisticsQuery, **which: str) -> dict[str, str]:
    wanted: dict[str, dict[str, str]] = {"got": {}, "read": {"read": "true"}}
    wanted |= {name: {"outcome": name} for name in _OUTCOMES}
    links = {name: asked.rows("pushes", **which, **parameters) for name, parameters in wanted.items()}
    return {name: link for name, link in links.items() if link is not None}


def _groups(asked: StatisticsQuery, group_by: PushGroup, by_day: Mapping[str, Counts]) -> list[ResponseLine]:
    groups: defaultdict[tuple[date, date], Counts] = defaultdict(Counter)
    for day, counts in by_day.items():
        groups[_span(asked, group_by, date.fromisoformat(day))] += counts
    return [
        ResponseLine(
            **named(None, first.isoformat()[:7] if group_by is PushGroup.MONTH else first.isoformat()),
            **_response(groups[first, last], frozenset()),
            rows=_links(replace(asked, first=first, last=last)),
        )
        for first, last in sorted(groups)
    ]


def _span(asked: StatisticsQuery, group_by: PushGroup, day: date) -> tuple[date, date]:
    """The group's days that lie in the period; weeks begin on Monday."""
    first = last = day
    if group_by is PushGroup.WEEK:
        first = day - timedelta(days=day.weekday())
        last = first + timedelta(days=6)
    elif group_by is PushGroup.MONTH:
        first = day.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return max(first, asked.first), min(last, asked.last)


def _reasons(session: Session, asked: StatisticsQuery) -> list[Any]:
    counts: dict[str, int] = counted(session, push_queries.reasons(asked))
    rows = {reason: asked.rows("pushes", reason=reason) for reason in counts}
    return reason_lines(asked, counts, vocabulary_name="decline_reasons", rows=rows)


_DELIVERY_PARTS: Mapping[str, tuple[DeliveryState, ...]] = {
    "total": tuple(DeliveryState),
    "delivered": (DeliveryState.DELIVERED,),
    "undelivered": (DeliveryState.DEAD, DeliveryState.DROPPED),
    "under_way": UNFINISHED,
}


def _channels(session: Session, asked: StatisticsQuery) -> list[ChannelLine]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for channel, state, count in session.execute(push_queries.deliveries(asked)):
        found[channel][state] += count
    lines = []
    for channel, states in sorted(found.items()):
        links = {
            name: asked.rows("pushes/deliveries", channel=channel, state=wanted)
            for name, wanted in _DELIVERY_PARTS.items()
        }
        lines.append(
            ChannelLine(
                **named(None, channel),
                **{name: sum(states[state] for state in wanted) for name, wanted in _DELIVERY_PARTS.items()},
                rows={name: link for name, link in links.items() if link is not None},
            )
        )
    return lines


# managers


def counted_for(asked: StatisticsQuery) -> StatisticsQuery:
    """An institution sees its staff's numbers, which are not its own rows: no small ones, and no rows."""
    return replace(asked, scope=Scope.CITY) if asked.principal.role is Role.INSTITUTION else asked


def manager_lines(session: Session, asked: StatisticsQuery, managers: Sequence[Manager]) -> list[ManagerLine]:
    """In the order given; the number of queries does not grow with that of the managers."""
    counting = counted_for(asked)
    ids = [manager.id for manager in managers]
    responses: defaultdict[UUID, Counts] = defaultdict(Counter)
    for id_, outcome, read, count in session.execute(push_queries.responses_of_managers(counting, ids)):
        responses[id_] += Counter({outcome: count, "read": int(read)})
    times = {row[0]: row for row in session.execute(push_queries.answer_times_of_managers(counting, ids))}
    stages: defaultdict[UUID, Counts] = defaultdict(Counter)
    for id_, stage, count in session.execute(engagements.engagements_of_managers(counting, ids)):
        stages[id_][_PART_OF[stage]] += count
    amounts = _amounts(session, counting, ids)
    return [
        _manager_line(
            counting,
            manager,
            responses[manager.id],
            times.get(manager.id),
            stages[manager.id],
            amounts[manager.id],
        )
        for manager in managers
    ]


STAGES_OF: Mapping[str, tuple[str, ...]] = {
    "open": tuple(stage.value for stage in OPEN_STAGES if stage is not Stage.SIGNED),
    "signed": (Stage.SIGNED.value,),
    "landed": (Stage.LANDED.value,),
    "ended": (Stage.ENDED.value,),
}
"""How a manager's engagements are counted: open ones are those not yet signed."""

_PART_OF = {stage: part for part, stages in STAGES_OF.items() for stage in stages}


def _amounts(session: Session, asked: StatisticsQuery, ids: list[UUID]) -> dict[UUID, list[Decimal]]:
    """By manager his part of each contract, to 0.01 万元, as the contract itself tells it."""
    deals: dict[UUID, Decimal] = {}
    shares: defaultdict[UUID, dict[UUID, Decimal]] = defaultdict(dict)
    for contract_id, deal, manager_id, percent in session.execute(engagements.shares_of_managers(asked, ids)):
        deals[contract_id] = deal
        shares[contract_id][manager_id] = percent
    found: defaultdict[UUID, list[Decimal]] = defaultdict(list)
    for contract_id, deal in deals.items():
        for manager_id, amount in split_amount(deal, shares[contract_id]).items():
            found[manager_id].append(amount)
    return found


def _manager_line(
    asked: StatisticsQuery,
    manager: Manager,
    counts: Counts,
    times: Any,
    stages: Counts,
    amounts: list[Decimal],
) -> ManagerLine:
    hidden: frozenset[str] = frozenset()
    answered = 0 if times is None else times[1]
    told = answered > 0
    if asked.hides:
        hidden = _hidden(counts, asked.least)
        parts = hidden_parts({name: stages[name] for name in STAGES_OF}, asked.least)
        hidden |= {"engagements", *STAGES_OF} if parts is None else parts
        if is_small(len(amounts), asked.least):
            hidden |= {"contracts", "contract_amount_wan"}
        told = told and not is_small(answered, asked.least)
    values: dict[str, Any] = {name: stages[name] for name in STAGES_OF}
    values |= {
        "engagements": sum(stages.values()),
        "contracts": len(amounts),
        "contract_amount_wan": sum(amounts, Decimal("0.00")),
    }
    own = str(manager.id)
    links = _links(asked, manager_id=own)
    for name in ("engagements", *STAGES_OF):
        stage = {} if name == "engagements" else {"stage": name}
        links[name] = asked.rows("managers", manager_id=own, **stage) or ""
    links["contracts"] = asked.rows("contracts", part="standing", manager_id=own) or ""
    return ManagerLine(
        key=own,
        label_zh=manager.title,
        label_en=manager.title,
        number=manager.number,
        hidden=bool(hidden),
        **_response(counts, hidden),
        **{name: None if name in hidden else value for name, value in values.items()},
        median_answer_hours=hours((times[3] + times[4]) / 2) if told else None,
        rows={name: link for name, link in links.items() if link},
    )
