"""What matching answers: plain values, without a database behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PairFilter:
    """What a caller wants to see only: field codes (first-level ones cover theirs), region, lowest TRL, languages.

    `exclude` names records that must not be answered; only what is still valid on the day `valid_on` (today) is.
    """

    fields: tuple[str, ...] = ()
    region: str | None = None
    min_trl: int | None = None
    languages: tuple[str, ...] = ()
    exclude: frozenset[UUID] = frozenset()
    valid_on: date | None = None


@dataclass(frozen=True, slots=True)
class PairMatch:
    """One achievement with one demand. `score` is calibrated, 0–1; `good` says that it reaches the threshold.

    In a match for free text the side that is not stored has no id. `features` is what was scored, by name.
    """

    demand_id: UUID | None
    achievement_id: UUID | None
    score: float
    good: bool
    reasons: Mapping[str, Any]
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MatchAnswer:
    """A ranked list with what it was made from: the ranker's version, the index position and the time.

    `no_good_match` is set when nothing reaches the threshold and says why; `left_out` counts candidates that a hard
    rule forbids, by rule. `confidence` (0–1) is the probability that a demand's list holds a relevant achievement; None
    where an achievement asked.
    """

    items: Sequence[PairMatch]
    threshold: float
    model_version: str
    index_position: int
    computed_at: datetime
    no_good_match: Mapping[str, Any] | None = None
    confidence: float | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ManagerRecommendation:
    """A manager for a pair. One with a conflict of interest or without a free place is shown, never recommended."""

    manager_id: UUID
    score: float
    recommended: bool
    conflict: Mapping[str, Any] | None
    full: bool
    reasons: Mapping[str, Any]
