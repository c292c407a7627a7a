"""Training examples from impressions and judgements: features, value and weight, corrected for position bias."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.matching.feedback.labels import UNANSWERED, SignalValue, signal_table
from app.matching.feedback.models import Impression as Exposure
from app.matching.feedback.models import Judgement
from app.matching.ranking.features.catalogue import FEATURES
from app.matching.training.propensity import NO_BIAS, Propensities, ShownItem, estimate

Array = NDArray[np.float64]
PairKey = tuple[UUID, UUID]
"""Demand's id, achievement's id."""
_Seen = tuple[UUID, UUID, UUID]
"""Viewer's id, demand's id, achievement's id."""

PATIENCE = timedelta(days=14)
"""More recent impressions may still be answered, so a missing answer says nothing yet."""

NO_LIST = ""
"""The surface of a judgement without a recorded impression: its position is unknown."""


@dataclass(frozen=True, slots=True)
class Example:
    """One pair shown to one viewer.

    `value` (0–1): probability of relevance, from the viewer's actions. `weight`: number of plain answers that it counts
    as, including the position correction. `judged_features`: the features that it concerns, None for all. `features`:
    values by name; missing ones are neutral. `at`: first time shown or judged.
    """

    demand_id: UUID
    achievement_id: UUID
    viewer_id: UUID
    features: Mapping[str, float]
    value: float
    weight: float
    at: datetime
    answered: bool
    judged_features: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class TrainingExamples:
    """All examples of a period, oldest first, and the propensities behind their weights, by surface."""

    examples: tuple[Example, ...]
    propensities: Mapping[str, Propensities]
    judgements: int


@dataclass(slots=True)
class _Look:
    """One viewer's view of one pair: best position, and features of the newest list before the answer."""

    surface: str
    position: int
    features: Mapping[str, float]
    at: datetime


def collect_examples(
    session: Session, *, since: datetime | None = None, until: datetime, correct_bias: bool = True
) -> TrainingExamples:
    """All impressions and judgements of the period as examples.

    Without `correct_bias`, every item counts as examined; for comparisons only.
    """
    judged = _judgements(session, since, until)
    looks, answering = _looks(session, since, until, judged)
    heard = {
        key: look
        for key, look in looks.items()
        if key in judged or ((key[0], look.surface) in answering and look.at <= until - PATIENCE)
    }
    impressions: dict[str, list[ShownItem]] = defaultdict(list)
    for key, seen in heard.items():
        impressions[seen.surface].append(ShownItem(key[1:], seen.position, key in judged))
    propensities = {
        surface: estimate(shown) if correct_bias else NO_BIAS
        for surface, shown in sorted(impressions.items())
    }
    examples = [
        *_answered(judged, heard, propensities),
        *_unanswered(judged, heard, propensities),
    ]
    examples.sort(key=lambda one: (one.at, one.demand_id, one.achievement_id, one.viewer_id))
    return TrainingExamples(tuple(examples), propensities, sum(map(len, judged.values())))


def matrix(examples: Sequence[Example]) -> Array:
    """Rows of features in the order of FEATURES, relative to the neutral values."""
    return np.array(
        [
            [
                (feature.neutral if (value := example.features.get(feature.name)) is None else value)
                - feature.neutral
                for feature in FEATURES
            ]
            for example in examples
        ],
        dtype=float,
    ).reshape(len(examples), len(FEATURES))


def judged_features_mask(examples: Sequence[Example]) -> Array:
    """1 where an example concerns a feature, else 0."""
    return np.array(
        [
            [
                1.0 if example.judged_features is None or feature.name in example.judged_features else 0.0
                for feature in FEATURES
            ]
            for example in examples
        ]
    ).reshape(len(examples), len(FEATURES))


