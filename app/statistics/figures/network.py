"""Figures for the bureau alone: who works in which field for which district, trust in scores, and load."""

from collections import Counter
from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.database import by_id
from app.engagements.lifecycle.workload import open_engagement_counts
from app.engagements.models import Engagement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState
from app.pushes.eligibility.history import pending_by_manager
from app.pushes.models import Push, PushAttempt
from app.statistics.common import head, labelled, share
from app.statistics.queries.demands import in_region, record_conditions
from app.statistics.query import StatisticsQuery, require_operator
from app.statistics.schemas import (
    LoadLine,
    LoadRead,
    NetworkEdge,
    NetworkNode,
    NetworkRead,
    ReliabilityRead,
    ScoreBandLine,
)
from app.statistics.sql_functions import NONE, main_field

_MOST_MANAGERS = 60
"""Managers in the network, those with the most engagements; with more a picture is unreadable."""
_MOST_LOADED = 200
_BANDS = 10


def network(session: Session, criteria: StatisticsQuery) -> NetworkRead:
    """Fields and districts of demands, joined by the managers who lead engagements about them in the period.

    Raises:
        Forbidden: the reader is no operator.
    """
    require_operator(criteria)
    # PostgreSQL does not see that an expression with parameters is the same in both places.
    led = (
        select(Engagement.manager_id, main_field(Demand.fields).label("field"), Demand.region)
        .join(Demand, Demand.id == Engagement.demand_id)
        .where(
            Engagement.opened_at >= criteria.since,
            Engagement.opened_at < criteria.until,
            *record_conditions(criteria, Demand),
        )
        .subquery()
    )
    grouped = led.c.manager_id, led.c.field, led.c.region
    rows = session.execute(select(*grouped, func.count()).group_by(*grouped)).all()
    kept = _busiest((manager_id, count) for manager_id, _field, _region, count in rows)
    edges: Counter[tuple[str, str]] = Counter()
    weights: Counter[str] = Counter()
    for manager_id, field, region, count in rows:
        if manager_id not in kept:
            continue
        manager = f"manager:{manager_id}"
        weights[manager] += count
        for source in (f"field:{field}", f"district:{region or NONE}"):
            edges[source, manager] += count
            weights[source] += count
    return NetworkRead(
        **head(criteria),
        nodes=list(_nodes(session, weights)),
        edges=[
            NetworkEdge(source=source, target=target, weight=weight)
            for (source, target), weight in sorted(edges.items(), key=lambda item: (-item[1], item[0]))
        ],
    )


def _busiest(engagements: Iterable[tuple[UUID, int]]) -> set[UUID]:
    """The managers with the most engagements, at most `_MOST_MANAGERS`."""
    of_manager: Counter[UUID] = Counter()
    for manager_id, count in engagements:
        of_manager[manager_id] += count
    ordered = sorted(of_manager.items(), key=lambda item: (-item[1], item[0]))
    return {manager_id for manager_id, _count in ordered[:_MOST_MANAGERS]}


def _nodes(session: Session, weights: Counter[str]) -> Iterator[NetworkNode]:
    split = [(key, *key.partition(":")[::2]) for key in weights]
    managers = by_id(session, Manager, [UUID(code) for _key, kind, code in split if kind == "manager"])
    for key, kind, code in sorted(split, key=lambda item: (item[1], -weights[item[0]], item[0])):
        if kind == "manager":
            one = managers[UUID(code)]
            names = {"label_zh": one.title, "label_en": one.title, "number": one.number}
        else:
            known = labelled("hightech_fields" if kind == "field" else "regions", code)
            names = {"label_zh": known["label_zh"], "label_en": known["label_en"]}
        yield NetworkNode(key=key, kind=kind, weight=weights[key], **names)


def reliability(session: Session, criteria: StatisticsQuery) -> ReliabilityRead:
    """Whether managers accept more of what scores higher: answers by bands of 0.1 of the pair's score.

    Raises:
        Forbidden: the reader is no operator.
    """
    require_operator(criteria)
    rows = session.execute(
        select(Push.pair_score, PushAttempt.outcome)
        .join(Push, Push.id == PushAttempt.push_id)
        .join(Demand, Demand.id == Push.demand_id)
        .where(
            PushAttempt.outcome.is_not(None),
            PushAttempt.pushed_at >= criteria.since,
            PushAttempt.pushed_at < criteria.until,
            *record_conditions(criteria, Demand),
        )
    )
    scores: dict[int, list[float]] = {}
    accepted: Counter[int] = Counter()
    for score, outcome in rows:
        band = min(int(score * _BANDS), _BANDS - 1)
        scores.setdefault(band, []).append(score)
        accepted[band] += outcome == "accepted"
    bands = []
    for band in sorted(scores):
        name = f"{band / _BANDS:.1f}–{(band + 1) / _BANDS:.1f}"
        bands.append(
            ScoreBandLine(
                key=str(band),
                label_zh=name,
                label_en=name,
                answered=len(scores[band]),
                accepted=accepted[band],
                mean_score=round(sum(scores[band]) / len(scores[band]), 4),
                accepted_share=share(accepted[band], len(scores[band])),
            )
        )
    return ReliabilityRead(**head(criteria), bands=bands)


def loads(session: Session, criteria: StatisticsQuery) -> LoadRead:
    """What occupies published managers now, the fullest first; field and region are those of the managers.

    Raises:
        Forbidden: the reader is no operator.
    """
    require_operator(criteria)
    managers = session.scalars(
        select(Manager).where(Manager.state == RecordState.PUBLISHED, *_of_managers(criteria))
    ).all()
    ids = [manager.id for manager in managers]
    open_, pending = open_engagement_counts(session, ids), pending_by_manager(session, ids)
    lines = [
        LoadLine(
            key=str(manager.id),
            label_zh=manager.title,
            label_en=manager.title,
            number=manager.number,
            capacity=manager.capacity,
            open=open_.get(manager.id, 0),
            pending=pending[manager.id],
            used=share(open_.get(manager.id, 0), manager.capacity),
        )
        for manager in managers
    ]
    lines.sort(key=lambda line: (-(line.used or 0), -line.pending, line.number))
    return LoadRead(**head(criteria), managers=lines[:_MOST_LOADED])


def _of_managers(criteria: StatisticsQuery) -> Iterator[ColumnElement[bool]]:
    if criteria.field is not None:
        yield main_field(Manager.fields) == criteria.field
    if criteria.region is not None:
        yield in_region(Manager.region, criteria.region)