def _judgements(session: Session, since: datetime | None, until: datetime) -> dict[_Seen, list[Judgement]]:
    query = select(Judgement).where(Judgement.taken_back_at.is_(None), Judgement.judged_at < until)
    if since is not None:
        query = query.where(Judgement.judged_at >= since)
    judgements: dict[_Seen, list[Judgement]] = defaultdict(list)
    for row in session.scalars(query.order_by(Judgement.judged_at, Judgement.id)):
        judgements[row.actor_id, row.demand_id, row.achievement_id].append(row)
    return judgements


def _looks(
    session: Session,
    since: datetime | None,
    until: datetime,
    judged: Mapping[_Seen, Sequence[Judgement]],
) -> tuple[dict[_Seen, _Look], set[tuple[UUID, str]]]:
    """What each viewer saw of each pair before their answer; and the (viewer, surface) combinations with any answer.

    If a viewer never answered anything on a surface, their missing answers there say nothing.
    """
    query = select(Exposure).where(Exposure.shown_at < until)
    if since is not None:
        query = query.where(Exposure.shown_at >= since)
    looks: dict[_Seen, _Look] = {}
    active: set[tuple[UUID, str]] = set()
    rows = session.scalars(query.order_by(Exposure.shown_at, Exposure.id).execution_options(yield_per=200))
    for exposure in rows:
        for position, demand, achievement, _, *values in exposure.items:
            key = (exposure.viewer_id, UUID(demand), UUID(achievement))
            if key in judged:
                active.add((exposure.viewer_id, exposure.surface))
                if exposure.shown_at > judged[key][0].judged_at:
                    continue
            before = looks.get(key)
            looks[key] = _Look(
                surface=exposure.surface,
                position=position if before is None else min(position, before.position),
                features=_known(exposure.features, values),
                at=exposure.shown_at if before is None else before.at,
            )
    return looks, active


def _known(names: Sequence[str], values: Sequence[float | None]) -> dict[str, float]:
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _answered(
    judged: Mapping[_Seen, Sequence[Judgement]],
    looks: Mapping[_Seen, _Look],
    propensities: Mapping[str, Propensities],
) -> Iterator[Example]:
    for key, rows in judged.items():
        evidence = _evidence(rows)
        look = looks.get(key)
        features = next((row.features for row in rows if row.features), None) or (look and look.features)
        if evidence is None or not features:
            continue
        position = look.position if look else next((row.position for row in rows if row.position), None)
        surface = look.surface if look else next((row.surface for row in rows if row.surface), NO_LIST)
        correction = 1.0
        if position is not None and surface in propensities:
            correction = _weight(propensities[surface], position, answered=True)
        yield Example(
            demand_id=key[1],
            achievement_id=key[2],
            viewer_id=key[0],
            features=features,
            value=evidence.value,
            weight=evidence.weight * correction,
            at=look.at if look else rows[0].judged_at,
            answered=True,
            judged_features=evidence.features,
        )


def _unanswered(
    judged: Mapping[_Seen, Sequence[Judgement]],
    looks: Mapping[_Seen, _Look],
    propensities: Mapping[str, Propensities],
) -> Iterator[Example]:
    silence = signal_table().signals[UNANSWERED]
    for key, look in looks.items():
        if key in judged:
            continue
        yield Example(
            demand_id=key[1],
            achievement_id=key[2],
            viewer_id=key[0],
            features=look.features,
            value=silence.value,
            weight=silence.weight * _weight(propensities[look.surface], look.position, answered=False),
            at=look.at,
            answered=False,
        )


def _evidence(rows: Sequence[Judgement]) -> SignalValue | None:
    """Of an actor's signals on a pair, the one of the highest stage counts."""
    table = signal_table()
    last = max(rows, key=lambda row: (table.signals[row.signal].stage, row.judged_at))
    return table.evidence(last.signal, last.reason)


def _weight(propensities: Propensities, position: int, *, answered: bool) -> float:
    return float(propensities.weights(np.array([float(position)]), np.array([answered]))[0])
